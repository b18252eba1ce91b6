//! How a worker comes to a lease: by its operator's claim or by the scheduler's assignment.
#[starknet::component]
pub mod ClaimsComponent {
    use core::num::traits::Zero;
    use starknet::{ContractAddress, get_block_number, get_block_timestamp};
    use crate::interfaces::IWorkerRegistryDispatcherTrait;
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::{InternalTrait as BookTrait, Job, JobTrait};
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::types::{Lease, LeaseState, LockGrant, LockRequest, Place, Range, Trial};

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Claims for an operator, or assigns if that is zero. The caller saves the job; after an
        /// Err it is as it was.
        fn take(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            family: felt252,
            place: Place,
            operator: ContractAddress,
        ) -> Result<u64, felt252> {
            let book = get_dep_component!(@self, Book);
            let mut desk = get_dep_component_mut!(ref self, Desk);
            let Place { worker_id, slot } = place;
            if !job.takes_claims() {
                return Err(JobBookComponent::Errors::JOB_OVER);
            }
            let generation = match desk.next_in(worker_id, slot) {
                Ok(generation) => generation,
                Err(reason) => { return Err(reason); },
            };
            let mut taken = job;
            let range = match book.take_range(ref taken, job.package.longest_lease) {
                Some(range) => range,
                None => { return Err(JobBookComponent::Errors::NOTHING_TO_CLAIM); },
            };
            let Range { first, count, attempt } = range;
            let level = job.progress.level;
            let (pay_fri, least_lock_fri) = book.stakes_of(@job, level, count);
            let request = LockRequest {
                worker_id,
                operator,
                family,
                pay_fri,
                least_lock_fri,
                audit_floor_exp: job.package.audit_floor_exp,
                slot,
                reward_fri: job.price.reward_fri,
                package_bytes: job.package.bytes,
            };
            let LockGrant {
                refusal, audit_exp, operator: holder,
            } = desk.known_registry().lock(request);
            if refusal != 0 {
                return Err(refusal);
            }
            job = taken;
            let lease = Lease {
                job_id: job.job_id,
                first,
                count,
                state: LeaseState::CLAIMED,
                attempt,
                audit_exp,
                level,
                trial: Trial::NOT_DRAWN,
                since_s: get_block_timestamp(),
                since_block: get_block_number(),
                generation,
            };
            Ok(desk.open(worker_id, slot, lease, holder, operator.is_zero()))
        }
    }
}

//! How a worker comes to a lease: by its operator's claim or by the scheduler's assignment.
#[starknet::component]
pub mod ClaimsComponent {
    use core::num::traits::Zero;
    use starknet::storage::StorageMapReadAccess;
    use starknet::{ContractAddress, get_block_number, get_block_timestamp};
    use crate::interfaces::IWorkerRegistryDispatcherTrait;
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::{InternalTrait as BookTrait, JobTrait};
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::packing::PackagePacking;
    use crate::types::{Lease, LeaseState, LockRequest, Range};

    pub mod Errors {
        pub const SCHEDULER_FIRST: felt252 = 'RC: scheduler has precedence';
    }

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
        /// Claims for an operator, or assigns if that is zero.
        fn take(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            worker_id: u32,
            slot: u8,
            operator: ContractAddress,
        ) -> Result<u64, felt252> {
            let mut book = get_dep_component_mut!(ref self, Book);
            let mut desk = get_dep_component_mut!(ref self, Desk);
            let mut job = match book.find(job_id) {
                Some(job) => job,
                None => { return Err(JobBookComponent::Errors::UNKNOWN_JOB); },
            };
            if !job.takes_claims() {
                return Err(JobBookComponent::Errors::JOB_OVER);
            }
            let assigned = operator.is_zero();
            let slowest_block_s = desk.limits().slowest_block_s;
            if assigned {
                job.hear();
            } else if !job.is_open(slowest_block_s) {
                return Err(Errors::SCHEDULER_FIRST);
            }
            let generation = match desk.next_in(worker_id, slot) {
                Ok(generation) => generation,
                Err(reason) => { return Err(reason); },
            };
            let package = book.book_packages.read(job_id);
            let range = match book.take_range(ref job, package.longest_lease) {
                Some(range) => range,
                None => { return Err(JobBookComponent::Errors::NOTHING_TO_CLAIM); },
            };
            let (pay_fri, least_lock_fri) = book.stakes_of(@job, job.progress.level, range.count);
            let request = LockRequest {
                worker_id,
                operator,
                family: book.book_families.read(job_id),
                pay_fri,
                least_lock_fri,
                audit_floor_exp: package.audit_floor_exp,
                slot,
                reward_fri: job.price.reward_fri,
                package_bytes: package.bytes,
            };
            let grant = desk.known_registry().lock(request);
            if grant.refusal != 0 {
                return Err(grant.refusal);
            }
            book.save(@job);
            let Range { first, count, attempt } = range;
            let lease = Lease {
                job_id,
                first,
                count,
                state: LeaseState::CLAIMED,
                attempt,
                audit_exp: grant.audit_exp,
                level: job.progress.level,
                since_s: get_block_timestamp(),
                since_block: get_block_number(),
                generation,
            };
            Ok(desk.open(worker_id, slot, lease, grant.operator, assigned))
        }
    }
}

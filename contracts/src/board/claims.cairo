//! How a worker comes to a lease: by its operator's claim or by the scheduler's assignment.
#[starknet::component]
pub mod ClaimsComponent {
    use core::num::traits::Zero;
    use starknet::ContractAddress;
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::place_number;
    use crate::rules::terms::now;
    use crate::types::audit::DrawOutcome;
    use crate::types::board::{Lease, LeaseState, Package, Place, Range};
    use crate::types::registry::{LockGrant, LockRequest, LockTerms};

    pub mod Errors {
        pub const NOT_RISING: felt252 = 'RC: places are not in order';
        pub const POOL_TOO_SMALL: felt252 = 'RC: audit pool is too small';
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
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Claims for an operator, or assigns if that is zero. One answer a place: the lease's id,
        /// or why it was refused. The caller saves the job.
        fn take(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            family: felt252,
            places: Array<Place>,
            operator: ContractAddress,
        ) -> Array<Result<u64, felt252>> {
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            let mut leases = get_dep_component_mut!(ref self, Leases);
            let (mut plans, mut requests) = (array![], array![]);
            let (mut next_place, start) = (0, now());
            for place in places {
                let plan = self.plan(ref job, place, ref next_place, start);
                if let Ok(lease) = plan {
                    let Place { worker_id, slot } = place;
                    let (pay_fri, least_lock_fri) = jobs.stakes_of(@job, lease.level, lease.count);
                    let fee_fri = job.fee_fri(lease.count);
                    requests
                        .append(LockRequest { worker_id, slot, pay_fri, least_lock_fri, fee_fri });
                }
                plans.append((place, plan));
            }
            let Package { audit_floor_exp, bytes: package_bytes, .. } = job.package.unbox();
            let reward_fri = job.price.reward_fri;
            let memory_mib = job.audit_price.memory_mib;
            let terms = LockTerms {
                operator, family, audit_floor_exp, reward_fri, package_bytes, memory_mib,
            };
            let mut grants = leases.known_registry().lock(terms, requests).span();
            let mut answers = array![];
            for (place, plan) in plans {
                let answer = match plan {
                    Ok(lease) => {
                        let LockGrant {
                            refusal, audit_exp, operator: holder,
                        } = *grants.pop_front().unwrap();
                        if refusal == 0 {
                            let lease = Lease { audit_exp, ..lease };
                            Ok(leases.open(place, lease, holder, operator.is_zero()))
                        } else {
                            let Lease { first, count, attempt, rejections, .. } = lease;
                            job.add_to_pool(job.reserve_fri(count));
                            jobs.reopen(ref job, Range { first, count, attempt, rejections });
                            Err(refusal)
                        }
                    },
                    Err(reason) => Err(reason),
                };
                answers.append(answer);
            }
            answers
        }

        /// The place's next lease, its range taken off the job, and out of the pool what it
        /// reserves. Places must rise, so that none is planned twice.
        fn plan(
            self: @ComponentState<TContractState>,
            ref job: Job,
            place: Place,
            ref next_place: u64,
            start: (u64, u64),
        ) -> Result<Lease, felt252> {
            let leases = get_dep_component!(self, Leases);
            let generation = match leases.next_in(place) {
                Ok(generation) => generation,
                Err(reason) => { return Err(reason); },
            };
            let number = place_number(place.worker_id, place.slot);
            if number < next_place {
                return Err(Errors::NOT_RISING);
            }
            if job.has_open_range() && job.times.audit_pool_fri < job.next_reserve_fri() {
                return Err(Errors::POOL_TOO_SMALL);
            }
            let jobs = get_dep_component!(self, Jobs);
            let Range {
                first, count, attempt, rejections,
            } =
                match jobs.take_range(ref job) {
                    Some(range) => range,
                    None => { return Err(JobsComponent::Errors::NOTHING_TO_CLAIM); },
                };
            next_place = number + 1;
            job.take_from_pool(job.reserve_fri(count));
            let (since_s, since_block) = start;
            let lease = Lease {
                job_id: job.job_id,
                first,
                count,
                state: LeaseState::CLAIMED,
                attempt,
                rejections,
                audit_exp: 0,
                level: job.progress.level,
                draw_outcome: DrawOutcome::NOT_DRAWN,
                since_s,
                since_block,
                generation,
            };
            Ok(lease)
        }
    }
}

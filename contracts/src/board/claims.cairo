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
    use crate::board::ranges::RangesTrait;
    use crate::board::settlement::SettlementComponent::Errors as SettlementErrors;
    use crate::board::twins::{Errors as TwinErrors, TwinsTrait};
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::place_number;
    use crate::rules::terms::now;
    use crate::types::audit::DrawOutcome;
    use crate::types::board::{Lease, LeaseState, Package, Place, Range, Twin};
    use crate::types::registry::{LockGrant, LockRequest, LockTerms};

    pub mod Errors {
        pub const NOT_RISING: felt252 = 'RC: places are not in order';
        pub const MUST_BE_JUDGED: felt252 = 'RC: job wants judged leases';
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
        /// Claims for an operator, or assigns if that is zero; without named verifiers for leases
        /// that nobody judges. One answer a place: the lease's id, or why it was refused. The
        /// caller saves the job.
        fn take(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            places: Array<Place>,
            operator: ContractAddress,
            verifiers: Array<u32>,
        ) -> Array<Result<u64, felt252>> {
            let mut leases = get_dep_component_mut!(ref self, Leases);
            let draw_outcome = if verifiers.is_empty() {
                assert(job.audit_price.takes_unjudged, Errors::MUST_BE_JUDGED);
                DrawOutcome::UNJUDGED
            } else {
                DrawOutcome::NOT_DRAWN
            };
            let (mut plans, mut requests) = (array![], array![]);
            let (mut next_place, start) = (0, now());
            for place in places {
                let assigned = operator.is_zero();
                let plan = self.plan(ref job, place, assigned, ref next_place, start, draw_outcome);
                if let Ok(lease) = plan {
                    let Place { worker_id, slot, .. } = place;
                    let jobs = get_dep_component!(@self, Jobs);
                    let (pay_fri, least_lock_fri) = jobs.stakes_of(@job, lease.level, lease.count);
                    requests.append(LockRequest { worker_id, slot, pay_fri, least_lock_fri });
                }
                plans.append((place, plan));
            }
            let terms = self.lock_terms(@job, operator, verifiers.span());
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
                            let lease_id = leases.open(place, lease, holder, operator.is_zero());
                            if lease.twin == Twin::SPARE {
                                leases.pair(job.job_id, place.spare_of, lease_id);
                            }
                            Ok(lease_id)
                        } else {
                            self.undo(ref job, place, lease);
                            Err(refusal)
                        }
                    },
                    Err(reason) => Err(reason),
                };
                answers.append(answer);
            }
            answers
        }

        /// What the registry asks of workers, and of those who are named to verify.
        fn lock_terms(
            self: @ComponentState<TContractState>,
            job: @Job,
            operator: ContractAddress,
            verifiers: Span<u32>,
        ) -> LockTerms {
            let jobs = get_dep_component!(self, Jobs);
            let Package { audit_floor_exp, bytes: package_bytes, .. } = job.package.unbox();
            LockTerms {
                operator,
                family: jobs.family_of(job),
                audit_floor_exp,
                reward_fri: job.price.reward_fri,
                package_bytes,
                memory_mib: job.audit_price.memory_mib,
                requester: jobs.requester_of(job),
                fee_fri: job.least_fee_fri(),
                verifiers,
            }
        }

        /// The place's next lease, its range taken off the job, and out of the pool what it
        /// reserves. Places must rise, so that none is planned twice.
        fn plan(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            place: Place,
            assigned: bool,
            ref next_place: u64,
            start: (u64, u64),
            draw_outcome: u8,
        ) -> Result<Lease, felt252> {
            let leases = get_dep_component!(@self, Leases);
            let generation = match leases.next_in(place) {
                Ok(generation) => generation,
                Err(reason) => { return Err(reason); },
            };
            let number = place_number(place.worker_id, place.slot);
            if number < next_place {
                return Err(Errors::NOT_RISING);
            }
            let is_judged = draw_outcome == DrawOutcome::NOT_DRAWN;
            if is_judged
                && job.has_open_range()
                && job.times.audit_pool_fri < job.next_reserve_fri() {
                return Err(Errors::POOL_TOO_SMALL);
            }
            if assigned && place.spare_of != 0 {
                let lease = self.plan_spare(ref job, place, generation, start, draw_outcome)?;
                next_place = number + 1;
                return Ok(lease);
            }
            let Range {
                first, count, attempt, rejections,
            } = self.range_for(ref job, place, assigned, is_judged)?;
            next_place = number + 1;
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
                draw_outcome,
                paid: false,
                twin: Twin::NONE,
                since_s,
                since_block,
                generation,
            };
            job.take_from_pool(job.reserved_fri(@lease));
            Ok(lease)
        }

        /// A lease of the tasks that another one has; its pay is set aside out of the spares'
        /// money.
        fn plan_spare(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            place: Place,
            generation: u32,
            start: (u64, u64),
            draw_outcome: u8,
        ) -> Result<Lease, felt252> {
            let mut leases = get_dep_component_mut!(ref self, Leases);
            let held = leases.to_spare(job.job_id, place)?;
            if held.draw_outcome != DrawOutcome::UNJUDGED && draw_outcome == DrawOutcome::UNJUDGED {
                return Err(Errors::MUST_BE_JUDGED);
            }
            let spares = job.audit_price.spares;
            let reserve_fri = job.reserved_fri(@Lease { draw_outcome, ..held });
            if spares < held.count {
                return Err(TwinErrors::NONE_LEFT);
            }
            if job.times.audit_pool_fri < reserve_fri {
                return Err(Errors::POOL_TOO_SMALL);
            }
            leases.set_twin(place.spare_of, held, Twin::HELD);
            job.take_from_pool(reserve_fri);
            job.await_one();
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            jobs.keep_spares(ref job, spares - held.count);
            let (level, (since_s, since_block)) = (job.progress.level, start);
            let lease = Lease { level, since_s, since_block, generation, audit_exp: 0, ..held };
            Ok(Lease { twin: Twin::SPARE, draw_outcome, ..lease })
        }

        /// Nobody took what was planned.
        fn undo(
            ref self: ComponentState<TContractState>, ref job: Job, place: Place, lease: Lease,
        ) {
            let Lease { first, count, attempt, rejections, .. } = lease;
            job.add_to_pool(job.reserved_fri(@lease));
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            if lease.twin == Twin::SPARE {
                job.await_no_more();
                jobs.keep_spares(ref job, job.audit_price.spares + count);
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.set_twin(place.spare_of, leases.find(place.spare_of), Twin::NONE);
            } else {
                jobs.reopen(ref job, Range { first, count, attempt, rejections });
            }
        }

        /// What a scheduler names, or the next range, of which a claim may take less if the pool
        /// then still pays for the audits of what is open.
        fn range_for(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            place: Place,
            assigned: bool,
            is_judged: bool,
        ) -> Result<Range, felt252> {
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            if assigned && place.count != 0 {
                return jobs.take_tasks(ref job, place.first, place.count);
            }
            let (range, is_part) = jobs.take_range(ref job, place.count)?;
            let reserve_fri = if is_judged {
                job.reserve_fri(range.count)
            } else {
                0
            };
            if is_part && !job.covers_open_ranges(reserve_fri) {
                return Err(SettlementErrors::CANNOT_SPLIT);
            }
            Ok(range)
        }
    }
}

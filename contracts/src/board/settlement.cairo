//! How leases end, and what that moves: pay, locks, refunds, the audit pool.
#[starknet::component]
pub mod SettlementComponent {
    use core::num::traits::{Bounded, Zero};
    use starknet::ContractAddress;
    use crate::board::batch::{Batch, BatchTrait};

    pub use crate::board::dues::no_dues;
    use crate::board::dues::{Dues, DuesTrait, Pay, capped_fri};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::ranges::RangesTrait;
    use crate::board::twins::TwinsTrait;
    use crate::events::board::{
        EntryRefused, JobClosed, LeaseAccepted, LeaseEnded, LeasePaid, LeaseSlashed, SpareRefunded,
        TasksGivenBack, TasksRefunded,
    };
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::{lock_at, times};
    use crate::types::board::{Lease, LeaseState, Range, Twin};
    use crate::types::registry::{EndedPay, WorkerLock};

    pub mod Errors {
        pub const CANNOT_SPLIT: felt252 = 'RC: pool too small to split';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseAccepted: LeaseAccepted,
        LeasePaid: LeasePaid,
        LeaseEnded: LeaseEnded,
        SpareRefunded: SpareRefunded,
        LeaseSlashed: LeaseSlashed,
        EntryRefused: EntryRefused,
        TasksGivenBack: TasksGivenBack,
        TasksRefunded: TasksRefunded,
        JobClosed: JobClosed,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn refuse(
            ref self: ComponentState<TContractState>,
            ref batch: Batch,
            job_id: u64,
            subject: u64,
            reason: felt252,
        ) {
            batch.note(reason);
            self.emit(EntryRefused { job_id, subject, reason });
        }

        fn credit(
            ref self: ComponentState<TContractState>, account: ContractAddress, amount_fri: u128,
        ) {
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.credit(account, amount_fri);
        }

        fn requester_of(self: @ComponentState<TContractState>, job: @Job) -> ContractAddress {
            get_dep_component!(self, Jobs).requester_of(job)
        }

        /// Pay of a lease, and what it locks.
        fn stakes_of(
            self: @ComponentState<TContractState>, job: @Job, lease: @Lease,
        ) -> (u128, u128) {
            let jobs = get_dep_component!(self, Jobs);
            let (pay_fri, least_lock_fri) = jobs.stakes_of(job, *lease.level, *lease.count);
            (pay_fri, lock_at(pay_fri, least_lock_fri, *lease.audit_exp))
        }

        /// Writes a lease's last state; returns its pay and what it locked.
        fn close(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
        ) -> (u128, WorkerLock) {
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.close(lease_id, lease, state);
            let (pay_fri, amount_fri) = self.stakes_of(job, @lease);
            (pay_fri, WorkerLock { worker_id: worker_of(lease_id), amount_fri })
        }

        /// Unlocks at once, and ends what the family's cap counts; returns who is to be paid.
        fn unlock(
            self: @ComponentState<TContractState>, job: @Job, lock: WorkerLock, ended_fri: u128,
        ) -> ContractAddress {
            let registry = get_dep_component!(self, Leases).known_registry();
            *registry.unlock(array![lock], self.ended(job, ended_fri))[0]
        }

        fn ended(self: @ComponentState<TContractState>, job: @Job, pay_fri: u128) -> EndedPay {
            EndedPay { family: get_dep_component!(self, Jobs).family_of(job), pay_fri }
        }

        /// Pays a lease; it ends unless an audit of it is due or goes on. Returns what it costs
        /// less than the present price.
        fn pay(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            ref dues: Dues,
            lease_id: u64,
            lease: Lease,
            ends: bool,
        ) -> u128 {
            let is_spare = lease.twin == Twin::SPARE;
            let (paid_fri, _) = self.stakes_of(@job, @lease);
            let price_fri = if is_spare {
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.spare_is_paid(lease_id);
                paid_fri
            } else {
                job.progress.held -= lease.count;
                job.progress.accepted += lease.count;
                times(job.price.reward_fri, lease.count)
            };
            if ends {
                let (_, lock) = self.close(@job, lease_id, lease, LeaseState::ACCEPTED);
                dues.end(@lease, paid_fri);
                job.add_to_pool(job.reserved_fri(@lease));
                if is_spare {
                    job.await_no_more();
                }
                dues.locks.append(lock);
            } else {
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.mark_paid(lease_id, lease);
                if !is_spare {
                    job.await_one();
                }
                dues.locks.append(WorkerLock { worker_id: worker_of(lease_id), amount_fri: 0 });
            }
            dues.pays.append(Pay { lease_id, paid_fri, ends });
            price_fri - paid_fri
        }

        /// Ends a lease that was paid before: its worker gets its lock back.
        fn end_paid(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
        ) {
            let (pay_fri, lock) = self.close(@job, lease_id, lease, state);
            job.await_no_more();
            let payout = self.unlock(@job, lock, capped_fri(@lease, pay_fri));
            let job_id = job.job_id;
            if state == LeaseState::ACCEPTED {
                self.emit(LeaseAccepted { job_id, lease_id, payout, paid_fri: 0 });
            } else {
                self.emit(LeaseEnded { job_id, lease_id, state, reopened: false });
            }
        }

        /// Ends a lease that was lost: its lock, which is returned, comes here.
        fn lose(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) -> u128 {
            let state = LeaseState::REJECTED;
            let (pay_fri, lock) = self.close(@job, lease_id, lease, state);
            let ended = self.ended(@job, capped_fri(@lease, pay_fri));
            let WorkerLock { worker_id, amount_fri } = lock;
            let (slashed_fri, reward_fri) = (amount_fri, amount_fri);
            self.emit(LeaseSlashed { job_id: job.job_id, lease_id, slashed_fri, reward_fri });
            if lease.paid {
                job.await_no_more();
                self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened: false });
            } else {
                let rejected = Lease { rejections: lease.rejections + 1, ..lease };
                self.reopen(ref job, lease_id, rejected, state);
            }
            let leases = get_dep_component!(@self, Leases);
            leases.known_registry().slash(worker_id, slashed_fri, reward_fri, ended);
            amount_fri
        }

        /// Gives the tasks of an ended lease back, to others or to the requester.
        fn reopen(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
        ) {
            let reopened = self.open_again(ref job, lease);
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened });
            if !reopened {
                self.leave_closed(ref job, lease_id, lease);
            }
        }

        /// Tasks that were given twice are not open again: the other lease has them.
        fn open_again(
            ref self: ComponentState<TContractState>, ref job: Job, lease: Lease,
        ) -> bool {
            if lease.twin != Twin::NONE {
                return false;
            }
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            jobs.reopen(ref job, next_range(@lease))
        }

        /// What becomes of tasks that are not open again, and of the money for them.
        fn leave_closed(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) {
            let (twin, count) = (lease.twin, lease.count);
            let mut refunded_fri = times(job.price.reward_fri, count);
            if twin == Twin::NONE {
                self.refund(ref job, count, refunded_fri);
                return;
            }
            let mut leases = get_dep_component_mut!(ref self, Leases);
            if twin == Twin::SPARED {
                job.progress.held -= count;
                job.progress.accepted += count;
            } else {
                let spare = if twin == Twin::SPARE {
                    leases.spare_is_lost(lease_id);
                    lease
                } else {
                    leases.hand_over(lease_id, lease.rejections)
                };
                let (pay_fri, _) = self.stakes_of(@job, @spare);
                job.await_no_more();
                refunded_fri = pay_fri;
            }
            self.return_spare(@job, lease_id, refunded_fri);
        }

        fn return_spare(
            ref self: ComponentState<TContractState>, job: @Job, lease_id: u64, refunded_fri: u128,
        ) {
            self.credit(self.requester_of(job), refunded_fri);
            self.emit(SpareRefunded { job_id: *job.job_id, lease_id, refunded_fri });
        }

        /// No round could decide: half of the pay is the worker's, and half is burned, so that
        /// nobody gains where it prevents a verdict. What was paid before stays paid.
        fn split_pay(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) {
            let state = LeaseState::REJECTED;
            if lease.paid {
                self.end_paid(ref job, lease_id, lease, state);
                return;
            }
            let (pay_fri, lock) = self.close(@job, lease_id, lease, state);
            let payout = self.unlock(@job, lock, capped_fri(@lease, pay_fri));
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened: false });
            let share_fri = pay_fri / 2;
            self.credit(payout, share_fri);
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.burn(pay_fri - share_fri);
            if lease.twin == Twin::SPARE {
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.spare_is_lost(lease_id);
                job.await_no_more();
                return;
            }
            job.progress.held -= lease.count;
            let left_fri = times(job.price.reward_fri, lease.count) - pay_fri;
            if lease.twin == Twin::SPARED {
                job.progress.accepted += lease.count;
                self.return_spare(@job, lease_id, left_fri);
            } else {
                self.refund(ref job, lease.count, left_fri);
            }
        }

        fn refund(
            ref self: ComponentState<TContractState>, ref job: Job, tasks: u32, refunded_fri: u128,
        ) {
            if tasks != 0 {
                job.progress.refunded += tasks;
                self.credit(self.requester_of(@job), refunded_fri);
                self.emit(TasksRefunded { job_id: job.job_id, tasks, refunded_fri });
            }
        }

        /// Writes the progress, returns the audit pool with the last task, burns, unlocks, and then
        /// pays: the state first, the money last. Nothing can happen to a settled job, so this
        /// finds a job settled only once.
        fn finish(ref self: ComponentState<TContractState>, job: Job, dues: Dues) {
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            jobs.save(@job);
            if job.is_settled() {
                jobs.leave_place(@job);
                let refunded_fri = job.times.audit_pool_fri + job.spares_fri();
                self.credit(self.requester_of(@job), refunded_fri);
                self.emit(JobClosed { job_id: job.job_id, refunded_fri });
            }
            let Dues { burns, locks, pays, ended_fri } = dues;
            for WorkerLock { worker_id, amount_fri } in burns {
                let leases = get_dep_component!(@self, Leases);
                leases.known_registry().slash(worker_id, amount_fri, 0, self.ended(@job, 0));
            }
            if locks.len() != 0 {
                let leases = get_dep_component!(@self, Leases);
                let ended = self.ended(@job, ended_fri);
                let payouts = leases.known_registry().unlock(locks, ended);
                self.pay_out(job.job_id, pays, payouts.span());
            }
        }

        /// One transfer for neighbours with the same payout.
        fn pay_out(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            pays: Array<Pay>,
            mut payouts: Span<ContractAddress>,
        ) {
            let mut payer = get_dep_component_mut!(ref self, Payouts);
            let token = payer.token();
            let (mut last, mut together_fri) = (Zero::zero(), 0);
            for Pay { lease_id, paid_fri, ends } in pays {
                let payout = *payouts.pop_front().unwrap();
                if !ends {
                    self.emit(LeasePaid { job_id, lease_id, payout, paid_fri });
                } else if paid_fri != 0 {
                    self.emit(LeaseAccepted { job_id, lease_id, payout, paid_fri });
                }
                if payout != last {
                    payer.pay(token, last, together_fri);
                    last = payout;
                    together_fri = 0;
                }
                together_fri += paid_fri;
            }
            payer.pay(token, last, together_fri);
        }
    }

    /// The tasks of a lease that ends, for the next one.
    fn next_range(lease: @Lease) -> Range {
        let Lease { first, count, attempt, rejections, .. } = *lease;
        let attempt = if attempt == Bounded::MAX {
            attempt
        } else {
            attempt + 1
        };
        Range { first, count, attempt, rejections }
    }
}

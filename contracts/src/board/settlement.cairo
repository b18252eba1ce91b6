//! How leases end, and what that moves: pay, locks, refunds, the audit pool.
#[starknet::component]
pub mod SettlementComponent {
    use core::num::traits::{Bounded, Zero};
    use starknet::ContractAddress;
    use crate::board::batch::{Batch, BatchTrait};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::events::board::{
        EntryRefused, JobClosed, LeaseAccepted, LeaseEnded, LeaseSlashed, TasksGivenBack,
        TasksRefunded,
    };
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::{lock_at, times};
    use crate::types::audit::DrawOutcome;
    use crate::types::board::{Lease, LeaseResult, LeaseState, Range};
    use crate::types::registry::WorkerLock;

    /// Giving back is free before this part of a lease's timeout is over.
    const FREE_PART: u32 = 10;
    /// Per cent of the pay that are burned of the lock: of tasks given back after that, and of a
    /// lease that expired.
    const LATE_PERCENT: u32 = 2;
    const EXPIRED_PERCENT: u32 = 5;

    pub mod Errors {
        pub const CANNOT_SPLIT: felt252 = 'RC: pool too small to split';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseAccepted: LeaseAccepted,
        LeaseEnded: LeaseEnded,
        LeaseSlashed: LeaseSlashed,
        EntryRefused: EntryRefused,
        TasksGivenBack: TasksGivenBack,
        TasksRefunded: TasksRefunded,
        JobClosed: JobClosed,
    }

    /// Leases that end in this call: what is burned, what is unlocked, and for whom what is paid.
    /// `finish` does it all at once.
    #[derive(Drop)]
    pub struct Dues {
        burns: Array<WorkerLock>,
        locks: Array<WorkerLock>,
        pays: Array<(u64, u128)>,
    }

    pub fn no_dues() -> Dues {
        Dues { burns: array![], locks: array![], pays: array![] }
    }

    #[generate_trait]
    impl DuesImpl of DuesTrait {
        /// A worker gets so much of its lock back, less what is burned of it.
        fn release(ref self: Dues, lease_id: u64, lock: WorkerLock, burned_fri: u128) {
            let WorkerLock { worker_id, amount_fri } = lock;
            if burned_fri != 0 {
                self.burns.append(WorkerLock { worker_id, amount_fri: burned_fri });
            }
            self.locks.append(WorkerLock { worker_id, amount_fri: amount_fri - burned_fri });
            self.pays.append((lease_id, 0));
        }
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

        /// Unlocks at once; returns who is to be paid.
        fn unlock(self: @ComponentState<TContractState>, lock: WorkerLock) -> ContractAddress {
            let registry = get_dep_component!(self, Leases).known_registry();
            *registry.unlock(array![lock])[0]
        }

        /// Ends a lease that is to be paid; returns what it costs less than the present price.
        fn pay(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            ref dues: Dues,
            lease_id: u64,
            lease: Lease,
        ) -> u128 {
            let (pay_fri, lock) = self.close(@job, lease_id, lease, LeaseState::ACCEPTED);
            job.progress.held -= lease.count;
            job.progress.accepted += lease.count;
            if lease.draw_outcome == DrawOutcome::NOT_DRAWN {
                job.add_to_pool(job.reserve_fri(lease.count));
            }
            dues.locks.append(lock);
            dues.pays.append((lease_id, pay_fri));
            times(job.price.reward_fri, lease.count) - pay_fri
        }

        /// Ends a lease whose worker let its time run out.
        fn expire(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            ref dues: Dues,
            lease_id: u64,
            lease: Lease,
        ) {
            let (pay_fri, lock) = self.close(@job, lease_id, lease, LeaseState::EXPIRED);
            dues.release(lease_id, lock, times(pay_fri, EXPIRED_PERCENT) / 100);
            job.add_to_pool(job.reserve_fri(lease.count));
            self.reopen(ref job, lease_id, lease, LeaseState::EXPIRED);
        }

        /// Writes down what the lease's first `count` tasks gave; the others are given back.
        fn submit(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            lease: Lease,
            count: u32,
            result: LeaseResult,
            since: (u64, u64),
        ) -> Result<(), felt252> {
            if lease.state == LeaseState::CLAIMED && count != 0 && count < lease.count {
                let job = get_dep_component!(@self, Jobs).load(lease.job_id);
                if !job.can_split(lease.count, count) {
                    return Err(Errors::CANNOT_SPLIT);
                }
            }
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.put_result(lease_id, lease, count, result, since)?;
            if count != lease.count {
                self.give_back(lease_id, lease, count, 0);
            }
            Ok(())
        }

        /// Takes all tasks but the first `kept` off a lease that was claimed, and with them their
        /// part of the lock; without tasks the lease is over.
        fn give_back(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            lease: Lease,
            kept: u32,
            reason: felt252,
        ) {
            let mut job = get_dep_component!(@self, Jobs).load(lease.job_id);
            let mut dues = no_dues();
            let (pay_fri, lock_fri) = self.stakes_of(@job, @lease);
            let (kept_pay_fri, kept_lock_fri, kept_reserve_fri) = if kept == 0 {
                (0, 0, 0)
            } else {
                let (pay_fri, lock_fri) = self.stakes_of(@job, @Lease { count: kept, ..lease });
                (pay_fri, lock_fri, job.reserve_fri(kept))
            };
            job.add_to_pool(job.reserve_fri(lease.count) - kept_reserve_fri);
            let free_s = job.times.lease_timeout_s / FREE_PART;
            let burned_fri = if get_dep_component!(@self, Leases).is_over(@lease, free_s) {
                times(pay_fri - kept_pay_fri, LATE_PERCENT) / 100
            } else {
                0
            };
            let (worker_id, amount_fri) = (worker_of(lease_id), lock_fri - kept_lock_fri);
            dues.release(lease_id, WorkerLock { worker_id, amount_fri }, burned_fri);
            let (job_id, first, count) = (job.job_id, lease.first + kept, lease.count - kept);
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            let reopened = jobs.reopen(ref job, next_range(@Lease { first, count, ..lease }));
            let given_back = TasksGivenBack {
                job_id, lease_id, first, count, reason, burned_fri, reopened,
            };
            self.emit(given_back);
            if kept == 0 {
                let state = LeaseState::GIVEN_BACK;
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.close(lease_id, lease, state);
                self.emit(LeaseEnded { job_id, lease_id, state, reopened });
            }
            if !reopened {
                let refunded_fri = times(job.price.reward_fri, count);
                self.refund(ref job, count, refunded_fri);
            }
            self.finish(job, dues);
        }

        /// Ends a lease that was lost: its lock, which is returned, comes here.
        fn lose(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) -> u128 {
            let state = LeaseState::REJECTED;
            let (_, lock) = self.close(@job, lease_id, lease, state);
            let WorkerLock { worker_id, amount_fri } = lock;
            let (slashed_fri, reward_fri) = (amount_fri, amount_fri);
            self.emit(LeaseSlashed { job_id: job.job_id, lease_id, slashed_fri, reward_fri });
            let rejected = Lease { rejections: lease.rejections + 1, ..lease };
            self.reopen(ref job, lease_id, rejected, state);
            let leases = get_dep_component!(@self, Leases);
            leases.known_registry().slash(worker_id, slashed_fri, reward_fri);
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
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            let reopened = jobs.reopen(ref job, next_range(@lease));
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened });
            if !reopened {
                let refunded_fri = times(job.price.reward_fri, lease.count);
                self.refund(ref job, lease.count, refunded_fri);
            }
        }

        /// No round could decide: half of the pay is the worker's, and half is burned, so that
        /// nobody gains where it prevents a verdict.
        fn split_pay(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) {
            let state = LeaseState::REJECTED;
            let (pay_fri, lock) = self.close(@job, lease_id, lease, state);
            job.progress.held -= lease.count;
            let payout = self.unlock(lock);
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened: false });
            let share_fri = pay_fri / 2;
            self.credit(payout, share_fri);
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.burn(pay_fri - share_fri);
            let refunded_fri = times(job.price.reward_fri, lease.count) - pay_fri;
            self.refund(ref job, lease.count, refunded_fri);
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
                let refunded_fri = job.times.audit_pool_fri;
                self.credit(self.requester_of(@job), refunded_fri);
                self.emit(JobClosed { job_id: job.job_id, refunded_fri });
            }
            let Dues { burns, locks, pays } = dues;
            for WorkerLock { worker_id, amount_fri } in burns {
                let leases = get_dep_component!(@self, Leases);
                leases.known_registry().slash(worker_id, amount_fri, 0);
            }
            if locks.len() != 0 {
                let leases = get_dep_component!(@self, Leases);
                let payouts = leases.known_registry().unlock(locks);
                self.pay_out(job.job_id, pays, payouts.span());
            }
        }

        /// One transfer for neighbours with the same payout.
        fn pay_out(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            pays: Array<(u64, u128)>,
            mut payouts: Span<ContractAddress>,
        ) {
            let mut payer = get_dep_component_mut!(ref self, Payouts);
            let token = payer.token();
            let (mut last, mut together_fri) = (Zero::zero(), 0);
            for (lease_id, paid_fri) in pays {
                let payout = *payouts.pop_front().unwrap();
                if paid_fri != 0 {
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

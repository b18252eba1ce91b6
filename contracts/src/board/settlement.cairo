//! How leases end, and what that moves: pay, locks, refunds, the audit pool.
#[starknet::component]
pub mod SettlementComponent {
    use core::num::traits::Zero;
    use starknet::ContractAddress;
    use crate::board::batch::{Batch, BatchTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::{InternalTrait as JobsTrait, Job, JobTrait};
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::events::board::{
        EntryRefused, JobClosed, LeaseAccepted, LeaseEnded, LeaseSlashed, TasksRefunded,
    };
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::{lock_at, times};
    use crate::types::board::{Lease, LeaseState, Range};
    use crate::types::registry::WorkerLock;

    /// Of the pay, for each of the three who found that a task can't be rendered.
    const FAILURE_SHARE: u128 = 10;
    /// Of a lost lock, for the verifiers who were right.
    const REWARD_SHARE: u128 = 10;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseAccepted: LeaseAccepted,
        LeaseEnded: LeaseEnded,
        LeaseSlashed: LeaseSlashed,
        EntryRefused: EntryRefused,
        TasksRefunded: TasksRefunded,
        JobClosed: JobClosed,
    }

    /// Leases that end in this call: what is unlocked, and for whom what is paid. `finish` does
    /// it all at once.
    #[derive(Drop)]
    pub struct Dues {
        locks: Array<WorkerLock>,
        pays: Array<(u64, u128)>,
    }

    pub fn no_dues() -> Dues {
        Dues { locks: array![], pays: array![] }
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

        /// Ends a lease that is to be paid, with a bonus if chance spared it an audit; returns what
        /// it costs less than the present price.
        fn pay(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            ref dues: Dues,
            lease_id: u64,
            lease: Lease,
            bonus: bool,
        ) -> u128 {
            let (pay_fri, lock) = self.close(@job, lease_id, lease, LeaseState::ACCEPTED);
            job.progress.held -= lease.count;
            job.progress.accepted += lease.count;
            let bonus_fri = if bonus && lease.audit_exp != 0 {
                job.take_from_pool(job.audit_fri(lease.count) / 2)
            } else {
                0
            };
            dues.locks.append(lock);
            dues.pays.append((lease_id, pay_fri + bonus_fri));
            times(job.price.reward_fri, lease.count) - pay_fri
        }

        /// Ends a lease without a result.
        fn end(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            ref dues: Dues,
            lease_id: u64,
            lease: Lease,
            state: u8,
        ) {
            let (_, lock) = self.close(@job, lease_id, lease, state);
            dues.locks.append(lock);
            dues.pays.append((lease_id, 0));
            self.reopen(ref job, lease_id, lease, state);
        }

        /// Ends a lease after an audit; so much of the lock is lost.
        fn end_charged(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
            charge_fri: u128,
        ) {
            let (_, lock) = self.close(@job, lease_id, lease, state);
            self.reopen(ref job, lease_id, lease, state);
            let WorkerLock { worker_id, amount_fri } = lock;
            if charge_fri != 0 {
                let leases = get_dep_component!(@self, Leases);
                leases.known_registry().slash(worker_id, charge_fri, 0);
            }
            self.unlock(WorkerLock { worker_id, amount_fri: amount_fri - charge_fri });
        }

        /// Ends a lease that was lost: its lock is burned but for a tenth, which is returned.
        fn lose(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) -> u128 {
            let state = LeaseState::REJECTED;
            let (_, lock) = self.close(@job, lease_id, lease, state);
            let WorkerLock { worker_id, amount_fri: slashed_fri } = lock;
            let reward_fri = slashed_fri / REWARD_SHARE;
            self.emit(LeaseSlashed { job_id: job.job_id, lease_id, slashed_fri, reward_fri });
            self.reopen(ref job, lease_id, lease, state);
            let leases = get_dep_component!(@self, Leases);
            leases.known_registry().slash(worker_id, slashed_fri, reward_fri);
            reward_fri
        }

        /// Gives the tasks of an ended lease back, to others or to the requester.
        fn reopen(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
        ) {
            let Lease { first, count, attempt, .. } = lease;
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            let reopened = jobs.reopen(ref job, Range { first, count, attempt: attempt + 1 });
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened });
            if !reopened {
                let refunded_fri = times(job.price.reward_fri, count);
                self.refund(ref job, count, refunded_fri);
            }
        }

        /// Ends a lease for good: so much of its pay goes to each of the payees, the rest back.
        fn divide(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            state: u8,
            share: u128,
            others: Span<ContractAddress>,
        ) {
            let (pay_fri, lock) = self.close(@job, lease_id, lease, state);
            job.progress.held -= lease.count;
            let payout = self.unlock(lock);
            self.emit(LeaseEnded { job_id: job.job_id, lease_id, state, reopened: false });
            let share_fri = pay_fri / share;
            self.credit(payout, share_fri);
            for other in others {
                self.credit(*other, share_fri);
            }
            let spent_fri = share_fri * (others.len() + 1).into();
            let refunded_fri = times(job.price.reward_fri, lease.count) - spent_fri;
            self.refund(ref job, lease.count, refunded_fri);
        }

        /// Three found that the tasks can't be rendered; each gets a tenth of their pay.
        fn close_unrenderable(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            others: Span<ContractAddress>,
        ) {
            self.divide(ref job, lease_id, lease, LeaseState::UNRENDERABLE, FAILURE_SHARE, others);
        }

        /// No round could decide: the pay is shared between worker and requester.
        fn split_pay(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64, lease: Lease,
        ) {
            self.divide(ref job, lease_id, lease, LeaseState::REJECTED, 2, array![].span());
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

        /// Writes the progress, returns the audit pool with the last task, unlocks, and then pays:
        /// the state first, the money last. Nothing can happen to a settled job, so this finds a
        /// job settled only once.
        fn finish(ref self: ComponentState<TContractState>, job: Job, dues: Dues) {
            let mut jobs = get_dep_component_mut!(ref self, Jobs);
            jobs.save(@job);
            if job.is_settled() {
                jobs.leave_place(@job);
                let refunded_fri = job.times.audit_pool_fri;
                self.credit(self.requester_of(@job), refunded_fri);
                self.emit(JobClosed { job_id: job.job_id, refunded_fri });
            }
            let Dues { locks, pays } = dues;
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
}

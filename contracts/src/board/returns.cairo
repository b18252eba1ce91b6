//! Claimed leases whose tasks come back: given back, all or a part, or expired.
use crate::board::dues::{Dues, DuesTrait, no_dues};
use crate::board::job::{Job, JobTrait};
use crate::board::jobs::JobsComponent;
use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
use crate::board::leases::LeasesComponent;
use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
use crate::board::payouts::PayoutsComponent;
use crate::board::settlement::SettlementComponent::{
    ComponentState, Event, HasComponent, InternalTrait,
};
use crate::board::twins::TwinsTrait;
use crate::events::board::{LeaseEnded, TasksGivenBack};
use crate::interfaces::registry::{IFamiliesDispatcher, IFamiliesDispatcherTrait};
use crate::rules::lease_id::worker_of;
use crate::rules::terms::times;
use crate::types::audit::DrawOutcome;
use crate::types::board::{Lease, LeaseState, Twin};
use crate::types::registry::WorkerLock;

/// Giving back is free before this part of a lease's timeout is over, where there is room.
const FREE_PART: u32 = 10;
/// Per cent of the pay that are burned of the lock: of tasks given back after that, and of a
/// lease that expired.
const LATE_PERCENT: u32 = 2;
const EXPIRED_PERCENT: u32 = 5;

#[generate_trait]
pub impl ReturnsImpl<
    T,
    +HasComponent<T>,
    impl Jobs: JobsComponent::HasComponent<T>,
    impl Leases: LeasesComponent::HasComponent<T>,
    impl Payouts: PayoutsComponent::HasComponent<T>,
    +Drop<T>,
> of ReturnsTrait<T> {
    /// Ends a lease whose worker let its time run out.
    fn expire(
        ref self: ComponentState<T>, ref job: Job, ref dues: Dues, lease_id: u64, lease: Lease,
    ) {
        let (pay_fri, lock) = self.close(@job, lease_id, lease, LeaseState::EXPIRED);
        dues.release(lease_id, lock, times(pay_fri, EXPIRED_PERCENT) / 100);
        dues.end(@lease, pay_fri);
        job.add_to_pool(job.reserved_fri(@lease));
        self.reopen(ref job, lease_id, lease, LeaseState::EXPIRED);
    }

    /// Whether tasks may come back for nothing: early, and while the family has room for as much
    /// pay as is open in it, so that nobody keeps others out by claiming and giving back.
    fn is_free(self: @ComponentState<T>, job: @Job, lease: @Lease) -> bool {
        let leases = get_dep_component!(self, Leases);
        if leases.is_over(lease, *job.times.lease_timeout_s / FREE_PART) {
            return false;
        }
        if *lease.draw_outcome == DrawOutcome::UNJUDGED {
            return true;
        }
        let families = IFamiliesDispatcher {
            contract_address: leases.known_registry().contract_address,
        };
        let info = families.family(get_dep_component!(self, Jobs).family_of(job));
        2 * info.open_pay_fri <= info.most_pay_fri
    }

    /// Takes all tasks but the first `kept` off a lease that was claimed, and with them their
    /// part of the lock; without tasks the lease is over.
    fn give_back(
        ref self: ComponentState<T>, lease_id: u64, lease: Lease, kept: u32, reason: felt252,
    ) {
        let mut job = get_dep_component!(@self, Jobs).load(lease.job_id);
        let mut dues = no_dues();
        let (pay_fri, lock_fri) = self.stakes_of(@job, @lease);
        let (kept_pay_fri, kept_lock_fri, kept_reserve_fri) = if kept == 0 {
            (0, 0, 0)
        } else {
            let kept_lease = Lease { count: kept, ..lease };
            let (pay_fri, lock_fri) = self.stakes_of(@job, @kept_lease);
            (pay_fri, lock_fri, job.reserved_fri(@kept_lease))
        };
        job.add_to_pool(job.reserved_fri(@lease) - kept_reserve_fri);
        let burned_fri = if self.is_free(@job, @lease) {
            0
        } else {
            times(pay_fri - kept_pay_fri, LATE_PERCENT) / 100
        };
        let (worker_id, amount_fri) = (worker_of(lease_id), lock_fri - kept_lock_fri);
        dues.release(lease_id, WorkerLock { worker_id, amount_fri }, burned_fri);
        dues.end(@lease, pay_fri - kept_pay_fri);
        let (job_id, first, count) = (job.job_id, lease.first + kept, lease.count - kept);
        let returned = Lease { first, count, ..lease };
        let reopened = self.open_again(ref job, returned);
        let given_back = TasksGivenBack {
            job_id, lease_id, first, count, reason, burned_fri, reopened,
        };
        self.emit(Event::TasksGivenBack(given_back));
        if kept == 0 {
            let state = LeaseState::GIVEN_BACK;
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.close(lease_id, lease, state);
            self.emit(Event::LeaseEnded(LeaseEnded { job_id, lease_id, state, reopened }));
        }
        if kept != 0 && (lease.twin == Twin::HELD || lease.twin == Twin::SPARE) {
            self.part(@job, lease_id, lease, kept_pay_fri);
        } else if !reopened {
            self.leave_closed(ref job, lease_id, returned);
        }
        self.finish(job, dues);
    }

    /// A part of tasks that were given twice: it is paid out of what was set aside for the spare,
    /// of which the rest goes back.
    fn part(
        ref self: ComponentState<T>, job: @Job, lease_id: u64, lease: Lease, kept_pay_fri: u128,
    ) {
        let mut leases = get_dep_component_mut!(ref self, Leases);
        let spare = leases.part(lease_id, lease);
        let (pay_fri, _) = self.stakes_of(job, @spare);
        self.return_spare(job, lease_id, pay_fri - kept_pay_fri);
    }
}

//! A job in hand: what its numbers mean for ranges, audits and the pool.
use core::cmp::{max, min};
use starknet::get_block_timestamp;
use crate::rules::terms::{drawn_leaves, fee_of, has_passed, now, reserved_fees, times};
use crate::types::audit::DrawOutcome;
use crate::types::board::{AuditPrice, Lease, Package, Price, Progress, Times};

/// A job in hand: what changes is written back at once by `save`; what does not is boxed, so
/// that a job is passed on in fewer words.
#[derive(Copy, Drop)]
pub struct Job {
    pub job_id: u64,
    pub place: u32,
    pub package: Box<Package>,
    pub price: Box<Price>,
    pub audit_price: Box<AuditPrice>,
    pub times: Times,
    pub progress: Progress,
    /// Whether `times` has to be written back.
    pub pool_moved: bool,
}

#[generate_trait]
pub impl JobImpl of JobTrait {
    /// What is set aside for tasks that may still be given a second time.
    fn spares_fri(self: @Job) -> u128 {
        times(self.price.reward_fri, self.audit_price.spares)
    }

    /// Tasks that no lease holds and that are not settled.
    fn free(self: @Job) -> u32 {
        let progress = *self.progress;
        self.price.tasks - progress.accepted - progress.refunded - progress.held
    }

    /// Whether every task is paid or refunded, and no lease is still to end.
    fn is_settled(self: @Job) -> bool {
        let ended = *self.progress.accepted + *self.progress.refunded;
        ended == self.price.tasks && *self.times.pending == 0
    }

    /// One more lease to wait for, besides its tasks.
    fn await_one(ref self: Job) {
        self.times.pending += 1;
        self.pool_moved = true;
    }

    /// Such a lease ended.
    fn await_no_more(ref self: Job) {
        self.times.pending -= 1;
        self.pool_moved = true;
    }

    fn has_expired(self: @Job) -> bool {
        let (now_s, block) = now();
        now_s >= *self.times.expires_at_s && block >= *self.progress.expires_block
    }

    /// Whether operators may claim by themselves: the scheduler was silent for its grace.
    fn is_open(self: @Job, slowest_block_s: u32) -> bool {
        let Progress { heard_at_s, heard_block, .. } = *self.progress;
        has_passed(heard_at_s, heard_block, *self.times.scheduler_grace_s, slowest_block_s)
    }

    fn hear(ref self: Job) {
        let (now_s, block) = now();
        self.progress.heard_at_s = now_s;
        self.progress.heard_block = block;
    }

    /// Leaves that a first round on so many tasks draws.
    fn first_leaves(self: @Job, count: u32) -> u32 {
        let Package { tiles, audit_tiles, .. } = self.package.unbox();
        drawn_leaves(count * tiles.into(), audit_tiles)
    }

    /// What a vote of a first round on so many tasks is paid, without leaves that somebody named.
    fn fee_fri(self: @Job, count: u32) -> u128 {
        fee_of(self.audit_price.unbox(), self.first_leaves(count))
    }

    /// What a lease of so many tasks reserves: that, and a second look.
    fn reserve_fri(self: @Job, count: u32) -> u128 {
        times(self.fee_fri(count), reserved_fees(self.audit_price.second_look))
    }

    /// What the board holds for a lease that is not submitted, or not drawn yet.
    fn reserved_fri(self: @Job, lease: @Lease) -> u128 {
        if *lease.draw_outcome == DrawOutcome::NOT_DRAWN {
            self.reserve_fri(*lease.count)
        } else {
            0
        }
    }

    /// The least fee that a vote about any of its leases may have.
    fn least_fee_fri(self: @Job) -> u128 {
        self.fee_fri(1)
    }

    /// Takes money out of the audit pool, as far as it goes; returns how much.
    fn take_from_pool(ref self: Job, wanted_fri: u128) -> u128 {
        let taken_fri = min(wanted_fri, self.times.audit_pool_fri);
        if taken_fri != 0 {
            self.times.audit_pool_fri -= taken_fri;
            self.pool_moved = true;
        }
        taken_fri
    }

    fn has_open_range(self: @Job) -> bool {
        *self.progress.reopened_ranges != 0 || *self.progress.cursor != self.price.tasks
    }

    /// What the next lease may reserve.
    fn next_reserve_fri(self: @Job) -> u128 {
        self.reserve_fri(min(self.package.longest_lease, self.price.tasks))
    }

    /// Into how many leases what is open falls at least, if nobody splits it: a range that a
    /// scheduler passed over may be longer than a lease.
    fn open_ranges(self: @Job) -> u32 {
        let longest = self.package.longest_lease;
        let untouched = (self.price.tasks - *self.progress.cursor + longest - 1) / longest;
        max(*self.progress.reopened_ranges + untouched, (self.free() + longest - 1) / longest)
    }

    /// Whether the pool pays for the audits of all that is open besides what is taken.
    fn covers_open_ranges(self: @Job, taken_fri: u128) -> bool {
        *self.times.audit_pool_fri - taken_fri >= times(self.next_reserve_fri(), self.open_ranges())
    }

    /// Whether the pool can also pay for the lease that arises where this one is submitted with
    /// its first `kept` tasks only, besides those of all ranges that nobody holds.
    fn can_split(self: @Job, lease: Lease, kept: u32) -> bool {
        let ranges = self.open_ranges() + 1;
        let pool_fri = *self.times.audit_pool_fri
            + self.reserved_fri(@lease)
            - self.reserved_fri(@Lease { count: kept, ..lease });
        *self.progress.stopped || pool_fri >= times(self.next_reserve_fri(), ranges)
    }

    fn add_to_pool(ref self: Job, amount_fri: u128) {
        if amount_fri != 0 {
            self.times.audit_pool_fri += amount_fri;
            self.pool_moved = true;
        }
    }

    fn takes_claims(self: @Job) -> bool {
        !*self.progress.stopped && get_block_timestamp() < *self.times.expires_at_s
    }
}

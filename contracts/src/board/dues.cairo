//! What the leases that end or are paid in one call move, done at once when it is over.
use crate::types::audit::DrawOutcome;
use crate::types::board::Lease;
use crate::types::registry::WorkerLock;

/// What a lease's worker is sent, and whether that ends the lease.
#[derive(Copy, Drop)]
pub struct Pay {
    pub lease_id: u64,
    pub paid_fri: u128,
    pub ends: bool,
}

/// What is burned, what is unlocked, for each lock what is paid, and what ended of the family's
/// open pay.
#[derive(Drop)]
pub struct Dues {
    pub burns: Array<WorkerLock>,
    pub locks: Array<WorkerLock>,
    pub pays: Array<Pay>,
    pub ended_fri: u128,
}

pub fn no_dues() -> Dues {
    Dues { burns: array![], locks: array![], pays: array![], ended_fri: 0 }
}

/// What of a lease's pay counts for its family's cap.
pub fn capped_fri(lease: @Lease, pay_fri: u128) -> u128 {
    if *lease.draw_outcome == DrawOutcome::UNJUDGED {
        0
    } else {
        pay_fri
    }
}

#[generate_trait]
pub impl DuesImpl of DuesTrait {
    /// A lease with that pay ended, or that part of it.
    fn end(ref self: Dues, lease: @Lease, pay_fri: u128) {
        self.ended_fri += capped_fri(lease, pay_fri);
    }

    /// A worker gets so much of its lock back, less what is burned of it.
    fn release(ref self: Dues, lease_id: u64, lock: WorkerLock, burned_fri: u128) {
        let WorkerLock { worker_id, amount_fri } = lock;
        if burned_fri != 0 {
            self.burns.append(WorkerLock { worker_id, amount_fri: burned_fri });
        }
        self.locks.append(WorkerLock { worker_id, amount_fri: amount_fri - burned_fri });
        self.pays.append(Pay { lease_id, paid_fri: 0, ends: true });
    }
}

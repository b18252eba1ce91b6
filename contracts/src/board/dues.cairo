//! What the leases that end or are paid in one call move, done at once when it is over.
use crate::types::registry::WorkerLock;

/// What a lease's worker is sent, and whether that ends the lease.
#[derive(Copy, Drop)]
pub struct Pay {
    pub lease_id: u64,
    pub paid_fri: u128,
    pub ends: bool,
}

/// What is burned, what is unlocked, and for each lock what is paid.
#[derive(Drop)]
pub struct Dues {
    pub burns: Array<WorkerLock>,
    pub locks: Array<WorkerLock>,
    pub pays: Array<Pay>,
}

pub fn no_dues() -> Dues {
    Dues { burns: array![], locks: array![], pays: array![] }
}

#[generate_trait]
pub impl DuesImpl of DuesTrait {
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

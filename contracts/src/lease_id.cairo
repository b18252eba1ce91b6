//! A lease's number: which slot of which worker, and the how-manieth lease in it.
const SLOTS: u64 = 0x100;
const GENERATIONS: u64 = 0x100000000;
/// A worker holds at most this many leases of a board at once.
pub const MAX_SLOTS: u8 = 16;

/// | generation 0-31 | slot 32-39 | worker_id 40-63 |
pub fn join(worker_id: u32, slot: u8, generation: u32) -> u64 {
    (worker_id.into() * SLOTS + slot.into()) * GENERATIONS + generation.into()
}

/// Worker, slot and generation.
pub fn split(lease_id: u64) -> (u32, u8, u32) {
    let place = lease_id / GENERATIONS;
    (
        (place / SLOTS).try_into().unwrap(),
        (place % SLOTS).try_into().unwrap(),
        (lease_id % GENERATIONS).try_into().unwrap(),
    )
}

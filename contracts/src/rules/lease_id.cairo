//! A lease's number: which slot of which worker, and the how-manieth lease in it.
const SLOTS: u64 = 0x100;
const GENERATIONS: u64 = 0x100000000;
const WORKERS: u64 = 0x10000000000;
/// A worker holds at most this many leases of a board at once.
pub const MAX_SLOTS: u8 = 16;

/// A slot's number: | slot 0-7 | worker_id 8-31 |
pub fn place_number(worker_id: u32, slot: u8) -> u64 {
    worker_id.into() * SLOTS + slot.into()
}

/// | generation 0-31 | slot 32-39 | worker_id 40-63 |
pub fn join(place: u64, generation: u32) -> u64 {
    place * GENERATIONS + generation.into()
}

/// The slot's number and the generation.
pub fn split(lease_id: u64) -> (u64, u32) {
    let (place, generation) = DivRem::div_rem(lease_id, GENERATIONS.try_into().unwrap());
    (place, generation.try_into().unwrap())
}

pub fn worker_of(lease_id: u64) -> u32 {
    (lease_id / WORKERS).try_into().unwrap()
}

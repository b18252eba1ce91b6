//! A job's number: its place, whose storage cells it has, and how many jobs had these before.
const PLACES: u64 = 0x1000000;
/// Places are not used again after so many jobs: a job's number must fit a lease's cell.
pub const LAST_GENERATION: u32 = 0xffff;

/// | place 0-23 | generation 24-39 |
pub fn job_id_of(place: u32, generation: u32) -> u64 {
    generation.into() * PLACES + place.into()
}

/// The place and the generation.
pub fn place_of(job_id: u64) -> (u32, u32) {
    let (generation, place) = DivRem::div_rem(job_id, PLACES.try_into().unwrap());
    let generation: Option<u32> = generation.try_into();
    (place.try_into().unwrap(), generation.unwrap_or(LAST_GENERATION + 1))
}

//! What follows from terms, numbers and hashes alone, without storage.
pub mod draw;
pub mod job_id;
pub mod lease_id;
pub mod leaves;
pub mod limits;
pub mod masks;
pub mod prints;
pub mod terms;

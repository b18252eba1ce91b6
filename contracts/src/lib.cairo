//! RenderChain's contracts: the directory of a network, its registry of workers, its boards of
//! jobs.
pub mod batch;
pub mod claims;
pub mod directory;
pub mod events;
pub mod interfaces;
pub mod job_board;
pub mod job_book;
pub mod lease_desk;
pub mod lease_id;
pub mod packing;
pub mod payouts;
pub mod profiles;
pub mod roles;
pub mod seats;
pub mod stakes;
pub mod submission;
pub mod terms;

#[cfg(test)]
mod tests;

pub mod types;
pub mod worker_registry;

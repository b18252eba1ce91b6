//! RenderChain's contracts: the directory of a network, its registry of workers, its boards of
//! jobs.
pub mod directory;
pub mod events;
pub mod interfaces;
pub mod job_board;
pub mod terms;

#[cfg(test)]
mod tests;
pub mod types;
pub mod worker_registry;

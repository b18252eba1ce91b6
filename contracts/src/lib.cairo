//! RenderChain's contracts: the directory of a network, its registry of workers, its boards of
//! jobs.
pub mod audit;
pub mod board;
pub mod directory;
pub mod events;
pub mod interfaces;
pub mod packing;
pub mod registry;
pub mod rules;

#[cfg(test)]
mod tests;

pub mod types;

//! What the contracts tell the world; the keys are what clients filter by.
pub mod audit;
pub mod board;
pub mod directory;
pub mod registry;

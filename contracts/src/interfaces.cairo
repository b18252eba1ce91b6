//! What the contracts offer each other and the world.
pub mod account;
pub mod audit;
pub mod board;
pub mod directory;
pub mod registry;
pub mod token;

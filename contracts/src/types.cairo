//! Records that the contracts keep and exchange.
pub mod audit;
pub mod board;
pub mod registry;

//! How records become storage cells.
pub mod audit;
pub mod board;
pub mod cell;
pub mod registry;

//! Workers, their stake, and the seats from which verifiers are drawn.
pub mod boards;
pub mod committees;
pub mod families;
pub mod family_pays;
pub mod locks;
pub mod people;
pub mod profiles;
pub mod purses;
pub mod records;
pub mod roles;
pub mod seat_entries;
pub mod seats;
pub mod stakes;
pub mod transfers;
pub mod worker_registry;

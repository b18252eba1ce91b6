//! Workers, their stake, and the seats from which verifiers are drawn.
pub mod committees;
pub mod families;
pub mod locks;
pub mod profiles;
pub mod roles;
pub mod seats;
pub mod stakes;
pub mod worker_registry;

//! Audits of leases, from the draw to the verdict and what follows from it.
pub mod appeals;
pub mod audit_library;
pub mod challenges;
pub mod closing;
pub mod course;
pub mod draws;
pub mod entrypoints;
pub mod judging;
pub mod leaves;
pub mod money;
pub mod reveals;
pub mod rounds;
pub mod sealing;
pub mod seating;
pub mod shows;
pub mod steps;
pub mod store;

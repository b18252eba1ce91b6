//! Audits of leases, from the draw to the verdict and what follows from it.
pub mod audit_library;
pub mod challenges;
pub mod entrypoints;
pub mod rounds;
pub mod seating;
pub mod steps;
pub mod store;
pub mod verdicts;
pub mod votes;

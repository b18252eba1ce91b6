//! RenderChain's contracts: the directory of a network, its registry of workers, its boards of
//! jobs.
pub mod bailiff;
pub mod batch;
pub mod case_events;
pub mod case_packing;
pub mod case_types;
pub mod cases;
pub mod challenges;
pub mod claims;
pub mod committees;
pub mod court;
pub mod court_room;
pub mod directory;
pub mod docket;
pub mod draw;
pub mod events;
pub mod hearings;
pub mod interfaces;
pub mod job_board;
pub mod job_book;
pub mod job_id;
pub mod lease_desk;
pub mod lease_id;
pub mod leaves;
pub mod locks;
pub mod packing;
pub mod payouts;
pub mod prints;
pub mod profiles;
pub mod registry_events;
pub mod roles;
pub mod seats;
pub mod settlement;
pub mod stakes;
pub mod submission;
pub mod terms;

#[cfg(test)]
mod tests;

pub mod types;
pub mod verdicts;
pub mod votes;
pub mod worker_registry;

//! Jobs, the leases on them, and money.
pub mod acceptance;
pub mod audit_delegate;
pub mod batch;
pub mod claims;
pub mod dues;
pub mod job;
pub mod job_board;
pub mod jobs;
pub mod leases;
pub mod package_keys;
pub mod payouts;
pub mod ranges;
pub mod returns;
pub mod settlement;
pub mod submission;
pub mod twins;

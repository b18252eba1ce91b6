mod lifecycle_vectors;
mod test_events;
mod test_job_board;
mod test_lease_life;
mod test_leases;
mod test_packing;
mod test_submission;
mod test_transfers;

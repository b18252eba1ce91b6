mod test_events;
mod test_forfeits;
mod test_packing;
mod test_profiles;
mod test_seats;
mod test_worker_registry;

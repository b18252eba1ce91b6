mod test_committees;
mod test_events;
mod test_family_pays;
mod test_operators;
mod test_packing;
mod test_profiles;
mod test_seats;
mod test_worker_registry;

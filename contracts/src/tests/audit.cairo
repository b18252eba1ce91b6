mod test_appeals;
mod test_challenges;
mod test_chance;
mod test_entrypoints;
mod test_events;
mod test_packing;
mod test_rounds;

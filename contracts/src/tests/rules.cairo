mod draw_vectors;
mod leaf_vectors;
mod print_vectors;
mod test_draw;
mod test_lease_id;
mod test_leaves;
mod test_prints;
mod test_terms;

//! Events against those that are expected.

/// Whether the next event is that one, compared by keys and data.
pub fn same<E, +starknet::Event<E>, +Drop<E>>(mut found: E, expected: E) -> bool {
    let (mut keys, mut data) = (array![], array![]);
    let (mut other_keys, mut other_data) = (array![], array![]);
    found.append_keys_and_data(ref keys, ref data);
    expected.append_keys_and_data(ref other_keys, ref other_data);
    keys == other_keys && data == other_data
}

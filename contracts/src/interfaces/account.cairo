//! What a board asks of accounts.

/// What every Starknet account answers (SNIP-6).
#[starknet::interface]
pub trait IAccount<T> {
    fn is_valid_signature(self: @T, hash: felt252, signature: Array<felt252>) -> felt252;
}

//! What the registry's components need to know of a worker and of who calls.
use starknet::ContractAddress;
use crate::types::registry::Board;

pub mod Errors {
    pub const UNKNOWN_WORKER: felt252 = 'RC: unknown worker';
}

pub trait Roles<T> {
    /// Panics unless the caller owns the worker.
    fn assert_owner_of(self: @T, worker_id: u32);
    /// Panics unless the caller is the worker's owner or operator.
    fn assert_member_of(self: @T, worker_id: u32);
    /// The caller; panics unless it is an active board.
    fn assert_active_board(ref self: T) -> Board;
    fn owner_of(self: @T, worker_id: u32) -> ContractAddress;
    /// The worker's operator; zero if there is no such worker.
    fn holder_of(self: @T, worker_id: u32) -> ContractAddress;
    /// What a worker may have locked in a family with too few verifiers, in fri.
    fn unjudged_fri(self: @T) -> u128;
}

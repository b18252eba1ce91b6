//! What the registry's components need to know of a worker and of who calls.
use starknet::ContractAddress;

pub trait Roles<T> {
    /// Panics unless the caller owns the worker.
    fn assert_owner_of(self: @T, worker_id: u32);
    /// Panics unless the caller is the worker's owner or operator.
    fn assert_member_of(self: @T, worker_id: u32);
    /// The caller; panics unless it is an active board.
    fn assert_active_board(ref self: T) -> ContractAddress;
    fn owner_of(self: @T, worker_id: u32) -> ContractAddress;
    /// Stake that is not on its way out, in fri.
    fn staying_fri(self: @T, worker_id: u32) -> u128;
}

//! What a network's directory offers.
use starknet::ContractAddress;

#[starknet::interface]
pub trait IDirectory<T> {
    fn owner(self: @T) -> ContractAddress;
    fn transfer_ownership(ref self: T, new_owner: ContractAddress);
    fn accept_ownership(ref self: T);
    fn token(self: @T) -> ContractAddress;
    fn registry(self: @T) -> ContractAddress;
    fn set_registry(ref self: T, registry: ContractAddress);
    fn announce_board(ref self: T, board: ContractAddress);
    fn is_active_board(self: @T, board: ContractAddress) -> bool;
    fn retire_board(ref self: T, board: ContractAddress);
    fn takes_jobs(self: @T, board: ContractAddress) -> bool;
    fn board_count(self: @T) -> u32;
    fn board_at(self: @T, index: u32) -> ContractAddress;
    fn paused(self: @T) -> bool;
    fn set_paused(ref self: T, paused: bool);
}

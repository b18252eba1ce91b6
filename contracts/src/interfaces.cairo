//! What the contracts offer each other and the world. Amounts are in fri (10^-18 STRK).
use starknet::ContractAddress;
use crate::types::{JobInfo, JobTerms, Lease, WorkerInfo};

#[starknet::interface]
pub trait IERC20<T> {
    fn transfer(ref self: T, recipient: ContractAddress, amount: u256) -> bool;
    fn transfer_from(
        ref self: T, sender: ContractAddress, recipient: ContractAddress, amount: u256,
    ) -> bool;
    fn approve(ref self: T, spender: ContractAddress, amount: u256) -> bool;
    fn balance_of(self: @T, account: ContractAddress) -> u256;
}

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
    fn board_count(self: @T) -> u32;
    fn board_at(self: @T, index: u32) -> ContractAddress;
    fn paused(self: @T) -> bool;
    fn set_paused(ref self: T, paused: bool);
}

#[starknet::interface]
pub trait IWorkerRegistry<T> {
    fn register(
        ref self: T,
        operator: ContractAddress,
        payout: ContractAddress,
        families: Array<felt252>,
        stake_fri: u128,
    );
    fn add_stake(ref self: T, operator: ContractAddress, amount_fri: u128);
    fn request_unstake(ref self: T, operator: ContractAddress, amount_fri: u128);
    fn complete_unstake(ref self: T, operator: ContractAddress);
    fn set_payout(ref self: T, operator: ContractAddress, payout: ContractAddress);
    fn worker(self: @T, operator: ContractAddress) -> WorkerInfo;
    fn supports(self: @T, operator: ContractAddress, family: felt252) -> bool;
    fn lock(ref self: T, operator: ContractAddress, amount_fri: u128);
    fn unlock(ref self: T, operator: ContractAddress, amount_fri: u128);
}

#[starknet::interface]
pub trait IJobBoard<T> {
    fn create_job(ref self: T, terms: JobTerms) -> u64;
    fn claim_lease(ref self: T, job_id: u64) -> u64;
    fn submit(
        ref self: T,
        lease_id: u64,
        root: felt252,
        results_hi: u128,
        results_lo: u128,
        key_hash: felt252,
    );
    fn accept(ref self: T, lease_ids: Array<u64>);
    fn accept_late(ref self: T, lease_id: u64);
    fn expire(ref self: T, lease_id: u64);
    fn give_back(ref self: T, lease_id: u64);
    fn cancel(ref self: T, job_id: u64);
    fn refund(ref self: T, job_id: u64);
    fn withdraw(ref self: T, account: ContractAddress);
    fn job(self: @T, job_id: u64) -> JobInfo;
    fn lease(self: @T, lease_id: u64) -> Lease;
    fn operator_of(self: @T, lease_id: u64) -> ContractAddress;
    fn balance_of(self: @T, account: ContractAddress) -> u128;
}

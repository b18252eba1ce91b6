//! What the registry tells the world of workers.
use starknet::ContractAddress;
use crate::types::registry::{Record, StandingOffer, WorkerLock};

#[derive(Drop, starknet::Event)]
pub struct WorkerRegistered {
    #[key]
    pub worker_id: u32,
    #[key]
    pub owner: ContractAddress,
    pub payout: ContractAddress,
}

/// The owner named an operator, who has to accept.
#[derive(Drop, starknet::Event)]
pub struct OperatorNamed {
    #[key]
    pub worker_id: u32,
    #[key]
    pub operator: ContractAddress,
}

#[derive(Drop, starknet::Event)]
pub struct AddressesChanged {
    #[key]
    pub worker_id: u32,
    pub operator: ContractAddress,
    pub payout: ContractAddress,
}

#[derive(Drop, starknet::Event)]
pub struct RecordChanged {
    #[key]
    pub worker_id: u32,
    #[key]
    pub family: felt252,
    pub record: Record,
}

#[derive(Drop, starknet::Event)]
pub struct FamiliesChanged {
    #[key]
    pub worker_id: u32,
    pub families: Array<felt252>,
    pub supported: bool,
}

#[derive(Drop, starknet::Event)]
pub struct OfferChanged {
    #[key]
    pub worker_id: u32,
    pub offer: StandingOffer,
}

#[derive(Drop, starknet::Event)]
pub struct KeyChanged {
    #[key]
    pub worker_id: u32,
    pub key: u256,
}

#[derive(Drop, starknet::Event)]
pub struct SignerChanged {
    #[key]
    pub worker_id: u32,
    pub key: felt252,
}

/// From `from_epoch` on the worker has that many units in the family.
#[derive(Drop, starknet::Event)]
pub struct SeatsChanged {
    #[key]
    pub worker_id: u32,
    #[key]
    pub family: felt252,
    pub units: u32,
    pub from_epoch: u32,
}

/// `stake_fri` is all that the registry holds of the worker.
#[derive(Drop, starknet::Event)]
pub struct StakeChanged {
    #[key]
    pub worker_id: u32,
    pub stake_fri: u128,
    pub locked_fri: u128,
    pub unstaking_fri: u128,
}

/// `stake_fri` is all that the registry holds of the worker for its votes.
#[derive(Drop, starknet::Event)]
pub struct SeatStakeChanged {
    #[key]
    pub worker_id: u32,
    pub stake_fri: u128,
    pub unstaking_fri: u128,
}

/// A fault as a verifier costs `amount_fri`; so much was there, and is the board's now.
#[derive(Drop, starknet::Event)]
pub struct Forfeited {
    #[key]
    pub worker_id: u32,
    #[key]
    pub board: ContractAddress,
    pub amount_fri: u128,
    pub taken_fri: u128,
}

/// What is locked of each worker from now on, by all boards together.
#[derive(Drop, starknet::Event)]
pub struct LocksChanged {
    #[key]
    pub board: ContractAddress,
    pub locks: Array<WorkerLock>,
}

#[derive(Drop, starknet::Event)]
pub struct Slashed {
    #[key]
    pub worker_id: u32,
    #[key]
    pub board: ContractAddress,
    pub amount_fri: u128,
    pub reward_fri: u128,
}

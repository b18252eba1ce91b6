//! What the registry tells the world of workers.
use starknet::ContractAddress;
use crate::types::Record;

#[derive(Drop, starknet::Event)]
pub struct WorkerRegistered {
    #[key]
    pub worker_id: u32,
    #[key]
    pub operator: ContractAddress,
    #[key]
    pub owner: ContractAddress,
    pub payout: ContractAddress,
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
    pub record: Record,
}

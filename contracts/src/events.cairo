//! What a board tells the world; the keys are what clients filter by.
use starknet::ContractAddress;
use crate::types::JobTerms;

#[derive(Drop, starknet::Event)]
pub struct JobCreated {
    #[key]
    pub job_id: u64,
    #[key]
    pub family: felt252,
    #[key]
    pub requester: ContractAddress,
    pub terms: JobTerms,
}

#[derive(Drop, starknet::Event)]
pub struct LeaseClaimed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    #[key]
    pub operator: ContractAddress,
    pub first: u32,
    pub count: u32,
    pub attempt: u8,
}

#[derive(Drop, starknet::Event)]
pub struct ResultSubmitted {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    #[key]
    pub operator: ContractAddress,
    pub root: felt252,
    pub results_hi: u128,
    pub results_lo: u128,
    pub key_hash: felt252,
}

#[derive(Drop, starknet::Event)]
pub struct LeaseAccepted {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    #[key]
    pub operator: ContractAddress,
    pub paid_fri: u128,
}

/// A lease ended without a result; `state` is Expired or GivenBack.
#[derive(Drop, starknet::Event)]
pub struct LeaseEnded {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    #[key]
    pub operator: ContractAddress,
    pub state: u8,
    pub reopened: bool,
}

#[derive(Drop, starknet::Event)]
pub struct TasksRefunded {
    #[key]
    pub job_id: u64,
    pub tasks: u32,
    pub refunded_fri: u128,
}

/// Every task is paid or refunded; the rest of the audit pool went back.
#[derive(Drop, starknet::Event)]
pub struct JobClosed {
    #[key]
    pub job_id: u64,
    pub refunded_fri: u128,
}

#[derive(Drop, starknet::Event)]
pub struct Withdrawn {
    #[key]
    pub account: ContractAddress,
    pub amount_fri: u128,
}


//! What a board tells the world; the keys are what clients filter by.
use starknet::ContractAddress;
use crate::types::board::{JobTerms, LeaseResult};

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

/// The requester offers more: the price from now on, the whole audit pool, the new end.
#[derive(Drop, starknet::Event)]
pub struct JobImproved {
    #[key]
    pub job_id: u64,
    pub reward_fri: u128,
    pub audit_pool_fri: u128,
    pub expires_at_s: u64,
}

/// By the operator's claim or by the scheduler's assignment.
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
    pub audit_exp: u8,
    pub assigned: bool,
    /// Nobody named verifiers, and nobody judges it.
    pub unjudged: bool,
}

#[derive(Drop, starknet::Event)]
pub struct ResultSubmitted {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    /// Of its first tasks; the others were given back.
    pub count: u32,
    pub result: LeaseResult,
}

/// A worker gave these tasks of its claimed lease back, all or the last; `reason` is its own word,
/// 0 where it submitted the others. `burned_fri` was burned of its stake.
#[derive(Drop, starknet::Event)]
pub struct TasksGivenBack {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub first: u32,
    pub count: u32,
    pub reason: felt252,
    pub burned_fri: u128,
    pub reopened: bool,
}

/// The requester paid a lease before its end, which LeaseAccepted or LeaseEnded tells.
#[derive(Drop, starknet::Event)]
pub struct LeasePaid {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub payout: ContractAddress,
    pub paid_fri: u128,
}

/// `paid_fri` is 0 where it was paid before.
#[derive(Drop, starknet::Event)]
pub struct LeaseAccepted {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub payout: ContractAddress,
    pub paid_fri: u128,
}

/// A scheduler gave the tasks of a lease a second time.
#[derive(Drop, starknet::Event)]
pub struct SpareGiven {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub held_id: u64,
}

/// Tasks that were given twice are paid once, as this lease ended without pay or was submitted in
/// part: the other pay went back to the requester.
#[derive(Drop, starknet::Event)]
pub struct SpareRefunded {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub refunded_fri: u128,
}

/// A lease ended without being accepted; `state` is Expired, Rejected or GivenBack.
#[derive(Drop, starknet::Event)]
pub struct LeaseEnded {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub state: u8,
    pub reopened: bool,
}

/// A lease was lost: so much of its worker's stake, which is the audit's from then on.
#[derive(Drop, starknet::Event)]
pub struct LeaseSlashed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub slashed_fri: u128,
    pub reward_fri: u128,
}

/// One entry of a batch was refused and changed nothing; `subject` is its lease or worker.
#[derive(Drop, starknet::Event)]
pub struct EntryRefused {
    #[key]
    pub job_id: u64,
    #[key]
    pub subject: u64,
    pub reason: felt252,
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

/// A worker would look at a private job, and wants the key of its package.
#[derive(Drop, starknet::Event)]
pub struct KeyAsked {
    #[key]
    pub job_id: u64,
    #[key]
    pub worker_id: u32,
}

/// Somebody who has the key wrapped it for that worker, who sees whether it is the key.
#[derive(Drop, starknet::Event)]
pub struct KeyGiven {
    #[key]
    pub job_id: u64,
    #[key]
    pub worker_id: u32,
    pub ephemeral: u256,
    pub sealed: u256,
    pub tag: u128,
}

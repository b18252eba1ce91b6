//! What follows from a job's terms alone.
use starknet::{get_block_number, get_block_timestamp};
use crate::types::{JobTerms, Lease};

/// A lease locks 3/10 of its pay.
const LOCK_NUMERATOR: u128 = 3;
const LOCK_DENOMINATOR: u128 = 10;

pub mod Errors {
    pub const NO_TASKS: felt252 = 'RC: job without tasks';
    pub const NO_REWARD: felt252 = 'RC: job without reward';
    pub const NO_PACKAGE: felt252 = 'RC: job without package';
    pub const NO_LEASE_LENGTH: felt252 = 'RC: longest lease is zero';
    pub const NO_TIMEOUT: felt252 = 'RC: a timeout is zero';
    pub const EXPIRES_TOO_SOON: felt252 = 'RC: job shorter than a lease';
}

pub fn check_terms(terms: @JobTerms) {
    assert(*terms.tasks != 0, Errors::NO_TASKS);
    assert(*terms.reward_fri != 0, Errors::NO_REWARD);
    let digest = *terms.package_hi != 0 || *terms.package_lo != 0;
    let package = digest && *terms.package_bytes != 0 && *terms.package_files != 0;
    assert(package, Errors::NO_PACKAGE);
    assert(*terms.longest_lease != 0, Errors::NO_LEASE_LENGTH);
    let lease_times = *terms.lease_timeout_s != 0 && *terms.lease_timeout_blocks != 0;
    let window_times = *terms.window_s != 0 && *terms.window_blocks != 0;
    assert(lease_times && window_times, Errors::NO_TIMEOUT);
    assert(*terms.expires_in_s >= *terms.lease_timeout_s, Errors::EXPIRES_TOO_SOON);
}

pub fn pay_of(terms: @JobTerms, tasks: u32) -> u128 {
    *terms.reward_fri * tasks.into()
}

/// Rounded up, against the actor.
pub fn lock_of(terms: @JobTerms, tasks: u32) -> u128 {
    (pay_of(terms, tasks) * LOCK_NUMERATOR + LOCK_DENOMINATOR - 1) / LOCK_DENOMINATOR
}

/// Both clocks must have run out: a chain that stands still ends nothing.
pub fn has_passed(lease: @Lease, seconds: u32, blocks: u32) -> bool {
    get_block_timestamp() >= *lease.since_s
        + seconds.into() && get_block_number() >= *lease.since_block
        + blocks.into()
}

//! How long waits may be beside each other.
use crate::types::registry::Limits;

pub mod Errors {
    pub const COOLDOWN_TOO_SHORT: felt252 = 'RC: cool-down is too short';
    pub const ZERO_LIMIT: felt252 = 'RC: a limit is zero';
}

/// Stake must not leave before all that it answers for is over.
pub fn check_limits(limits: Limits, cooldown_s: u32) {
    let Limits { lease_timeout_s, window_s, audit_s, slowest_block_s } = limits;
    let waits = lease_timeout_s != 0 && window_s != 0 && audit_s != 0;
    assert(waits && slowest_block_s != 0, Errors::ZERO_LIMIT);
    // After the audit of chance the window begins anew, and a challenge may end it.
    let judged_s: u64 = window_s.into() + audit_s.into();
    let longest_s = lease_timeout_s.into() + 2 * judged_s;
    assert(cooldown_s.into() > longest_s, Errors::COOLDOWN_TOO_SHORT);
}

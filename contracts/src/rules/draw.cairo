//! What chance decides about a lease: whether it is audited, which leaves, and which seats.
//! Functions of one block's hash, the same as core/audit/draw.py; and how contracts read that hash.
use core::poseidon::poseidon_hash_span;
use starknet::syscalls::get_block_hash_syscall;
use starknet::{SyscallResultTrait, get_block_number};
use crate::rules::terms::power_of_two;

const SEED_DOMAIN: felt252 = 'renderchain/seed/1';
const LEAF_DOMAIN: felt252 = 'renderchain/leaf/1';
const SEAT_DOMAIN: felt252 = 'renderchain/seat/1';
/// The draw uses exactly this block after the submission ...
pub const DRAW_AFTER: u64 = 2;
/// (so many after the call that found too few votes, at the soonest) ...
pub const REPEATED_AFTER: u64 = 18;
/// ... and contracts can read a block's hash when it is that old.
pub const READABLE_AFTER: u64 = 10;

pub mod Errors {
    pub const NO_BLOCK_YET: felt252 = 'RC: block of the draw is ahead';
}

/// The hash of a block, once contracts can read it.
pub fn hash_of(block: u64) -> Result<felt252, felt252> {
    if get_block_number() < block + READABLE_AFTER {
        Err(Errors::NO_BLOCK_YET)
    } else {
        Ok(get_block_hash_syscall(block).unwrap_syscall())
    }
}

/// The same; `known` is the block asked for last with its hash, as leases posted together share
/// theirs.
pub fn hash_again(block: u64, ref known: (u64, felt252)) -> Result<felt252, felt252> {
    let (last, hash) = known;
    if last == block {
        return Ok(hash);
    }
    let hash = hash_of(block)?;
    known = (block, hash);
    Ok(hash)
}

/// A round's seed, from the hash of its block.
pub fn seed_of(
    block_hash: felt252, board: felt252, lease_id: u64, attempt: u8, round: u8,
) -> felt252 {
    let place = array![
        SEED_DOMAIN, block_hash, board, lease_id.into(), attempt.into(), round.into(),
    ];
    poseidon_hash_span(place.span())
}

/// Whether a lease is audited that is at a rate of 2^-audit_exp.
pub fn is_audited(seed: felt252, audit_exp: u8) -> bool {
    let number: u256 = seed.into();
    number.low % power_of_two(audit_exp).into() == 0
}

/// The `index`-th of `wanted` leaves: one in each equal part of all `leaves`, so none comes twice.
pub fn leaf_at(seed: felt252, index: u32, wanted: u32, leaves: u32) -> u32 {
    let first = share(leaves, index, wanted);
    let size = share(leaves, index + 1, wanted) - first;
    first + below(array![LEAF_DOMAIN, seed, index.into()], size.into()).try_into().unwrap()
}

/// The unit of stake whose holder gets a seat, in the `attempt`-th try.
pub fn unit_at(seed: felt252, attempt: u32, units: u64) -> u64 {
    below(array![SEAT_DOMAIN, seed, attempt.into()], units.into()).try_into().unwrap()
}

fn share(leaves: u32, part: u32, parts: u32) -> u32 {
    let at: u64 = leaves.into() * part.into() / parts.into();
    at.try_into().unwrap()
}

fn below(input: Array<felt252>, limit: u128) -> u128 {
    let number: u256 = poseidon_hash_span(input.span()).into();
    number.low % limit
}

//! What a board offers of its audits. Amounts are in fri (10^-18 STRK).
use crate::types::audit::{Audit, Commitment, Content, LeafOpening, Reveal, Verifier};
use crate::types::board::LeaseResult;

/// Audits of submitted leases, in rounds. Entries of a batch that are refused change nothing.
#[starknet::interface]
pub trait IAudits<T> {
    fn draw(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn commit(ref self: T, commitments: Array<Commitment>);
    fn open(
        ref self: T,
        lease_id: u64,
        seed: felt252,
        result: LeaseResult,
        openings: Array<LeafOpening>,
        siblings: Array<felt252>,
    );
    fn reveal(ref self: T, reveals: Array<Reveal>);
    fn reveal_prints(
        ref self: T,
        lease_id: u64,
        seat: u8,
        nonce: felt252,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Array<felt252>,
    );
    fn compare(
        ref self: T,
        lease_id: u64,
        seat: u8,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Array<felt252>,
        answer_prints: Array<felt252>,
    );
    fn advance(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn appeal(ref self: T, lease_id: u64);
    fn audit_of(self: @T, lease_id: u64) -> Audit;
    fn seed_of(self: @T, lease_id: u64, round: u8) -> felt252;
    fn drawn_leaves(self: @T, lease_id: u64) -> Array<u32>;
    fn verifiers_of(self: @T, lease_id: u64, round: u8) -> Array<Verifier>;
    fn bond_to_appeal_fri(self: @T, lease_id: u64) -> u128;
}

/// What has a lease audited besides the draw.
#[starknet::interface]
pub trait IChallenges<T> {
    fn challenge_pixels(ref self: T, lease_id: u64, leaves: Array<u32>);
    fn challenge_delivery(ref self: T, lease_id: u64);
    fn reveal_key(ref self: T, lease_id: u64, result: LeaseResult, key_hi: u128, key_lo: u128);
    fn bond_to_challenge_fri(self: @T, lease_id: u64, leaves: u32) -> u128;
}

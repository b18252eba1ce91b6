//! What a board offers of its audits. Amounts are in fri (10^-18 STRK).
use crate::types::audit::{Audit, Commitment, Content, LeafOpening, Reveal, ShownVote, Verifier};
use crate::types::board::LeaseResult;

/// Audits of submitted leases, in rounds. Entries of a batch that are refused change nothing.
#[starknet::interface]
pub trait IAudits<T> {
    fn draw(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn commit(ref self: T, commitments: Array<Commitment>);
    /// `word` is Vote::BUSY, OVER_TIME or NO_PACKAGE.
    fn decline(ref self: T, lease_id: u64, seat: u8, word: u8);
    fn open(
        ref self: T,
        lease_id: u64,
        seed: felt252,
        result: LeaseResult,
        openings: Array<LeafOpening>,
        siblings: Span<felt252>,
        prints: Span<felt252>,
    );
    fn reveal(ref self: T, reveals: Array<Reveal>);
    /// `differs` is a mask of positions; `mean` whether the mean over all leaves differs.
    fn reveal_prints(
        ref self: T,
        lease_id: u64,
        seat: u8,
        nonce: felt252,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Span<felt252>,
        differs: u128,
        mean: bool,
    );
    /// `leaf` is an index of the round's leaves, or MEAN.
    fn strike(
        ref self: T,
        lease_id: u64,
        seat: u8,
        leaf: u8,
        contents: Array<Content>,
        answer: Array<Content>,
        prints: Span<felt252>,
        answer_prints: Span<felt252>,
    );
    fn show(
        ref self: T,
        lease_id: u64,
        leaf: u8,
        by_levels: bool,
        votes: Array<ShownVote>,
        answer: Array<Content>,
        answer_prints: Span<felt252>,
    );
    fn advance(ref self: T, job_id: u64, lease_ids: Array<u64>);
    fn appeal(ref self: T, lease_id: u64, leaves: Array<u32>);
    fn raise_fee(ref self: T, lease_id: u64, notches: u8);
    fn audit_of(self: @T, lease_id: u64) -> Audit;
    fn seed_of(self: @T, lease_id: u64, round: u8) -> felt252;
    /// Leaves of the present round, and their positions.
    fn drawn_leaves(self: @T, lease_id: u64) -> Array<(u32, u8)>;
    /// All seats so far, of all rounds.
    fn verifiers_of(self: @T, lease_id: u64) -> Array<Verifier>;
    fn bond_to_appeal_fri(self: @T, lease_id: u64) -> u128;
    fn price_to_raise_fri(self: @T, lease_id: u64, notches: u8) -> u128;
}

/// What has a lease audited besides the draw.
#[starknet::interface]
pub trait IChallenges<T> {
    fn name_verifiers(ref self: T, lease_id: u64, verifiers: Array<u32>);
    fn challenge_pixels(ref self: T, lease_id: u64, leaves: Array<u32>);
    fn challenge_delivery(ref self: T, lease_id: u64);
    fn reveal_key(ref self: T, lease_id: u64, result: LeaseResult, key_hi: u128, key_lo: u128);
    /// Of a challenge of pixels, or of the delivery.
    fn bond_to_challenge_fri(self: @T, lease_id: u64, pixels: bool) -> u128;
}

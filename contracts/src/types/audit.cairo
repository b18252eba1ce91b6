//! Records of audits and challenges. Amounts are in fri; packing/audit.cairo has the cells.

/// What the draw made of a submitted lease.
pub mod DrawOutcome {
    pub const NOT_DRAWN: u8 = 0;
    /// Not audited.
    pub const PASSED: u8 = 1;
    /// In an audit, or on its way to one: its votes are drawn, or wait for a block.
    pub const IN_AUDIT: u8 = 2;
    /// Verifiers accepted it.
    pub const CLEARED: u8 = 3;
    /// From the claim on: nobody judges it.
    pub const UNJUDGED: u8 = 4;
}

/// What a lease is audited for.
pub mod AuditKind {
    /// Are these the scene's pixels?
    pub const PIXELS: u8 = 1;
    /// Can the results be had, and are they those under the root?
    pub const DELIVERY: u8 = 2;
}

/// What an audit waits for.
pub mod AuditPhase {
    /// The key of the results, in a challenge of the delivery.
    pub const KEY: u8 = 1;
    /// A block whose hash draws votes.
    pub const DRAW: u8 = 2;
    /// Sealed votes, or words why there is none.
    pub const COMMIT: u8 = 3;
    /// The worker's drawn leaves and their prints.
    pub const OPEN: u8 = 4;
    pub const REVEAL: u8 = 5;
    /// Somebody who shows what prints contradict, and whether objectors agree with each other.
    pub const SHOW: u8 = 6;
    pub const APPEAL: u8 = 7;
    /// The block that decides about a second look.
    pub const LOOK: u8 = 8;
    pub const OVER: u8 = 9;
}

/// Accepted means that the worker is right.
pub mod Verdict {
    pub const NONE: u8 = 0;
    pub const ACCEPTED: u8 = 1;
    pub const REJECTED: u8 = 2;
    pub const UNDECIDED: u8 = 3;
}

/// How far a seat's vote came.
pub mod Vote {
    pub const DRAWN: u8 = 1;
    pub const SEALED: u8 = 2;
    pub const BUSY: u8 = 3;
    pub const OVER_TIME: u8 = 4;
    pub const NO_PACKAGE: u8 = 5;
    pub const ABSENT: u8 = 6;
    /// Revealed in time; its masks say what it found.
    pub const COUNTED: u8 = 7;
    /// Sealed, and not revealed in time.
    pub const SILENT: u8 = 8;
    /// Its own prints contradict it.
    pub const STRUCK: u8 = 9;
    /// Sealed, to be paid and not counted.
    pub const SPARE: u8 = 10;
}

/// Stands for the mean over all drawn leaves where a leaf is named.
pub const MEAN: u8 = 255;

/// A lease's audit. One cell, used again by the slot's next lease. Seats are numbered through all
/// rounds; `first` is the first of the present draw, whose seats are counted by `sealed`, `said`
/// and `revealed`.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Audit {
    pub generation: u32,
    pub kind: u8,
    pub phase: u8,
    pub round: u8,
    pub verdict: u8,
    /// The round that gave the verdict.
    pub decided: u8,
    pub first: u8,
    /// Where the seats of each round end.
    pub ends: (u8, u8, u8),
    /// Batches of votes added to the present draw, and draws that were made anew in this round.
    pub batches: u8,
    pub redraws: u8,
    pub sealed: u8,
    pub said: u8,
    pub revealed: u8,
    /// Leaves that requester and appellants named.
    pub named: u8,
    /// By how many notches the fee of each round's votes was raised before any was drawn.
    pub raised: (u8, u8, u8),
    /// Rounds that somebody pays a bond for, as bits.
    pub bonded: u8,
    /// What round 0's challenge, appeals and a second look are against: a verdict, two bits a
    /// round.
    pub against: u8,
    /// Whether it was shown that objectors agree with each other.
    pub proved: bool,
    /// Whether somebody revealed with prints.
    pub prints: bool,
    pub since_s: u64,
    pub since_block: u64,
    /// The hash of two blocks later draws, or decides about a second look.
    pub draw_block: u64,
}

/// A seat of an audit. One cell. Masks of leaves are over positions: 0 to 7 the named ones, from 8
/// on what each round drew; of a delivery, 1 says that it can't be had.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Verifier {
    pub worker_id: u32,
    pub vote: u8,
    /// Whether the mean over all its leaves differs.
    pub mean: bool,
    /// Seats of its draw with which it was shown to agree, as bits counted from the first.
    pub near: u32,
    /// Leaves that differ from the worker's.
    pub differs: u128,
}

/// What a leaf says of its tile.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Content {
    /// sha-256 of the tile's bytes, high and low half.
    pub digest_hi: u128,
    pub digest_lo: u128,
    pub print_hash: felt252,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct LeafOpening {
    pub salt: felt252,
    pub content: Content,
}

/// A verifier's sealed vote: Poseidon of round, seat and vote, see audit/store.cairo.
#[derive(Copy, Drop, Serde)]
pub struct Commitment {
    pub lease_id: u64,
    pub seat: u8,
    pub mark: felt252,
}

/// What the mark was made of; `vote` is the answer to the drawn leaves, or YES or NO.
#[derive(Copy, Drop, Serde)]
pub struct Reveal {
    pub lease_id: u64,
    pub seat: u8,
    pub nonce: felt252,
    pub vote: felt252,
}

/// A counted vote as `show` names it; prints of the leaf, or of all in which it differs.
#[derive(Drop, Serde)]
pub struct ShownVote {
    pub seat: u8,
    pub contents: Array<Content>,
    pub prints: Span<felt252>,
}

//! Records of audits and challenges. Amounts are in fri; packing/audit.cairo has the cells.

/// What the draw made of a submitted lease.
pub mod DrawOutcome {
    pub const NOT_DRAWN: u8 = 0;
    /// Not audited.
    pub const PASSED: u8 = 1;
    /// To be audited, but there are not three independent seats, or the pool is empty.
    pub const UNSEATED: u8 = 2;
    pub const IN_AUDIT: u8 = 3;
    /// A committee accepted it.
    pub const CLEARED: u8 = 4;
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
    pub const KEY: u8 = 1;
    pub const DRAW: u8 = 2;
    pub const COMMIT: u8 = 3;
    pub const OPEN: u8 = 4;
    pub const REVEAL: u8 = 5;
    pub const APPEAL: u8 = 6;
    pub const OVER: u8 = 7;
}

/// Accepted means that the worker is right.
pub mod Verdict {
    pub const NONE: u8 = 0;
    pub const ACCEPTED: u8 = 1;
    pub const REJECTED: u8 = 2;
    pub const UNDECIDED: u8 = 3;
}

/// A lease's audit. One cell, used again by the slot's next lease; counts are of the present
/// round.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Audit {
    pub generation: u32,
    pub kind: u8,
    pub phase: u8,
    pub round: u8,
    pub verdict: u8,
    /// Seats of each round so far.
    pub seats: (u8, u8, u8),
    pub committed: u8,
    pub agreeing: u8,
    pub objecting: u8,
    /// Verifiers whose prints wait for the worker's.
    pub shown: u8,
    /// Leaves that the requester named.
    pub named: u8,
    /// How often absent verifiers of this round were replaced.
    pub redraws: u8,
    /// Rounds that somebody pays a bond for, as bits.
    pub bonded: u8,
    pub since_s: u64,
    pub since_block: u64,
    /// The block that called the present round: who may be drawn is of the epoch before it.
    pub draw_block: u64,
}

pub mod Vote {
    pub const DRAWN: u8 = 1;
    pub const COMMITTED: u8 = 2;
    pub const SHOWN: u8 = 3;
    pub const AGREES: u8 = 4;
    pub const OBJECTS: u8 = 5;
    pub const ABSENT: u8 = 6;
}

/// A verifier's seat in an audit. One cell.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Verifier {
    pub worker_id: u32,
    pub vote: u8,
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

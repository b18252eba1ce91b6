//! What a board tells the world of audits and challenges.
use starknet::ContractAddress;
use crate::types::audit::Content;

/// What chance said of a submitted lease; `draw_outcome` is Passed or InAudit.
#[derive(Drop, starknet::Event)]
pub struct LeaseDrawn {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub audit_exp: u8,
    pub draw_outcome: u8,
}

/// These workers have seats in a round from `first_seat` on, in this order, one as often as it was
/// drawn.
#[derive(Drop, starknet::Event)]
pub struct VotesDrawn {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub kind: u8,
    pub seed: felt252,
    pub first_seat: u8,
    pub verifiers: Array<u32>,
}

/// All verifiers are bound; the worker has to open its leaves now, if it is about pixels.
#[derive(Drop, starknet::Event)]
pub struct VotesSealed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
}

/// Up to twelve of the drawn leaves, from the one at index `at` on: networks take 300 felts of data
/// an event. Those of one opening follow each other.
#[derive(Drop, starknet::Event)]
pub struct LeavesOpened {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub at: u8,
    pub contents: Span<Content>,
    /// 20 felts a leaf.
    pub prints: Span<felt252>,
}

/// What became of a seat's vote, as in Vote.
#[derive(Drop, starknet::Event)]
pub struct Voted {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub seat: u8,
    pub worker_id: u32,
    pub vote: u8,
}

/// What a verifier has where the worker has something else: its contents, and the prints of the
/// leaves with other digests in their order. Twelve leaves an event, as in LeavesOpened.
#[derive(Drop, starknet::Event)]
pub struct PrintsShown {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub seat: u8,
    pub differs: u128,
    pub mean: bool,
    pub at: u8,
    pub contents: Span<Content>,
    pub prints: Span<felt252>,
}

/// A majority of the counted votes agrees with one of them, and all are off from the worker.
#[derive(Drop, starknet::Event)]
pub struct RejectionShown {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub leaf: u8,
    pub reference: u8,
}

/// What a round found; final unless somebody appeals in time.
#[derive(Drop, starknet::Event)]
pub struct VerdictGiven {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub verdict: u8,
    pub counted: u8,
    pub objecting: u8,
}

/// Votes of that round are looked for at this fee from the next draw on; who raised it pays the
/// difference.
#[derive(Drop, starknet::Event)]
pub struct FeeRaised {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub fee_fri: u128,
    pub payer: ContractAddress,
}

/// The requester named verifiers of a lease that nobody judged: it may be challenged from now on.
#[derive(Drop, starknet::Event)]
pub struct VerifiersNamed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
}

#[derive(Drop, starknet::Event)]
pub struct Appealed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub round: u8,
    pub bond_fri: u128,
    pub leaves: Array<u32>,
}

/// The audit is over and its money is where it belongs.
#[derive(Drop, starknet::Event)]
pub struct CaseClosed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub kind: u8,
    pub verdict: u8,
}

/// The requester doubts named leaves (Pixels) or that the results can be had (Delivery).
#[derive(Drop, starknet::Event)]
pub struct LeaseChallenged {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub kind: u8,
    pub leaves: Array<u32>,
    pub bond_fri: u128,
}

/// With this key anybody can read the lease's results.
#[derive(Drop, starknet::Event)]
pub struct KeyRevealed {
    #[key]
    pub job_id: u64,
    #[key]
    pub lease_id: u64,
    pub key_hi: u128,
    pub key_lo: u128,
}

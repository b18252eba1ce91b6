//! How far an audit is: what follows from its state alone.
use core::cmp::max;
use starknet::get_block_timestamp;
use crate::board::job::{Job, JobTrait};
use crate::rules::draw::REPEATED_AFTER;
use crate::rules::lease_id::split;
use crate::rules::masks::MAX_NAMED;
use crate::rules::terms::{
    bond_of, challenge_bond, fee_in, fee_of, fees_in, has_passed, now, phase_s, raised_fee,
    seats_in,
};
use crate::types::audit::{Audit, AuditKind, AuditPhase, Verdict, Verifier, Vote};
use crate::types::board::Lease;
use crate::types::registry::Limits;

/// Added to a draw that wants more votes than it has: so many, as far as the purse goes, so often.
pub const BATCH: u8 = 4;
pub const MAX_BATCHES: u8 = 3;
/// Draws of a round that are made anew.
pub const MAX_REDRAWS: u8 = 2;
/// With fewer sealed votes nothing is decided.
pub const LEAST_VOTES: u8 = 3;
const COMMIT_STEPS: u32 = 3;
const BATCH_STEPS: u32 = 1;
/// The worker's side is asked twice, so that an outage is survived.
const SILENCE_STEPS: u32 = 2;
const DRAW_STEPS: u32 = 21;
/// An appellant's bond besides the fees, as a part of the lease's pay.
pub const APPEAL_PART: u128 = 20;

#[generate_trait]
pub impl AuditImpl of AuditTrait {
    /// The first seat of a round.
    fn start_of(self: @Audit, round: u8) -> u8 {
        if round == 0 {
            0
        } else {
            self.end_of(round - 1)
        }
    }

    /// The seat after the last one of a round.
    fn end_of(self: @Audit, round: u8) -> u8 {
        let (first, second, third) = *self.ends;
        if round == 0 {
            first
        } else if round == 1 {
            second
        } else {
            third
        }
    }

    /// Votes of the present draw.
    fn votes(self: @Audit) -> u8 {
        self.end_of(*self.round) - *self.first
    }

    /// Its votes that have neither sealed nor said or missed anything.
    fn awaited(self: @Audit) -> u8 {
        self.votes() - *self.sealed - *self.said
    }

    fn has_enough(self: @Audit) -> bool {
        *self.sealed >= LEAST_VOTES && 2 * *self.sealed > self.votes()
    }

    fn add_votes(ref self: Audit, count: u8) {
        let (first, second, third) = self.ends;
        self
            .ends =
                if self.round == 0 {
                    (first + count, 0, 0)
                } else if self.round == 1 {
                    (first, second + count, 0)
                } else {
                    (first, second, third + count)
                };
    }

    /// From now on it waits for something else; where that is a block, for the next ones.
    fn enter(ref self: Audit, phase: u8) {
        self.phase = phase;
        let (since_s, since_block) = now();
        self.since_s = since_s;
        self.since_block = since_block;
        self.draw_block = since_block;
    }

    /// Votes of the present round are drawn, for the first time or anew.
    fn begin_draw(ref self: Audit) {
        self.first = self.end_of(self.round);
        self.batches = 0;
        self.sealed = 0;
        self.said = 0;
        self.revealed = 0;
        self.proved = false;
        self.prints = false;
        self.enter(AuditPhase::DRAW);
    }

    /// The next round, without seats yet.
    fn begin_round(ref self: Audit) {
        let end = self.end_of(self.round);
        self.round += 1;
        self.redraws = 0;
        self.add_votes(end);
        self.begin_draw();
    }

    /// Whether the round's own votes are due, not more of them or others in their place.
    fn is_first_draw(self: @Audit) -> bool {
        self.votes() == 0 && *self.redraws == 0
    }

    /// Whether no block was asked yet for the round's own votes: then it draws the leaves, too.
    fn draws_leaves(self: @Audit) -> bool {
        self.is_first_draw() && *self.draw_block == *self.since_block
    }

    /// Too few votes were found: a later block draws them, after each time twice as late, so that
    /// the few who are willing are not tried again and again until they are among themselves.
    fn repeat_draw(ref self: Audit, block: u64) {
        self.draw_block = block + max(REPEATED_AFTER, block - self.since_block);
    }

    /// Whether the round's own votes, which somebody paid for, were looked for and not found, so
    /// that a raised fee may find them.
    fn may_be_raised(self: @Audit) -> bool {
        *self.phase == AuditPhase::DRAW
            && self.is_first_draw()
            && self.is_funded(*self.round)
            && *self.draw_block != *self.since_block
    }

    /// Whether a round's own votes have their fees from elsewhere than the purse.
    fn is_funded(self: @Audit, round: u8) -> bool {
        round == 0 || self.is_bonded(round) || self.is_second_look(round)
    }

    fn is_bonded(self: @Audit, round: u8) -> bool {
        *self.bonded & bit_of(round) != 0
    }

    /// Chance drew the lease; nobody doubted it.
    fn is_by_chance(self: @Audit) -> bool {
        !self.is_bonded(0)
    }

    fn is_second_look(self: @Audit, round: u8) -> bool {
        round == 1 && !self.is_bonded(1) && self.against_in(1) == Verdict::ACCEPTED
    }

    /// The present round can't decide: a rejection that somebody pays to doubt does not stand, so
    /// that nobody loses a lock because others can't be had or can't vote.
    fn end_in_vain(ref self: Audit) {
        if self.is_bonded(self.round) && self.verdict == Verdict::REJECTED {
            self.verdict = Verdict::UNDECIDED;
        }
    }

    /// The verdict that whoever pays for a round is against.
    fn against_in(self: @Audit, round: u8) -> u8 {
        *self.against / square_of(round) % 4
    }

    fn set_against(ref self: Audit, round: u8, verdict: u8) {
        self.against += verdict * square_of(round);
    }

    /// Somebody pays a bond for a round, against a verdict.
    fn set_bonded(ref self: Audit, round: u8, verdict: u8) {
        self.bonded = self.bonded | bit_of(round);
        self.set_against(round, verdict);
    }

    /// By how many notches a round's fee was raised.
    fn raised_in(self: @Audit, round: u8) -> u8 {
        let (first, second, third) = *self.raised;
        if round == 0 {
            first
        } else if round == 1 {
            second
        } else {
            third
        }
    }

    /// The present round's fee is raised by so many notches.
    fn set_raised(ref self: Audit, notches: u8) {
        let (first, second, third) = self.raised;
        self
            .raised =
                if self.round == 0 {
                    (notches, second, third)
                } else if self.round == 1 {
                    (first, notches, third)
                } else {
                    (first, second, notches)
                };
    }

    /// What a vote of a first round would be paid that nobody raised: a challenge of pixels pays
    /// for all the leaves that may be named.
    fn first_fee_fri(self: @Audit, job: Box<Job>, lease: @Lease) -> u128 {
        let named = if *self.kind == AuditKind::PIXELS && self.is_bonded(0) {
            MAX_NAMED
        } else {
            0
        };
        let leaves = job.unbox().first_leaves(*lease.count) + named;
        fee_of(job.audit_price.unbox(), leaves)
    }

    /// What each vote of a round is paid.
    fn fee_fri(self: @Audit, job: Box<Job>, lease: @Lease, round: u8) -> u128 {
        let first_fee_fri = self.first_fee_fri(job, lease);
        fee_in(round, raised_fee(first_fee_fri, self.raised_in(round)))
    }

    /// What a round's own votes are paid together if nobody raises their fee.
    fn own_fees_fri(self: @Audit, job: Box<Job>, lease: @Lease, round: u8) -> u128 {
        fees_in(round, self.first_fee_fri(job, lease))
    }

    /// What who raised a round's fee pays of them besides.
    fn raise_fri(self: @Audit, job: Box<Job>, lease: @Lease, round: u8) -> u128 {
        if self.raised_in(round) == 0 {
            0
        } else {
            self.fees_fri(job, lease, round) - self.own_fees_fri(job, lease, round)
        }
    }

    /// What a round's own votes are paid together.
    fn fees_fri(self: @Audit, job: Box<Job>, lease: @Lease, round: u8) -> u128 {
        self.fee_fri(job, lease, round) * seats_in(round).into()
    }

    /// What is lost of a vote's holder that is wrong, absent or silent in the present round.
    fn forfeit_fri(self: @Audit, job: Box<Job>, lease: @Lease) -> u128 {
        bond_of(self.fee_fri(job, lease, *self.round))
    }

    /// What a challenge (round 0) or an appeal costs unless it is right.
    fn bond_fri(self: @Audit, job: Box<Job>, lease: @Lease, round: u8, pay_fri: u128) -> u128 {
        let fees_fri = self.own_fees_fri(job, lease, round);
        if round == 0 {
            challenge_bond(pay_fri, fees_fri)
        } else {
            fees_fri + pay_fri / APPEAL_PART
        }
    }

    /// Whether the present step took longer than it may.
    fn is_late(self: @Audit, limits: Limits) -> bool {
        let (phase, step_s) = (*self.phase, phase_s(limits));
        if phase == AuditPhase::DRAW {
            return get_block_timestamp() >= *self.since_s + (step_s * DRAW_STEPS).into();
        }
        let steps = if phase == AuditPhase::COMMIT {
            if *self.batches == 0 {
                COMMIT_STEPS
            } else {
                BATCH_STEPS
            }
        } else if phase == AuditPhase::KEY || phase == AuditPhase::OPEN {
            SILENCE_STEPS
        } else {
            1
        };
        has_passed(*self.since_s, *self.since_block, step_s * steps, limits.slowest_block_s)
    }
}

/// An audit that begins.
pub fn fresh(lease_id: u64, kind: u8) -> Audit {
    let (_, generation) = split(lease_id);
    Audit {
        generation,
        kind,
        phase: 0,
        round: 0,
        verdict: Verdict::NONE,
        decided: 0,
        first: 0,
        ends: (0, 0, 0),
        batches: 0,
        redraws: 0,
        sealed: 0,
        said: 0,
        revealed: 0,
        named: 0,
        raised: (0, 0, 0),
        bonded: 0,
        against: 0,
        proved: false,
        prints: false,
        since_s: 0,
        since_block: 0,
        draw_block: 0,
    }
}

#[generate_trait]
pub impl VerifierImpl of VerifierTrait {
    /// Whether others were drawn in its place: its fee went to the audit's purse.
    fn has_declined(self: @Verifier) -> bool {
        let vote = *self.vote;
        vote == Vote::BUSY
            || vote == Vote::OVER_TIME
            || vote == Vote::NO_PACKAGE
            || vote == Vote::ABSENT
    }
}

/// A vote that may still come.
pub fn newcomer(worker_id: u32) -> Verifier {
    Verifier { worker_id, vote: Vote::DRAWN, mean: false, near: 0, differs: 0 }
}

fn bit_of(round: u8) -> u8 {
    if round == 0 {
        1
    } else if round == 1 {
        2
    } else {
        4
    }
}

fn square_of(round: u8) -> u8 {
    bit_of(round) * bit_of(round)
}

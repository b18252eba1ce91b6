//! Which votes were right, by the final verdict and by what their voters saw.
use crate::types::audit::{Verdict, Verifier};

/// Above all positions in the mask of what a rejection is about: the mean over all leaves.
pub const MEAN_BIT: u128 = 0x100000000000000000000000000;

/// What all votes are measured against.
#[derive(Copy, Drop)]
pub struct Judgement {
    pub verdict: u8,
    /// The round that gave it, and what that round looked at.
    pub decided: u8,
    pub decided_saw: u128,
    /// Positions of the rejection, and above them the mean.
    pub bad: u128,
}

#[generate_trait]
pub impl JudgementImpl of JudgementTrait {
    /// Whether a counted vote of a round that looked at `saw` was right. What it found elsewhere
    /// than the deciding round looked was never refuted; the mean is that round's alone.
    fn is_right(self: @Judgement, vote: Verifier, round: u8, saw: u128) -> bool {
        let is_own = round == *self.decided;
        let differs_there = vote.differs & *self.decided_saw != 0;
        if *self.verdict == Verdict::ACCEPTED {
            return !differs_there && !(is_own && vote.mean);
        }
        if self.objects(vote, is_own) {
            return true;
        }
        let saw_bad = saw & *self.bad != 0 || (is_own && self.is_of_mean());
        !saw_bad && !differs_there
    }

    /// Whether the vote is for the rejection.
    fn objects(self: @Judgement, vote: Verifier, is_own: bool) -> bool {
        vote.differs & *self.bad != 0 || (is_own && vote.mean && self.is_of_mean())
    }

    fn is_of_mean(self: @Judgement) -> bool {
        *self.bad & MEAN_BIT != 0
    }
}

//! Every step of a case says what it did, with the keys that clients filter by.
use starknet::testing::pop_log_raw;
use crate::case_types::{CaseKind, Verdict, Vote};
use crate::cases::CasesComponent::{NO, YES};
use crate::interfaces::IChallengesDispatcherTrait;
use crate::types::{LeaseState, Trial as Outcome};
use super::support::{be, claim, create};
use super::trial::{
    OTHER, SAME, Trial, advance, appeal, ask, case_terms, challenge_delivery, challenge_pixels,
    commit_all, compare, court_with, draw, drawn_case, judge_at, open, poll, rest, result_of,
    reveal_all, reveal_prints, spared_case, votes, wait,
};
use super::trial_leaves::{content_of, print_of};

/// Forgets what the board said so far.
fn forget(trial: Trial) {
    while let Some(_) = pop_log_raw(trial.net.board.contract_address) {}
}

/// The next thing that the board says is that, of this lease.
fn says(trial: Trial, name: felt252, data: Span<felt252>) {
    let (keys, said) = pop_log_raw(trial.net.board.contract_address).unwrap();
    assert_eq!(keys, array![name, trial.job_id.into(), trial.lease_id.into()].span());
    assert_eq!(said, data);
}

fn serialized<T, +Serde<T>, +Drop<T>>(value: T) -> Span<felt252> {
    let mut data = array![];
    value.serialize(ref data);
    data.span()
}

#[test]
fn a_round_about_pixels() {
    let trial = drawn_case(3);
    let round = ask(trial);
    let members = array![judge_at(round, 0), judge_at(round, 1), judge_at(round, 2)];
    // Created, claimed, submitted.
    for _ in 0..3_u8 {
        pop_log_raw(trial.net.board.contract_address).unwrap();
    }
    let drawn = serialized((0_u8, CaseKind::PIXELS, round.seed, members));
    says(trial, selector!("CommitteeDrawn"), drawn);
    says(trial, selector!("LeaseDrawn"), serialized((0_u8, Outcome::IN_COURT)));
    commit_all(trial, round, votes(2, 1).span());
    says(trial, selector!("VotesSealed"), serialized(0_u8));
    open(trial, round);
    let leaf = *round.leaves[0];
    says(trial, selector!("LeavesOpened"), serialized((0_u8, array![content_of(leaf, SAME)])));
    reveal_all(trial, round, votes(1, 0).span());
    says(trial, selector!("Voted"), serialized((0_u8, 0_u8, judge_at(round, 0), Vote::AGREES)));
    reveal_prints(trial, round, 2, OTHER);
    let print = serialized((0_u8, 2_u8, 0_u32, print_of(leaf, OTHER)));
    says(trial, selector!("PrintShown"), print);
    let shown = serialized((0_u8, 2_u8, array![content_of(leaf, OTHER)]));
    says(trial, selector!("ContentsShown"), shown);
    says(trial, selector!("Voted"), serialized((0_u8, 2_u8, judge_at(round, 2), Vote::SHOWN)));
    compare(trial, round, 2, OTHER);
    says(trial, selector!("Voted"), serialized((0_u8, 2_u8, judge_at(round, 2), Vote::OBJECTS)));
    wait(2);
    advance(trial);
    let given = serialized((0_u8, Verdict::UNDECIDED, 1_u8, 1_u8));
    says(trial, selector!("VerdictGiven"), given);
    appeal(trial, 'artist');
    says(trial, selector!("Appealed"), serialized((1_u8, 21_u128)));
}

#[test]
fn a_lost_lease() {
    let trial = drawn_case(3);
    commit_all(trial, ask(trial), votes(3, 0).span());
    forget(trial);
    wait(1);
    advance(trial);
    says(trial, selector!("LeaseSlashed"), serialized((66_u128, 6_u128)));
    says(trial, selector!("LeaseEnded"), serialized((LeaseState::REJECTED, true)));
    says(trial, selector!("CaseClosed"), serialized((CaseKind::PIXELS, Verdict::REJECTED)));
}

#[test]
fn doubts() {
    let trial = spared_case(3);
    forget(trial);
    challenge_pixels(trial, array![5, 2]);
    let doubted = serialized((CaseKind::PIXELS, array![5_u32, 2], 72_u128));
    says(trial, selector!("LeaseChallenged"), doubted);
}

#[test]
fn a_doubted_delivery() {
    let trial = spared_case(3);
    forget(trial);
    challenge_delivery(trial);
    let nothing: Array<u32> = array![];
    let doubted = serialized((CaseKind::DELIVERY, nothing, 66_u128));
    says(trial, selector!("LeaseChallenged"), doubted);
    be('operator');
    trial.net.challenges.reveal_key(trial.lease_id, result_of(trial), 8, 9);
    says(trial, selector!("KeyRevealed"), serialized((8_u128, 9_u128)));
    draw(trial, 'doubt');
    poll(trial, array![YES, YES, YES].span());
    forget(trial);
    rest(trial);
    says(trial, selector!("CaseClosed"), serialized((CaseKind::DELIVERY, Verdict::ACCEPTED)));
}

#[test]
fn a_report() {
    let net = court_with(2);
    let job_id = create(net, case_terms());
    let trial = Trial { net, job_id, lease_id: claim(net, job_id, 0) };
    forget(trial);
    net.challenges.report_failure(trial.lease_id, 'no such file');
    says(trial, selector!("FailureReported"), serialized('no such file'));
    draw(trial, 'hash');
    forget(trial);
    poll(trial, array![NO, NO].span());
    says(trial, selector!("VotesSealed"), serialized(0_u8));
    says(
        trial, selector!("Voted"), serialized((0_u8, 0_u8, judge_at(ask(trial), 0), Vote::OBJECTS)),
    );
    says(
        trial, selector!("Voted"), serialized((0_u8, 1_u8, judge_at(ask(trial), 1), Vote::OBJECTS)),
    );
    says(trial, selector!("VerdictGiven"), serialized((0_u8, Verdict::REJECTED, 0_u8, 2_u8)));
    says(trial, selector!("LeaseEnded"), serialized((LeaseState::GIVEN_BACK, true)));
    says(trial, selector!("CaseClosed"), serialized((CaseKind::FAILURE, Verdict::REJECTED)));
}

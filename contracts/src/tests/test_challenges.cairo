//! A requester that doubts a lease pays if it was wrong, the worker if it was right.
use crate::case_types::{CasePhase, Verdict, Vote};
use crate::cases::CasesComponent::{NO, YES};
use crate::interfaces::{
    IChallengesDispatcherTrait, ICourtDispatcherTrait, IJobBoardDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::types::{LeaseState, Record, Trial as Outcome};
use super::support::{STAKE, WORKER, account, be};
use super::trial::{
    OTHER, Trial, advance, appeal, assert_money, assert_phase, assert_verdict, challenge_delivery,
    challenge_pixels, commit_all, count, court_with, draw, drawn_case, end, hear, members, owed, pay,
    payout_of, poll, print_of, rest, result_of, spared_case, stake, submitted_case, votes, wait,
};

#[test]
fn a_true_doubt_of_pixels_forces_an_audit_of_the_named_leaves() {
    let trial = spared_case(3);
    assert_eq!(trial.net.challenges.bond_to_challenge_fri(trial.lease_id, 2), 60 + 3 * 4);
    challenge_pixels(trial, array![6, 3]);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::IN_COURT);
    draw(trial, 'doubt');
    let leaves = trial.net.court.drawn_leaves(trial.lease_id);
    assert_eq!((leaves.len(), *leaves[0], *leaves[1]), (3, 3, 6));
    hear(trial, 0, 3);
    rest(trial);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::REJECTED);
    assert_eq!(owed(trial, account('artist')), 72);
    assert_eq!(trial.net.registry.worker(WORKER).record.losses, 1);
    end(trial);
}

#[test]
fn a_false_doubt_of_pixels_pays_verifiers_and_worker() {
    let trial = spared_case(3);
    challenge_pixels(trial, array![0]);
    draw(trial, 'doubt');
    hear(trial, 3, 0);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!(owed(trial, account('payout')), 60 + 3 * 3 - 3 * 3);
    assert_eq!(owed(trial, payout_of(2)), 3);
    assert_eq!(owed(trial, account('artist')), 0);
    let record = trial.net.registry.worker(WORKER).record;
    assert_eq!((record.audited, record.losses), (11, 0));
    pay(trial);
}

#[test]
fn a_doubt_that_nobody_can_judge_gives_the_bond_back() {
    let trial = drawn_case(2);
    challenge_pixels(trial, array![0]);
    draw(trial, 'doubt');
    assert_phase(trial, CasePhase::OVER);
    assert_eq!(owed(trial, account('artist')), 69);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
    pay(trial);
}

#[test]
fn a_verdict_on_doubted_pixels_can_be_appealed() {
    let trial = spared_case(12);
    challenge_pixels(trial, array![0]);
    draw(trial, 'doubt');
    hear(trial, 0, 3);
    appeal(trial, 'operator');
    draw(trial, 'second');
    assert_eq!(members(trial).len(), 7);
    hear(trial, 7, 0);
    rest(trial);
    assert_eq!(owed(trial, account('operator')), 28);
    assert_eq!(owed(trial, account('payout')), 60 + 9);
    pay(trial);
}

fn reveal_key(trial: Trial) {
    be('operator');
    trial.net.challenges.reveal_key(trial.lease_id, result_of(trial), 8, 9);
    assert_money(trial);
}

#[test]
fn results_that_can_be_had_are_paid_and_the_doubt_with_them() {
    let trial = drawn_case(3);
    hear(trial, 3, 0);
    rest(trial);
    let record = trial.net.registry.worker(WORKER).record;
    challenge_delivery(trial);
    reveal_key(trial);
    draw(trial, 'doubt');
    poll(trial, array![YES, YES, NO].span());
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!(owed(trial, account('payout')), 66 - 4);
    // Only audited pixels make a record.
    assert_eq!(trial.net.registry.worker(WORKER).record, record);
    pay(trial);
}

#[test]
fn results_that_nobody_can_have_are_not_paid() {
    let trial = spared_case(3);
    challenge_delivery(trial);
    reveal_key(trial);
    draw(trial, 'doubt');
    poll(trial, array![NO, NO, NO].span());
    assert_eq!(count(trial, 0, Vote::OBJECTS), 3);
    rest(trial);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::REJECTED);
    assert_eq!(owed(trial, account('artist')), 66);
    end(trial);
}

#[test]
fn a_key_that_is_not_revealed_loses_the_lease() {
    let trial = drawn_case(2);
    challenge_delivery(trial);
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::OVER);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!((stake(trial, WORKER), owed(trial, account('artist'))), (STAKE - 66, 66));
    let record = Record { audited: 0, losses: 1, audited_fri: 0 };
    assert_eq!(trial.net.registry.worker(WORKER).record, record);
    end(trial);
}

#[test]
#[should_panic(expected: ('RC: not the key of the results', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn another_key_is_none() {
    let trial = drawn_case(2);
    challenge_delivery(trial);
    be('operator');
    trial.net.challenges.reveal_key(trial.lease_id, result_of(trial), 8, 8);
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_else_reveals_the_key() {
    let trial = drawn_case(2);
    challenge_delivery(trial);
    trial.net.challenges.reveal_key(trial.lease_id, result_of(trial), 8, 9);
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_key_that_nobody_asked_for_stays_secret() {
    reveal_key(drawn_case(2));
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_delivery_has_no_prints() {
    let trial = spared_case(3);
    challenge_delivery(trial);
    reveal_key(trial);
    draw(trial, 'doubt');
    // A mark over contents, as if it were about pixels.
    commit_all(trial, votes(0, 3).span());
    let mine = super::trial::contents(trial, OTHER);
    let answer = super::trial::contents(trial, OTHER);
    let nonce = super::trial::nonce_of(0);
    trial.net.court.reveal_prints(trial.lease_id, 0, nonce, mine, answer, print_of(0, OTHER));
}

#[test]
#[should_panic(expected: ('RC: only requesters may doubt', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_stranger_has_no_doubts() {
    let trial = drawn_case(2);
    be('stranger');
    trial.net.challenges.challenge_delivery(trial.lease_id);
}

#[test]
#[should_panic(expected: ('RC: the draw comes first', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_doubt_comes_after_the_draw() {
    let trial = submitted_case(court_with(3));
    be('artist');
    trial.net.challenges.challenge_delivery(trial.lease_id);
}

#[test]
#[should_panic(expected: ('RC: lease is in court', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_lease_in_court_is_not_doubted_besides() {
    let trial = drawn_case(3);
    be('artist');
    trial.net.challenges.challenge_pixels(trial.lease_id, array![0]);
}

#[test]
#[should_panic(expected: ('RC: lease is in court', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn pixels_that_a_committee_accepted_are_not_doubted() {
    let trial = drawn_case(3);
    hear(trial, 3, 0);
    rest(trial);
    challenge_pixels(trial, array![0]);
}

#[test]
#[should_panic(expected: ('RC: challenge window is over', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_doubt_comes_inside_the_window() {
    let trial = drawn_case(2);
    wait(7);
    challenge_delivery(trial);
}

#[test]
#[should_panic(expected: ('RC: name 1 to 8 of its leaves', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_doubt_names_leaves() {
    challenge_pixels(drawn_case(2), array![]);
}

#[test]
#[should_panic(expected: ('RC: name 1 to 8 of its leaves', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_doubt_names_leaves_that_there_are() {
    challenge_pixels(drawn_case(2), array![8]);
}

#[test]
#[should_panic(expected: ('RC: name 1 to 8 of its leaves', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_doubt_names_eight_leaves_at_most() {
    challenge_pixels(drawn_case(2), array![0, 1, 2, 3, 4, 5, 6, 7, 0]);
}

#[test]
#[should_panic(
    expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn a_doubt_needs_its_bond() {
    let trial = drawn_case(2);
    be('artist');
    trial.net.challenges.challenge_delivery(trial.lease_id);
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_paid_lease_is_not_doubted() {
    let trial = drawn_case(2);
    pay(trial);
    trial.net.challenges.challenge_delivery(trial.lease_id);
}

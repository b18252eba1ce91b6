//! A requester that doubts a lease pays if it was wrong, the worker if it was right.
use starknet::get_block_timestamp;
use crate::case_types::{CasePhase, Verdict, Vote};
use crate::cases::CasesComponent::{NO, YES};
use crate::interfaces::{
    IChallengesDispatcherTrait, IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
    IJobBoardDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::types::{LeaseResult, LeaseState, Record, Trial as Outcome};
use super::support::{STAKE, WORKER, account, be};
use super::trial::{
    OTHER, Trial, advance, appeal, ask, assert_phase, assert_verdict, case_terms,
    challenge_delivery, challenge_pixels, commit_all, count, court_with, draw, drawn_case, hear,
    owed, payout_of, poll, reason_of, rest, result_of, reveal_prints, spared_case, stake,
    submitted_case, votes, wait,
};
use super::trial_money::{assert_money, end, pay};

#[test]
fn a_true_doubt_of_pixels_forces_an_audit_of_the_named_leaves() {
    let trial = spared_case(3);
    assert_eq!(trial.net.challenges.bond_to_challenge_fri(trial.lease_id, 2), 60 + 3 * 4);
    challenge_pixels(trial, array![6, 3]);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::IN_COURT);
    draw(trial, 'doubt');
    let leaves = ask(trial).leaves;
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
    let trial = spared_case(8);
    challenge_pixels(trial, array![0]);
    draw(trial, 'doubt');
    hear(trial, 0, 3);
    appeal(trial, 'operator');
    draw(trial, 'second');
    assert_eq!(ask(trial).members.len(), 7);
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
fn the_delivery_can_be_doubted_after_an_audit_that_outlasted_the_window() {
    let trial = drawn_case(3);
    let submitted_s = trial.net.board.lease(trial.lease_id).since_s;
    wait(7);
    hear(trial, 3, 0);
    rest(trial);
    assert!(get_block_timestamp() > submitted_s + case_terms().window_s.into());
    challenge_delivery(trial);
    wait(1);
    advance(trial);
    assert_verdict(trial, Verdict::REJECTED);
    end(trial);
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

fn doubts(trial: Trial) -> IChallengesSafeDispatcher {
    IChallengesSafeDispatcher { contract_address: trial.net.board.contract_address }
}

#[test]
#[feature("safe_dispatcher")]
fn only_the_requester_doubts_after_the_draw_inside_the_window_and_names_leaves() {
    let trial = submitted_case(court_with(2));
    let (lease_id, doubts) = (trial.lease_id, doubts(trial));
    be('artist');
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: the draw comes first');
    draw(trial, 'hash');
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: only requesters may doubt');
    be('artist');
    for named in array![array![], array![8], array![0, 1, 2, 3, 4, 5, 6, 7, 0]] {
        let reason = reason_of(doubts.challenge_pixels(lease_id, named));
        assert_eq!(reason, 'RC: name 1 to 8 of its leaves');
    }
    wait(7);
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: challenge window is over');
    pay(trial);
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: lease in another state');
}

#[test]
#[feature("safe_dispatcher")]
fn pixels_in_court_or_cleared_by_it_are_not_doubted_besides() {
    let trial = drawn_case(3);
    let doubts = doubts(trial);
    be('artist');
    let doubted = doubts.challenge_pixels(trial.lease_id, array![0]);
    assert_eq!(reason_of(doubted), 'RC: lease is in court');
    hear(trial, 3, 0);
    rest(trial);
    be('artist');
    let doubted = doubts.challenge_pixels(trial.lease_id, array![0]);
    assert_eq!(reason_of(doubted), 'RC: lease is in court');
}

#[test]
#[feature("safe_dispatcher")]
fn only_the_worker_reveals_its_key_and_only_when_asked() {
    let trial = drawn_case(2);
    let (lease_id, doubts, result) = (trial.lease_id, doubts(trial), result_of(trial));
    be('operator');
    let unasked = doubts.reveal_key(lease_id, result, 8, 9);
    assert_eq!(reason_of(unasked), 'RC: case in another phase');
    challenge_delivery(trial);
    let by_another = doubts.reveal_key(lease_id, result, 8, 9);
    assert_eq!(reason_of(by_another), 'RC: not the lease operator');
    be('operator');
    let other = doubts.reveal_key(lease_id, result, 8, 8);
    assert_eq!(reason_of(other), 'RC: not the key of the results');
    let other = doubts.reveal_key(lease_id, LeaseResult { root: 1, ..result }, 8, 9);
    assert_eq!(reason_of(other), 'RC: not the submitted result');
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_delivery_has_no_prints() {
    let trial = spared_case(3);
    challenge_delivery(trial);
    reveal_key(trial);
    draw(trial, 'doubt');
    let round = ask(trial);
    commit_all(trial, round, votes(0, 3).span());
    reveal_prints(trial, round, 0, OTHER);
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

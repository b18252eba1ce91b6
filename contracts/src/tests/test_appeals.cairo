//! More verifiers look again: at most twice, for whoever lost and pays a bond.
use crate::case_types::{CasePhase, Verdict, Vote};
use crate::interfaces::{
    ICourtDispatcherTrait, ICourtSafeDispatcher, ICourtSafeDispatcherTrait, IERC20DispatcherTrait,
    IJobBoardDispatcherTrait, ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::types::{LeaseState, Trial as Outcome};
use super::support::{FAMILY, STAKE, WORKER, account, be};
use super::trial::{
    advance, appeal, ask, assert_phase, assert_verdict, commit_all, count, draw, drawn_case, hear,
    open, owed, owner_of, reason_of, rest, reveal_all, stake, votes, wait,
};
use super::trial_money::{end, pay};

#[test]
fn a_worker_that_appeals_rightly_gets_its_bond_back_and_false_verifiers_pay() {
    let trial = drawn_case(8);
    hear(trial, 1, 2);
    assert_verdict(trial, Verdict::REJECTED);
    let before = trial.net.token.balance_of(account('operator'));
    appeal(trial, 'operator');
    assert_eq!(trial.net.token.balance_of(account('operator')), before - 21);
    draw(trial, 'second');
    let round = ask(trial);
    assert_eq!((round.members.len(), round.leaves.len()), (7, 2));
    hear(trial, 7, 0);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!(owed(trial, account('operator')), 21);
    assert_eq!((stake(trial, WORKER), trial.net.registry.burned_fri()), (STAKE, 2 * 36));
    // The pool paid one fee of the first round and seven of the second, and has a tenth of two
    // bonds.
    assert_eq!(trial.net.board.job(trial.job_id).times.audit_pool_fri, 400 - 2 - 21 + 8);
    pay(trial);
}

#[test]
fn a_worker_that_appeals_wrongly_pays_the_round() {
    let trial = drawn_case(8);
    hear(trial, 0, 3);
    appeal(trial, 'owner');
    draw(trial, 'second');
    hear(trial, 0, 7);
    rest(trial);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!((owed(trial, account('owner')), stake(trial, WORKER)), (0, STAKE - 66));
    assert_eq!(trial.net.board.job(trial.job_id).times.audit_pool_fri, 400 - 6 + 6);
    end(trial);
}

#[test]
fn a_requester_that_appeals_rightly_sees_the_cheat_slashed() {
    let trial = drawn_case(8);
    hear(trial, 3, 0);
    appeal(trial, 'artist');
    draw(trial, 'second');
    hear(trial, 2, 5);
    rest(trial);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!(stake(trial, WORKER), STAKE - 66);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::REJECTED);
    assert_eq!(owed(trial, account('artist')), 21);
    // Three bonds of the first round and two of the second.
    assert_eq!(trial.net.registry.burned_fri(), 60 + 3 * 36 + 2 * 54);
    end(trial);
}

#[test]
fn a_requester_that_appeals_wrongly_pays_the_round() {
    let trial = drawn_case(8);
    hear(trial, 3, 0);
    appeal(trial, 'artist');
    draw(trial, 'second');
    hear(trial, 7, 0);
    rest(trial);
    assert_eq!(owed(trial, account('artist')), 0);
    pay(trial);
}

#[test]
fn fifteen_have_the_last_word() {
    let trial = drawn_case(15);
    hear(trial, 0, 3);
    appeal(trial, 'operator');
    draw(trial, 'second');
    hear(trial, 7, 0);
    appeal(trial, 'artist');
    draw(trial, 'third');
    let round = ask(trial);
    assert_eq!((round.members.len(), round.number), (15, 2));
    hear(trial, 10, 5);
    assert_phase(trial, CasePhase::OVER);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!((owed(trial, account('operator')), owed(trial, account('artist'))), (21, 0));
    assert_eq!(trial.net.registry.burned_fri(), 3 * 36 + 5 * 54);
    pay(trial);
}

#[test]
fn a_round_that_nobody_can_be_seated_for_leaves_the_verdict_and_the_bond() {
    let trial = drawn_case(3);
    hear(trial, 3, 0);
    for judge in 2..5_u32 {
        be(owner_of(judge));
        trial.net.registry.request_unstake(judge, STAKE - 60);
    }
    appeal(trial, 'artist');
    draw(trial, 'second');
    assert_phase(trial, CasePhase::OVER);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!(owed(trial, account('artist')), 21);
    pay(trial);
}

#[test]
fn an_appeal_that_decides_nothing_leaves_the_verdict() {
    let trial = drawn_case(8);
    hear(trial, 3, 0);
    appeal(trial, 'artist');
    draw(trial, 'second');
    let round = ask(trial);
    commit_all(trial, round, votes(7, 0).span());
    open(trial, round);
    reveal_all(trial, round, votes(2, 0).span());
    wait(1);
    advance(trial);
    assert_eq!(count(trial, 1, Vote::ABSENT), 5);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::CLEARED);
    pay(trial);
}

#[test]
fn an_undecided_lease_may_be_appealed_by_either_side() {
    let trial = drawn_case(8);
    let round = ask(trial);
    commit_all(trial, round, votes(3, 0).span());
    open(trial, round);
    reveal_all(trial, round, votes(2, 0).span());
    wait(1);
    advance(trial);
    assert_verdict(trial, Verdict::UNDECIDED);
    appeal(trial, 'operator');
    draw(trial, 'second');
    hear(trial, 7, 0);
    assert_verdict(trial, Verdict::ACCEPTED);
    rest(trial);
    pay(trial);
}

#[test]
fn a_worker_that_does_not_open_on_appeal_drags_no_honest_verifier_down() {
    let trial = drawn_case(8);
    hear(trial, 3, 0);
    appeal(trial, 'artist');
    draw(trial, 'second');
    let round = ask(trial);
    commit_all(trial, round, votes(7, 0).span());
    wait(1);
    advance(trial);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!(stake(trial, WORKER), STAKE - 66);
    for judge in 2..10_u32 {
        assert_eq!(stake(trial, judge), STAKE);
    }
    end(trial);
}

#[test]
fn verifiers_who_left_after_the_submission_still_have_their_seats() {
    let trial = drawn_case(3);
    hear(trial, 0, 3);
    for judge in 2..5_u32 {
        be(owner_of(judge));
        trial.net.seats.set_seats(judge, FAMILY, 0);
    }
    appeal(trial, 'operator');
    draw(trial, 'second');
    assert_eq!(ask(trial).members.len(), 3);
    hear(trial, 0, 3);
    rest(trial);
    end(trial);
}

#[test]
#[feature("safe_dispatcher")]
fn only_who_lost_appeals_with_a_bond_and_in_time() {
    let trial = drawn_case(3);
    hear(trial, 0, 3);
    let court = ICourtSafeDispatcher { contract_address: trial.net.court.contract_address };
    for who in array!['artist', 'stranger'] {
        be(who);
        let reason = reason_of(court.appeal(trial.lease_id));
        assert_eq!(reason, 'RC: only who lost may appeal');
    }
    wait(1);
    be('operator');
    assert_eq!(reason_of(court.appeal(trial.lease_id)), 'RC: step is over');
}

#[test]
#[should_panic(
    expected: ('RC: only who lost may appeal', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn a_worker_does_not_appeal_what_it_won() {
    let trial = drawn_case(3);
    hear(trial, 3, 0);
    appeal(trial, 'operator');
}

#[test]
#[should_panic(
    expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn an_appeal_needs_its_bond() {
    let trial = drawn_case(3);
    hear(trial, 0, 3);
    be('operator');
    trial.net.court.appeal(trial.lease_id);
}

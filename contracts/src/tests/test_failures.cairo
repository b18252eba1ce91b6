//! A worker says that tasks can't be rendered, and two others are asked.
use starknet::testing::set_block_hash;
use crate::case_types::{CasePhase, Verdict};
use crate::cases::CasesComponent::{NO, YES};
use crate::interfaces::{
    IChallengesDispatcherTrait, IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
    ICourtDispatcherTrait, IJobBoardDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::types::LeaseState;
use super::support::{STAKE, WORKER, account, at, be, claim, create};
use super::trial::{
    Trial, advance, ask, assert_phase, assert_verdict, case_terms, commit, court_with, draw,
    judge_at, owed, payout_of, poll, reason_of, reveal_of, stake, submitted_case, wait,
};
use super::trial_money::{assert_all_settled, end};

/// A lease whose worker says that nobody can render it; its two verifiers are drawn.
fn reported(judges: u32) -> Trial {
    let net = court_with(judges);
    let job_id = create(net, case_terms());
    let trial = Trial { net, job_id, lease_id: claim(net, job_id, 0) };
    net.challenges.report_failure(trial.lease_id, 'no such file');
    draw(trial, 'hash');
    trial
}

#[test]
fn three_that_agree_close_the_range_and_share_three_tenths() {
    let trial = reported(3);
    let round = ask(trial);
    assert_eq!(round.members.len(), 2);
    assert_eq!(trial.net.board.open_leases(WORKER), array![trial.lease_id]);
    let (one, other) = (judge_at(round, 0), judge_at(round, 1));
    poll(trial, array![YES, YES].span());
    assert_phase(trial, CasePhase::OVER);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::UNRENDERABLE);
    assert_eq!(owed(trial, account('payout')), 20);
    assert_eq!((owed(trial, payout_of(one)), owed(trial, payout_of(other))), (22, 22));
    assert_eq!(owed(trial, account('artist')), 140 + 396);
    assert_eq!(trial.net.board.job(trial.job_id).progress.refunded, 2);
    assert_all_settled(trial);
}

#[test]
fn a_refuted_report_costs_two_fees_and_the_range_opens_again() {
    let trial = reported(3);
    poll(trial, array![NO, NO].span());
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    assert_eq!((stake(trial, WORKER), trial.net.registry.burned_fri()), (STAKE - 4, 4));
    assert_eq!(trial.net.registry.worker(WORKER).record.losses, 0);
    let again = claim(trial.net, trial.job_id, 0);
    assert_eq!(trial.net.board.lease(again).attempt, 1);
    trial.net.board.give_back(again);
    end(trial);
}

#[test]
fn a_report_that_divides_its_verifiers_costs_nobody() {
    let trial = reported(3);
    poll(trial, array![YES, NO].span());
    assert_verdict(trial, Verdict::UNDECIDED);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    for worker_id in 1..5_u32 {
        assert_eq!(stake(trial, worker_id), STAKE);
    }
    end(trial);
}

#[test]
fn a_report_that_nobody_can_check_gives_the_lease_back() {
    let trial = reported(1);
    assert_phase(trial, CasePhase::OVER);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    assert_eq!(stake(trial, WORKER), STAKE);
    end(trial);
}

#[test]
fn a_verifier_of_a_report_that_does_not_come_pays() {
    let trial = reported(2);
    let round = ask(trial);
    commit(trial, round, 0, YES);
    let absent = judge_at(round, 1);
    wait(1);
    advance(trial);
    assert_eq!(stake(trial, absent), STAKE - 40);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    end(trial);
}

#[test]
fn one_revealed_vote_decides_no_report() {
    let trial = reported(2);
    let round = ask(trial);
    commit(trial, round, 0, YES);
    commit(trial, round, 1, YES);
    trial.net.court.reveal(array![reveal_of(trial, 0, YES)]);
    wait(1);
    advance(trial);
    assert_verdict(trial, Verdict::UNDECIDED);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    end(trial);
}

#[test]
fn a_reported_lease_does_not_expire_and_its_draw_can_be_late() {
    let net = court_with(3);
    let job_id = create(net, case_terms());
    let trial = Trial { net, job_id, lease_id: claim(net, job_id, 0) };
    net.challenges.report_failure(trial.lease_id, 'no such file');
    set_block_hash(42, 'hash');
    at(900_000, 1_000_000);
    be('artist');
    net.board.cancel(job_id);
    net.court.draw(job_id, array![trial.lease_id]);
    poll(trial, array![NO, NO].span());
    // The job is over: the range is refunded.
    assert_eq!(owed(trial, account('artist')), 200 + 396);
    assert_all_settled(trial);
}

#[test]
#[feature("safe_dispatcher")]
fn only_a_worker_reports_its_lease_with_a_reason_and_before_it_submits() {
    let trial = submitted_case(court_with(0));
    let net = trial.net;
    let board = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    let submitted = board.report_failure(trial.lease_id, 'no such file');
    assert_eq!(reason_of(submitted), 'RC: lease in another state');
    let lease_id = claim(net, create(net, case_terms()), 1);
    assert_eq!(reason_of(board.report_failure(lease_id, 0)), 'RC: failure without a reason');
    be('thief');
    let by_thief = board.report_failure(lease_id, 'no such file');
    assert_eq!(reason_of(by_thief), 'RC: not the lease operator');
}

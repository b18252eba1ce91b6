//! A worker says that tasks can't be rendered, and two others are asked.
use starknet::testing::set_block_hash;
use crate::case_types::{CasePhase, Verdict};
use crate::cases::CasesComponent::{NO, YES};
use crate::interfaces::{
    IChallengesDispatcherTrait, ICourtDispatcherTrait, IJobBoardDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::types::{JobTerms, LeaseState};
use super::support::{STAKE, WORKER, account, at, be, claim, create};
use super::trial::{
    Trial, advance, assert_all_settled, assert_money, assert_phase, assert_verdict, case_terms,
    commit, court_with, draw, end, judge_at, members, owed, payout_of, poll, reveal, stake,
    submitted_case, wait,
};

/// A lease whose worker says that nobody can render it; its two verifiers are drawn.
fn reported(judges: u32) -> Trial {
    let net = court_with(judges);
    let job_id = create(net, case_terms());
    let trial = Trial { net, job_id, lease_id: claim(net, job_id, 0) };
    net.challenges.report_failure(trial.lease_id, 'no such file');
    assert_money(trial);
    draw(trial, 'hash');
    assert_money(trial);
    trial
}

#[test]
fn three_that_agree_close_the_range_and_share_three_tenths() {
    let trial = reported(3);
    assert_eq!(members(trial).len(), 2);
    assert_eq!(trial.net.board.open_leases(WORKER), array![trial.lease_id]);
    let (one, other) = (judge_at(trial, 0), judge_at(trial, 1));
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
    commit(trial, 0, YES);
    let absent = judge_at(trial, 1);
    wait(1);
    advance(trial);
    assert_eq!(stake(trial, absent), STAKE - 40);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::GIVEN_BACK);
    end(trial);
}

#[test]
fn one_revealed_vote_decides_no_report() {
    let trial = reported(2);
    commit(trial, 0, YES);
    commit(trial, 1, YES);
    reveal(trial, 0, YES);
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
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_submitted_lease_is_not_reported() {
    let trial = submitted_case(court_with(3));
    trial.net.challenges.report_failure(trial.lease_id, 'no such file');
}

#[test]
#[should_panic(expected: ('RC: failure without a reason', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_report_says_why() {
    let net = court_with(3);
    let lease_id = claim(net, create(net, JobTerms { window_s: 30, ..case_terms() }), 0);
    net.challenges.report_failure(lease_id, 0);
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_else_reports() {
    let net = court_with(3);
    let lease_id = claim(net, create(net, case_terms()), 0);
    be('thief');
    net.challenges.report_failure(lease_id, 'no such file');
}

//! A worker says that tasks can't be rendered, and two others are asked.
use starknet::testing::set_block_hash;
use crate::audit::store::AuditStoreComponent::{NO, YES};
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IChallengesDispatcherTrait, IChallengesSafeDispatcher,
    IChallengesSafeDispatcherTrait,
};
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, assert_verdict, owed, reason_of, stake};
use crate::tests::support::jobs::{claim, create};
use crate::tests::support::leases::{audit_terms, submitted_lease};
use crate::tests::support::money::{assert_all_settled, end};
use crate::tests::support::network::{STAKE, WORKER};
use crate::tests::support::rounds::{ask, commit, poll, reveal_of, verifier_at};
use crate::tests::support::steps::{advance, draw, wait};
use crate::tests::support::verifiers::{network_with, payout_of};
use crate::types::audit::{AuditPhase, Verdict};
use crate::types::board::LeaseState;

/// A lease whose worker says that nobody can render it; its two verifiers are drawn.
fn reported(verifiers: u32) -> TestAudit {
    let net = network_with(verifiers);
    let job_id = create(net, audit_terms());
    let audit = TestAudit { net, job_id, lease_id: claim(net, job_id, 0) };
    net.challenges.report_failure(audit.lease_id, 'no such file');
    draw(audit, 'hash');
    audit
}

#[test]
fn three_that_agree_close_the_range_and_share_three_tenths() {
    let audit = reported(3);
    let round = ask(audit);
    assert_eq!(round.verifiers.len(), 2);
    assert_eq!(audit.net.board.open_leases(WORKER), array![audit.lease_id]);
    let (one, other) = (verifier_at(round, 0), verifier_at(round, 1));
    poll(audit, array![YES, YES].span());
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::UNRENDERABLE);
    assert_eq!(owed(audit, account('payout')), 20);
    assert_eq!((owed(audit, payout_of(one)), owed(audit, payout_of(other))), (22, 22));
    assert_eq!(owed(audit, account('artist')), 140 + 396);
    assert_eq!(audit.net.board.job(audit.job_id).progress.refunded, 2);
    assert_all_settled(audit);
}

#[test]
fn a_refuted_report_costs_two_fees_and_the_range_opens_again() {
    let audit = reported(3);
    poll(audit, array![NO, NO].span());
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::GIVEN_BACK);
    assert_eq!((stake(audit, WORKER), audit.net.registry.burned_fri()), (STAKE - 4, 4));
    assert_eq!(audit.net.registry.worker(WORKER).record.losses, 0);
    let again = claim(audit.net, audit.job_id, 0);
    assert_eq!(audit.net.board.lease(again).attempt, 1);
    audit.net.board.give_back(again);
    end(audit);
}

#[test]
fn a_report_that_divides_its_verifiers_costs_nobody() {
    let audit = reported(3);
    poll(audit, array![YES, NO].span());
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::GIVEN_BACK);
    for worker_id in 1..5_u32 {
        assert_eq!(stake(audit, worker_id), STAKE);
    }
    end(audit);
}

#[test]
fn a_report_that_nobody_can_check_gives_the_lease_back() {
    let audit = reported(1);
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::GIVEN_BACK);
    assert_eq!(stake(audit, WORKER), STAKE);
    end(audit);
}

#[test]
fn a_verifier_of_a_report_that_does_not_come_pays() {
    let audit = reported(2);
    let round = ask(audit);
    commit(audit, round, 0, YES);
    let absent = verifier_at(round, 1);
    wait(1);
    advance(audit);
    assert_eq!(stake(audit, absent), STAKE - 40);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::GIVEN_BACK);
    end(audit);
}

#[test]
fn one_revealed_vote_decides_no_report() {
    let audit = reported(2);
    let round = ask(audit);
    commit(audit, round, 0, YES);
    commit(audit, round, 1, YES);
    audit.net.audits.reveal(array![reveal_of(audit, 0, YES)]);
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::GIVEN_BACK);
    end(audit);
}

#[test]
fn a_reported_lease_does_not_expire_and_its_draw_can_be_late() {
    let net = network_with(3);
    let job_id = create(net, audit_terms());
    let audit = TestAudit { net, job_id, lease_id: claim(net, job_id, 0) };
    net.challenges.report_failure(audit.lease_id, 'no such file');
    set_block_hash(42, 'hash');
    at(900_000, 1_000_000);
    be('artist');
    net.board.cancel(job_id);
    net.audits.draw(job_id, array![audit.lease_id]);
    poll(audit, array![NO, NO].span());
    // The job is over: the range is refunded.
    assert_eq!(owed(audit, account('artist')), 200 + 396);
    assert_all_settled(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn only_a_worker_reports_its_lease_with_a_reason_and_before_it_submits() {
    let audit = submitted_lease(network_with(0));
    let net = audit.net;
    let board = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    let submitted = board.report_failure(audit.lease_id, 'no such file');
    assert_eq!(reason_of(submitted), 'RC: lease in another state');
    let lease_id = claim(net, create(net, audit_terms()), 1);
    assert_eq!(reason_of(board.report_failure(lease_id, 0)), 'RC: failure without a reason');
    be('thief');
    let by_thief = board.report_failure(lease_id, 'no such file');
    assert_eq!(reason_of(by_thief), 'RC: not the lease operator');
}

//! A requester pays a lease before its audit is over: nothing that follows moves that pay.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
    IPayoutsDispatcherTrait,
};
use crate::interfaces::registry::IRecordsDispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, owed, reason_of, sent, stake};
use crate::tests::support::jobs::pass_draw_block;
use crate::tests::support::leases::{drawn_lease, spared_lease, submitted_lease};
use crate::tests::support::money::{assert_all_settled, assert_money};
use crate::tests::support::network::{FAMILY, STAKE, WORKER, locked};
use crate::tests::support::rounds::run_round;
use crate::tests::support::steps::{advance, challenge_delivery, challenge_pixels, rest, wait};
use crate::tests::support::verifiers::network_with;
use crate::types::audit::{AuditPhase, DrawOutcome};
use crate::types::board::LeaseState;

/// The requester pays it now; the lock stays, and the job waits for the lease.
fn pay_early(audit: TestAudit) {
    let net = audit.net;
    be('artist');
    net.board.accept(audit.job_id, array![audit.lease_id]);
    let lease = net.board.lease(audit.lease_id);
    assert_eq!((lease.state, lease.paid), (LeaseState::SUBMITTED, true));
    assert_eq!(sent(audit), 200);
    let job = net.board.job(audit.job_id);
    assert_eq!((job.progress.accepted, job.progress.held, job.times.pending), (2, 0, 1));
    assert_money(audit);
}

fn state_of(audit: TestAudit) -> u8 {
    audit.net.board.lease(audit.lease_id).state
}

#[test]
fn a_paid_lease_keeps_its_lock_until_verifiers_accept_it() {
    let audit = drawn_lease(3);
    pay_early(audit);
    run_round(audit, 3, 0);
    assert_eq!(locked(audit.net), 66);
    rest(audit);
    assert_eq!((state_of(audit), sent(audit)), (LeaseState::ACCEPTED, 200));
    assert_eq!(audit.net.records.record(WORKER, FAMILY).audited, 1);
    assert_eq!(owed(audit, account('artist')), 394);
    assert_all_settled(audit);
}

#[test]
fn a_wrong_verdict_on_a_paid_lease_takes_the_lock_and_reopens_nothing() {
    let audit = drawn_lease(3);
    pay_early(audit);
    run_round(audit, 0, 3);
    rest(audit);
    assert_eq!((state_of(audit), sent(audit)), (LeaseState::REJECTED, 200));
    assert_eq!(stake(audit, WORKER), STAKE - 66);
    assert_eq!(audit.net.records.record(WORKER, FAMILY).losses, 1);
    let progress = audit.net.board.job(audit.job_id).progress;
    assert_eq!((progress.accepted, progress.refunded, progress.reopened_ranges), (2, 0, 0));
    // The pool, and nothing of the pay.
    assert_eq!(owed(audit, account('artist')), 394);
    assert_all_settled(audit);
}

#[test]
fn a_paid_lease_that_nobody_could_judge_ends_without_more() {
    let audit = submitted_lease(network_with(0));
    pass_draw_block('hash');
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
    assert_phase(audit, AuditPhase::DRAW);
    pay_early(audit);
    wait(21);
    advance(audit);
    assert_eq!((state_of(audit), sent(audit)), (LeaseState::REJECTED, 200));
    assert_eq!((owed(audit, account('payout')), audit.net.payouts.burned_fri()), (0, 0));
    assert_all_settled(audit);
}

#[test]
fn a_lease_that_chance_chose_may_be_paid_before_anybody_drew() {
    let audit = submitted_lease(network_with(3));
    pass_draw_block('hash');
    pay_early(audit);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::NOT_DRAWN);
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
    assert_phase(audit, AuditPhase::COMMIT);
    run_round(audit, 3, 0);
    rest(audit);
    assert_eq!(state_of(audit), LeaseState::ACCEPTED);
    assert_all_settled(audit);
}

#[test]
fn a_doubt_goes_on_where_its_requester_paid_meanwhile() {
    let audit = spared_lease(3);
    challenge_delivery(audit);
    pay_early(audit);
    wait(2);
    advance(audit);
    assert_eq!((state_of(audit), sent(audit)), (LeaseState::REJECTED, 200));
    assert_all_settled(audit);
}

#[test]
fn a_doubt_for_which_nobody_votes_ends_a_lease_that_was_paid_meanwhile() {
    let audit = spared_lease(0);
    challenge_pixels(audit, array![0]);
    pay_early(audit);
    wait(21);
    advance(audit);
    assert_eq!((state_of(audit), sent(audit)), (LeaseState::ACCEPTED, 200));
    assert_all_settled(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn what_is_paid_is_neither_paid_again_nor_doubted() {
    let audit = drawn_lease(3);
    pay_early(audit);
    let net = audit.net;
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let challenges = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    be('artist');
    let again = board.accept(audit.job_id, array![audit.lease_id]);
    assert_eq!(reason_of(again), 'RC: lease is paid already');
    let doubted = challenges.challenge_delivery(audit.lease_id);
    assert_eq!(reason_of(doubted), 'RC: lease is paid already');
    let doubted = challenges.challenge_pixels(audit.lease_id, array![0]);
    assert_eq!(reason_of(doubted), 'RC: lease is paid already');
    at(1_000_000, 1_000_000);
    let late = board.accept_late(audit.job_id, array![audit.lease_id]);
    assert_eq!(reason_of(late), 'RC: lease is paid already');
}

//! A requester that doubts a lease pays if it was wrong, the worker if it was right.
use starknet::get_block_timestamp;
use crate::audit::store::AuditStoreComponent::{NO, YES};
use crate::interfaces::audit::{
    IChallengesDispatcherTrait, IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
};
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::registry::IRecordsDispatcherTrait;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, count, owed, reason_of, seat_stake, stake,
};
use crate::tests::support::leases::{audit_terms, drawn_lease, spared_lease, submitted_lease};
use crate::tests::support::leaves::{OTHER, result_of};
use crate::tests::support::money::{assert_money, end, pay};
use crate::tests::support::network::{FAMILY, STAKE, WORKER};
use crate::tests::support::rounds::{
    ask, commit_all, decline_from, poll, reveal_prints, run_round, votes,
};
use crate::tests::support::steps::{
    advance, appeal, challenge_delivery, challenge_pixels, draw, rest, wait,
};
use crate::tests::support::verifiers::{network_with, payout_of};
use crate::types::audit::{AuditPhase, DrawOutcome, Verdict, Vote};
use crate::types::board::{LeaseResult, LeaseState};
use crate::types::registry::Record;

#[test]
fn a_true_doubt_of_pixels_forces_an_audit_of_the_named_leaves() {
    let audit = spared_lease(1);
    // Fees for all leaves that may be named.
    let bonds = audit.net.challenges;
    assert_eq!(bonds.bond_to_challenge_fri(audit.lease_id, true), 60 + 3 * 10);
    challenge_pixels(audit, array![6, 3]);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    draw(audit, 'doubt');
    let round = ask(audit);
    assert_eq!((*round.leaves[0], *round.leaves[1], round.all), (6, 3, 0b1_0000_0011));
    run_round(audit, 0, 3);
    rest(audit);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    // The lock of 400 pays the fees of 30 and who showed it, a tenth of the rest those who voted.
    assert_eq!(owed(audit, account('artist')), 90);
    assert_eq!((owed(audit, account('watcher')), owed(audit, payout_of(2))), (10, 30 + 36));
    assert_eq!(audit.net.payouts.burned_fri(), 400 - 30 - 10 - 36);
    assert_eq!(audit.net.records.record(WORKER, FAMILY).losses, 1);
    end(audit);
}

#[test]
fn a_false_doubt_of_pixels_pays_verifiers_and_begins_the_window_anew() {
    let audit = spared_lease(1);
    challenge_pixels(audit, array![0]);
    draw(audit, 'doubt');
    run_round(audit, 3, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!((owed(audit, account('artist')), owed(audit, payout_of(2))), (0, 30));
    // Nothing of it is the worker's.
    assert_eq!((owed(audit, account('payout')), audit.net.payouts.burned_fri()), (0, 60));
    let lease = audit.net.board.lease(audit.lease_id);
    assert_eq!((lease.draw_outcome, lease.since_s), (DrawOutcome::CLEARED, get_block_timestamp()));
    let record = audit.net.records.record(WORKER, FAMILY);
    assert_eq!((record.audited, record.losses), (11, 0));
    pay(audit);
}

#[test]
fn a_doubt_that_ends_undecided_costs_its_fees() {
    let audit = spared_lease(1);
    challenge_pixels(audit, array![0]);
    draw(audit, 'doubt');
    decline_from(audit, 0, Vote::OVER_TIME);
    assert_phase(audit, AuditPhase::OVER);
    // Nobody sealed, so there are none.
    assert_eq!((owed(audit, account('artist')), owed(audit, account('payout'))), (90 + 400, 100));
}

#[test]
fn a_verdict_on_doubted_pixels_can_be_appealed() {
    let audit = spared_lease(1);
    challenge_pixels(audit, array![0]);
    draw(audit, 'doubt');
    run_round(audit, 0, 3);
    appeal(audit, 'operator');
    draw(audit, 'second');
    assert_eq!(ask(audit).verifiers.len(), 7);
    run_round(audit, 7, 0);
    rest(audit);
    // Three forfeits of 200 pay the appeal's seven fees of 20; half a tenth of the rest is its.
    assert_eq!(owed(audit, account('operator')), 150 + 23);
    assert_eq!((seat_stake(audit, 2), owed(audit, account('artist'))), (STAKE - 600, 0));
    pay(audit);
}

fn reveal_key(audit: TestAudit) {
    be('operator');
    audit.net.challenges.reveal_key(audit.lease_id, result_of(audit), 8, 9);
    assert_money(audit);
}

#[test]
fn results_that_can_be_had_are_paid() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    rest(audit);
    let record = audit.net.records.record(WORKER, FAMILY);
    challenge_delivery(audit);
    reveal_key(audit);
    draw(audit, 'doubt');
    poll(audit, array![YES, YES, NO].span());
    assert_phase(audit, AuditPhase::APPEAL);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // The bond's rest and the forfeit are burned but for two fees and a tenth.
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE - 40, 6 + 2 * (2 + 2)));
    assert_eq!(audit.net.payouts.burned_fri(), 66 - 4 + 40 - 4);
    // Only audited pixels make a record.
    assert_eq!(audit.net.records.record(WORKER, FAMILY), record);
    pay(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn the_delivery_is_doubted_once_though_its_window_begins_anew() {
    let audit = spared_lease(1);
    challenge_delivery(audit);
    reveal_key(audit);
    draw(audit, 'doubt');
    poll(audit, array![YES, YES, YES].span());
    rest(audit);
    be('artist');
    let again = doubts(audit).challenge_delivery(audit.lease_id);
    assert_eq!(reason_of(again), 'RC: lease is in court');
    pay(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn pixels_can_be_doubted_after_a_delivery_that_was_in_order_and_then_nothing_more() {
    let audit = spared_lease(1);
    challenge_delivery(audit);
    reveal_key(audit);
    draw(audit, 'doubt');
    poll(audit, array![YES, YES, YES].span());
    rest(audit);
    challenge_pixels(audit, array![0]);
    draw(audit, 'another');
    run_round(audit, 3, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    be('artist');
    for again in array![
        doubts(audit).challenge_delivery(audit.lease_id),
        doubts(audit).challenge_pixels(audit.lease_id, array![0]),
    ] {
        assert_eq!(reason_of(again), 'RC: lease is in court');
    }
    pay(audit);
}

#[test]
fn the_delivery_can_be_doubted_after_an_audit_that_outlasted_the_window() {
    let audit = drawn_lease(1);
    let submitted_s = audit.net.board.lease(audit.lease_id).since_s;
    wait(9);
    run_round(audit, 3, 0);
    rest(audit);
    assert!(get_block_timestamp() > submitted_s + audit_terms().window_s.into());
    challenge_delivery(audit);
    wait(2);
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    end(audit);
}

#[test]
fn results_that_nobody_can_have_are_not_paid() {
    let audit = spared_lease(1);
    challenge_delivery(audit);
    reveal_key(audit);
    draw(audit, 'doubt');
    poll(audit, array![NO, NO, NO].span());
    assert_eq!(count(audit, 0, Vote::COUNTED), 3);
    rest(audit);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    // Of the lock of 400 go 6 for fees, and a tenth of the rest in three parts.
    assert_eq!((owed(audit, account('artist')), owed(audit, payout_of(2))), (66, 6 + 39));
    assert_eq!(audit.net.payouts.burned_fri(), 400 - 6 - 39);
    end(audit);
}

#[test]
fn a_key_that_is_not_revealed_for_two_steps_loses_the_lease() {
    let audit = spared_lease(1);
    challenge_delivery(audit);
    wait(2);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!((stake(audit, WORKER), owed(audit, account('artist'))), (STAKE - 400, 66));
    let record = Record { audited: 0, losses: 1, fees_fri: 0 };
    assert_eq!(audit.net.records.record(WORKER, FAMILY), record);
    end(audit);
}

fn doubts(audit: TestAudit) -> IChallengesSafeDispatcher {
    IChallengesSafeDispatcher { contract_address: audit.net.board.contract_address }
}

#[test]
#[feature("safe_dispatcher")]
fn the_draw_comes_before_doubts() {
    let audit = submitted_lease(network_with(1));
    be('artist');
    let undrawn = doubts(audit).challenge_delivery(audit.lease_id);
    assert_eq!(reason_of(undrawn), 'RC: the draw comes first');
}

#[test]
#[feature("safe_dispatcher")]
fn only_the_requester_doubts_inside_the_window_and_names_leaves() {
    let audit = spared_lease(1);
    let (lease_id, doubts) = (audit.lease_id, doubts(audit));
    be('anyone');
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: only requesters may doubt');
    be('artist');
    for named in array![array![], array![8], array![0, 1, 2, 3, 4, 5, 6, 7, 0]] {
        let reason = reason_of(doubts.challenge_pixels(lease_id, named));
        assert_eq!(reason, 'RC: name 1 to 8 of its leaves');
    }
    wait(9);
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: challenge window is over');
    pay(audit);
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), 'RC: lease in another state');
}

#[test]
#[feature("safe_dispatcher")]
fn pixels_under_audit_or_cleared_by_it_are_not_doubted_besides() {
    let audit = drawn_lease(1);
    let doubts = doubts(audit);
    be('artist');
    let doubted = doubts.challenge_pixels(audit.lease_id, array![0]);
    assert_eq!(reason_of(doubted), 'RC: lease is in court');
    run_round(audit, 3, 0);
    rest(audit);
    be('artist');
    let doubted = doubts.challenge_pixels(audit.lease_id, array![0]);
    assert_eq!(reason_of(doubted), 'RC: lease is in court');
}

#[test]
#[feature("safe_dispatcher")]
fn anyone_reveals_the_workers_key_and_only_when_asked() {
    let audit = spared_lease(1);
    let (lease_id, doubts, result) = (audit.lease_id, doubts(audit), result_of(audit));
    be('operator');
    let unasked = doubts.reveal_key(lease_id, result, 8, 9);
    assert_eq!(reason_of(unasked), 'RC: case in another phase');
    challenge_delivery(audit);
    be('watcher');
    let other = doubts.reveal_key(lease_id, result, 8, 8);
    assert_eq!(reason_of(other), 'RC: not the key of the results');
    let other = doubts.reveal_key(lease_id, LeaseResult { root: 1, ..result }, 8, 9);
    assert_eq!(reason_of(other), 'RC: not the submitted result');
    audit.net.challenges.reveal_key(lease_id, result, 8, 9);
    assert_phase(audit, AuditPhase::DRAW);
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_delivery_has_no_prints() {
    let audit = spared_lease(1);
    challenge_delivery(audit);
    reveal_key(audit);
    draw(audit, 'doubt');
    let round = ask(audit);
    commit_all(audit, round, votes(0, 3).span());
    reveal_prints(audit, round, 0, OTHER);
}

#[test]
#[should_panic(
    expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn a_doubt_needs_its_bond() {
    let audit = spared_lease(1);
    be('artist');
    audit.net.challenges.challenge_delivery(audit.lease_id);
}

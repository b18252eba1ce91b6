//! Votes that are not found at a lease's fee may be found at a higher one, which somebody pays.
use starknet::{get_block_number, get_block_timestamp};
use crate::audit::raises::RaisesComponent::Errors;
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::IPayoutsDispatcherTrait;
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::terms::Errors::FEE_TOO_HIGH;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, assert_verdict, owed, reason_of};
use crate::tests::support::leases::{audit_terms, drawn_lease, spared_lease, submitted_at};
use crate::tests::support::money::{assert_all_settled, pay};
use crate::tests::support::network::Network;
use crate::tests::support::rounds::run_round;
use crate::tests::support::steps::{advance, appeal, challenge_pixels, draw, rest, wait};
use crate::tests::support::verifiers::{network_with, operator_of, payout_of, willing};
use crate::types::audit::{AuditPhase, Verdict};
use crate::types::board::JobTerms;
use crate::types::registry::StandingOffer;

const DONE: felt252 = 'not refused';

/// A lease whose only verifier wants more by now than its votes are paid: its draw found nobody.
fn starved(terms: JobTerms, wanted_fri: u128) -> TestAudit {
    let net = network_with(1);
    want(net, wanted_fri);
    let audit = submitted_at(net, terms);
    draw(audit, 'hash');
    assert_phase(audit, AuditPhase::DRAW);
    audit
}

#[feature("safe_dispatcher")]
fn raised_by(audit: TestAudit, who: felt252, notches: u8) -> felt252 {
    let price_fri = audit.net.audits.price_to_raise_fri(audit.lease_id, notches);
    be(who);
    audit.net.token.approve(audit.net.board.contract_address, price_fri.into());
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    reason_of(audits.raise_fee(audit.lease_id, notches))
}

fn draw_again(audit: TestAudit) {
    at(get_block_timestamp(), get_block_number() + 18);
    draw(audit, 'later');
}

#[test]
fn a_doubled_fee_finds_votes_and_is_paid_by_who_raised_it() {
    let audit = starved(audit_terms(), 4);
    assert_eq!(audit.net.audits.price_to_raise_fri(audit.lease_id, 4), 6);
    assert_eq!(raised_by(audit, 'anyone', 4), DONE);
    draw_again(audit);
    assert_phase(audit, AuditPhase::COMMIT);
    run_round(audit, 3, 0);
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), 12);
    assert_eq!(owed(audit, account('anyone')), 0);
    pay(audit);
}

#[test]
fn who_raised_it_by_less_gets_that_back_at_once() {
    let audit = starved(audit_terms(), 4);
    assert_eq!(raised_by(audit, 'watcher', 2), DONE);
    assert_eq!(raised_by(audit, 'anyone', 4), DONE);
    assert_eq!(owed(audit, account('watcher')), 3);
    assert_eq!(raised_by(audit, 'anyone', 4), Errors::NO_RAISE);
    assert_eq!(raised_by(audit, 'anyone', 16), Errors::NO_RAISE);
}

#[test]
fn what_nobody_voted_for_returns_to_the_pool_and_to_who_raised_it() {
    let audit = starved(audit_terms(), 4);
    assert_eq!(raised_by(audit, 'anyone', 2), DONE);
    draw_again(audit);
    assert_phase(audit, AuditPhase::DRAW);
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(owed(audit, account('anyone')), 3);
    assert_eq!(audit.net.payouts.burned_fri(), 100);
    assert_all_settled(audit);
}

#[test]
fn the_block_that_draws_next_is_not_there_yet() {
    let audit = starved(audit_terms(), 4);
    let draw_block = audit.net.audits.audit_of(audit.lease_id).draw_block;
    at(get_block_timestamp(), draw_block + 2);
    assert_eq!(raised_by(audit, 'anyone', 4), Errors::NOT_NOW);
    at(get_block_timestamp(), draw_block + 1);
    assert_eq!(raised_by(audit, 'anyone', 4), DONE);
    at(get_block_timestamp(), draw_block);
    draw(audit, 'later');
    assert_phase(audit, AuditPhase::COMMIT);
    assert_eq!(raised_by(audit, 'anyone', 8), Errors::NOT_NOW);
}

#[test]
fn a_raised_fee_is_at_most_a_fifteenth_of_the_pay() {
    // 200 fri pay.
    let audit = starved(JobTerms { audit_fee_fri: 4, audit_tile_fri: 0, ..audit_terms() }, 5);
    assert_eq!(raised_by(audit, 'anyone', 9), FEE_TOO_HIGH);
    assert_eq!(raised_by(audit, 'anyone', 6), DONE);
}

#[test]
fn votes_of_an_appeal_are_found_at_a_raised_fee_and_what_others_paid_stays() {
    let audit = appealed_for_want(4 * 2);
    assert_eq!(audit.net.audits.price_to_raise_fri(audit.lease_id, 4), 7 * 4);
    assert_eq!(raised_by(audit, 'anyone', 4), DONE);
    draw_again(audit);
    run_round(audit, 7, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // Three false votes of 2 fri lose 40 each. Of that go 28 for fees that the bond paid, and half
    // of a tenth of the rest to who appealed; what was raised is spent.
    assert_eq!(owed(audit, payout_of(2)), 7 * 8);
    assert_eq!((owed(audit, account('operator')), owed(audit, account('anyone'))), (38 + 4, 0));
    assert_eq!(audit.net.payouts.burned_fri(), 120 - 28 - 4);
    pay(audit);
}

#[test]
fn a_raise_for_an_appeal_that_nobody_votes_in_returns() {
    let audit = appealed_for_want(4 * 3);
    assert_eq!(raised_by(audit, 'anyone', 4), DONE);
    draw_again(audit);
    assert_phase(audit, AuditPhase::DRAW);
    wait(21);
    advance(audit);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!(owed(audit, account('anyone')), 28);
    assert_all_settled(audit);
}

#[test]
fn a_raise_for_a_challenge_that_is_dropped_returns() {
    let audit = spared_lease(1);
    want(audit.net, 1_000);
    challenge_pixels(audit, array![0]);
    draw(audit, 'doubt');
    assert_eq!(raised_by(audit, 'anyone', 1), DONE);
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    // A quarter of ten, for three votes.
    assert_eq!(owed(audit, account('anyone')), 3 * 2);
}

/// A lease that was falsely rejected; the only verifier wants so much for a vote of the appeal.
fn appealed_for_want(wanted_fri: u128) -> TestAudit {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    want(audit.net, wanted_fri);
    appeal(audit, 'operator');
    draw(audit, 'second');
    assert_phase(audit, AuditPhase::DRAW);
    audit
}

fn want(net: Network, wanted_fri: u128) {
    be(operator_of(2));
    net.profiles.set_offer(2, StandingOffer { audit_fee_fri: wanted_fri, ..willing() });
    at(get_block_timestamp(), get_block_number() + 20);
}

//! Votes that are not found at a lease's fee may be found at a higher one, which somebody pays.
use starknet::storage::StoragePointerWriteAccess;
use starknet::testing::set_contract_address;
use starknet::{get_block_number, get_block_timestamp};
use crate::audit::raises::RaisesComponent::Errors;
use crate::board::job_board::JobBoard;
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::IPayoutsDispatcherTrait;
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::terms::Errors::FEE_TOO_HIGH;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, owed, reason_of};
use crate::tests::support::leases::{audit_terms, submitted_at};
use crate::tests::support::money::{assert_all_settled, pay};
use crate::tests::support::network::Network;
use crate::tests::support::rounds::run_round;
use crate::tests::support::steps::{advance, draw, rest, wait};
use crate::tests::support::verifiers::{network_with, operator_of, payout_of, willing};
use crate::types::audit::AuditPhase;
use crate::types::board::JobTerms;
use crate::types::registry::StandingOffer;

const DONE: felt252 = 'not refused';

/// A lease whose only verifier wants more by now than its votes are paid: its draw found nobody.
fn starved(terms: JobTerms, wanted_fri: u128) -> TestAudit {
    let net = network_with(1);
    allow_raises(net);
    be(operator_of(2));
    net.profiles.set_offer(2, StandingOffer { audit_fee_fri: wanted_fri, ..willing() });
    at(get_block_timestamp(), get_block_number() + 20);
    let audit = submitted_at(net, terms);
    draw(audit, 'hash');
    assert_phase(audit, AuditPhase::DRAW);
    audit
}

#[feature("safe_dispatcher")]
fn raised_by(audit: TestAudit, who: felt252, quarters: u8) -> felt252 {
    let price_fri = audit.net.audits.price_to_raise_fri(audit.lease_id, quarters);
    be(who);
    audit.net.token.approve(audit.net.board.contract_address, price_fri.into());
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    reason_of(audits.raise_fee(audit.lease_id, quarters))
}

/// Seats of these tests are worth 60 votes of 2 fri, so that nothing could be raised.
fn allow_raises(net: Network) {
    set_contract_address(net.board.contract_address);
    let mut state = JobBoard::contract_state_for_testing();
    state.leases.desk_seat_unit_fri.write(1_200);
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
    assert_eq!(raised_by(audit, 'anyone', 13), Errors::NO_RAISE);
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
    assert_eq!(raised_by(audit, 'anyone', 12), FEE_TOO_HIGH);
}

//! Draws that find nobody are repeated, and what follows where that helps nothing.
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
    IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
};
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, owed, reason_of, seat_stake, stake,
};
use crate::tests::support::leases::{audit_terms, drawn_lease, spared_lease, submitted_at};
use crate::tests::support::money::{assert_all_settled, assert_money, pay};
use crate::tests::support::network::{Network, STAKE, WORKER};
use crate::tests::support::rounds::{ask, commit_all, run_round, votes};
use crate::tests::support::steps::{advance, appeal, challenge_pixels, draw, rest, wait};
use crate::tests::support::verifiers::{network_with, operator_of, willing};
use crate::types::audit::{AuditPhase, DrawOutcome, Verdict};
use crate::types::board::JobTerms;
use crate::types::registry::StandingOffer;

/// The only verifier takes no audits, in draws that are called from now on ...
fn leave(net: Network) {
    offer(net, StandingOffer { audit_fee_fri: 0, ..willing() });
}

/// ... and now it takes them again.
fn come_back(net: Network) {
    offer(net, willing());
}

fn offer(net: Network, offer: StandingOffer) {
    be(operator_of(2));
    net.profiles.set_offer(2, offer);
    at(get_block_timestamp(), get_block_number() + 20);
}

#[feature("safe_dispatcher")]
fn advanced(audit: TestAudit) -> felt252 {
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    reason_of(audits.advance(audit.job_id, array![audit.lease_id]))
}

fn undrawn_lease() -> TestAudit {
    let net = network_with(1);
    leave(net);
    let audit = submitted_at(net, audit_terms());
    draw(audit, 'hash');
    audit
}

#[test]
#[feature("safe_dispatcher")]
fn votes_that_are_not_found_are_drawn_from_twenty_blocks_later_for_the_same_leaves() {
    let audit = undrawn_lease();
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    let (seed, leaves) = (ask(audit).seed, ask(audit).leaves);
    let failed = get_block_number();
    assert_eq!(audit.net.audits.audit_of(audit.lease_id).draw_block, failed + 18);
    come_back(audit.net);
    at(get_block_timestamp() + 10, failed + 29);
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    let early = audits.draw(audit.job_id, array![audit.lease_id]);
    assert_eq!(reason_of(early), 'RC: block of the draw is ahead');
    at(get_block_timestamp(), failed + 18);
    draw(audit, 'later');
    assert_phase(audit, AuditPhase::COMMIT);
    assert_eq!((ask(audit).seed, ask(audit).leaves), (seed, leaves));
    run_round(audit, 3, 0);
    rest(audit);
    pay(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn a_lease_whose_votes_are_not_found_for_long_is_shared() {
    let audit = undrawn_lease();
    let (second, block) = (get_block_timestamp(), get_block_number());
    at(second + 21 * 60 - 1, block);
    assert_eq!(advanced(audit), 'RC: step is not overdue');
    // In seconds alone.
    at(second + 21 * 60, block);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!((owed(audit, account('payout')), audit.net.payouts.burned_fri()), (100, 100));
    // The job is settled, and its reserve came back with the pool.
    assert_eq!(owed(audit, account('artist')), 400);
    assert_eq!(stake(audit, WORKER), STAKE);
    assert_all_settled(audit);
}

#[test]
fn a_doubt_that_nobody_can_judge_leaves_the_lease_and_its_window_as_they_were_and_is_spent() {
    let audit = spared_lease(1);
    let since_s = audit.net.board.lease(audit.lease_id).since_s;
    leave(audit.net);
    challenge_pixels(audit, array![0]);
    draw(audit, 'doubt');
    assert_phase(audit, AuditPhase::DRAW);
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(owed(audit, account('artist')), 90);
    let lease = audit.net.board.lease(audit.lease_id);
    assert_eq!((lease.draw_outcome, lease.since_s), (DrawOutcome::PASSED, since_s));
    assert_money(audit);
    come_back(audit.net);
    at(since_s, get_block_number());
    assert_eq!(challenged(audit), 'RC: lease is in court');
    at(since_s + 500, get_block_number());
    pay(audit);
}

#[feature("safe_dispatcher")]
fn challenged(audit: TestAudit) -> felt252 {
    let contract_address = audit.net.challenges.contract_address;
    be('artist');
    let challenges = IChallengesSafeDispatcher { contract_address };
    reason_of(challenges.challenge_pixels(audit.lease_id, array![0]))
}

#[test]
fn an_appeal_whose_votes_are_not_found_leaves_the_verdict_and_the_bond() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    leave(audit.net);
    appeal(audit, 'artist');
    draw(audit, 'second');
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(owed(audit, account('artist')), 38);
    pay(audit);
}

#[test]
fn a_rejection_that_is_appealed_in_vain_does_not_stand() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    leave(audit.net);
    appeal(audit, 'operator');
    draw(audit, 'second');
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::UNDECIDED);
    // Of the bond of 38 the part that is no fee burns, and of the pay one half.
    assert_eq!(owed(audit, account('operator')), 28);
    assert_eq!((owed(audit, account('payout')), stake(audit, WORKER)), (100, STAKE));
    assert_eq!(audit.net.payouts.burned_fri(), 10 + 100);
    assert_eq!(seat_stake(audit, 2), STAKE);
    assert_all_settled(audit);
}

#[test]
fn draws_that_find_too_few_come_ever_later() {
    let audit = undrawn_lease();
    let began = get_block_number();
    let mut waits = array![];
    for hash in array!['a', 'b', 'c'] {
        let due = audit.net.audits.audit_of(audit.lease_id).draw_block;
        waits.append(due - began);
        at(get_block_timestamp(), due);
        draw(audit, hash);
        assert_phase(audit, AuditPhase::DRAW);
    }
    // Each call comes twelve blocks after the block that it waits for, and waits as long again.
    assert_eq!(waits, array![18, 2 * (18 + 12), 2 * (2 * (18 + 12) + 12)]);
}

#[test]
fn more_votes_that_are_not_found_are_no_more_asked_for() {
    let audit = drawn_lease(1);
    commit_all(audit, ask(audit), votes(2, 0).span());
    wait(3);
    leave(audit.net);
    advance(audit);
    draw(audit, 'more');
    come_back(audit.net);
    wait(21);
    advance(audit);
    // The purse of 40 pays for three others.
    let state = audit.net.audits.audit_of(audit.lease_id);
    assert_eq!((state.phase, state.redraws), (AuditPhase::DRAW, 1));
    draw(audit, 'anew');
    run_round(audit, 3, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    pay(audit);
}

fn looked_lease() -> TestAudit {
    let net = network_with(1);
    let audit = submitted_at(net, JobTerms { second_look: true, ..audit_terms() });
    assert_eq!(net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6 - 28);
    draw(audit, 'hash');
    audit
}

#[test]
fn half_of_the_acceptances_get_a_second_look_that_the_job_reserved() {
    let audit = looked_lease();
    run_round(audit, 3, 0);
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::LOOK);
    draw(audit, 2);
    assert_phase(audit, AuditPhase::DRAW);
    draw(audit, 'look');
    assert_eq!(ask(audit).verifiers.len(), 7);
    run_round(audit, 7, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6 - 28);
    pay(audit);
}

#[test]
fn a_second_look_may_reject_and_its_unused_fees_are_the_pools() {
    let audit = looked_lease();
    run_round(audit, 3, 0);
    wait(1);
    advance(audit);
    draw(audit, 2);
    draw(audit, 'look');
    run_round(audit, 1, 6);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    // It saw the leaf of the first three, too: they were wrong, like one of the seven.
    assert_eq!(seat_stake(audit, 2), STAKE - 3 * 40 - 80);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 24);
    assert_money(audit);
}

#[test]
fn the_other_half_is_over_and_what_a_look_reserved_returns() {
    let audit = looked_lease();
    run_round(audit, 3, 0);
    wait(1);
    advance(audit);
    draw(audit, 3);
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6);
    pay(audit);
}

#[test]
fn a_rejection_is_not_looked_at_again() {
    let audit = looked_lease();
    run_round(audit, 0, 3);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6);
}

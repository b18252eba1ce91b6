//! A first round from the draw to the verdict, and money that adds up after each step. One verifier
//! holds all its votes.
use starknet::testing::set_contract_address;
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::audit::{IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
    IPayoutsDispatcherTrait,
};
use crate::interfaces::registry::{IRecordsDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, count, owed, reason_of, seat_stake, seats_held, sent,
    stake,
};
use crate::tests::support::jobs::{claim, create};
use crate::tests::support::leases::{audit_terms, drawn_lease};
use crate::tests::support::leaves::{ALIKE, SAME, result_of};
use crate::tests::support::money::{assert_all_settled, assert_money, end, pay, purse};
use crate::tests::support::network::{FAMILY, Network, STAKE, WORKER, locked};
use crate::tests::support::rounds::{ask, commit_all, open, reveal_all, run_round, votes};
use crate::tests::support::steps::{advance, appeal, draw, rest, wait};
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::{named, network_with, payout_of};
use crate::types::audit::{AuditPhase, DrawOutcome, Verdict, Vote};
use crate::types::board::{JobTerms, LeaseState};
use crate::types::registry::Record;

#[test]
fn equal_digests_accept_by_themselves_and_everybody_is_paid() {
    let audit = drawn_lease(3);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 394);
    run_round(audit, 3, 0);
    assert_phase(audit, AuditPhase::APPEAL);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::CLEARED);
    let record = Record { audited: 1, losses: 0, fees_fri: 6 };
    assert_eq!(audit.net.records.record(WORKER, FAMILY), record);
    for verifier in 2..5_u32 {
        let fees_fri = 2 * seats_held(audit, verifier);
        assert_eq!(
            (owed(audit, payout_of(verifier)), seat_stake(audit, verifier)), (fees_fri, STAKE),
        );
    }
    pay(audit);
    assert_eq!(audit.net.token.balance_of(account('payout')), RICH + 200);
    assert_eq!(audit.net.token.balance_of(account('artist')), RICH - 206);
    assert_eq!(audit.net.payouts.burned_fri(), 0);
}

#[test]
fn another_machine_agrees_by_its_prints() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    let hows = array![SAME, ALIKE, ALIKE];
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    assert_phase(audit, AuditPhase::SHOW);
    wait(1);
    advance(audit);
    assert_eq!(count(audit, 0, Vote::COUNTED), 3);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    pay(audit);
}

#[test]
fn a_cheat_loses_its_lock_and_the_range_opens_again() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    assert_eq!((stake(audit, WORKER), locked(audit.net)), (STAKE - 66, 0));
    // Of the lock a fee for who showed it, of the rest a tenth in three equal parts.
    assert_eq!((owed(audit, account('watcher')), owed(audit, payout_of(2))), (2, 3 * (2 + 2)));
    assert_eq!(audit.net.payouts.burned_fri(), 66 - 2 - 6);
    let record = Record { audited: 0, losses: 1, fees_fri: 0 };
    assert_eq!(audit.net.records.record(WORKER, FAMILY), record);
    let again = claim(audit.net, audit.job_id, 0);
    assert_eq!(audit.net.board.lease(again).attempt, 1);
    audit.net.board.give_back(again, 'away');
    end(audit);
}

#[test]
fn an_outvoted_vote_forfeits_twenty_fees() {
    let audit = drawn_lease(1);
    run_round(audit, 2, 1);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // Two fees, and a tenth of the forfeit in two parts; the third fee is the pool's.
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE - 40, 2 * (2 + 2)));
    assert_eq!(audit.net.payouts.burned_fri(), 36);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 4);
    pay(audit);
}

#[test]
fn a_rejection_that_nobody_shows_shares_the_pay_and_judges_nobody() {
    let audit = drawn_lease(1);
    let (round, hows) = (ask(audit), votes(0, 3));
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::APPEAL);
    assert_verdict(audit, Verdict::UNDECIDED);
    rest(audit);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE, 6));
    // Half of the pay, the rest is burned; the lock is free again.
    assert_eq!((owed(audit, account('payout')), audit.net.payouts.burned_fri()), (100, 100));
    assert_eq!((stake(audit, WORKER), locked(audit.net)), (STAKE, 0));
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    assert_eq!(audit.net.records.record(WORKER, FAMILY).losses, 0);
    assert_all_settled(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn a_worker_that_does_not_open_for_two_steps_has_lost() {
    let audit = drawn_lease(1);
    commit_all(audit, ask(audit), votes(0, 3).span());
    wait(1);
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    let early = audits.advance(audit.job_id, array![audit.lease_id]);
    assert_eq!(reason_of(early), 'RC: step is not overdue');
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::REJECTED);
    // The sealed votes are paid, and nobody is judged: the whole lock is burned.
    assert_eq!((stake(audit, WORKER), audit.net.payouts.burned_fri()), (STAKE - 66, 66));
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE, 6));
    end(audit);
}

#[test]
fn who_does_not_reveal_forfeits_and_the_majority_decides() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    open(audit, round);
    reveal_all(audit, round, votes(2, 0).span());
    assert_phase(audit, AuditPhase::REVEAL);
    wait(1);
    advance(audit);
    assert_eq!(count(audit, 0, Vote::SILENT), 1);
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 40, 40));
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), 2 * (2 + 2));
    pay(audit);
}

#[test]
fn without_a_majority_of_the_sealed_votes_the_next_size_decides_for_their_forfeits() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    open(audit, round);
    reveal_all(audit, round, votes(1, 0).span());
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(purse(audit), 80);
    draw(audit, 'second');
    // Seven votes at 4 fri.
    assert_eq!((ask(audit).verifiers.len(), purse(audit)), (7, 80 - 28));
    run_round(audit, 7, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE - 80, 2 + 28));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 2);
    assert_eq!(audit.net.payouts.burned_fri(), 80 - 28);
    pay(audit);
}

/// Takes so much of the only verifier's purse, and out of the board's books.
fn drain(net: Network, amount_fri: u128) -> u128 {
    set_contract_address(net.board.contract_address);
    let taken_fri = net.registry.forfeit(2, amount_fri);
    net.token.transfer(account('nobody'), taken_fri.into());
    taken_fri
}

#[test]
fn without_a_majority_and_money_nothing_is_decided() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    open(audit, round);
    assert_eq!(drain(audit.net, STAKE - 10), STAKE - 10);
    reveal_all(audit, round, votes(1, 0).span());
    wait(1);
    advance(audit);
    // Forfeits take what is there, and who has nothing left was covered when the round is called.
    assert_eq!(purse(audit), 10);
    assert_phase(audit, AuditPhase::APPEAL);
    assert_verdict(audit, Verdict::UNDECIDED);
    appeal(audit, 'watcher');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    // What was against nothing decided was right.
    assert_eq!(owed(audit, account('watcher')), 38 - 18);
    pay(audit);
}

#[test]
fn a_drained_holder_keeps_its_open_votes_and_is_drawn_no_more_from_the_next_epoch_on() {
    let audit = drawn_lease(1);
    assert_eq!(drain(audit.net, STAKE + 1), STAKE);
    run_round(audit, 3, 0);
    assert_verdict(audit, Verdict::ACCEPTED);
    at(get_block_timestamp() + 1, get_block_number() + 20);
    appeal(audit, 'artist');
    draw(audit, 'second');
    assert_phase(audit, AuditPhase::DRAW);
    wait(21);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(owed(audit, payout_of(2)), 3 * 2);
}

#[test]
fn a_raised_price_is_no_part_of_a_shared_pay() {
    let audit = drawn_lease(1);
    be('artist');
    audit.net.token.approve(audit.net.board.contract_address, 2 * 50);
    audit.net.board.top_up(audit.job_id, 150, 0);
    run_unshown(audit);
    rest(audit);
    assert_eq!((owed(audit, account('payout')), audit.net.payouts.burned_fri()), (100, 100));
    assert_eq!(owed(audit, account('artist')), 100 + 394);
    assert_all_settled(audit);
}

fn run_unshown(audit: TestAudit) {
    let (round, hows) = (ask(audit), votes(0, 3));
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    wait(1);
    advance(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn what_the_pool_can_not_audit_is_not_claimed() {
    let net = network_with(1);
    let job_id = create(net, JobTerms { audit_pool_fri: 6, ..audit_terms() });
    let lease_id = claim(net, job_id, 0);
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 0);
    let audit = TestAudit { net, job_id, lease_id };
    net.board.submit(lease_id, 2, result_of(audit));
    draw(audit, 'hash');
    // Its range opens again, but its audit was the pool's last money.
    commit_all(audit, ask(audit), votes(0, 3).span());
    wait(2);
    advance(audit);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    be('operator');
    let refused = board.claim_lease(job_id, WORKER, 1, 0, named(net));
    assert_eq!(reason_of(refused), 'RC: audit pool is too small');
    be('artist');
    net.token.approve(net.board.contract_address, 6);
    net.board.top_up(job_id, 100, 6);
    claim(net, job_id, 1);
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 0);
}

#[test]
fn a_job_that_is_canceled_during_an_audit_still_ends_with_its_verdict() {
    let audit = drawn_lease(1);
    be('artist');
    audit.net.board.cancel(audit.job_id);
    assert_money(audit);
    run_round(audit, 0, 3);
    rest(audit);
    // Canceled, so its range is refunded, with the pool; nothing of the lock is the requester's.
    assert_eq!((owed(audit, account('artist')), sent(audit)), (200 + 394, 0));
    assert_all_settled(audit);
}

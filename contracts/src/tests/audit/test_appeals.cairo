//! More verifiers look again: at most twice, for whoever lost and pays a bond.
use starknet::get_block_number;
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::ISeatsDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{
    assert_phase, assert_verdict, burned, count, earned, forfeited, owed, reason_of, stake,
};
use crate::tests::support::leases::drawn_lease;
use crate::tests::support::money::{end, pay};
use crate::tests::support::network::{FAMILY, STAKE, WORKER};
use crate::tests::support::rounds::{ask, commit_all, open, reveal_all, run_round, votes};
use crate::tests::support::steps::{advance, appeal, draw, rest, wait};
use crate::tests::support::verifiers::owner_of;
use crate::types::audit::{AuditPhase, DrawOutcome, Verdict, Vote};
use crate::types::board::LeaseState;

#[test]
fn a_worker_that_appeals_rightly_gets_its_bond_back_and_false_verifiers_pay() {
    let audit = drawn_lease(8);
    run_round(audit, 1, 2);
    assert_verdict(audit, Verdict::REJECTED);
    let before = audit.net.token.balance_of(account('operator'));
    appeal(audit, 'operator');
    assert_eq!(audit.net.token.balance_of(account('operator')), before - 21);
    draw(audit, 'second');
    let round = ask(audit);
    assert_eq!((round.verifiers.len(), round.leaves.len()), (7, 2));
    run_round(audit, 7, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(owed(audit, account('operator')), 21);
    // Two forfeits paid the second round; a tenth of the rest is too little for eight votes.
    assert_eq!((stake(audit, WORKER), forfeited(audit)), (STAKE, 2 * 40));
    assert_eq!((earned(audit), burned(audit)), (2 + 21, 80 - 21));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 2);
    pay(audit);
}

#[test]
fn a_worker_that_appeals_wrongly_pays_the_round() {
    let audit = drawn_lease(8);
    run_round(audit, 0, 3);
    appeal(audit, 'owner');
    draw(audit, 'second');
    run_round(audit, 0, 7);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!((owed(audit, account('owner')), stake(audit, WORKER)), (0, STAKE - 66));
    assert_eq!((earned(audit), burned(audit)), (3 * 2 + 7 * 3, 66));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6);
    end(audit);
}

#[test]
fn a_requester_that_appeals_rightly_sees_the_cheat_slashed() {
    let audit = drawn_lease(8);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    run_round(audit, 2, 5);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(stake(audit, WORKER), STAKE - 66);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    assert_eq!(owed(audit, account('artist')), 21);
    // Three forfeits of the first round and two of the second, and the lock: they paid five fees,
    // and of what was left a tenth is for the five who were right.
    assert_eq!(forfeited(audit), 3 * 40 + 2 * 60);
    assert_eq!((earned(audit), burned(audit)), (5 * 3 + 5 * 5, 240 + 66 - 15 - 25));
    end(audit);
}

#[test]
fn a_requester_that_appeals_wrongly_pays_the_round() {
    let audit = drawn_lease(8);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    rest(audit);
    assert_eq!(owed(audit, account('artist')), 0);
    pay(audit);
}

#[test]
fn fifteen_have_the_last_word() {
    let audit = drawn_lease(15);
    run_round(audit, 0, 3);
    appeal(audit, 'operator');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    appeal(audit, 'artist');
    draw(audit, 'third');
    let round = ask(audit);
    assert_eq!((round.verifiers.len(), round.number), (15, 2));
    run_round(audit, 10, 5);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!((owed(audit, account('operator')), owed(audit, account('artist'))), (21, 0));
    // Forfeits paid the seven, and each of seventeen gets 2 fri of a tenth of the rest; the lost
    // bond paid ten of fifteen fees.
    assert_eq!(forfeited(audit), 3 * 40 + 5 * 60);
    assert_eq!((earned(audit), burned(audit)), (21 + 30 + 34, 420 - 21 - 34 + 15));
    pay(audit);
}

#[test]
fn a_round_that_nobody_can_be_seated_for_leaves_the_verdict_and_the_bond() {
    let audit = drawn_lease(3);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    // By then no offer holds any more.
    at(1_000_000, get_block_number());
    draw(audit, 'second');
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(owed(audit, account('artist')), 21);
    pay(audit);
}

#[test]
fn an_appeal_that_decides_nothing_leaves_the_verdict() {
    let audit = drawn_lease(8);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    let round = ask(audit);
    commit_all(audit, round, votes(7, 0).span());
    open(audit, round);
    reveal_all(audit, round, votes(2, 0).span());
    wait(1);
    advance(audit);
    assert_eq!(count(audit, 1, Vote::ABSENT), 5);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::CLEARED);
    pay(audit);
}

#[test]
fn an_undecided_lease_may_be_appealed_by_either_side() {
    let audit = drawn_lease(8);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    open(audit, round);
    reveal_all(audit, round, votes(2, 0).span());
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::UNDECIDED);
    appeal(audit, 'operator');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    pay(audit);
}

#[test]
fn a_worker_that_does_not_open_on_appeal_drags_no_honest_verifier_down() {
    let audit = drawn_lease(8);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    let round = ask(audit);
    commit_all(audit, round, votes(7, 0).span());
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(stake(audit, WORKER), STAKE - 66);
    assert_eq!(forfeited(audit), 0);
    end(audit);
}

#[test]
fn who_gives_up_seats_when_a_round_is_called_may_still_be_drawn_for_it() {
    let audit = drawn_lease(3);
    run_round(audit, 0, 3);
    for verifier in 2..5_u32 {
        be(owner_of(verifier));
        audit.net.seats.set_seats(verifier, FAMILY, 0);
    }
    appeal(audit, 'operator');
    draw(audit, 'second');
    assert_eq!(ask(audit).verifiers.len(), 7);
    run_round(audit, 0, 7);
    rest(audit);
    end(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn only_who_lost_appeals_with_a_bond_and_in_time() {
    let audit = drawn_lease(3);
    run_round(audit, 0, 3);
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    for who in array!['artist', 'outsider'] {
        be(who);
        let reason = reason_of(audits.appeal(audit.lease_id));
        assert_eq!(reason, 'RC: only who lost may appeal');
    }
    wait(1);
    be('operator');
    assert_eq!(reason_of(audits.appeal(audit.lease_id)), 'RC: step is over');
}

#[test]
#[should_panic(
    expected: ('RC: only who lost may appeal', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn a_worker_does_not_appeal_what_it_won() {
    let audit = drawn_lease(3);
    run_round(audit, 3, 0);
    appeal(audit, 'operator');
}

#[test]
#[should_panic(
    expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn an_appeal_needs_its_bond() {
    let audit = drawn_lease(3);
    run_round(audit, 0, 3);
    be('operator');
    audit.net.audits.appeal(audit.lease_id);
}

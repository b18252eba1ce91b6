//! More verifiers look again: at most twice, for whoever lost and pays a bond.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::{ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{assert_phase, assert_verdict, count, owed, reason_of, stake};
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
    assert_eq!((stake(audit, WORKER), audit.net.registry.burned_fri()), (STAKE, 2 * 36));
    // The pool paid one fee of the first round and seven of the second, and has a tenth of two
    // bonds.
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 2 - 21 + 8);
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
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6 + 6);
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
    // Three bonds of the first round and two of the second.
    assert_eq!(audit.net.registry.burned_fri(), 60 + 3 * 36 + 2 * 54);
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
    assert_eq!(audit.net.registry.burned_fri(), 3 * 36 + 5 * 54);
    pay(audit);
}

#[test]
fn a_round_that_nobody_can_be_seated_for_leaves_the_verdict_and_the_bond() {
    let audit = drawn_lease(3);
    run_round(audit, 3, 0);
    for verifier in 2..5_u32 {
        be(owner_of(verifier));
        audit.net.registry.request_unstake(verifier, STAKE - 60);
    }
    appeal(audit, 'artist');
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
    for verifier in 2..10_u32 {
        assert_eq!(stake(audit, verifier), STAKE);
    }
    end(audit);
}

#[test]
fn verifiers_who_left_after_the_submission_still_have_their_seats() {
    let audit = drawn_lease(3);
    run_round(audit, 0, 3);
    for verifier in 2..5_u32 {
        be(owner_of(verifier));
        audit.net.seats.set_seats(verifier, FAMILY, 0);
    }
    appeal(audit, 'operator');
    draw(audit, 'second');
    assert_eq!(ask(audit).verifiers.len(), 3);
    run_round(audit, 0, 3);
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

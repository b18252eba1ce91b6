//! More votes look again: at most twice, for whoever pays a bond. One verifier holds all of them.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, owed, reason_of, seat_stake, stake,
};
use crate::tests::support::leases::drawn_lease;
use crate::tests::support::money::{assert_all_settled, end, pay};
use crate::tests::support::network::{STAKE, WORKER};
use crate::tests::support::rounds::{ask, commit_all, open, reveal_all, run_round, votes};
use crate::tests::support::steps::{advance, appeal, appeal_of, draw, rest, wait};
use crate::tests::support::verifiers::{operator_of, payout_of};
use crate::types::audit::{AuditPhase, Verdict};
use crate::types::board::LeaseState;

#[test]
fn a_worker_that_appeals_rightly_gets_its_bond_back_and_false_verifiers_pay() {
    let audit = drawn_lease(1);
    run_round(audit, 1, 2);
    assert_verdict(audit, Verdict::REJECTED);
    let before = audit.net.token.balance_of(account('operator'));
    appeal(audit, 'operator');
    // Seven votes at 4 fri, and a twentieth of the pay.
    assert_eq!(audit.net.token.balance_of(account('operator')), before - 38);
    draw(audit, 'second');
    let round = ask(audit);
    // The leaf in dispute, and a fresh one.
    assert_eq!((round.verifiers.len(), round.all), (7, 0b11_0000_0000));
    run_round(audit, 7, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // Two forfeits of 40, of which 28 are the round's fees, and a tenth of the rest half for it.
    assert_eq!(owed(audit, account('operator')), 38 + 2);
    assert_eq!((stake(audit, WORKER), seat_stake(audit, 2)), (STAKE, STAKE - 80));
    assert_eq!(owed(audit, payout_of(2)), 2 + 28);
    assert_eq!(audit.net.payouts.burned_fri(), 80 - 28 - 2);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 2);
    pay(audit);
}

#[test]
fn a_worker_that_appeals_wrongly_pays_the_round() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    appeal(audit, 'owner');
    draw(audit, 'second');
    run_round(audit, 0, 7);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!((owed(audit, account('owner')), stake(audit, WORKER)), (0, STAKE - 66));
    assert_eq!((owed(audit, account('watcher')), owed(audit, payout_of(2))), (4, 6 + 28));
    assert_eq!(audit.net.payouts.burned_fri(), 10 + 66 - 4);
    end(audit);
}

#[test]
fn whoever_appeals_an_acceptance_rightly_sees_the_cheat_slashed() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    appeal(audit, 'anyone');
    draw(audit, 'second');
    run_round(audit, 2, 5);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!((stake(audit, WORKER), seat_stake(audit, 2)), (STAKE - 66, STAKE - 280));
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    // The first three saw it, too, and lose 3 * 40 besides 2 * 80 of the seven. Of 280 + 66 go 20
    // for fees and 4 for who showed it; half of a tenth is the appellant's, the other half in five
    // parts.
    assert_eq!(owed(audit, account('anyone')), 38 + 16);
    assert_eq!(owed(audit, payout_of(2)), 20 + 15);
    assert_eq!(audit.net.payouts.burned_fri(), 346 - 20 - 4 - 16 - 15);
    end(audit);
}

#[test]
fn a_requester_that_appeals_wrongly_pays_the_round() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    rest(audit);
    assert_eq!((owed(audit, account('artist')), audit.net.payouts.burned_fri()), (0, 10));
    pay(audit);
}

#[test]
fn a_bond_against_a_verdict_that_nothing_follows_returns_less_the_fees() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    let (round, hows) = (ask(audit), votes(0, 7));
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::UNDECIDED);
    rest(audit);
    assert_eq!(owed(audit, account('artist')), 10 + 394);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE, 6 + 28));
    assert_all_settled(audit);
}

#[test]
fn fifteen_have_the_last_word() {
    let audit = drawn_lease(2);
    run_round(audit, 0, 3);
    appeal(audit, 'operator');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    appeal(audit, 'artist');
    draw(audit, 'third');
    let round = ask(audit);
    assert_eq!((round.verifiers.len(), round.number), (15, 2));
    run_round(audit, 15, 0);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
    // The last round saw what the first three found, whose forfeits pay for who was right, and half
    // of a tenth of the rest.
    assert_eq!((owed(audit, account('operator')), owed(audit, account('artist'))), (38 + 4, 0));
    pay(audit);
}

#[test]
fn a_last_round_with_prints_is_over_as_it_is_counted() {
    let audit = drawn_lease(2);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    appeal(audit, 'artist');
    draw(audit, 'third');
    run_round(audit, 14, 1);
    assert_phase(audit, AuditPhase::OVER);
    pay(audit);
}

#[test]
fn who_appeals_names_leaves_that_the_next_round_looks_at_first() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    appeal_of(audit, 'operator', array![5, 3]);
    draw(audit, 'second');
    let round = ask(audit);
    // Two named ones, the one in dispute, a fresh one.
    assert_eq!(round.all, 0b11_0000_0011);
    assert_eq!((*round.leaves[0], *round.leaves[1]), (5, 3));
    run_round(audit, 7, 0);
    appeal_of(audit, 'artist', array![0, 1, 2, 4, 6, 7]);
    draw(audit, 'third');
    // What the first round differed on is in dispute until the end.
    assert_eq!(ask(audit).all, 0b101_1111_1100);
    assert_eq!(*ask(audit).leaves[5], 7);
}

#[test]
#[feature("safe_dispatcher")]
fn no_more_than_eight_leaves_of_the_lease_are_named() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    for named in array![array![8], array![0, 1, 2, 3, 4, 5, 6, 7, 0]] {
        let reason = reason_of(audits.appeal(audit.lease_id, named));
        assert_eq!(reason, 'RC: name 1 to 8 of its leaves');
    }
}

#[test]
fn a_worker_that_does_not_open_on_appeal_drags_no_honest_verifier_down() {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    appeal(audit, 'artist');
    draw(audit, 'second');
    commit_all(audit, ask(audit), votes(7, 0).span());
    wait(2);
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!((stake(audit, WORKER), seat_stake(audit, 2)), (STAKE - 66, STAKE));
    assert_eq!(owed(audit, payout_of(2)), 6 + 28);
    end(audit);
}

#[feature("safe_dispatcher")]
fn appealed(audit: TestAudit, who: felt252) -> felt252 {
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    be(who);
    reason_of(audits.appeal(audit.lease_id, array![]))
}

#[test]
#[feature("safe_dispatcher")]
fn a_rejection_is_appealed_by_its_worker_or_a_seat_that_was_not_for_it() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    for who in array!['artist', 'outsider', operator_of(2)] {
        assert_eq!(appealed(audit, who), 'RC: seat may not appeal');
    }
    // They lack but the bond.
    for who in array!['operator', 'owner'] {
        assert_eq!(appealed(audit, who), 'no allowance');
    }
    wait(1);
    assert_eq!(appealed(audit, 'operator'), 'RC: step is over');
}

#[test]
fn an_outvoted_seat_appeals() {
    let audit = drawn_lease(1);
    run_round(audit, 1, 2);
    appeal(audit, operator_of(2));
    assert_phase(audit, AuditPhase::DRAW);
}

#[test]
#[should_panic(
    expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'),
)]
fn an_appeal_needs_its_bond() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    be('operator');
    audit.net.audits.appeal(audit.lease_id, array![]);
}

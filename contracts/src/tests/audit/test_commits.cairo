//! Who seals no vote says why or pays; where too few do, more are drawn.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::IPayoutsDispatcherTrait;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, count, owed, reason_of, seat_stake, stake,
};
use crate::tests::support::leases::{audit_terms, drawn_lease, submitted_at};
use crate::tests::support::leaves::SAME;
use crate::tests::support::money::{assert_all_settled, assert_money, end, pay, purse};
use crate::tests::support::network::{STAKE, WORKER};
use crate::tests::support::rounds::{
    Round, ask, commit, commit_all, decline, decline_from, open, reveal_of, run_round, vote_of,
    votes,
};
use crate::tests::support::steps::{advance, appeal, draw, rest, wait};
use crate::tests::support::verifiers::{network_with, operator_of, payout_of};
use crate::types::audit::{AuditPhase, Verdict, Vote};
use crate::types::board::JobTerms;

fn reveal_seats(audit: TestAudit, round: Round, seats: Span<u8>) {
    let mut reveals = array![];
    for seat in seats {
        reveals.append(reveal_of(audit, round, *seat, vote_of(round, SAME)));
    }
    audit.net.audits.reveal(reveals);
}

#[feature("safe_dispatcher")]
fn advanced(audit: TestAudit) -> felt252 {
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    reason_of(audits.advance(audit.job_id, array![audit.lease_id]))
}

#[test]
#[feature("safe_dispatcher")]
fn the_absent_forfeit_and_four_more_votes_are_drawn_from_a_later_block() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, votes(2, 0).span());
    wait(2);
    assert_eq!(advanced(audit), 'RC: step is not overdue');
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(count(audit, 0, Vote::ABSENT), 1);
    // Its fee pays for a vote in its place, its forfeit for more.
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 40, 42));
    draw(audit, 'more');
    let more = ask(audit);
    // The same leaves, of the same seed.
    assert_eq!((more.seed, more.leaves, more.first), (round.seed, round.leaves, 0));
    assert_eq!((more.verifiers.len(), purse(audit)), (7, 42 - 8));
    assert_money(audit);
    for seat in 3..7_u8 {
        commit(audit, more, seat, vote_of(more, SAME));
    }
    // All have answered; of six the last one is paid and not counted.
    assert_phase(audit, AuditPhase::OPEN);
    assert_eq!(count(audit, 0, Vote::SPARE), 1);
    open(audit, more);
    reveal_seats(audit, more, array![0, 1, 3, 4, 5].span());
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), 6 * 2);
    // What three more cost; a tenth of the rest is too little for five.
    assert_eq!(audit.net.payouts.burned_fri(), 40 - 6);
    pay(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn a_batch_has_a_step_of_its_own() {
    let audit = drawn_lease(1);
    commit_all(audit, ask(audit), votes(2, 0).span());
    wait(3);
    advance(audit);
    draw(audit, 'more');
    assert_eq!(advanced(audit), 'RC: step is not overdue');
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(audit.net.audits.audit_of(audit.lease_id).batches, 2);
    assert_money(audit);
}

#[test]
fn the_busy_forfeit_two_fees_which_pay_for_others_besides_the_one_in_their_place() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    decline(audit, round, 0, Vote::BUSY);
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 4, 4 + 2));
    commit(audit, round, 1, vote_of(round, SAME));
    commit(audit, round, 2, vote_of(round, SAME));
    // Everybody has answered, so nobody waits for the step's end.
    assert_phase(audit, AuditPhase::DRAW);
    draw(audit, 'more');
    let more = ask(audit);
    assert_eq!((more.verifiers.len(), purse(audit)), (6, 0));
    for seat in 3..6_u8 {
        commit(audit, more, seat, vote_of(more, SAME));
    }
    assert_phase(audit, AuditPhase::OPEN);
    open(audit, more);
    reveal_seats(audit, more, array![1, 2, 3, 4, 5].span());
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), 5 * 2);
    pay(audit);
}

#[test]
fn over_time_for_most_shares_the_pay_and_costs_them_nothing() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit(audit, round, 0, vote_of(round, SAME));
    decline_from(audit, 1, Vote::OVER_TIME);
    assert_eq!(count(audit, 0, Vote::OVER_TIME), 8);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE, 2));
    assert_eq!(owed(audit, account('payout')), 100);
    // Of three fees that were reserved for votes, one was paid.
    assert_eq!(audit.net.payouts.burned_fri(), 100 + 4);
    assert_all_settled(audit);
}

#[test]
fn over_time_for_most_burns_no_fee_of_a_second_look() {
    let net = network_with(1);
    let audit = submitted_at(net, JobTerms { second_look: true, ..audit_terms() });
    draw(audit, 'hash');
    let round = ask(audit);
    commit(audit, round, 0, vote_of(round, SAME));
    decline_from(audit, 1, Vote::OVER_TIME);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!((owed(audit, payout_of(2)), owed(audit, account('payout'))), (2, 100));
    // Of 34 that were reserved, 28 are for the second look.
    assert_eq!(audit.net.payouts.burned_fri(), 100 + 4);
    assert_eq!(owed(audit, account('artist')), 400 - 34 + 28);
    assert_all_settled(audit);
}

#[test]
fn over_time_in_a_later_round_undoes_a_rejection_and_costs_its_voters_nothing() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    appeal(audit, 'operator');
    draw(audit, 'second');
    decline_from(audit, 0, Vote::OVER_TIME);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!(seat_stake(audit, 2), STAKE);
    assert_all_settled(audit);
}

#[test]
fn over_time_for_few_costs_two_fees() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit(audit, round, 0, vote_of(round, SAME));
    commit(audit, round, 1, vote_of(round, SAME));
    decline(audit, round, 2, Vote::OVER_TIME);
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE, 2));
    draw(audit, 'more');
    let more = ask(audit);
    assert_eq!(more.verifiers.len(), 4);
    commit(audit, more, 3, vote_of(more, SAME));
    assert_phase(audit, AuditPhase::OPEN);
    open(audit, more);
    reveal_seats(audit, more, array![0, 1, 3].span());
    rest(audit);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE - 4, 6));
    pay(audit);
}

#[test]
fn over_time_pays_where_others_decide() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    decline(audit, round, 0, Vote::BUSY);
    decline(audit, round, 1, Vote::OVER_TIME);
    commit(audit, round, 2, vote_of(round, SAME));
    draw(audit, 'more');
    let more = ask(audit);
    assert_eq!(more.verifiers.len(), 7);
    for seat in 3..7_u8 {
        commit(audit, more, seat, vote_of(more, SAME));
    }
    assert_phase(audit, AuditPhase::OPEN);
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 4 - 4, 4));
    assert_money(audit);
}

#[test]
fn without_a_package_for_most_the_lease_is_rejected_and_nobody_judged() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit(audit, round, 0, vote_of(round, SAME));
    decline_from(audit, 1, Vote::NO_PACKAGE);
    assert_phase(audit, AuditPhase::APPEAL);
    assert_verdict(audit, Verdict::REJECTED);
    rest(audit);
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE, 2));
    assert_eq!((stake(audit, WORKER), audit.net.payouts.burned_fri()), (STAKE - 66, 66));
    end(audit);
}

#[test]
fn who_had_no_package_forfeits_a_fee_where_others_had_it() {
    let audit = drawn_lease(1);
    decline_from(audit, 0, Vote::NO_PACKAGE);
    appeal(audit, 'operator');
    draw(audit, 'second');
    run_round(audit, 7, 0);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    // Twelve fees of the first round pay for a part of the appeal's 28.
    assert_eq!((seat_stake(audit, 2), owed(audit, payout_of(2))), (STAKE - 24, 28));
    assert_eq!(owed(audit, account('operator')), 38 - 28 + 24);
    pay(audit);
}

#[test]
fn a_draw_without_enough_votes_is_made_anew_and_who_sealed_is_paid() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit(audit, round, 0, vote_of(round, SAME));
    wait(3);
    advance(audit);
    for _ in 0..3_u8 {
        assert_phase(audit, AuditPhase::DRAW);
        draw(audit, 'more');
        // Two epochs: of a stake that fell in the last one, too, the earlier size is not known.
        wait(2);
        advance(audit);
        assert_money(audit);
    }
    // Two absent ones and three batches of four: half of the stake.
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 14 * 40, 14 * 42 - 3 * 8));
    assert_phase(audit, AuditPhase::DRAW);
    let state = audit.net.audits.audit_of(audit.lease_id);
    assert_eq!((state.first, state.redraws, state.batches), (15, 1, 0));
    assert_eq!(count(audit, 0, Vote::SPARE), 1);
    draw(audit, 'anew');
    let anew = ask(audit);
    assert_eq!((anew.verifiers.len(), anew.seed), (3, round.seed));
    run_round(audit, 3, 0);
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), (1 + 3) * 2 + 3 * 18);
    assert_verdict(audit, Verdict::ACCEPTED);
    pay(audit);
}

#[test]
fn an_audit_that_nobody_joins_ends_shared() {
    let audit = drawn_lease(1);
    let mut steps: u32 = 0;
    while audit.net.audits.audit_of(audit.lease_id).phase != AuditPhase::OVER {
        if audit.net.audits.audit_of(audit.lease_id).phase == AuditPhase::DRAW {
            draw(audit, 'more');
        }
        // Nothing is left of the stake, so nobody can be drawn any more.
        if audit.net.audits.audit_of(audit.lease_id).phase == AuditPhase::DRAW {
            wait(21);
        }
        wait(3);
        advance(audit);
        assert_money(audit);
        steps += 1;
    }
    assert!(steps < 12);
    assert_verdict(audit, Verdict::UNDECIDED);
    assert_eq!((stake(audit, WORKER), owed(audit, account('payout'))), (STAKE, 100));
    assert_all_settled(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn words_are_said_once_by_the_seat_and_only_these() {
    let audit = drawn_lease(1);
    let audits = IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address };
    be('thief');
    let foreign = audits.decline(audit.lease_id, 0, Vote::BUSY);
    assert_eq!(reason_of(foreign), 'RC: not that verifier');
    be(operator_of(2));
    for word in array![Vote::SEALED, Vote::ABSENT, Vote::COUNTED, 0] {
        assert_eq!(reason_of(audits.decline(audit.lease_id, 0, word)), 'RC: no such word');
    }
    audit.net.audits.decline(audit.lease_id, 0, Vote::NO_PACKAGE);
    let again = audits.decline(audit.lease_id, 0, Vote::BUSY);
    assert_eq!(reason_of(again), 'RC: seat has voted already');
}

//! A first round from the draw to the verdict, and money that adds up after each step.
use starknet::testing::set_contract_address;
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
};
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, burned, count, earned, forfeited, owed, reason_of,
    seat_stake, stake,
};
use crate::tests::support::jobs::{claim, create};
use crate::tests::support::leases::{audit_terms, drawn_lease};
use crate::tests::support::leaves::{ALIKE, SAME, result_of};
use crate::tests::support::money::{assert_all_settled, assert_money, end, pay};
use crate::tests::support::network::{STAKE, WORKER, locked};
use crate::tests::support::rounds::{
    ask, commit, commit_all, open, reveal_all, reveal_prints, run_round, verifier_at, vote_of,
    votes,
};
use crate::tests::support::steps::{advance, appeal, draw, rest, wait};
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::{network_with, payout_of};
use crate::types::audit::{AuditPhase, DrawOutcome, Verdict, Vote};
use crate::types::board::{JobTerms, LeaseState};
use crate::types::registry::Record;

#[test]
fn equal_digests_accept_and_everybody_is_paid() {
    let audit = drawn_lease(3);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 394);
    assert_eq!(audit.net.registry.worker(2).stake.locked_fri, 0);
    run_round(audit, 3, 0);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::CLEARED);
    let record = Record { audited: 1, losses: 0, audited_fri: 200 };
    assert_eq!(audit.net.registry.worker(WORKER).record, record);
    assert_eq!((earned(audit), forfeited(audit), burned(audit)), (3 * 2, 0, 0));
    pay(audit);
    assert_eq!(audit.net.token.balance_of(account('payout')), RICH + 200);
    assert_eq!(audit.net.token.balance_of(account('artist')), RICH - 206);
}

#[test]
fn another_machine_agrees_by_its_prints() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    let hows = array![SAME, ALIKE, ALIKE];
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    assert_eq!(count(audit, 0, Vote::AGREES), 3);
    advance(audit);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    pay(audit);
}

#[test]
fn a_cheat_loses_its_lock_and_the_range_opens_again() {
    let audit = drawn_lease(3);
    run_round(audit, 0, 3);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    assert_eq!((stake(audit, WORKER), locked(audit.net)), (STAKE - 66, 0));
    // A tenth of the lock is for the three who were right.
    assert_eq!((earned(audit), burned(audit)), (3 * 2 + 6, 60));
    let record = Record { audited: 0, losses: 1, audited_fri: 0 };
    assert_eq!(audit.net.registry.worker(WORKER).record, record);
    let again = claim(audit.net, audit.job_id, 0);
    assert_eq!(audit.net.board.lease(again).attempt, 1);
    audit.net.board.give_back(again, 'away');
    end(audit);
}

#[test]
fn an_outvoted_verifier_loses_its_bond() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    run_round(audit, 2, 1);
    let loser = verifier_at(round, 2);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // A tenth of it is for the two who were right, and nothing for the pool but its third fee.
    assert_eq!((seat_stake(audit, loser), forfeited(audit)), (STAKE - 40, 40));
    assert_eq!((earned(audit), burned(audit)), (2 * 2 + 4, 36));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 4);
    pay(audit);
}

#[test]
fn a_worker_that_does_not_open_has_lost() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::REJECTED);
    assert_eq!(stake(audit, WORKER), STAKE - 66);
    assert_eq!((earned(audit), forfeited(audit)), (3 * 2 + 6, 0));
    end(audit);
}

#[test]
fn prints_that_the_worker_leaves_unanswered_count_against_it() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    let hows = array![ALIKE, ALIKE, ALIKE];
    commit_all(audit, round, hows.span());
    open(audit, round);
    for seat in 0..3_u8 {
        reveal_prints(audit, round, seat, ALIKE);
    }
    wait(2);
    advance(audit);
    rest(audit);
    assert_verdict(audit, Verdict::REJECTED);
    end(audit);
}

#[test]
fn who_does_not_reveal_pays_as_if_it_had_lost() {
    let audit = drawn_lease(5);
    let round = ask(audit);
    commit_all(audit, round, votes(3, 0).span());
    open(audit, round);
    reveal_all(audit, round, votes(2, 0).span());
    let silent = verifier_at(round, 2);
    wait(1);
    advance(audit);
    assert_eq!(seat_stake(audit, silent), STAKE - 40);
    assert_verdict(audit, Verdict::UNDECIDED);
    rest(audit);
    // Two votes decide nothing: nobody else is slashed, and worker and requester share.
    assert_eq!(stake(audit, WORKER), STAKE);
    assert_eq!((owed(audit, account('payout')), owed(audit, account('artist'))), (100, 100 + 396));
    assert_eq!((earned(audit), burned(audit)), (4, 40));
    assert_eq!(audit.net.board.lease(audit.lease_id).state, LeaseState::REJECTED);
    assert_all_settled(audit);
}

#[test]
fn an_absent_verifier_is_replaced_and_slashed() {
    let audit = drawn_lease(6);
    let round = ask(audit);
    let vote = vote_of(round, SAME);
    commit(audit, round, 0, vote);
    commit(audit, round, 1, vote);
    let absent = verifier_at(round, 2);
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::COMMIT);
    assert_eq!((seat_stake(audit, absent), earned(audit)), (STAKE - 40, 0));
    let round = ask(audit);
    assert_eq!(*round.verifiers[2].vote, Vote::DRAWN);
    assert_money(audit);
    commit(audit, round, 2, vote);
    open(audit, round);
    reveal_all(audit, round, votes(3, 0).span());
    advance(audit);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    // The vote drawn for the absent gets the fee that this one did not earn; of what it lost a
    // tenth is for the three who were right, and the rest is nobody's.
    assert_eq!((forfeited(audit), earned(audit), burned(audit)), (40, 3 * 2 + 3, 37));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400 - 6);
    pay(audit);
}

#[test]
fn without_replacements_nobody_judges_the_worker() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    let vote = vote_of(round, SAME);
    commit(audit, round, 0, vote);
    commit(audit, round, 1, vote);
    let absent = verifier_at(round, 2);
    // By now no offer holds any more.
    at(1_000_000, 1_000);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::NONE);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::UNSEATED);
    assert_eq!((stake(audit, WORKER), seat_stake(audit, absent)), (STAKE, STAKE - 40));
    assert_eq!((earned(audit), burned(audit)), (2 * 2, 40));
    pay(audit);
}

#[test]
fn nobody_at_all_comes() {
    let audit = drawn_lease(9);
    for _ in 0..3_u8 {
        assert_phase(audit, AuditPhase::COMMIT);
        wait(1);
        advance(audit);
        assert_money(audit);
    }
    assert_phase(audit, AuditPhase::OVER);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::UNSEATED);
    // Nine forfeits are burned; the pool has all fees again, and no more.
    assert_eq!((forfeited(audit), burned(audit)), (9 * 40, 9 * 40));
    assert_eq!(audit.net.board.job(audit.job_id).times.audit_pool_fri, 400);
    pay(audit);
}

#[test]
fn without_verifiers_a_lease_is_not_audited() {
    let audit = drawn_lease(0);
    assert_phase(audit, 0);
    assert_eq!(audit.net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::UNSEATED);
    pay(audit);
}

#[test]
fn a_holder_has_as_many_votes_and_fees_as_its_units_were_drawn() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    assert_eq!(round.verifiers.len(), 3);
    for seat in 0..3_u8 {
        assert_eq!(verifier_at(round, seat), 2);
    }
    run_round(audit, 3, 0);
    rest(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    assert_eq!(owed(audit, payout_of(2)), 3 * 2);
    pay(audit);
}

#[test]
fn a_drained_seat_purse_gives_what_is_there_and_its_holder_keeps_its_open_votes() {
    let audit = drawn_lease(1);
    set_contract_address(audit.net.board.contract_address);
    audit.net.registry.forfeit(2, STAKE - 70);
    let round = ask(audit);
    commit_all(audit, round, votes(1, 0).span());
    wait(1);
    // Of two votes that did not come the second finds 30 fri: enough for three more votes.
    advance(audit);
    assert_eq!(seat_stake(audit, 2), 0);
    assert_phase(audit, AuditPhase::COMMIT);
    let round = ask(audit);
    commit(audit, round, 1, vote_of(round, SAME));
    commit(audit, round, 2, vote_of(round, SAME));
    assert_phase(audit, AuditPhase::OPEN);
    // From the next epoch on it is drawn no more.
    open(audit, round);
    reveal_all(audit, round, votes(3, 0).span());
    advance(audit);
    at(get_block_timestamp() + 1, get_block_number() + 20);
    appeal(audit, 'artist');
    draw(audit, 'second');
    assert_phase(audit, AuditPhase::OVER);
    assert_verdict(audit, Verdict::ACCEPTED);
}

#[test]
#[feature("safe_dispatcher")]
fn what_the_pool_can_not_audit_is_not_claimed() {
    let net = network_with(3);
    let job_id = create(net, JobTerms { audit_pool_fri: 6, ..audit_terms() });
    let lease_id = claim(net, job_id, 0);
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 0);
    let audit = TestAudit { net, job_id, lease_id };
    net.board.submit(lease_id, 2, result_of(audit));
    draw(audit, 'hash');
    assert_eq!(net.board.lease(lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    // Its range opens again, but its audit was the pool's last money.
    commit_all(audit, ask(audit), votes(0, 3).span());
    wait(1);
    advance(audit);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    be('operator');
    let refused = board.claim_lease(job_id, WORKER, 1);
    assert_eq!(reason_of(refused), 'RC: audit pool is too small');
    be('artist');
    net.token.approve(net.board.contract_address, 6);
    net.board.top_up(job_id, 100, 6);
    claim(net, job_id, 1);
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 0);
}

#[test]
fn a_job_that_is_canceled_during_an_audit_still_ends_with_its_verdict() {
    let audit = drawn_lease(3);
    be('artist');
    audit.net.board.cancel(audit.job_id);
    assert_money(audit);
    run_round(audit, 0, 3);
    rest(audit);
    // Canceled, so its range is refunded, with the pool and a tenth's rest of the lock.
    assert_eq!(owed(audit, account('artist')), 200 + 394);
    assert_all_settled(audit);
}

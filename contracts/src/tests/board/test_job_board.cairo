//! The life of jobs, and money that adds up at each of their ends.
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::jobs::{accept, claim, create, result, scheduled, submitted, terms};
use crate::tests::support::network::{FAMILY, Network, STAKE, locked, network};
use crate::tests::support::token::RICH;
use crate::types::board::JobTerms;

/// What the board holds over its first RICH must be what it owes.
fn assert_holds(net: Network, expected: u256) {
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + expected);
}

#[test]
fn accepted_leases_are_paid_and_the_audit_pool_returns() {
    let net = network();
    let job = create(net, terms());
    let leases = array![submitted(net, job, 0), submitted(net, job, 1), submitted(net, job, 2)];
    assert_eq!(net.board.lease(*leases[2]).first, 4);
    assert_eq!(net.board.lease(*leases[2]).count, 1);
    assert_eq!(locked(net), 66 + 66 + 36);
    accept(net, job, leases);
    assert_eq!(locked(net), 0);
    net.payouts.withdraw(array![account('nobody'), account('artist')]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 500);
    assert_eq!(net.token.balance_of(account('artist')), RICH - 500);
    assert_holds(net, 0);
}

#[test]
fn pay_that_the_token_does_not_send_is_kept_and_the_others_are_paid() {
    let net = network();
    be('second owner');
    net.token.approve(net.registry.contract_address, STAKE.into());
    let second = net.registry.register(account('helper'), account('cursed'), array![FAMILY], STAKE);
    be('helper');
    net.registry.accept_operator(second);
    let job = create(net, terms());
    let first = submitted(net, job, 0);
    be('helper');
    let other = net.board.claim_lease(job, second, 0, 0);
    net.board.submit(other, 2, result());
    accept(net, job, array![first, other]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
    assert_eq!(net.payouts.balance_of(account('cursed')), 200);
    assert_holds(net, 350);
}

#[test]
fn cancel_refunds_what_nobody_holds_and_a_lease_in_work_is_still_paid() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    be('artist');
    net.board.cancel(job);
    assert_eq!(net.payouts.balance_of(account('artist')), 300);
    be('operator');
    net.board.submit(lease, 2, result());
    accept(net, job, array![lease]);
    assert_eq!(net.payouts.balance_of(account('artist')), 350);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
}

#[test]
fn a_lease_given_back_after_cancel_is_refunded_not_reopened() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    be('artist');
    net.board.cancel(job);
    be('operator');
    net.board.give_back(lease, 'away');
    assert_eq!(net.payouts.balance_of(account('artist')), 550);
}

#[test]
fn cancel_also_refunds_what_had_reopened() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    net.board.give_back(lease, 'away');
    be('artist');
    net.board.cancel(job);
    assert_eq!(net.payouts.balance_of(account('artist')), 550);
}

#[test]
fn an_expired_job_is_refunded_by_anyone() {
    let net = network();
    let job = create(net, terms());
    at(2_000, 110);
    be('outsider');
    net.board.refund(job);
    assert_eq!(net.payouts.balance_of(account('artist')), 550);
}

#[test]
#[should_panic(expected: ('RC: job has not expired', 'ENTRYPOINT_FAILED'))]
fn a_running_job_is_not_refunded() {
    let net = network();
    let job = create(net, terms());
    at(1_999, 200);
    net.board.refund(job);
}

#[test]
#[should_panic(expected: ('RC: job has not expired', 'ENTRYPOINT_FAILED'))]
fn a_job_does_not_expire_while_blocks_stand_still() {
    let net = network();
    let job = create(net, terms());
    at(5_000, 109);
    net.board.refund(job);
}

#[test]
#[should_panic(expected: ('RC: job is over', 'ENTRYPOINT_FAILED'))]
fn a_job_is_not_refunded_twice() {
    let net = network();
    let job = create(net, terms());
    net.board.cancel(job);
    net.board.cancel(job);
}

#[test]
#[should_panic(expected: ('RC: not the requester', 'ENTRYPOINT_FAILED'))]
fn only_the_requester_cancels() {
    let net = network();
    let job = create(net, terms());
    be('thief');
    net.board.cancel(job);
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn an_unknown_job_is_not_refunded() {
    network().board.refund(7);
}

#[test]
fn an_extended_job_is_claimed_after_its_first_end() {
    let net = network();
    let job = create(net, terms());
    net.board.extend(job, 500);
    at(2_400, 120);
    claim(net, job, 0);
    assert_eq!(net.board.job(job).progress.expires_block, 160);
}

#[test]
#[should_panic(expected: ('RC: job is over', 'ENTRYPOINT_FAILED'))]
fn an_expired_job_is_not_extended() {
    let net = network();
    let job = create(net, terms());
    at(2_000, 20);
    net.board.extend(job, 500);
}

#[test]
#[should_panic(expected: ('RC: nothing is improved', 'ENTRYPOINT_FAILED'))]
fn an_extension_extends() {
    let net = network();
    let job = create(net, terms());
    net.board.extend(job, 0);
}

#[test]
fn a_raise_pays_later_leases_more_and_earlier_ones_what_they_claimed_for() {
    let net = network();
    let job = create(net, terms());
    let early = submitted(net, job, 0);
    be('artist');
    net.token.approve(net.board.contract_address, 5 * 20 + 10);
    net.board.top_up(job, 120, 10);
    assert_holds(net, 660);
    let late = submitted(net, job, 1);
    assert_eq!(locked(net), 66 + 72 + 6);
    accept(net, job, array![early, late]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200 + 240);
    assert_eq!(net.payouts.balance_of(account('artist')), 40);
    assert_eq!(locked(net), 0);
    net.board.cancel(job);
    assert_eq!(net.payouts.balance_of(account('artist')), 40 + 120 + 60);
}

#[test]
fn a_lease_claimed_before_a_raise_and_given_back_opens_at_the_new_price() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, audit_pool_fri: 6, ..terms() });
    let early = claim(net, job, 0);
    be('artist');
    net.token.approve(net.board.contract_address, 40);
    net.board.top_up(job, 120, 0);
    be('operator');
    net.board.give_back(early, 'away');
    assert_eq!(locked(net), 0);
    let late = submitted(net, job, 0);
    accept(net, job, array![late]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 240);
    assert_eq!(net.payouts.balance_of(account('artist')), 6);
}

#[test]
#[should_panic(expected: ('RC: nothing is improved', 'ENTRYPOINT_FAILED'))]
fn a_price_does_not_fall() {
    let net = network();
    let job = create(net, terms());
    net.board.top_up(job, 99, 1_000);
}

#[test]
#[should_panic(expected: ('RC: price raised too often', 'ENTRYPOINT_FAILED'))]
fn a_price_has_sixteen_levels() {
    let net = network();
    let job = create(net, terms());
    net.token.approve(net.board.contract_address, 100);
    for raise in 1..17_u128 {
        net.board.top_up(job, 100 + raise, 0);
    }
}

#[test]
#[should_panic(expected: ('RC: job is over', 'ENTRYPOINT_FAILED'))]
fn a_finished_job_is_not_topped_up() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, ..terms() });
    let lease = submitted(net, job, 0);
    accept(net, job, array![lease]);
    net.board.top_up(job, 200, 1);
}

#[test]
#[should_panic(expected: ('RC: nothing to withdraw', 'ENTRYPOINT_FAILED'))]
fn an_empty_balance_is_not_withdrawn() {
    network().payouts.withdraw(array![account('outsider')]);
}

/// A job's number when one job had its place before.
const AGAIN: u64 = 0x1000000;

#[test]
fn a_settled_job_leaves_its_place_to_the_next() {
    let net = network();
    let first = create(net, scheduled());
    let running = create(net, terms());
    be('artist');
    net.board.cancel(first);
    let next = create(net, terms());
    assert_eq!((running, next), (first + 1, first + AGAIN));
    assert_eq!(net.board.newest_job(), next);
    assert_eq!(net.board.job(first).price.tasks, 0);
    assert_eq!(net.board.job(next).price.tasks, 5);
    assert_eq!(net.board.job(next).scheduler, account(0));
    accept(
        net,
        next,
        array![submitted(net, next, 0), submitted(net, next, 1), submitted(net, next, 2)],
    );
    assert_eq!(create(net, terms()), next + AGAIN);
    assert_eq!(create(net, terms()), running + 1);
    assert_eq!(net.board.job(running).progress.held, 0);
}

#[test]
fn a_job_does_not_inherit_the_scheduler_or_the_open_ranges_of_its_place() {
    let net = network();
    let first = create(net, scheduled());
    at(1_090, 19);
    let lease = claim(net, first, 0);
    net.board.give_back(lease, 'away');
    be('artist');
    net.board.cancel(first);
    let next = create(
        net, JobTerms { scheduler: account('artist'), scheduler_grace_s: 90, ..terms() },
    );
    assert_eq!(next, first + AGAIN);
    assert_eq!(net.board.job(next).scheduler, account('artist'));
    at(1_180, 28);
    let lease = claim(net, next, 0);
    assert_eq!((net.board.lease(lease).first, net.board.lease(lease).attempt), (0, 0));
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn a_call_for_a_job_does_not_reach_the_next_in_its_place() {
    let net = network();
    let first = create(net, terms());
    net.board.cancel(first);
    create(net, terms());
    net.board.cancel(first);
}

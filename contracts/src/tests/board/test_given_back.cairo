//! Tasks that come back without a result: given back, expired, found wrong; and what that costs.
use crate::interfaces::audit::IChallengesDispatcherTrait;
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
    IPayoutsDispatcherTrait,
};
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, reason_of};
use crate::tests::support::jobs::{accept, claim, create, result, spared, submitted, terms};
use crate::tests::support::network::{Network, STAKE, WORKER, locked, network};
use crate::tests::support::steps::{advance, wait};
use crate::tests::support::token::RICH;
use crate::types::board::{JobTerms, LeaseState};

fn stake(net: Network) -> u128 {
    net.registry.worker(WORKER).stake.stake_fri
}

/// A job of one lease of two tasks, which locks 66; its pool pays for an audit of each task.
fn one_lease(net: Network) -> (u64, u64) {
    let job = create(net, JobTerms { tasks: 2, audit_pool_fri: 12, ..terms() });
    (job, claim(net, job, 0))
}

/// The worker does not reveal the key that its requester asks for.
fn reject(net: Network, job_id: u64, lease_id: u64) {
    spared(net, job_id, array![lease_id].span());
    be('artist');
    net.token.approve(net.board.contract_address, 100);
    net.challenges.challenge_delivery(lease_id);
    wait(2);
    advance(TestAudit { net, job_id, lease_id });
    assert_eq!(net.board.lease(lease_id).state, LeaseState::REJECTED);
}

#[test]
fn giving_back_is_free_before_a_tenth_of_the_timeout() {
    let net = network();
    let (_, lease) = one_lease(net);
    at(1_005, 99);
    net.board.give_back(lease, 'away');
    assert_eq!((stake(net), locked(net)), (STAKE, 0));
    assert_eq!(net.registry.burned_fri(), 0);
}

#[test]
fn giving_back_later_burns_two_per_cent_of_the_pay() {
    let net = network();
    let (job, lease) = one_lease(net);
    at(1_006, 11);
    net.board.give_back(lease, 'away');
    assert_eq!((stake(net), locked(net)), (STAKE - 4, 0));
    assert_eq!(net.registry.burned_fri(), 4);
    be('artist');
    net.board.cancel(job);
    assert_eq!(net.payouts.balance_of(account('artist')), 212);
}

#[test]
fn a_lease_that_expires_burns_five_per_cent_of_its_pay() {
    let net = network();
    let (job, lease) = one_lease(net);
    at(1_060, 16);
    be('outsider');
    net.board.expire(job, array![lease]);
    assert_eq!((stake(net), locked(net)), (STAKE - 10, 0));
    assert_eq!(net.registry.burned_fri(), 10);
    assert_eq!(net.board.lease(claim(net, job, 0)).attempt, 1);
}

#[test]
fn no_number_of_give_backs_and_expiries_closes_a_range() {
    let net = network();
    let job = create(
        net, JobTerms { tasks: 2, audit_pool_fri: 6, expires_in_s: 100_000, ..terms() },
    );
    let mut lease = claim(net, job, 0);
    for turn in 0..257_u64 {
        if turn % 64 == 0 {
            at(1_060 + turn * 60, 16 + turn * 6);
            net.board.expire(job, array![lease]);
        } else {
            net.board.give_back(lease, 'away');
        }
        lease = claim(net, job, 0);
    }
    // It counts no further.
    assert_eq!((net.board.lease(lease).attempt, net.board.lease(lease).rejections), (255, 0));
    net.board.submit(lease, 2, result());
    accept(net, job, array![lease]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
}

#[test]
fn the_third_wrong_result_closes_a_range_and_its_parts_inherit_the_count() {
    let net = network();
    let (job, first) = one_lease(net);
    net.board.submit(first, 2, result());
    reject(net, job, first);
    let second = claim(net, job, 0);
    net.board.submit(second, 1, result());
    reject(net, job, second);
    let third = submitted(net, job, 0);
    let lease = net.board.lease(third);
    assert_eq!((lease.first, lease.count, lease.rejections), (0, 1, 2));
    reject(net, job, third);
    assert_eq!(net.board.job(job).progress.refunded, 1);
    let rest = claim(net, job, 0);
    let lease = net.board.lease(rest);
    assert_eq!((lease.first, lease.count, lease.rejections), (1, 1, 1));
    net.board.give_back(rest, 'away');
    let rest = submitted(net, job, 0);
    reject(net, job, rest);
    let rest = submitted(net, job, 0);
    assert_eq!(net.board.lease(rest).rejections, 2);
    reject(net, job, rest);
    assert_eq!(net.board.job(job).progress.refunded, 2);
    assert_eq!(locked(net), 0);
    // Five locks were lost: one of two tasks, four of one.
    assert_eq!(stake(net), STAKE - 66 - 4 * 36);
}

#[test]
fn a_part_is_submitted_and_paid_and_the_rest_goes_to_the_next() {
    let net = network();
    let (job, lease) = one_lease(net);
    net.board.submit(lease, 1, result());
    let submitted_lease = net.board.lease(lease);
    assert_eq!((submitted_lease.state, submitted_lease.count), (LeaseState::SUBMITTED, 1));
    assert_eq!((stake(net), locked(net)), (STAKE, 36));
    let rest = claim(net, job, 1);
    let other = net.board.lease(rest);
    assert_eq!((other.first, other.count, other.attempt), (1, 1, 1));
    net.board.submit(rest, 1, result());
    accept(net, job, array![lease, rest]);
    assert_eq!((stake(net), locked(net)), (STAKE, 0));
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
    assert_eq!(net.payouts.balance_of(account('artist')), 12);
}

#[test]
fn the_rest_of_a_late_part_costs_two_per_cent_of_its_pay() {
    let net = network();
    let (job, lease) = one_lease(net);
    at(1_006, 11);
    net.board.submit(lease, 1, result());
    assert_eq!((stake(net), locked(net)), (STAKE - 2, 36));
    accept(net, job, array![lease]);
    assert_eq!((net.registry.burned_fri(), locked(net)), (2, 0));
}

#[test]
#[feature("safe_dispatcher")]
fn a_part_needs_a_pool_that_pays_for_the_audit_of_the_rest_too() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, audit_pool_fri: 11, ..terms() });
    let lease = claim(net, job, 0);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    assert_eq!(reason_of(board.submit(lease, 1, result())), 'RC: pool too small to split');
    assert_eq!(net.board.lease(lease).count, 2);
    be('artist');
    net.board.cancel(job); // nobody will claim the rest
    be('operator');
    net.board.submit(lease, 1, result());
    assert_eq!(net.payouts.balance_of(account('artist')), 100);
}

#[test]
fn the_rest_of_a_part_is_refunded_when_the_job_is_over() {
    let net = network();
    let (job, lease) = one_lease(net);
    be('artist');
    net.board.cancel(job);
    be('operator');
    net.board.submit(lease, 1, result());
    assert_eq!(net.payouts.balance_of(account('artist')), 100);
    accept(net, job, array![lease]);
    assert_eq!(net.payouts.balance_of(account('artist')), 112);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 100);
}

#[test]
#[feature("safe_dispatcher")]
fn a_part_has_one_task_or_more_and_a_give_back_a_reason() {
    let net = network();
    let (_, lease) = one_lease(net);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    assert_eq!(reason_of(board.submit(lease, 0, result())), 'RC: not so many of its tasks');
    assert_eq!(reason_of(board.submit(lease, 3, result())), 'RC: not so many of its tasks');
    assert_eq!(reason_of(board.give_back(lease, 0)), 'RC: given back without a reason');
    assert_eq!((net.board.lease(lease).state, locked(net)), (LeaseState::CLAIMED, 66));
}

//! The life of jobs and leases, and money that adds up at each end.
use crate::interfaces::{
    IDirectoryDispatcherTrait, IERC20DispatcherTrait, IJobBoardDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::types::{JobTerms, LeaseState};
use super::support::{Network, RICH, account, at, be, claim, create, network, submitted, terms};

/// What the board holds over its first RICH must be what it owes.
fn assert_holds(net: Network, expected: u256) {
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + expected);
}

#[test]
fn accepted_leases_are_paid_and_the_audit_pool_returns() {
    let net = network();
    let job = create(net, terms());
    assert_holds(net, 550);
    let (a, b, c) = (submitted(net, job), submitted(net, job), submitted(net, job));
    assert_eq!(net.board.lease(c).first, 4);
    assert_eq!(net.board.lease(c).count, 1);
    assert_eq!(net.registry.worker(account('operator')).locked_fri, 150);
    be('artist');
    net.board.accept(array![a, b, c]);
    assert_eq!(net.registry.worker(account('operator')).locked_fri, 0);
    net.board.withdraw(account('payout'));
    net.board.withdraw(account('artist'));
    assert_eq!(net.token.balance_of(account('payout')), RICH + 500);
    assert_eq!(net.token.balance_of(account('artist')), RICH - 500);
    assert_holds(net, 0);
}

#[test]
fn after_the_window_anyone_accepts() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    at(1_030, 13);
    be('stranger');
    net.board.accept_late(lease);
    assert_eq!(net.board.balance_of(account('payout')), 200);
    assert_eq!(net.board.lease(lease).state, LeaseState::ACCEPTED);
}

#[test]
#[should_panic(expected: ('RC: deadline not reached', 'ENTRYPOINT_FAILED'))]
fn the_window_holds_in_blocks_too() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    at(9_999, 12);
    net.board.accept_late(lease);
}

#[test]
fn an_expired_range_reopens_and_the_third_failure_refunds_it() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, ..terms() });
    let lease = claim(net, job);
    at(1_060, 15);
    net.board.expire(lease);
    let second = claim(net, job);
    assert_eq!(net.board.lease(second).attempt, 1);
    net.board.give_back(second);
    let third = claim(net, job);
    assert_eq!(net.board.lease(third).attempt, 2);
    net.board.give_back(third);
    assert_eq!(net.registry.worker(account('operator')).locked_fri, 0);
    net.board.withdraw(account('artist'));
    assert_eq!(net.token.balance_of(account('artist')), RICH);
    assert_holds(net, 0);
}

#[test]
#[should_panic(expected: ('RC: deadline not reached', 'ENTRYPOINT_FAILED'))]
fn a_lease_does_not_expire_while_blocks_stand_still() {
    let net = network();
    let lease = claim(net, create(net, terms()));
    at(9_999, 14);
    net.board.expire(lease);
}

#[test]
fn cancel_refunds_what_nobody_holds_and_a_lease_in_work_is_still_paid() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job);
    be('artist');
    net.board.cancel(job);
    assert_eq!(net.board.balance_of(account('artist')), 300);
    be('operator');
    net.board.submit(lease, 'root', 1, 2, 'key');
    be('artist');
    net.board.accept(array![lease]);
    assert_eq!(net.board.balance_of(account('artist')), 350);
    assert_eq!(net.board.balance_of(account('payout')), 200);
}

#[test]
fn a_lease_given_back_after_cancel_is_refunded_not_reopened() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job);
    be('artist');
    net.board.cancel(job);
    be('operator');
    net.board.give_back(lease);
    assert_eq!(net.board.balance_of(account('artist')), 550);
}

#[test]
fn an_expired_job_is_refunded_by_anyone() {
    let net = network();
    let job = create(net, terms());
    at(2_000, 20);
    be('stranger');
    net.board.refund(job);
    assert_eq!(net.board.balance_of(account('artist')), 550);
}

#[test]
#[should_panic(expected: ('RC: job has not expired', 'ENTRYPOINT_FAILED'))]
fn a_running_job_is_not_refunded() {
    let net = network();
    let job = create(net, terms());
    at(1_999, 20);
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
#[should_panic(expected: ('RC: job is over', 'ENTRYPOINT_FAILED'))]
fn an_expired_job_is_not_claimed() {
    let net = network();
    let job = create(net, terms());
    at(2_000, 20);
    claim(net, job);
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
#[should_panic(expected: ('RC: not the requester', 'ENTRYPOINT_FAILED'))]
fn a_worker_does_not_accept_its_own_lease_early() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    net.board.accept(array![lease]);
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED'))]
fn a_lease_is_submitted_once() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    net.board.submit(lease, 'other', 1, 2, 'key');
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED'))]
fn a_submitted_lease_is_not_given_back() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    net.board.give_back(lease);
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED'))]
fn a_lease_is_paid_once() {
    let net = network();
    let lease = submitted(net, create(net, terms()));
    be('artist');
    net.board.accept(array![lease, lease]);
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED'))]
fn nobody_else_submits() {
    let net = network();
    let lease = claim(net, create(net, terms()));
    be('thief');
    net.board.submit(lease, 'root', 1, 2, 'key');
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED'))]
fn nobody_else_gives_back() {
    let net = network();
    let lease = claim(net, create(net, terms()));
    be('thief');
    net.board.give_back(lease);
}

#[test]
#[should_panic(expected: ('RC: empty result', 'ENTRYPOINT_FAILED'))]
fn an_empty_result_is_refused() {
    let net = network();
    let lease = claim(net, create(net, terms()));
    net.board.submit(lease, 0, 1, 2, 'key');
}

#[test]
#[should_panic(expected: ('RC: family not supported', 'ENTRYPOINT_FAILED'))]
fn a_stranger_does_not_claim() {
    let net = network();
    let job = create(net, terms());
    be('stranger');
    net.board.claim_lease(job);
}

#[test]
#[should_panic(expected: ('RC: nothing left to claim', 'ENTRYPOINT_FAILED'))]
fn no_task_is_given_twice() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, ..terms() });
    claim(net, job);
    claim(net, job);
}

#[test]
fn claiming_opens_when_the_scheduler_was_silent() {
    let net = network();
    let scheduler = account('scheduler');
    let job = create(net, JobTerms { scheduler, scheduler_grace_s: 9, ..terms() });
    at(1_009, 11);
    assert_eq!(claim(net, job), 1);
}

#[test]
#[should_panic(expected: ('RC: scheduler has precedence', 'ENTRYPOINT_FAILED'))]
fn the_scheduler_comes_first() {
    let net = network();
    let scheduler = account('scheduler');
    claim(net, create(net, JobTerms { scheduler, scheduler_grace_s: 9, ..terms() }));
}

#[test]
#[should_panic(expected: ('RC: network takes no new jobs', 'ENTRYPOINT_FAILED'))]
fn a_paused_network_takes_no_jobs() {
    let net = network();
    be('admin');
    net.directory.set_paused(true);
    create(net, terms());
}

#[test]
#[should_panic(expected: ('RC: nothing to withdraw', 'ENTRYPOINT_FAILED'))]
fn an_empty_balance_is_not_withdrawn() {
    network().board.withdraw(account('stranger'));
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn an_unknown_job_is_not_claimed() {
    claim(network(), 7);
}

#[test]
#[should_panic(expected: ('RC: job without tasks', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_tasks() {
    create(network(), JobTerms { tasks: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without reward', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_reward() {
    create(network(), JobTerms { reward_fri: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without package', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_package_size() {
    create(network(), JobTerms { package_bytes: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: longest lease is zero', 'ENTRYPOINT_FAILED'))]
fn a_lease_needs_a_length() {
    create(network(), JobTerms { longest_lease: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: a timeout is zero', 'ENTRYPOINT_FAILED'))]
fn every_wait_needs_a_timeout() {
    create(network(), JobTerms { window_blocks: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job shorter than a lease', 'ENTRYPOINT_FAILED'))]
fn a_job_outlives_its_leases() {
    create(network(), JobTerms { expires_in_s: 59, ..terms() });
}

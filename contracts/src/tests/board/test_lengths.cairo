//! A scheduler names the tasks of a lease, a worker may take fewer than it could.
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
};
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::tests::support::accounts::{at, be};
use crate::tests::support::audit::reason_of;
use crate::tests::support::jobs::{create, offer, place, scheduled, terms};
use crate::tests::support::network::{Network, WORKER, network};
use crate::tests::support::verifiers::{named, network_with};
use crate::types::board::{JobTerms, Place};
use crate::types::registry::StandingOffer;

/// Ten tasks, leases of up to four, and a worker that takes all that it is given.
fn scheduled_job(net: Network) -> u64 {
    let job = create(
        net,
        JobTerms {
            tasks: 10, longest_lease: 4, audit_pool_fri: 400, reward_fri: 50, ..scheduled(),
        },
    );
    let known = offer(net);
    net.profiles.set_offer(WORKER, StandingOffer { slots: 16, ..known });
    be('scheduler');
    job
}

fn tasks_at(slot: u8, first: u32, count: u32) -> Place {
    Place { first, count, ..place(slot) }
}

/// First, count and attempt of what the worker holds, by slot.
fn held(net: Network) -> Array<(u32, u32, u8)> {
    let mut found = array![];
    for lease_id in net.board.open_leases(WORKER) {
        let lease = net.board.lease(lease_id);
        found.append((lease.first, lease.count, lease.attempt));
    }
    found
}

#[test]
fn a_scheduler_assigns_any_length_at_any_open_task() {
    let net = network();
    let job = scheduled_job(net);
    net
        .board
        .assign(job, array![tasks_at(0, 4, 3), tasks_at(1, 1, 1), tasks_at(2, 9, 1)], named(net));
    assert_eq!(held(net), array![(4, 3, 0), (1, 1, 0), (9, 1, 0)]);
    assert_eq!(net.board.job(job).progress.reopened_ranges, 3);
    net.board.assign(job, array![place(3), place(4), place(5)], named(net));
    let all = array![(4, 3, 0), (1, 1, 0), (9, 1, 0), (7, 2, 0), (2, 2, 0), (0, 1, 0)];
    assert_eq!(held(net), all);
    let progress = net.board.job(job).progress;
    assert_eq!((progress.held, progress.reopened_ranges), (10, 0));
}

#[test]
fn what_a_scheduler_passed_over_is_given_away_in_leases_of_the_usual_length() {
    let net = network();
    let job = scheduled_job(net);
    net.board.assign(job, array![tasks_at(0, 9, 1), place(1), place(2), place(3)], named(net));
    assert_eq!(held(net), array![(9, 1, 0), (0, 4, 0), (4, 4, 0), (8, 1, 0)]);
}

#[test]
fn a_range_that_came_back_is_split_and_its_parts_keep_its_attempt() {
    let net = network();
    let job = scheduled_job(net);
    net.board.assign(job, array![tasks_at(0, 0, 4), tasks_at(1, 4, 4)], named(net));
    be('operator');
    for lease_id in net.board.open_leases(WORKER) {
        net.board.give_back(lease_id, 'away');
    }
    be('scheduler');
    net
        .board
        .assign(
            job,
            array![tasks_at(0, 1, 2), tasks_at(1, 4, 4), tasks_at(2, 3, 1), tasks_at(3, 0, 1)],
            named(net),
        );
    assert_eq!(held(net), array![(1, 2, 1), (4, 4, 1), (3, 1, 1), (0, 1, 1)]);
    assert_eq!(net.board.job(job).progress.reopened_ranges, 0);
}

#[test]
#[feature("safe_dispatcher")]
fn a_scheduler_names_only_what_is_open_in_one_range() {
    let net = network();
    let job = scheduled_job(net);
    net.board.assign(job, array![tasks_at(0, 2, 2)], named(net));
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    for wrong in array![(2, 1), (1, 2), (3, 3), (0, 3), (9, 2), (10, 1), (0xffffffff, 4)] {
        let (first, count) = wrong;
        let refused = board.assign(job, array![tasks_at(1, first, count)], named(net));
        assert_eq!(reason_of(refused), 'RC: tasks are not open');
    }
    let refused = board.assign(job, array![tasks_at(1, 4, 5)], named(net));
    assert_eq!(reason_of(refused), 'RC: longer than a lease may be');
    assert_eq!(held(net), array![(2, 2, 0)]);
}

#[test]
#[feature("safe_dispatcher")]
fn a_worker_claims_fewer_tasks_where_the_pool_pays_for_the_rest() {
    let net = network_with(0);
    // Four leases at 6 fri each, less one.
    let job = create(net, JobTerms { audit_pool_fri: 23, ..terms() });
    be('operator');
    net.board.claim_lease(job, WORKER, 0, 1, named(net));
    net.board.claim_lease(job, WORKER, 1, 9, named(net));
    assert_eq!(held(net), array![(0, 1, 0), (1, 2, 0)]);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let refused = board.claim_lease(job, WORKER, 2, 1, named(net));
    assert_eq!(reason_of(refused), 'RC: pool too small to split');
    net.board.claim_lease(job, WORKER, 2, 2, named(net));
    assert_eq!(held(net), array![(0, 1, 0), (1, 2, 0), (3, 2, 0)]);
}

#[test]
#[feature("safe_dispatcher")]
fn what_a_scheduler_passed_over_counts_as_the_leases_that_it_falls_into() {
    let net = network_with(0);
    // Five leases of two tasks at 6 fri each; the last task is given first, so nine are left.
    let terms = JobTerms { tasks: 10, reward_fri: 100, audit_pool_fri: 30, ..scheduled() };
    let job = create(net, terms);
    let known = offer(net);
    net.profiles.set_offer(WORKER, StandingOffer { slots: 16, ..known });
    be('scheduler');
    net.board.assign(job, array![tasks_at(0, 9, 1)], named(net));
    at(1_400, 60);
    be('operator');
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let refused = board.claim_lease(job, WORKER, 1, 1, named(net));
    assert_eq!(reason_of(refused), 'RC: pool too small to split');
    net.board.claim_lease(job, WORKER, 1, 2, named(net));
    assert_eq!(held(net), array![(9, 1, 0), (0, 2, 0)]);
}

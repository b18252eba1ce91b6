//! The life-cycle table of core/lifecycle.py, replayed: every event in every state.
use crate::interfaces::{
    IJobBoardDispatcher, IJobBoardDispatcherTrait, IJobBoardSafeDispatcher,
    IJobBoardSafeDispatcherTrait,
};
use crate::types::{JobTerms, LeaseState};
use super::lifecycle_vectors::transitions;
use super::support::{Network, WORKER, at, be, claim, create, network, result, terms};

/// A job and its lease in that state, with every deadline passed.
fn lease_in(net: Network, state: u8, slot: u8) -> (u64, u64) {
    at(1_000, 10);
    let cheap = JobTerms { reward_fri: 1, audit_pool_fri: 0, tasks: 1, ..terms() };
    let job_id = create(net, cheap);
    let lease_id = claim(net, job_id, slot);
    let board: IJobBoardDispatcher = net.board;
    if state == LeaseState::SUBMITTED || state == LeaseState::ACCEPTED {
        board.submit(lease_id, result());
    }
    at(10_000, 10_000);
    if state == LeaseState::ACCEPTED {
        board.accept_late(job_id, array![lease_id]);
    } else if state == LeaseState::EXPIRED {
        board.expire(job_id, array![lease_id]);
    } else if state == LeaseState::GIVEN_BACK {
        board.give_back(lease_id);
    }
    assert_eq!(board.lease(lease_id).state, state);
    (job_id, lease_id)
}

#[feature("safe_dispatcher")]
fn happens(net: Network, job_id: u64, lease_id: u64, event: felt252) -> bool {
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let lease_ids = array![lease_id];
    let done = if event == 'submit' {
        be('operator');
        board.submit(lease_id, result())
    } else if event == 'accept' {
        be('artist');
        board.accept(job_id, lease_ids)
    } else if event == 'accept_late' {
        be('stranger');
        board.accept_late(job_id, lease_ids)
    } else if event == 'expire' {
        be('stranger');
        board.expire(job_id, lease_ids)
    } else {
        assert_eq!(event, 'give_back');
        be('operator');
        board.give_back(lease_id)
    };
    match done {
        Ok(()) => true,
        Err(reasons) => {
            assert_eq!(*reasons[0], 'RC: lease in another state');
            false
        },
    }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let table = transitions();
    assert!(table.len() >= 25);
    let net = network();
    for (state, event, next) in table {
        let slot: u8 = net.board.open_leases(WORKER).len().try_into().unwrap();
        let (job_id, lease_id) = lease_in(net, state, slot);
        assert_eq!(happens(net, job_id, lease_id, event), next != 0);
        let left = if next == 0 {
            state
        } else {
            next
        };
        assert_eq!(net.board.lease(lease_id).state, left);
    }
}

#[test]
#[should_panic(expected: ('RC: deadline not reached', 'ENTRYPOINT_FAILED'))]
fn a_lease_does_not_expire_while_blocks_stand_still() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    at(9_999, 15);
    net.board.expire(job, array![lease]);
}

#[test]
#[should_panic(expected: ('RC: deadline not reached', 'ENTRYPOINT_FAILED'))]
fn a_lease_does_not_expire_before_its_seconds_are_over() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    at(1_059, 99);
    net.board.expire(job, array![lease]);
}

#[test]
#[should_panic(expected: ('RC: deadline not reached', 'ENTRYPOINT_FAILED'))]
fn the_window_holds_in_blocks_too() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    net.board.submit(lease, result());
    at(9_999, 12);
    net.board.accept_late(job, array![lease]);
}

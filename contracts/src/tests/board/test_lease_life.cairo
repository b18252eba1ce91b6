//! The life-cycle table of core/lifecycle.py, replayed: every event in every state.
use crate::interfaces::audit::{IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::board::lifecycle_vectors::transitions;
use crate::tests::support::accounts::{at, be};
use crate::tests::support::audit::TestAudit;
use crate::tests::support::jobs::{claim, create, result, spared, terms};
use crate::tests::support::network::{Network, WORKER, network};
use crate::tests::support::steps::{advance, wait};
use crate::types::board::{JobTerms, LeaseState};

/// A job and its lease in that state.
fn lease_in(net: Network, state: u8, slot: u8) -> TestAudit {
    at(1_000, 10);
    let cheap = JobTerms { reward_fri: 1, audit_pool_fri: 6, tasks: 1, window_s: 500, ..terms() };
    let job_id = create(net, cheap);
    let audit = TestAudit { net, job_id, lease_id: claim(net, job_id, slot) };
    let path = if state == LeaseState::CLAIMED {
        array![]
    } else if state == LeaseState::SUBMITTED {
        array!['submit']
    } else if state == LeaseState::ACCEPTED {
        array!['submit', 'accept']
    } else if state == LeaseState::REJECTED {
        array!['submit', 'reject']
    } else if state == LeaseState::EXPIRED {
        array!['expire']
    } else {
        array!['give_back']
    };
    for event in path {
        assert!(happens(audit, event));
    }
    assert_eq!(net.board.lease(audit.lease_id).state, state);
    audit
}

/// What the operator, the requester or anybody does to a lease.
#[feature("safe_dispatcher")]
fn done(audit: TestAudit, event: felt252) -> Result<(), Array<felt252>> {
    let TestAudit { net, job_id, lease_id } = audit;
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let lease_ids = array![lease_id];
    be('operator');
    if event == 'submit' {
        board.submit(lease_id, 1, result())?;
        spared(net, job_id, lease_ids.span());
        Ok(())
    } else if event == 'give_back' {
        board.give_back(lease_id, 'away')
    } else if event == 'accept' {
        be('artist');
        board.accept(job_id, lease_ids)
    } else {
        be('outsider');
        at(10_000, 10_000);
        if event == 'accept_late' {
            board.accept_late(job_id, lease_ids)
        } else {
            assert_eq!(event, 'expire');
            board.expire(job_id, lease_ids)
        }
    }
}

/// The worker does not reveal the key that its requester asks for.
#[feature("safe_dispatcher")]
fn rejected(audit: TestAudit) -> Result<(), Array<felt252>> {
    let TestAudit { net, lease_id, .. } = audit;
    be('artist');
    net.token.approve(net.board.contract_address, 100);
    let doubts = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    doubts.challenge_delivery(lease_id)?;
    wait(2);
    advance(audit);
    Ok(())
}

fn happens(audit: TestAudit, event: felt252) -> bool {
    let done = if event == 'reject' {
        rejected(audit)
    } else {
        done(audit, event)
    };
    match done {
        Ok(()) => true,
        Err(reasons) => {
            let reason = *reasons[0];
            assert_eq!(reason, 'RC: lease in another state');
            false
        },
    }
}

/// Every event in one state, in a network of its own: a worker has 16 slots, and a lease that
/// refuses keeps its slot.
fn replay(wanted: u8) {
    let net = network();
    let mut rows = 0;
    for (state, event, next) in transitions() {
        if state == wanted {
            rows += 1;
            let slot: u8 = net.board.open_leases(WORKER).len().try_into().unwrap();
            let audit = lease_in(net, state, slot);
            assert_eq!(happens(audit, event), next != 0);
            let left = if next == 0 {
                state
            } else {
                next
            };
            assert_eq!(net.board.lease(audit.lease_id).state, left);
        }
    }
    assert_eq!(rows, 6_u32);
}

#[test]
fn claimed_leases_follow_the_table() {
    replay(LeaseState::CLAIMED);
}

#[test]
fn submitted_leases_follow_the_table() {
    replay(LeaseState::SUBMITTED);
}

#[test]
fn accepted_leases_follow_the_table() {
    replay(LeaseState::ACCEPTED);
}

#[test]
fn expired_leases_follow_the_table() {
    replay(LeaseState::EXPIRED);
}

#[test]
fn rejected_leases_follow_the_table() {
    replay(LeaseState::REJECTED);
}

#[test]
fn given_back_leases_follow_the_table() {
    replay(LeaseState::GIVEN_BACK);
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
    net.board.submit(lease, 1, result());
    at(9_999, 12);
    net.board.accept_late(job, array![lease]);
}

//! Every change of a job says what it did, with the keys that clients filter by.
use starknet::testing::pop_log;
use crate::board::job_board::JobBoard;
use crate::board::leases::LeasesComponent;
use crate::board::payouts::PayoutsComponent;
use crate::board::settlement::SettlementComponent;
use crate::events::board::{
    EntryRefused, JobClosed, JobCreated, JobImproved, LeaseAccepted, LeaseClaimed, LeaseEnded,
    ResultSubmitted, TasksGivenBack, TasksRefunded, Withdrawn,
};
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::events::same;
use crate::tests::support::jobs::{claim, create, result, spared, terms};
use crate::tests::support::network::{FAMILY, Network, network};
use crate::types::board::{JobTerms, LeaseState};

fn board_event(net: Network) -> JobBoard::Event {
    pop_log(net.board.contract_address).unwrap()
}

fn settled(event: SettlementComponent::Event) -> JobBoard::Event {
    JobBoard::Event::SettlementEvent(event)
}

#[test]
fn the_life_of_a_job() {
    let net = network();
    let job_id = create(net, JobTerms { tasks: 3, ..terms() });
    let made = JobCreated {
        job_id,
        family: FAMILY,
        requester: account('artist'),
        terms: JobTerms { tasks: 3, ..terms() },
    };
    assert!(same(board_event(net), JobBoard::Event::JobCreated(made)));
    net.board.extend(job_id, 10);
    let improved = JobImproved { job_id, reward_fri: 100, audit_pool_fri: 50, expires_at_s: 2_010 };
    assert!(same(board_event(net), JobBoard::Event::JobImproved(improved)));
    let lease_id = claim(net, job_id, 0);
    let claimed = LeaseClaimed {
        job_id,
        lease_id,
        operator: account('operator'),
        first: 0,
        count: 2,
        attempt: 0,
        audit_exp: 0,
        assigned: false,
    };
    let leases = LeasesComponent::Event::LeaseClaimed(claimed);
    assert!(same(board_event(net), JobBoard::Event::LeasesEvent(leases)));
    net.board.submit(lease_id, 2, result());
    let leases = LeasesComponent::Event::ResultSubmitted(
        ResultSubmitted { job_id, lease_id, count: 2, result: result() },
    );
    assert!(same(board_event(net), JobBoard::Event::LeasesEvent(leases)));
    spared(net, job_id, array![lease_id].span());
    be('artist');
    net.board.accept(job_id, array![lease_id, 7]);
    let reason = 'RC: lease in another state';
    let refused = EntryRefused { job_id, subject: 7, reason };
    assert!(same(board_event(net), settled(SettlementComponent::Event::EntryRefused(refused))));
    let paid = LeaseAccepted { job_id, lease_id, payout: account('payout'), paid_fri: 200 };
    assert!(same(board_event(net), settled(SettlementComponent::Event::LeaseAccepted(paid))));
    net.board.cancel(job_id);
    let refunded = TasksRefunded { job_id, tasks: 1, refunded_fri: 100 };
    assert!(same(board_event(net), settled(SettlementComponent::Event::TasksRefunded(refunded))));
    let closed = JobClosed { job_id, refunded_fri: 50 };
    assert!(same(board_event(net), settled(SettlementComponent::Event::JobClosed(closed))));
    net.payouts.withdraw(array![account('artist')]);
    let sent = PayoutsComponent::Event::Withdrawn(
        Withdrawn { account: account('artist'), amount_fri: 150 },
    );
    assert!(same(board_event(net), JobBoard::Event::PayoutsEvent(sent)));
}

#[test]
fn leases_that_end_without_a_result() {
    let net = network();
    let job_id = create(net, terms());
    board_event(net);
    let given = claim(net, job_id, 0);
    board_event(net);
    net.board.give_back(given, 'away');
    let state = LeaseState::GIVEN_BACK;
    let returned = TasksGivenBack {
        job_id, lease_id: given, first: 0, count: 2, reason: 'away', burned_fri: 0, reopened: true,
    };
    assert!(same(board_event(net), settled(SettlementComponent::Event::TasksGivenBack(returned))));
    let ended = LeaseEnded { job_id, lease_id: given, state, reopened: true };
    assert!(same(board_event(net), settled(SettlementComponent::Event::LeaseEnded(ended))));
    let late = claim(net, job_id, 0);
    board_event(net);
    at(9_000, 900);
    net.board.expire(job_id, array![late]);
    let state = LeaseState::EXPIRED;
    let ended = LeaseEnded { job_id, lease_id: late, state, reopened: true };
    assert!(same(board_event(net), settled(SettlementComponent::Event::LeaseEnded(ended))));
}

#[test]
fn a_lease_that_is_submitted_in_part() {
    let net = network();
    let job_id = create(net, terms());
    board_event(net);
    let lease_id = claim(net, job_id, 0);
    board_event(net);
    net.board.submit(lease_id, 1, result());
    let leases = LeasesComponent::Event::ResultSubmitted(
        ResultSubmitted { job_id, lease_id, count: 1, result: result() },
    );
    assert!(same(board_event(net), JobBoard::Event::LeasesEvent(leases)));
    let returned = TasksGivenBack {
        job_id, lease_id, first: 1, count: 1, reason: 0, burned_fri: 0, reopened: true,
    };
    assert!(same(board_event(net), settled(SettlementComponent::Event::TasksGivenBack(returned))));
}

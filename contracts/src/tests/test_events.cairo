//! Every change says what it did, with the keys that clients filter by.
use starknet::testing::{pop_log, set_contract_address};
use crate::case_events::LeaseDrawn;
use crate::court_room::CourtRoom;
use crate::directory::Directory;
use crate::events::{
    EntryRefused, JobClosed, JobCreated, JobImproved, LeaseAccepted, LeaseClaimed, LeaseEnded,
    ResultSubmitted, TasksRefunded,
};
use crate::hearings::HearingsComponent;
use crate::interfaces::{
    IDirectoryDispatcherTrait, IERC20DispatcherTrait, IJobBoardDispatcherTrait,
    IPayoutsDispatcherTrait, IProfilesDispatcherTrait, ISeatsDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::job_board::JobBoard;
use crate::lease_desk::LeaseDeskComponent;
use crate::payouts::PayoutsComponent;
use crate::profiles::ProfilesComponent;
use crate::registry_events::{AddressesChanged, RecordChanged, WorkerRegistered};
use crate::seats::SeatsComponent;
use crate::settlement::SettlementComponent;
use crate::stakes::StakesComponent;
use crate::types::{JobTerms, LeaseState, LockRequest, LockTerms, Record, Trial, WorkerLock};
use crate::worker_registry::WorkerRegistry;
use super::support::{
    FAMILY, Network, STAKE, WORKER, account, at, be, claim, create, drawn, empty_network, network,
    offer, result, terms,
};

fn board_event(net: Network) -> JobBoard::Event {
    pop_log(net.board.contract_address).unwrap()
}

fn court_event(net: Network) -> CourtRoom::Event {
    pop_log(net.board.contract_address).unwrap()
}

fn settled(event: SettlementComponent::Event) -> JobBoard::Event {
    JobBoard::Event::SettlementEvent(event)
}

fn registry_event(net: Network) -> WorkerRegistry::Event {
    pop_log(net.registry.contract_address).unwrap()
}

/// Whether the next event is that one, compared by keys and data.
fn same<E, +starknet::Event<E>, +Drop<E>>(mut found: E, expected: E) -> bool {
    let (mut keys, mut data) = (array![], array![]);
    let (mut other_keys, mut other_data) = (array![], array![]);
    found.append_keys_and_data(ref keys, ref data);
    expected.append_keys_and_data(ref other_keys, ref other_data);
    keys == other_keys && data == other_data
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
    let desk = LeaseDeskComponent::Event::LeaseClaimed(claimed);
    assert!(same(board_event(net), JobBoard::Event::DeskEvent(desk)));
    net.board.submit(lease_id, result());
    let desk = LeaseDeskComponent::Event::ResultSubmitted(
        ResultSubmitted { job_id, lease_id, result: result() },
    );
    assert!(same(board_event(net), JobBoard::Event::DeskEvent(desk)));
    drawn(net, job_id, array![lease_id].span());
    let said = LeaseDrawn { job_id, lease_id, audit_exp: 0, trial: Trial::UNSEATED };
    let hearing = HearingsComponent::Event::LeaseDrawn(said);
    assert!(same(court_event(net), CourtRoom::Event::HearingsEvent(hearing)));
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
        PayoutsComponent::Withdrawn { account: account('artist'), amount_fri: 150 },
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
    net.board.give_back(given);
    let state = LeaseState::GIVEN_BACK;
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
fn the_life_of_a_worker() {
    let net = network();
    let worker_id = WORKER;
    let (operator, owner, payout) = (account('operator'), account('owner'), account('payout'));
    let registered = WorkerRegistered { worker_id, operator, owner, payout };
    let expected = WorkerRegistry::Event::WorkerRegistered(registered);
    assert!(same(registry_event(net), expected));
    let families = ProfilesComponent::FamiliesChanged {
        worker_id, families: array![FAMILY], supported: true,
    };
    let profile = ProfilesComponent::Event::FamiliesChanged(families);
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    assert_stake(net, STAKE, 0, 0);
    let made = offer(net);
    let profile = ProfilesComponent::Event::OfferChanged(
        ProfilesComponent::OfferChanged { worker_id, offer: made },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    net.profiles.set_key(worker_id, 9);
    let profile = ProfilesComponent::Event::KeyChanged(
        ProfilesComponent::KeyChanged { worker_id, key: 9 },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    net.profiles.set_signer(worker_id, 7);
    let profile = ProfilesComponent::Event::SignerChanged(
        ProfilesComponent::SignerChanged { worker_id, key: 7 },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    be('owner');
    net.registry.set_payout(worker_id, account('cold'));
    let changed = AddressesChanged { worker_id, operator, payout: account('cold') };
    assert!(same(registry_event(net), WorkerRegistry::Event::AddressesChanged(changed)));
    net.seats.set_seats(worker_id, FAMILY, 3);
    let seats = SeatsComponent::Event::SeatsChanged(
        SeatsComponent::SeatsChanged { worker_id, family: FAMILY, units: 3, from_epoch: 2 },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::SeatsEvent(seats)));
    net.token.approve(net.registry.contract_address, 5);
    net.registry.add_stake(worker_id, 5);
    assert_stake(net, STAKE + 5, 0, 0);
    net.registry.request_unstake(worker_id, 5);
    assert_stake(net, STAKE + 5, 0, 5);
}

fn assert_stake(net: Network, stake_fri: u128, locked_fri: u128, unstaking_fri: u128) {
    let changed = StakesComponent::StakeChanged {
        worker_id: WORKER, stake_fri, locked_fri, unstaking_fri,
    };
    let stakes = StakesComponent::Event::StakeChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
}

fn assert_locks(net: Network, locks: Array<WorkerLock>) {
    let changed = StakesComponent::LocksChanged { board: net.board.contract_address, locks };
    let stakes = StakesComponent::Event::LocksChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
}

#[test]
fn locks_slashes_and_verdicts() {
    let net = network();
    for _ in 0..3_u8 {
        registry_event(net);
    }
    let board = net.board.contract_address;
    set_contract_address(board);
    let terms = LockTerms {
        operator: account('operator'),
        family: FAMILY,
        audit_floor_exp: 0,
        reward_fri: 100,
        package_bytes: 1,
    };
    let request = LockRequest { worker_id: WORKER, slot: 0, pay_fri: 100, least_lock_fri: 100 };
    net.registry.lock(terms, array![request, LockRequest { least_lock_fri: 50, ..request }]);
    let lock = WorkerLock { worker_id: WORKER, amount_fri: 100 };
    assert_locks(net, array![lock, WorkerLock { amount_fri: 150, ..lock }]);
    net.registry.unlock(array![WorkerLock { amount_fri: 50, ..lock }]);
    assert_locks(net, array![lock]);
    net.registry.slash(WORKER, 100, 10);
    assert_stake(net, STAKE - 100, 0, 0);
    let slashed = StakesComponent::Slashed {
        worker_id: WORKER, board, amount_fri: 100, reward_fri: 10,
    };
    let stakes = StakesComponent::Event::Slashed(slashed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
    net.registry.note_verdict(WORKER, 7, true);
    let record = Record { audited: 1, losses: 0, audited_fri: 7 };
    let changed = RecordChanged { worker_id: WORKER, record };
    assert!(same(registry_event(net), WorkerRegistry::Event::RecordChanged(changed)));
}

#[test]
fn a_network_that_changes() {
    let net = empty_network();
    let address = net.directory.contract_address;
    let board = net.board.contract_address;
    let announced = Directory::BoardAnnounced { board, active_at_s: 1 };
    assert!(same(pop_log(address).unwrap(), Directory::Event::BoardAnnounced(announced)));
    net.directory.set_paused(true);
    let paused = Directory::Event::Paused(Directory::Paused { paused: true });
    assert!(same(pop_log(address).unwrap(), paused));
    net.directory.transfer_ownership(account('heir'));
    be('heir');
    net.directory.accept_ownership();
    let moved = Directory::OwnershipTransferred { new_owner: account('heir') };
    let expected = Directory::Event::OwnershipTransferred(moved);
    assert!(same(pop_log(address).unwrap(), expected));
}

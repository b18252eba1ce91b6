//! Every change of a worker says what it did, with the keys that clients filter by.
use starknet::testing::{pop_log, pop_log_raw, set_contract_address};
use crate::events::registry::{
    AddressesChanged, FamiliesChanged, Forfeited, KeyChanged, LocksChanged, OfferChanged,
    OperatorNamed, RecordChanged, SeatStakeChanged, SeatsChanged, SignerChanged, Slashed,
    StakeChanged, WorkerRegistered,
};
use crate::interfaces::registry::{
    IProfilesDispatcherTrait, IRecordsDispatcherTrait, ISeatsDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::registry::people::PeopleComponent;
use crate::registry::profiles::ProfilesComponent;
use crate::registry::purses::PursesComponent;
use crate::registry::records::RecordsComponent;
use crate::registry::seats::SeatsComponent;
use crate::registry::stakes::StakesComponent;
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::events::same;
use crate::tests::support::jobs::{offer, terms};
use crate::tests::support::network::{FAMILY, Network, STAKE, WORKER, network};
use crate::tests::support::verifiers::NO_PAY;
use crate::types::registry::{LockRequest, LockTerms, Record, WorkerLock};

fn registry_event(net: Network) -> WorkerRegistry::Event {
    pop_log(net.registry.contract_address).unwrap()
}

#[test]
fn the_life_of_a_worker() {
    let net = network();
    let worker_id = WORKER;
    let (operator, owner, payout) = (account('operator'), account('owner'), account('payout'));
    let registered = WorkerRegistered { worker_id, owner, payout };
    let person = PeopleComponent::Event::WorkerRegistered(registered);
    let expected = WorkerRegistry::Event::PeopleEvent(person);
    assert!(same(registry_event(net), expected));
    let named = PeopleComponent::Event::OperatorNamed(OperatorNamed { worker_id, operator });
    assert!(same(registry_event(net), WorkerRegistry::Event::PeopleEvent(named)));
    let families = FamiliesChanged { worker_id, families: array![FAMILY], supported: true };
    let profile = ProfilesComponent::Event::FamiliesChanged(families);
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    assert_stake(net, STAKE, 0, 0);
    let changed = AddressesChanged { worker_id, operator, payout };
    let person = PeopleComponent::Event::AddressesChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::PeopleEvent(person)));
    let made = offer(net);
    let profile = ProfilesComponent::Event::OfferChanged(OfferChanged { worker_id, offer: made });
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    net.profiles.set_key(worker_id, 9);
    let profile = ProfilesComponent::Event::KeyChanged(KeyChanged { worker_id, key: 9 });
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    net.profiles.set_signer(worker_id, 7);
    let profile = ProfilesComponent::Event::SignerChanged(SignerChanged { worker_id, key: 7 });
    assert!(same(registry_event(net), WorkerRegistry::Event::ProfilesEvent(profile)));
    be('owner');
    net.registry.set_payout(worker_id, account('cold'));
    let changed = AddressesChanged { worker_id, operator, payout: account('cold') };
    let person = PeopleComponent::Event::AddressesChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::PeopleEvent(person)));
    net.registry.stake_seats(worker_id, 300);
    assert_stake(net, STAKE - 300, 0, 0);
    assert_seat_stake(net, 300, 0);
    net.seats.set_seats(worker_id, FAMILY, 2);
    let seats = SeatsComponent::Event::SeatsChanged(
        SeatsChanged { worker_id, family: FAMILY, units: 2, from_epoch: 2 },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::SeatsEvent(seats)));
    net.token.approve(net.registry.contract_address, 5);
    net.registry.add_stake(worker_id, 5);
    assert_stake(net, STAKE - 295, 0, 0);
    net.registry.request_unstake(worker_id, 5);
    assert_stake(net, STAKE - 295, 0, 5);
    net.registry.stake_seats(worker_id, 5);
    assert_stake(net, STAKE - 300, 0, 5);
    assert_seat_stake(net, 305, 0);
    net.registry.unstake_seats(worker_id, 5);
    assert_seat_stake(net, 305, 5);
}

fn assert_seat_stake(net: Network, stake_fri: u128, unstaking_fri: u128) {
    let changed = SeatStakeChanged { worker_id: WORKER, stake_fri, unstaking_fri };
    let purses = PursesComponent::Event::SeatStakeChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::PursesEvent(purses)));
}

fn assert_stake(net: Network, stake_fri: u128, locked_fri: u128, unstaking_fri: u128) {
    let changed = StakeChanged { worker_id: WORKER, stake_fri, locked_fri, unstaking_fri };
    let stakes = StakesComponent::Event::StakeChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
}

fn assert_locks(net: Network, locks: Array<WorkerLock>) {
    let changed = LocksChanged { board: net.board.contract_address, locks };
    let stakes = StakesComponent::Event::LocksChanged(changed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
}

#[test]
fn locks_slashes_and_verdicts() {
    let net = network();
    be('owner');
    net.registry.stake_seats(WORKER, 100);
    while let Some(_) = pop_log_raw(net.registry.contract_address) {}
    let board = net.board.contract_address;
    set_contract_address(board);
    let terms = LockTerms {
        operator: account('operator'),
        family: FAMILY,
        audit_floor_exp: 0,
        reward_fri: 100,
        package_bytes: 1,
        memory_mib: 0,
        requester: account('artist'),
        fee_fri: 1,
        verifiers: array![].span(),
    };
    let request = LockRequest { worker_id: WORKER, slot: 0, pay_fri: 100, least_lock_fri: 100 };
    net.registry.lock(terms, array![request, LockRequest { least_lock_fri: 50, ..request }]);
    let lock = WorkerLock { worker_id: WORKER, amount_fri: 100 };
    assert_locks(net, array![lock, WorkerLock { amount_fri: 150, ..lock }]);
    net.registry.unlock(array![WorkerLock { amount_fri: 50, ..lock }], NO_PAY);
    assert_locks(net, array![lock]);
    net.registry.slash(WORKER, 100, 10, NO_PAY);
    assert_stake(net, STAKE - 200, 0, 0);
    let slashed = Slashed { worker_id: WORKER, board, amount_fri: 100, reward_fri: 10 };
    let stakes = StakesComponent::Event::Slashed(slashed);
    assert!(same(registry_event(net), WorkerRegistry::Event::StakesEvent(stakes)));
    net.records.note_verdict(WORKER, FAMILY, 7, true);
    let record = Record { audited: 1, losses: 0, fees_fri: 7 };
    let records = RecordsComponent::Event::RecordChanged(
        RecordChanged { worker_id: WORKER, family: FAMILY, record },
    );
    assert!(same(registry_event(net), WorkerRegistry::Event::RecordsEvent(records)));
    assert_eq!(net.registry.forfeit(WORKER, 300), 100);
    assert_seat_stake(net, 0, 0);
    let forfeited = Forfeited { worker_id: WORKER, board, amount_fri: 300, taken_fri: 100 };
    let purses = PursesComponent::Event::Forfeited(forfeited);
    assert!(same(registry_event(net), WorkerRegistry::Event::PursesEvent(purses)));
}

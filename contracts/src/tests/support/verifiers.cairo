//! Workers with seats, who verify.
use starknet::ContractAddress;
use starknet::storage::{StorageMapReadAccess, StorageMapWriteAccess};
use starknet::testing::set_contract_address;
use crate::interfaces::registry::{
    IProfilesDispatcherTrait, IRecordsDispatcherTrait, ISeatsDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::packing::registry::{FamilyPayPacking, SeatEntryPacking, SeatHoldingPacking};
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::network::{FAMILY, Network, STAKE, WORKER, network};
use crate::types::registry::{EndedPay, FamilyPay, SeatEntry, SeatHolding, StandingOffer};

/// For locks that count for no family's cap.
pub const NO_PAY: EndedPay = EndedPay { family: 0, pay_fri: 0 };
/// With as many seats no test comes to a cap.
const MANY: u32 = 1_000_000;

pub fn owner_of(verifier: u32) -> felt252 {
    'owner' * 1000 + verifier.into()
}

pub fn operator_of(verifier: u32) -> felt252 {
    'verifier' * 1000 + verifier.into()
}

pub fn payout_of(verifier: u32) -> ContractAddress {
    account('payout' * 1000 + verifier.into())
}

/// Registers workers 2, 3 and so on, ten seats each, who audit from 1 fri on.
pub fn add_verifiers(net: Network, count: u32) {
    for verifier in 2..count + 2 {
        add_verifier(net, owner_of(verifier), verifier);
    }
}

/// Four whom claims name. They have no entries among the seats, so that no draw finds them; but the
/// family is old enough, and its cap high.
pub fn add_named(net: Network) {
    let (units, low_now, low_before) = (MANY, MANY, MANY);
    let pay = FamilyPay { open_fri: 0, window: 0, units, low_now, low_before, since_epoch: 1 };
    set_contract_address(net.registry.contract_address);
    let mut state = WorkerRegistry::contract_state_for_testing();
    state.family_pays.family_pays.write(FAMILY, pay);
    if state.seat_entries.seat_counts.read(FAMILY) == 0 {
        let entry = SeatEntry {
            worker_id: 0, units: 0, before: 0, first_epoch: 0, from_epoch: 0, until_epoch: 0,
        };
        state.seat_entries.seat_entries.write((FAMILY, 0), entry);
        state.seat_entries.seat_counts.write(FAMILY, 1);
    }
    let named = array!['named1', 'named2', 'named3', 'named4'];
    for name in named {
        be(name);
        net.token.approve(net.registry.contract_address, STAKE.into());
        let worker = net.registry.register(account(name), account(name), array![FAMILY], STAKE);
        net.registry.stake_seats(worker, STAKE);
        net.profiles.set_offer(worker, willing());
        set_contract_address(net.registry.contract_address);
        let mut state = WorkerRegistry::contract_state_for_testing();
        let holding = SeatHolding { units: 1, next_epoch: 0 };
        state.seats.seat_holdings.write((worker, FAMILY), holding);
    }
}

/// Their numbers; none where `add_named` was not called.
pub fn named(net: Network) -> Array<u32> {
    let mut found = array![];
    for name in array!['named1', 'named2', 'named3', 'named4'] {
        let worker = net.registry.worker_id_of(account(name));
        if worker != 0 {
            found.append(worker);
        }
    }
    found
}

/// Another one of that owner, who calls then; its number must be the next.
pub fn add_verifier(net: Network, owner: felt252, verifier: u32) {
    be(owner);
    net.token.approve(net.registry.contract_address, STAKE.into());
    let operator = account(operator_of(verifier));
    net.registry.register(operator, payout_of(verifier), array![FAMILY], STAKE);
    be(operator_of(verifier));
    net.registry.accept_operator(verifier);
    be(owner);
    take_seats(net, verifier);
}

/// Ten seats for all the stake that a worker has at first; the owner calls.
pub fn take_seats(net: Network, worker_id: u32) {
    net.registry.stake_seats(worker_id, STAKE);
    net.seats.set_seats(worker_id, FAMILY, 10);
    net.profiles.set_offer(worker_id, willing());
}

pub fn willing() -> StandingOffer {
    StandingOffer {
        least_reward_fri: 0,
        largest_package_bytes: 1_000,
        slots: 0,
        until_s: 1_000_000,
        audit_fee_fri: 1,
        memory_mib: 1_024,
        audits_until_epoch: 1_000_000,
    }
}

/// A network with so many verifiers and four that are only named, in the epoch after the one that
/// their seats count from.
pub fn network_with(verifiers: u32) -> Network {
    let net = network();
    add_verifiers(net, verifiers);
    add_named(net);
    at(1_300, 40);
    net
}

/// So many leases that three verifiers accepted for two fri each.
pub fn give_record(net: Network, leases: u32) {
    set_contract_address(net.board.contract_address);
    for _ in 0..leases {
        net.records.note_verdict(WORKER, FAMILY, 6, true);
    }
}

//! Seats count from the epoch after they were made until the epoch after they were given up.
use starknet::testing::set_contract_address;
use crate::interfaces::registry::{ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::jobs::{claim, create, terms};
use crate::tests::support::network::{COOLDOWN_S, FAMILY, Network, STAKE, WORKER, network};
use crate::tests::support::token::RICH;

/// A network whose worker has all its stake in the seat purse.
fn staked() -> Network {
    let net = network();
    be('owner');
    net.registry.stake_seats(WORKER, STAKE);
    net
}

/// Three more workers, each with its own owner.
fn crowd() -> Network {
    let net = staked();
    for name in array!['second', 'third', 'fourth'] {
        be(name);
        net.token.approve(net.registry.contract_address, STAKE.into());
        let worker_id = net
            .registry
            .register(account(name + 1), account(name), array![FAMILY], STAKE);
        net.registry.stake_seats(worker_id, STAKE);
    }
    net
}

#[test]
fn seats_count_from_the_next_epoch() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 10);
    let now = net.seats.epoch();
    assert_eq!(now, 1);
    assert_eq!(net.seats.seat_units(FAMILY, now), 0);
    assert_eq!(net.seats.seat_units(FAMILY, now + 1), 10);
    assert_eq!(net.seats.seat_holder(FAMILY, now + 1, 9), WORKER);
}

#[test]
fn a_past_epoch_never_changes() {
    let net = crowd();
    be('owner');
    net.seats.set_seats(1, FAMILY, 3);
    be('second');
    net.seats.set_seats(2, FAMILY, 5);
    at(1_000, 25);
    be('owner');
    net.seats.set_seats(1, FAMILY, 2);
    be('third');
    net.seats.set_seats(3, FAMILY, 1);
    at(1_000, 35);
    be('second');
    net.seats.set_seats(2, FAMILY, 0);
    assert_eq!(net.seats.seat_count(FAMILY), 5);
    assert_eq!(holders(net, 2), array![1, 1, 1, 2, 2, 2, 2, 2]);
    assert_eq!(holders(net, 3), array![0, 1, 1, 2, 2, 2, 2, 2, 3]);
    assert_eq!(holders(net, 4), array![0, 1, 1, 0, 0, 0, 0, 0, 3]);
    assert_eq!(net.seats.seat_at(FAMILY, 4).before, 8);
}

#[test]
fn seats_given_up_two_epochs_ago_are_used_again() {
    let net = crowd();
    be('owner');
    net.seats.set_seats(1, FAMILY, 5);
    at(1_000, 20);
    net.seats.set_seats(1, FAMILY, 4);
    at(1_000, 40);
    be('second');
    net.seats.set_seats(2, FAMILY, 1);
    assert_eq!(holders(net, 5), array![0, 1, 1, 1, 1, 2]);
    at(1_000, 50);
    be('third');
    net.seats.set_seats(3, FAMILY, 1);
    assert_eq!(holders(net, 5), array![0, 1, 1, 1, 1, 2]);
    assert_eq!(holders(net, 6), array![3, 1, 1, 1, 1, 2]);
    be('owner');
    net.seats.set_seats(1, FAMILY, 0);
    at(1_000, 90);
    net.seats.set_seats(1, FAMILY, 7);
    assert_eq!(holders(net, 10), array![3, 1, 1, 1, 1, 2, 1, 1, 1]);
    assert_eq!(net.seats.seat_count(FAMILY), 5);
}

#[test]
fn whoever_changes_seats_again_and_again_does_not_thin_out_the_draw() {
    let net = crowd();
    be('second');
    net.seats.set_seats(2, FAMILY, 10);
    be('owner');
    for epoch in 1..41_u64 {
        at(1_000, 10 * epoch);
        let units = if epoch % 2 == 0 {
            7
        } else {
            8
        };
        net.seats.set_seats(1, FAMILY, units);
    }
    // Ten live ones of the others; of this one 8 or 7 live, and at most twice as many that rest.
    assert_eq!(net.seats.seat_units(FAMILY, 41), 10 + 2 * (8 + 7));
}

#[test]
#[should_panic(expected: ('RC: seats changed this epoch', 'ENTRYPOINT_FAILED'))]
fn seats_change_once_an_epoch() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 3);
    net.seats.set_seats(WORKER, FAMILY, 2);
}

fn holders(net: Network, epoch: u32) -> Array<u32> {
    let mut found = array![];
    for unit in 0..net.seats.seat_units(FAMILY, epoch) {
        found.append(net.seats.seat_holder(FAMILY, epoch, unit));
    }
    found
}

#[test]
#[should_panic(expected: ('RC: stake below its seats', 'ENTRYPOINT_FAILED'))]
fn seats_need_stake() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 11);
}

#[test]
#[should_panic(expected: ('RC: no such seat', 'ENTRYPOINT_FAILED'))]
fn a_unit_beyond_the_last_has_no_holder() {
    staked().seats.seat_holder(FAMILY, 9, 0);
}

#[test]
#[should_panic(expected: ('RC: not the worker owner', 'ENTRYPOINT_FAILED'))]
fn the_operator_takes_no_seats() {
    let net = staked();
    be('operator');
    net.seats.set_seats(WORKER, FAMILY, 1);
}

#[test]
#[should_panic(expected: ('RC: no seats to change', 'ENTRYPOINT_FAILED'))]
fn the_same_number_again_is_no_change() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 0);
}

/// Loses so much of its seat stake.
fn forfeit(net: Network, amount_fri: u128) {
    set_contract_address(net.board.contract_address);
    net.registry.forfeit(WORKER, amount_fri);
}

#[test]
fn only_seats_that_the_stake_no_longer_covers_are_dropped_and_by_anyone() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 6);
    net.seats.set_seats(WORKER, 'other', 4);
    forfeit(net, 201);
    be('outsider');
    net.seats.drop_seats(WORKER, FAMILY);
    assert_eq!(net.seats.seats_of(WORKER, FAMILY), 3);
    assert_eq!(net.seats.seats_of(WORKER, 'other'), 4);
}

#[test]
#[should_panic(expected: ('RC: seats are covered', 'ENTRYPOINT_FAILED'))]
fn covered_seats_stay() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 10);
    be('outsider');
    net.seats.drop_seats(WORKER, FAMILY);
}

#[test]
#[should_panic(expected: ('RC: stake below its seats', 'ENTRYPOINT_FAILED'))]
fn a_unit_is_set_aside_for_one_family_only() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 6);
    net.seats.set_seats(WORKER, 'other', 5);
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED'))]
fn seat_stake_is_not_work_stake() {
    let net = staked();
    let job_id = create(net, terms());
    claim(net, job_id, 0);
}

#[test]
#[should_panic(expected: ('RC: stake below its seats', 'ENTRYPOINT_FAILED'))]
fn seat_stake_that_seats_need_does_not_leave() {
    let net = staked();
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 9);
    net.registry.unstake_seats(WORKER, 101);
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED'))]
fn only_free_stake_goes_into_the_seat_purse() {
    let net = network();
    claim(net, create(net, terms()), 0);
    be('owner');
    net.registry.stake_seats(WORKER, STAKE - 65);
}

#[test]
fn seat_stake_answers_until_it_has_cooled_down() {
    let net = staked();
    be('owner');
    net.registry.unstake_seats(WORKER, 400);
    forfeit(net, 750);
    let worker = net.registry.worker(WORKER);
    assert_eq!((worker.seat_stake_fri, worker.seat_unstaking.unstaking_fri), (250, 250));
    be('owner');
    net.registry.cancel_unstake(WORKER);
    assert_eq!(net.registry.worker(WORKER).seat_unstaking.unstaking_fri, 0);
    net.registry.unstake_seats(WORKER, 250);
    at(1_000 + COOLDOWN_S.into(), 10 + COOLDOWN_S.into() / 10);
    net.registry.complete_unstake(WORKER);
    assert_eq!(net.registry.worker(WORKER).seat_stake_fri, 0);
    forfeit(net, 1);
    assert_eq!(net.token.balance_of(net.registry.contract_address), RICH);
}

#[test]
#[should_panic(expected: ('RC: stake is cooling down', 'ENTRYPOINT_FAILED'))]
fn seat_stake_does_not_leave_before_the_cooldown() {
    let net = staked();
    be('owner');
    net.registry.unstake_seats(WORKER, 400);
    at(999 + COOLDOWN_S.into(), 1_000_000);
    net.registry.complete_unstake(WORKER);
}

#[test]
fn what_cooled_down_leaves_while_the_other_purse_cools() {
    let net = network();
    be('owner');
    net.registry.stake_seats(WORKER, 500);
    net.registry.request_unstake(WORKER, 100);
    at(1_000 + COOLDOWN_S.into(), 10 + COOLDOWN_S.into() / 10);
    net.registry.unstake_seats(WORKER, 200);
    net.registry.complete_unstake(WORKER);
    let worker = net.registry.worker(WORKER);
    assert_eq!((worker.stake.stake_fri, worker.seat_stake_fri), (400, 500));
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_take_forfeits() {
    let net = staked();
    be('thief');
    net.registry.forfeit(WORKER, 1);
}

#[test]
#[should_panic(expected: ('RC: no seat stake to move', 'ENTRYPOINT_FAILED'))]
fn nothing_is_no_seat_stake() {
    let net = network();
    be('owner');
    net.registry.stake_seats(WORKER, 0);
}

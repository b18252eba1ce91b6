//! Stake goes in, is locked by boards only, and leaves to the owner after the cool-down.
use crate::interfaces::{IERC20DispatcherTrait, IWorkerRegistryDispatcherTrait};
use super::support::{COOLDOWN_S, FAMILY, STAKE, account, at, be, claim, create, network, terms};

#[test]
fn stake_leaves_after_the_cooldown_and_only_to_the_owner() {
    let net = network();
    let before = net.token.balance_of(account('owner'));
    be('owner');
    net.registry.request_unstake(account('operator'), 400);
    at(1_000 + COOLDOWN_S, 20);
    net.registry.complete_unstake(account('operator'));
    assert_eq!(net.token.balance_of(account('owner')), before + 400);
    assert_eq!(net.registry.worker(account('operator')).stake_fri, STAKE - 400);
}

#[test]
fn anyone_may_add_stake_and_the_owner_may_move_the_payout() {
    let net = network();
    be('friend');
    net.token.approve(net.registry.contract_address, 5);
    net.registry.add_stake(account('operator'), 5);
    be('owner');
    net.registry.set_payout(account('operator'), account('cold'));
    let worker = net.registry.worker(account('operator'));
    assert_eq!((worker.stake_fri, worker.payout), (STAKE + 5, account('cold')));
}

#[test]
#[should_panic(expected: ('RC: stake is cooling down', 'ENTRYPOINT_FAILED'))]
fn stake_does_not_leave_before_the_cooldown() {
    let net = network();
    be('owner');
    net.registry.request_unstake(account('operator'), 400);
    at(999 + COOLDOWN_S, 20);
    net.registry.complete_unstake(account('operator'));
}

#[test]
#[should_panic(expected: ('RC: nothing to unstake', 'ENTRYPOINT_FAILED'))]
fn nothing_leaves_without_a_request() {
    let net = network();
    be('owner');
    net.registry.complete_unstake(account('operator'));
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED'))]
fn locked_stake_can_not_be_unstaked() {
    let net = network();
    claim(net, create(net, terms()));
    be('owner');
    net.registry.request_unstake(account('operator'), STAKE);
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_lease_needs_free_stake() {
    let net = network();
    be('owner');
    net.registry.request_unstake(account('operator'), STAKE - 59);
    claim(net, create(net, terms()));
}

#[test]
#[should_panic(expected: ('RC: not the worker owner', 'ENTRYPOINT_FAILED'))]
fn the_operator_can_not_take_the_stake() {
    let net = network();
    be('operator');
    net.registry.request_unstake(account('operator'), 1);
}

#[test]
#[should_panic(expected: ('RC: not the worker owner', 'ENTRYPOINT_FAILED'))]
fn the_operator_can_not_move_the_payout() {
    let net = network();
    be('operator');
    net.registry.set_payout(account('operator'), account('thief'));
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_lock() {
    let net = network();
    be('thief');
    net.registry.lock(account('operator'), 1);
}

#[test]
#[should_panic(expected: ('RC: board did not lock that', 'ENTRYPOINT_FAILED'))]
fn a_board_unlocks_only_what_it_locked() {
    let net = network();
    starknet::testing::set_contract_address(net.board.contract_address);
    net.registry.unlock(account('operator'), 1);
}

#[test]
#[should_panic(expected: ('RC: operator already registered', 'ENTRYPOINT_FAILED'))]
fn an_operator_is_registered_once() {
    let net = network();
    be('thief');
    net.registry.register(account('operator'), account('thief'), array![FAMILY], STAKE);
}

#[test]
#[should_panic(expected: ('RC: stake below the minimum', 'ENTRYPOINT_FAILED'))]
fn too_little_stake_is_refused() {
    let net = network();
    be('owner');
    net.registry.register(account('other'), account('payout'), array![FAMILY], STAKE - 1);
}

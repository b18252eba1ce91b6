//! Stake goes in, is locked and slashed by boards only, and leaves to the owner after the
//! cool-down.
use core::num::traits::Zero;
use starknet::ContractAddress;
use starknet::testing::set_contract_address;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::directory::IDirectoryDispatcherTrait;
use crate::interfaces::registry::{IRecordsDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::jobs::{claim, create, terms};
use crate::tests::support::network::{
    COOLDOWN_S, FAMILY, NO_AGES, Network, STAKE, WORKER, deploy, locked, network,
    registry_arguments,
};
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::{NO_PAY, named, network_with};
use crate::types::board::JobTerms;
use crate::types::registry::{LockGrant, LockRequest, LockTerms, Record, WorkerLock};

fn lock_terms(verifiers: Array<u32>, audit_floor_exp: u8, reward_fri: u128) -> LockTerms {
    LockTerms {
        operator: account('operator'),
        family: FAMILY,
        audit_floor_exp,
        reward_fri,
        package_bytes: 1,
        memory_mib: 0,
        requester: account('artist'),
        fee_fri: 1,
        verifiers: verifiers.span(),
    }
}

/// Asks for one lease with an audit floor of 2^-3.
fn lock(net: Network, pay_fri: u128) -> LockGrant {
    let terms = lock_terms(named(net), 3, pay_fri);
    let request = LockRequest { worker_id: WORKER, slot: 0, pay_fri, least_lock_fri: pay_fri };
    *net.registry.lock(terms, array![request])[0]
}

fn unlock(net: Network, amount_fri: u128) -> ContractAddress {
    *net.registry.unlock(array![WorkerLock { worker_id: WORKER, amount_fri }], NO_PAY)[0]
}

fn be_board(net: Network) {
    set_contract_address(net.board.contract_address);
}

#[test]
fn stake_leaves_after_the_cooldown_and_only_to_the_owner() {
    let net = network();
    let before = net.token.balance_of(account('owner'));
    be('owner');
    net.registry.request_unstake(WORKER, 400);
    at(1_000 + COOLDOWN_S.into(), 10 + COOLDOWN_S.into() / 10);
    net.registry.complete_unstake(WORKER);
    assert_eq!(net.token.balance_of(account('owner')), before + 400);
    assert_eq!(net.registry.worker(WORKER).stake.stake_fri, STAKE - 400);
}

#[test]
fn anyone_may_add_stake_and_the_owner_may_move_payout_and_operator() {
    let net = network();
    be('friend');
    net.token.approve(net.registry.contract_address, 5);
    net.registry.add_stake(WORKER, 5);
    be('owner');
    net.registry.set_payout(WORKER, account('cold'));
    net.registry.set_operator(WORKER, account('spare'));
    assert_eq!(net.registry.worker(WORKER).operator, account('operator'));
    be('spare');
    net.registry.accept_operator(WORKER);
    let worker = net.registry.worker(WORKER);
    assert_eq!((worker.stake.stake_fri, worker.payout), (STAKE + 5, account('cold')));
    assert_eq!(net.registry.worker_id_of(account('spare')), WORKER);
    assert_eq!(net.registry.worker_id_of(account('operator')), 0);
}

#[test]
fn an_unstaking_is_taken_back() {
    let net = network();
    be('owner');
    net.registry.request_unstake(WORKER, STAKE);
    net.registry.cancel_unstake(WORKER);
    assert_eq!(net.registry.worker(WORKER).unstaking.unstaking_fri, 0);
    claim(net, create(net, terms()), 0);
}

#[test]
#[should_panic(expected: ('RC: stake is cooling down', 'ENTRYPOINT_FAILED'))]
fn stake_does_not_leave_before_the_cooldown() {
    let net = network();
    be('owner');
    net.registry.request_unstake(WORKER, 400);
    at(999 + COOLDOWN_S.into(), 1_000_000);
    net.registry.complete_unstake(WORKER);
}

#[test]
#[should_panic(expected: ('RC: stake is cooling down', 'ENTRYPOINT_FAILED'))]
fn stake_does_not_leave_while_blocks_stand_still() {
    let net = network();
    be('owner');
    net.registry.request_unstake(WORKER, 400);
    at(1_000_000, 9 + COOLDOWN_S.into() / 10);
    net.registry.complete_unstake(WORKER);
}

#[test]
#[should_panic(expected: ('RC: nothing to unstake', 'ENTRYPOINT_FAILED'))]
fn nothing_leaves_without_a_request() {
    let net = network();
    be('owner');
    net.registry.complete_unstake(WORKER);
}

#[test]
#[should_panic(expected: ('RC: nothing to unstake', 'ENTRYPOINT_FAILED'))]
fn nothing_is_taken_back_without_a_request() {
    let net = network();
    be('owner');
    net.registry.cancel_unstake(WORKER);
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED'))]
fn locked_stake_can_not_be_unstaked() {
    let net = network();
    claim(net, create(net, terms()), 0);
    be('owner');
    net.registry.request_unstake(WORKER, STAKE - 65);
}

#[test]
#[should_panic(expected: ('RC: not the worker owner', 'ENTRYPOINT_FAILED'))]
fn the_operator_can_not_take_the_stake() {
    let net = network();
    be('operator');
    net.registry.request_unstake(WORKER, 1);
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_lock() {
    let net = network();
    be('thief');
    lock(net, 1);
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_unlock() {
    let net = network();
    be('thief');
    unlock(net, 1);
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_slash() {
    let net = network();
    be('thief');
    net.registry.slash(WORKER, 1, 0, NO_PAY);
}

#[test]
#[should_panic(expected: ('RC: board did not lock that', 'ENTRYPOINT_FAILED'))]
fn a_board_unlocks_only_what_it_locked() {
    let net = network();
    be_board(net);
    unlock(net, 1);
}

#[test]
fn locks_of_several_boards_add_up_and_stay_apart() {
    let net = network();
    be('admin');
    net.directory.announce_board(account('second'));
    at(1_000_000, 10);
    be('second');
    assert_eq!(lock(net, 600).refusal, 0);
    be_board(net);
    assert_eq!(lock(net, STAKE - 599).refusal, 'RC: stake is not free');
    assert_eq!(lock(net, STAKE - 600).refusal, 0);
    assert_eq!(locked(net), STAKE);
    assert_eq!(net.registry.locked_by(account('second'), WORKER), 600);
    assert_eq!(unlock(net, STAKE - 600), account('payout'));
    assert_eq!(locked(net), 600);
}

#[test]
fn a_stake_that_all_boards_let_go_may_be_locked_by_either() {
    let net = network();
    let (first, second) = (net.board.contract_address, account('second'));
    be('admin');
    net.directory.announce_board(second);
    at(1_000_000, 10);
    be('second');
    lock(net, 300);
    be_board(net);
    lock(net, 200);
    be('second');
    lock(net, 100);
    unlock(net, 400);
    assert_eq!((net.registry.locked_by(first, WORKER), locked(net)), (200, 200));
    be_board(net);
    unlock(net, 200);
    lock(net, 500);
    assert_eq!(net.registry.locked_by(first, WORKER), 500);
    assert_eq!(net.registry.locked_by(second, WORKER), 0);
    assert_eq!(net.registry.locked_by(account('outsider'), WORKER), 0);
    unlock(net, 500);
    assert_eq!(locked(net), 0);
}

#[test]
#[should_panic(expected: ('RC: board did not lock that', 'ENTRYPOINT_FAILED'))]
fn a_board_does_not_unlock_what_another_locked_alone() {
    let net = network();
    be('admin');
    net.directory.announce_board(account('second'));
    at(1_000_000, 10);
    be('second');
    lock(net, 600);
    be_board(net);
    unlock(net, 1);
}

#[test]
fn a_batch_of_locks_is_done_but_for_what_is_refused() {
    let net = network();
    be_board(net);
    let terms = lock_terms(array![], 0, 1);
    let good = LockRequest { worker_id: WORKER, slot: 0, pay_fri: 1, least_lock_fri: 800 };
    let requests = array![good, LockRequest { worker_id: 9, ..good }, good, good];
    let grants = net.registry.lock(terms, requests);
    assert_eq!((*grants[0]).refusal, 0);
    assert_eq!((*grants[1]).refusal, 'RC: unknown worker');
    assert_eq!((*grants[2]).refusal, 'RC: stake is not free');
    assert_eq!(locked(net), 800);
    let half = WorkerLock { worker_id: WORKER, amount_fri: 400 };
    assert_eq!(net.registry.unlock(array![half, half], NO_PAY).len(), 2);
    assert_eq!(locked(net), 0);
}

#[test]
fn stake_on_its_way_out_is_neither_locked_nor_slashed() {
    let net = network();
    be('owner');
    net.registry.request_unstake(WORKER, STAKE - 600);
    be_board(net);
    assert_eq!(lock(net, 601).refusal, 'RC: stake is not free');
    assert_eq!(lock(net, 600).refusal, 0);
    net.registry.slash(WORKER, 600, 0, NO_PAY);
    let worker = net.registry.worker(WORKER);
    let left_fri = STAKE - 600;
    assert_eq!((worker.stake.stake_fri, worker.unstaking.unstaking_fri), (left_fri, left_fri));
    be('owner');
    net.registry.cancel_unstake(WORKER);
    assert_eq!(net.registry.worker(WORKER).stake.stake_fri, left_fri);
}

#[test]
fn a_slash_burns_but_for_the_reward() {
    let net = network();
    be_board(net);
    lock(net, 200);
    net.registry.slash(WORKER, 200, 20, NO_PAY);
    assert_eq!(net.registry.worker(WORKER).stake.stake_fri, STAKE - 200);
    assert_eq!((locked(net), net.registry.burned_fri()), (0, 180));
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + 20);
    let left: u256 = (STAKE - 20).into();
    assert_eq!(net.token.balance_of(net.registry.contract_address), RICH + left);
}

#[test]
#[should_panic(expected: ('RC: reward over the slash', 'ENTRYPOINT_FAILED'))]
fn no_reward_is_more_than_the_slash() {
    let net = network();
    be_board(net);
    lock(net, 200);
    net.registry.slash(WORKER, 200, 201, NO_PAY);
}

#[test]
fn what_verifiers_earned_is_credit_for_a_lower_rate_and_one_loss_starts_it_anew() {
    let net = network_with(0);
    be_board(net);
    // Leases of one fri give as much of it as they cost; 8 times 12 are less than 100.
    for _ in 0..12_u8 {
        net.records.note_verdict(WORKER, FAMILY, 1, true);
    }
    let least = lock(net, 100);
    assert_eq!(least.audit_exp, 0);
    let before_fri = locked(net);
    net.records.note_verdict(WORKER, FAMILY, 1, true);
    // The job would allow 1/8, and the free stake 1/4.
    let grant = lock(net, 100);
    assert_eq!(grant, LockGrant { refusal: 0, audit_exp: 2, operator: account('operator') });
    assert_eq!(locked(net), before_fri + 600);
    net.records.note_verdict(WORKER, FAMILY, 7, false);
    let record = net.records.record(WORKER, FAMILY);
    assert_eq!(record, Record { audited: 0, losses: 1, fees_fri: 0 });
    assert_eq!(lock(net, 100).audit_exp, 0);
}

#[test]
fn a_job_freezes_the_rate_of_its_leases() {
    let net = network_with(0);
    be_board(net);
    for _ in 0..30_u8 {
        net.records.note_verdict(WORKER, FAMILY, 7, true);
    }
    let job = create(net, JobTerms { audit_floor_exp: 2, tasks: 1, ..terms() });
    let lease = claim(net, job, 0);
    assert_eq!(net.board.lease(lease).audit_exp, 2);
    assert_eq!(locked(net), 600);
}

#[test]
#[should_panic(expected: ('RC: stake below the minimum', 'ENTRYPOINT_FAILED'))]
fn too_little_stake_is_refused() {
    let net = network();
    be('owner');
    net.registry.register(account('other'), account('payout'), array![FAMILY], STAKE - 1);
}

#[test]
#[should_panic(expected: ('RC: zero address in registry', 'ENTRYPOINT_FAILED'))]
fn nobody_is_no_payout() {
    let net = network();
    be('owner');
    net.registry.set_payout(WORKER, Zero::zero());
}

#[test]
#[should_panic(expected: ('RC: unknown worker', 'ENTRYPOINT_FAILED'))]
fn nobody_gets_no_stake() {
    network().registry.add_stake(7, 1);
}

#[test]
#[should_panic(expected: ('RC: amount is zero', 'ENTRYPOINT_FAILED'))]
fn nothing_is_no_stake() {
    network().registry.add_stake(WORKER, 0);
}

fn registry_with(index: u32, value: felt252) -> ContractAddress {
    let mut arguments = array![];
    let mut at_index = 0;
    for argument in registry_arguments(account('directory'), account('token'), NO_AGES) {
        arguments.append(if at_index == index {
            value
        } else {
            argument
        });
        at_index += 1;
    }
    deploy(WorkerRegistry::TEST_CLASS_HASH.into(), arguments)
}

#[test]
#[should_panic(expected: ('RC: cool-down is too short', 'CONSTRUCTOR_FAILED'))]
fn the_cooldown_is_longer_than_lease_and_twice_window_and_audit() {
    registry_with(2, 6_000);
}

#[test]
fn the_shortest_cooldown_is_allowed() {
    registry_with(2, 6_001);
}

#[test]
#[should_panic(expected: ('RC: a limit is zero', 'CONSTRUCTOR_FAILED'))]
fn a_registry_needs_its_limits() {
    registry_with(7, 0);
}

#[test]
#[should_panic(expected: ('RC: seat unit is zero', 'CONSTRUCTOR_FAILED'))]
fn a_seat_costs_something() {
    registry_with(8, 0);
}

#[test]
#[should_panic(expected: ('RC: zero address in registry', 'CONSTRUCTOR_FAILED'))]
fn a_registry_needs_its_directory() {
    registry_with(0, 0);
}

//! Who may change a network, when a board counts, and what the directory says.
use starknet::testing::pop_log;
use crate::board::job_board::JobBoard;
use crate::directory::Directory;
use crate::events::directory::{BoardAnnounced, BoardRetired, OwnershipTransferred, Paused};
use crate::interfaces::board::{IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait};
use crate::interfaces::directory::{IDirectoryDispatcher, IDirectoryDispatcherTrait};
use crate::interfaces::registry::{ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::reason_of;
use crate::tests::support::events::same;
use crate::tests::support::jobs::{accept, create, submitted, terms};
use crate::tests::support::network::{
    COOLDOWN_S, SEAT_UNIT, SLOWEST_BLOCK_S, STAKE, WORKER, deploy, empty_network, locked, network,
};
use crate::tests::support::token::TestToken;

#[test]
fn the_first_board_is_active_at_once_and_later_ones_after_the_wait() {
    let net = network();
    assert!(net.directory.is_active_board(net.board.contract_address));
    be('admin');
    net.directory.announce_board(account('second'));
    assert!(!net.directory.is_active_board(account('second')));
    at(1_000 + 100_001, 11);
    assert!(net.directory.is_active_board(account('second')));
    assert_eq!(net.directory.board_count(), 2);
    assert_eq!(net.directory.board_at(1), account('second'));
}

#[test]
fn ownership_changes_in_two_steps() {
    let net = network();
    be('admin');
    net.directory.transfer_ownership(account('heir'));
    assert_eq!(net.directory.owner(), account('admin'));
    be('heir');
    net.directory.accept_ownership();
    assert_eq!(net.directory.owner(), account('heir'));
}

#[test]
#[should_panic(expected: ('RC: not the pending owner', 'ENTRYPOINT_FAILED'))]
fn nobody_else_accepts_ownership() {
    let net = network();
    be('thief');
    net.directory.accept_ownership();
}

#[test]
#[should_panic(expected: ('RC: not the directory owner', 'ENTRYPOINT_FAILED'))]
fn only_the_owner_announces_boards() {
    let net = network();
    be('thief');
    net.directory.announce_board(account('hostile'));
}

#[test]
#[should_panic(expected: ('RC: not the directory owner', 'ENTRYPOINT_FAILED'))]
fn only_the_owner_pauses() {
    let net = network();
    be('thief');
    net.directory.set_paused(true);
}

#[test]
#[should_panic(expected: ('RC: registry already set', 'ENTRYPOINT_FAILED'))]
fn the_registry_is_set_once() {
    let net = network();
    be('admin');
    net.directory.set_registry(account('other'));
}

#[test]
#[should_panic(expected: ('RC: board already announced', 'ENTRYPOINT_FAILED'))]
fn a_board_is_announced_once() {
    let net = network();
    be('admin');
    net.directory.announce_board(net.board.contract_address);
}

fn fresh_directory(owner: felt252, wait_s: u64) -> IDirectoryDispatcher {
    be('deployer');
    let token = deploy(TestToken::TEST_CLASS_HASH.into(), array![]);
    let arguments = array![owner, token.into(), wait_s.into()];
    let directory = deploy(Directory::TEST_CLASS_HASH.into(), arguments);
    be('admin');
    IDirectoryDispatcher { contract_address: directory }
}

#[test]
#[should_panic(expected: ('RC: zero address in directory', 'CONSTRUCTOR_FAILED'))]
fn a_directory_needs_its_owner() {
    fresh_directory(0, 1);
}

#[test]
#[should_panic(expected: ('RC: zero address in directory', 'ENTRYPOINT_FAILED'))]
fn nobody_is_no_board() {
    let net = network();
    be('admin');
    net.directory.announce_board(account(0));
}

#[test]
#[should_panic(expected: ('RC: registry is not set', 'ENTRYPOINT_FAILED'))]
fn a_board_comes_after_the_registry() {
    fresh_directory('admin', 1).announce_board(account('board'));
}

#[test]
#[should_panic(expected: ('RC: board wait is too short', 'ENTRYPOINT_FAILED'))]
fn boards_wait_longer_than_stake_needs_to_leave() {
    let net = network();
    let directory = fresh_directory('admin', COOLDOWN_S.into());
    directory.set_registry(net.registry.contract_address);
}

#[test]
#[should_panic(expected: ('RC: zero address in board', 'CONSTRUCTOR_FAILED'))]
fn a_board_needs_its_registry() {
    deploy(JobBoard::TEST_CLASS_HASH.into(), array!['directory', 0, 'token', 'audits', 'doubts']);
}

#[test]
#[should_panic(expected: ('RC: board without a court', 'CONSTRUCTOR_FAILED'))]
fn a_board_needs_its_audit_library() {
    deploy(JobBoard::TEST_CLASS_HASH.into(), array!['directory', 'registry', 'token', 0, 'doubts']);
}

#[test]
#[should_panic(expected: ('RC: board without a court', 'CONSTRUCTOR_FAILED'))]
fn a_board_needs_its_challenge_library() {
    deploy(JobBoard::TEST_CLASS_HASH.into(), array!['directory', 'registry', 'token', 'audits', 0]);
}

#[test]
fn a_network_says_what_it_is_made_of() {
    let net = network();
    assert_eq!(net.directory.token(), net.token.contract_address);
    assert_eq!(net.directory.registry(), net.registry.contract_address);
    assert!(!net.directory.paused());
    assert_eq!(net.registry.worker_count(), 1);
    assert_eq!(net.registry.cooldown_s(), COOLDOWN_S);
    assert_eq!(net.registry.minimum_stake_fri(), STAKE);
    assert_eq!(net.registry.limits().slowest_block_s, SLOWEST_BLOCK_S);
    assert_eq!(net.seats.seat_unit_fri(), SEAT_UNIT);
}

#[test]
fn a_network_that_changes() {
    let net = empty_network();
    let address = net.directory.contract_address;
    let board = net.board.contract_address;
    let announced = BoardAnnounced { board, active_at_s: 1 };
    assert!(same(pop_log(address).unwrap(), Directory::Event::BoardAnnounced(announced)));
    net.directory.retire_board(board);
    let retired = Directory::Event::BoardRetired(BoardRetired { board });
    assert!(same(pop_log(address).unwrap(), retired));
    net.directory.set_paused(true);
    let paused = Directory::Event::Paused(Paused { paused: true });
    assert!(same(pop_log(address).unwrap(), paused));
    net.directory.transfer_ownership(account('heir'));
    be('heir');
    net.directory.accept_ownership();
    let moved = OwnershipTransferred { new_owner: account('heir') };
    let expected = Directory::Event::OwnershipTransferred(moved);
    assert!(same(pop_log(address).unwrap(), expected));
}

#[test]
#[feature("safe_dispatcher")]
fn a_retired_board_takes_no_jobs_and_no_leases_and_ends_those_that_it_has() {
    let net = network();
    let job_id = create(net, terms());
    let lease_id = submitted(net, job_id, 0);
    be('admin');
    net.directory.retire_board(net.board.contract_address);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    be('artist');
    assert_eq!(reason_of(board.create_job(terms())), 'RC: network takes no new jobs');
    be('operator');
    assert_eq!(
        reason_of(board.claim_lease(job_id, WORKER, 1, 0, array![])), 'RC: board is retired',
    );
    accept(net, job_id, array![lease_id]);
    assert_eq!(locked(net), 0);
}

#[test]
#[should_panic(expected: ('RC: not the directory owner', 'ENTRYPOINT_FAILED'))]
fn only_the_owner_retires_boards() {
    let net = network();
    be('thief');
    net.directory.retire_board(net.board.contract_address);
}

#[test]
#[should_panic(expected: ('RC: board not there to retire', 'ENTRYPOINT_FAILED'))]
fn a_board_is_retired_once() {
    let net = network();
    be('admin');
    net.directory.retire_board(net.board.contract_address);
    net.directory.retire_board(net.board.contract_address);
}

#[test]
#[should_panic(expected: ('RC: only the directory retires', 'ENTRYPOINT_FAILED'))]
fn the_registry_retires_for_the_directory_only() {
    let net = network();
    be('admin');
    net.registry.retire(net.board.contract_address);
}

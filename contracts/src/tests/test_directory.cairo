//! Who may change a network, and when a board counts.
use crate::interfaces::IDirectoryDispatcherTrait;
use super::support::{account, at, be, network};

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

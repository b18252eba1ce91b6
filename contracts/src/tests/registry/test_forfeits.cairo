//! What a verifier loses by a fault: what is there, and the board has all of it.
use starknet::testing::set_contract_address;
use crate::interfaces::registry::{
    IWorkerRegistryDispatcherTrait, IWorkerRegistrySafeDispatcher,
    IWorkerRegistrySafeDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::be;
use crate::tests::support::audit::reason_of;
use crate::tests::support::jobs::{claim, create, terms};
use crate::tests::support::network::{STAKE, WORKER, locked, network};

#[test]
fn a_forfeit_takes_what_is_there_and_the_board_has_it() {
    let net = network();
    claim(net, create(net, terms()), 0);
    let before = net.token.balance_of(net.board.contract_address);
    set_contract_address(net.board.contract_address);
    assert_eq!(net.registry.forfeit(WORKER, 300), 300);
    // What leases lock answers for them alone.
    assert_eq!(net.registry.forfeit(WORKER, STAKE), STAKE - 300 - 66);
    assert_eq!(net.registry.forfeit(WORKER, 1), 0);
    assert_eq!((net.registry.worker(WORKER).stake.stake_fri, locked(net)), (66, 66));
    let taken: u256 = (STAKE - 66).into();
    assert_eq!(net.token.balance_of(net.board.contract_address), before + taken);
    assert_eq!(net.registry.burned_fri(), 0);
}

#[test]
#[feature("safe_dispatcher")]
fn only_boards_take_forfeits() {
    let net = network();
    be('outsider');
    let registry = IWorkerRegistrySafeDispatcher {
        contract_address: net.registry.contract_address,
    };
    assert_eq!(reason_of(registry.forfeit(WORKER, 1)), 'RC: not an active board');
}

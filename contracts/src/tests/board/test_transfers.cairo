//! A token that says no by its answer alone is heard.
use starknet::ContractAddress;
use crate::board::job_board::JobBoard;
use crate::directory::Directory;
use crate::interfaces::board::{IJobBoardDispatcher, IJobBoardDispatcherTrait};
use crate::interfaces::directory::{IDirectoryDispatcher, IDirectoryDispatcherTrait};
use crate::interfaces::registry::{IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait};
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::jobs::terms;
use crate::tests::support::network::{
    COOLDOWN_S, FAMILY, NO_AGES, STAKE, board_arguments, deploy, registry_arguments,
};
use crate::types::board::JobTerms;

/// An ERC-20 whose transfers fail without reverting.
#[starknet::contract]
mod SilentToken {
    use starknet::ContractAddress;
    use crate::interfaces::token::IERC20;

    #[storage]
    struct Storage {}

    #[abi(embed_v0)]
    impl TokenImpl of IERC20<ContractState> {
        fn transfer(ref self: ContractState, recipient: ContractAddress, amount: u256) -> bool {
            false
        }

        fn transfer_from(
            ref self: ContractState,
            sender: ContractAddress,
            recipient: ContractAddress,
            amount: u256,
        ) -> bool {
            false
        }

        fn approve(ref self: ContractState, spender: ContractAddress, amount: u256) -> bool {
            true
        }

        fn balance_of(self: @ContractState, account: ContractAddress) -> u256 {
            0
        }
    }
}

/// Registry and board of a network on the silent token.
fn silent_network() -> (ContractAddress, ContractAddress) {
    be('admin');
    let token = deploy(SilentToken::TEST_CLASS_HASH.into(), array![]);
    let wait_s = COOLDOWN_S + 1;
    let arguments = array!['admin', token.into(), wait_s.into()];
    let directory = deploy(Directory::TEST_CLASS_HASH.into(), arguments);
    let arguments = registry_arguments(directory, token, NO_AGES);
    let registry = deploy(WorkerRegistry::TEST_CLASS_HASH.into(), arguments);
    let arguments = board_arguments(directory, registry, token);
    let board = deploy(JobBoard::TEST_CLASS_HASH.into(), arguments);
    IDirectoryDispatcher { contract_address: directory }.set_registry(registry);
    (registry, board)
}

#[test]
#[should_panic(expected: ('RC: escrow transfer failed', 'ENTRYPOINT_FAILED'))]
fn a_job_is_not_created_without_its_money() {
    let (_, board) = silent_network();
    let terms = JobTerms { audit_fee_fri: 2, audit_tile_fri: 0, ..terms() };
    IJobBoardDispatcher { contract_address: board }.create_job(terms);
}

#[test]
#[should_panic(expected: ('RC: stake transfer failed', 'ENTRYPOINT_FAILED'))]
fn a_worker_is_not_registered_without_its_stake() {
    let (registry, _) = silent_network();
    IWorkerRegistryDispatcher { contract_address: registry }
        .register(account('operator'), account('payout'), array![FAMILY], STAKE);
}

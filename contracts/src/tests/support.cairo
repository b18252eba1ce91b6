//! A token and a whole network for the tests.
use starknet::syscalls::deploy_syscall;
use starknet::testing::{set_block_number, set_block_timestamp, set_contract_address};
use starknet::{ContractAddress, SyscallResultTrait};
use crate::directory::Directory;
use crate::interfaces::{
    IDirectoryDispatcher, IDirectoryDispatcherTrait, IERC20Dispatcher, IERC20DispatcherTrait,
    IJobBoardDispatcher, IJobBoardDispatcherTrait, IWorkerRegistryDispatcher,
    IWorkerRegistryDispatcherTrait,
};
use crate::job_board::JobBoard;
use crate::types::JobTerms;
use crate::worker_registry::WorkerRegistry;

pub const FAMILY: felt252 = '4.5/cycles/cpu';
pub const RICH: u256 = 1_000_000;
pub const STAKE: u128 = 1_000;
pub const COOLDOWN_S: u64 = 100_000;

/// An ERC-20 that gives every account `RICH` until it first moves.
#[starknet::contract]
pub mod TestToken {
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use starknet::{ContractAddress, get_caller_address};
    use crate::interfaces::IERC20;

    #[storage]
    struct Storage {
        moved: Map<ContractAddress, bool>,
        balances: Map<ContractAddress, u256>,
        allowances: Map<(ContractAddress, ContractAddress), u256>,
    }

    #[abi(embed_v0)]
    impl TokenImpl of IERC20<ContractState> {
        fn transfer(ref self: ContractState, recipient: ContractAddress, amount: u256) -> bool {
            self.shift(get_caller_address(), recipient, amount);
            true
        }

        fn transfer_from(
            ref self: ContractState,
            sender: ContractAddress,
            recipient: ContractAddress,
            amount: u256,
        ) -> bool {
            let key = (sender, get_caller_address());
            assert(self.allowances.read(key) >= amount, 'no allowance');
            self.allowances.write(key, self.allowances.read(key) - amount);
            self.shift(sender, recipient, amount);
            true
        }

        fn approve(ref self: ContractState, spender: ContractAddress, amount: u256) -> bool {
            self.allowances.write((get_caller_address(), spender), amount);
            true
        }

        fn balance_of(self: @ContractState, account: ContractAddress) -> u256 {
            if self.moved.read(account) {
                self.balances.read(account)
            } else {
                super::RICH
            }
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn shift(
            ref self: ContractState,
            sender: ContractAddress,
            recipient: ContractAddress,
            amount: u256,
        ) {
            let (from, to) = (self.balance_of(sender), self.balance_of(recipient));
            assert(from >= amount, 'no funds');
            self.moved.write(sender, true);
            self.moved.write(recipient, true);
            self.balances.write(sender, from - amount);
            self.balances.write(recipient, to + amount);
        }
    }
}

#[derive(Copy, Drop)]
pub struct Network {
    pub token: IERC20Dispatcher,
    pub directory: IDirectoryDispatcher,
    pub registry: IWorkerRegistryDispatcher,
    pub board: IJobBoardDispatcher,
}

pub fn account(name: felt252) -> ContractAddress {
    name.try_into().unwrap()
}

pub fn be(name: felt252) {
    set_contract_address(account(name));
}

pub fn at(second: u64, block: u64) {
    set_block_timestamp(second);
    set_block_number(block);
}

fn deploy(class_hash: felt252, arguments: Array<felt252>) -> ContractAddress {
    let class_hash = class_hash.try_into().unwrap();
    let (address, _) = deploy_syscall(class_hash, 0, arguments.span(), false).unwrap_syscall();
    address
}

/// A network whose one worker `operator` belongs to `owner` and is paid to `payout`.
pub fn network() -> Network {
    at(1_000, 10);
    be('admin');
    let token = deploy(TestToken::TEST_CLASS_HASH.into(), array![]);
    let directory = deploy(Directory::TEST_CLASS_HASH.into(), array!['admin', token.into(), 500]);
    let registry = deploy(
        WorkerRegistry::TEST_CLASS_HASH.into(),
        array![directory.into(), token.into(), COOLDOWN_S.into(), STAKE.into()],
    );
    let board = deploy(
        JobBoard::TEST_CLASS_HASH.into(), array![directory.into(), registry.into(), token.into()],
    );
    let net = Network {
        token: IERC20Dispatcher { contract_address: token },
        directory: IDirectoryDispatcher { contract_address: directory },
        registry: IWorkerRegistryDispatcher { contract_address: registry },
        board: IJobBoardDispatcher { contract_address: board },
    };
    net.directory.set_registry(registry);
    net.directory.announce_board(board);
    be('owner');
    net.token.approve(registry, STAKE.into());
    net.registry.register(account('operator'), account('payout'), array![FAMILY], STAKE);
    net
}

/// Five tasks of 100 fri, leases of up to two, an audit pool of 50.
pub fn terms() -> JobTerms {
    JobTerms {
        package_hi: 1,
        package_lo: 2,
        package_bytes: 1_000,
        package_files: 3,
        tasks: 5,
        reward_fri: 100,
        audit_pool_fri: 50,
        family: FAMILY,
        audit_floor_exp: 0,
        audit_tiles: 16,
        longest_lease: 2,
        lease_timeout_s: 60,
        lease_timeout_blocks: 5,
        window_s: 30,
        window_blocks: 3,
        expires_in_s: 1_000,
        scheduler: account(0),
        scheduler_grace_s: 0,
    }
}

pub fn create(net: Network, terms: JobTerms) -> u64 {
    be('artist');
    let escrow: u128 = terms.reward_fri * terms.tasks.into() + terms.audit_pool_fri;
    net.token.approve(net.board.contract_address, escrow.into());
    net.board.create_job(terms)
}

pub fn claim(net: Network, job_id: u64) -> u64 {
    be('operator');
    net.board.claim_lease(job_id)
}

pub fn submitted(net: Network, job_id: u64) -> u64 {
    let lease_id = claim(net, job_id);
    net.board.submit(lease_id, 'root', 1, 2, 'key');
    lease_id
}

//! A token and a whole network for the tests.
use starknet::syscalls::deploy_syscall;
use starknet::testing::{
    pop_log_raw, set_block_hash, set_block_number, set_block_timestamp, set_contract_address,
};
use starknet::{ContractAddress, SyscallResultTrait, get_block_number, get_block_timestamp};
use crate::court_room::CourtRoom;
use crate::directory::Directory;
use crate::interfaces::{
    IChallengesDispatcher, ICourtDispatcher, ICourtDispatcherTrait, IDirectoryDispatcher,
    IDirectoryDispatcherTrait, IERC20Dispatcher, IERC20DispatcherTrait, IJobBoardDispatcher,
    IJobBoardDispatcherTrait, IPayoutsDispatcher, IProfilesDispatcher, IProfilesDispatcherTrait,
    ISeatsDispatcher, IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait,
};
use crate::job_board::JobBoard;
use crate::types::{JobTerms, LeaseResult, StandingOffer};
use crate::worker_registry::WorkerRegistry;

pub const FAMILY: felt252 = '4.5/cycles/cpu';
pub const RICH: u256 = 1_000_000;
pub const STAKE: u128 = 1_000;
pub const COOLDOWN_S: u32 = 100_000;
pub const SLOWEST_BLOCK_S: u32 = 10;
/// What a worker may have locked in a family without a jury.
pub const UNJUDGED_CAP: u128 = 5_000;
/// The one worker's number.
pub const WORKER: u32 = 1;

/// An ERC-20 that gives every account `RICH` until it first moves; `cursed` is sent nothing.
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
            assert(recipient != super::account('cursed'), 'no');
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
    pub profiles: IProfilesDispatcher,
    pub seats: ISeatsDispatcher,
    pub board: IJobBoardDispatcher,
    pub payouts: IPayoutsDispatcher,
    pub court: ICourtDispatcher,
    pub challenges: IChallengesDispatcher,
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

pub fn deploy(class_hash: felt252, arguments: Array<felt252>) -> ContractAddress {
    let class_hash = class_hash.try_into().unwrap();
    let (address, _) = deploy_syscall(class_hash, 0, arguments.span(), false).unwrap_syscall();
    address
}

/// Leases of at most 1,000 s, windows of 500 s, audits of 2,000 s, and a block every 10 s.
pub fn registry_arguments(directory: ContractAddress, token: ContractAddress) -> Array<felt252> {
    let limits = array![1_000, 500, 2_000, SLOWEST_BLOCK_S.into()];
    let mut arguments = array![directory.into(), token.into(), COOLDOWN_S.into(), STAKE.into()];
    arguments.append_span(limits.span());
    // fri a seat, blocks an epoch
    arguments.append_span(array![100, 10, UNJUDGED_CAP.into()].span());
    arguments
}

pub fn board_arguments(
    directory: ContractAddress, registry: ContractAddress, token: ContractAddress,
) -> Array<felt252> {
    let court = CourtRoom::TEST_CLASS_HASH.into();
    array![directory.into(), registry.into(), token.into(), court]
}

/// A network without workers.
pub fn empty_network() -> Network {
    at(1_000, 10);
    be('admin');
    let token = deploy(TestToken::TEST_CLASS_HASH.into(), array![]);
    let wait_s = COOLDOWN_S + 1;
    let directory = deploy(
        Directory::TEST_CLASS_HASH.into(), array!['admin', token.into(), wait_s.into()],
    );
    let registry = deploy(
        WorkerRegistry::TEST_CLASS_HASH.into(), registry_arguments(directory, token),
    );
    let board = deploy(
        JobBoard::TEST_CLASS_HASH.into(), board_arguments(directory, registry, token),
    );
    let net = Network {
        token: IERC20Dispatcher { contract_address: token },
        directory: IDirectoryDispatcher { contract_address: directory },
        registry: IWorkerRegistryDispatcher { contract_address: registry },
        profiles: IProfilesDispatcher { contract_address: registry },
        seats: ISeatsDispatcher { contract_address: registry },
        board: IJobBoardDispatcher { contract_address: board },
        payouts: IPayoutsDispatcher { contract_address: board },
        court: ICourtDispatcher { contract_address: board },
        challenges: IChallengesDispatcher { contract_address: board },
    };
    net.directory.set_registry(registry);
    net.directory.announce_board(board);
    net
}

/// A network whose one worker, `operator`, belongs to `owner` and is paid to `payout`.
pub fn network() -> Network {
    let net = empty_network();
    be('owner');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('operator'), account('payout'), array![FAMILY], STAKE);
    net
}

/// Five tasks of 100 fri, leases of up to two, an audit pool of 50. Three verifiers at 2 fri look
/// at one of four tiles a task: a lease of two locks 66, one of a single task 36.
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
        window_s: 30,
        expires_in_s: 1_000,
        scheduler: account(0),
        scheduler_grace_s: 0,
        tiles: 4,
        audit_fee_fri: 1,
        audit_tile_fri: 1,
    }
}

/// Terms with a scheduler that loses its precedence after 90 s.
pub fn scheduled() -> JobTerms {
    JobTerms { scheduler: account('scheduler'), scheduler_grace_s: 90, ..terms() }
}

pub fn create(net: Network, terms: JobTerms) -> u64 {
    be('artist');
    let escrow: u128 = terms.reward_fri * terms.tasks.into() + terms.audit_pool_fri;
    net.token.approve(net.board.contract_address, escrow.into());
    net.board.create_job(terms)
}

pub fn claim(net: Network, job_id: u64, slot: u8) -> u64 {
    be('operator');
    net.board.claim_lease(job_id, WORKER, slot)
}

pub fn result() -> LeaseResult {
    LeaseResult { root: 'root', results_hi: 1, results_lo: 2, key_hash: 'key' }
}

pub fn submitted(net: Network, job_id: u64, slot: u8) -> u64 {
    let lease_id = claim(net, job_id, slot);
    net.board.submit(lease_id, result());
    lease_id
}

/// A hash for the block of the draw of what happened now, and the first moment to read it.
pub fn pass_draw_block(hash: felt252) {
    let block = get_block_number();
    set_block_hash(block + 2, hash);
    at(get_block_timestamp() + 12, block + 12);
}

/// What was submitted just now is drawn; without a jury nobody audits it.
pub fn drawn(net: Network, job_id: u64, lease_ids: Span<u64>) {
    pass_draw_block('hash');
    be('anyone');
    net.court.draw(job_id, lease_ids.into());
}

/// Draws leases that were submitted just now and lets the requester accept them.
pub fn accept(net: Network, job_id: u64, lease_ids: Array<u64>) {
    drawn(net, job_id, lease_ids.span());
    be('artist');
    net.board.accept(job_id, lease_ids);
}

/// The worker takes from schedulers what pays 50 fri or more, in two slots.
pub fn offer(net: Network) -> StandingOffer {
    let offer = StandingOffer {
        least_reward_fri: 50,
        largest_package_bytes: 1_000,
        slots: 2,
        until_s: 5_000,
        audit_fee_fri: 7,
        memory_mib: 4_096,
    };
    be('operator');
    net.profiles.set_offer(WORKER, offer);
    offer
}

/// The reasons of the entries that the board refused so far.
pub fn refusals(net: Network) -> Array<felt252> {
    let mut reasons = array![];
    while let Some((keys, data)) = pop_log_raw(net.board.contract_address) {
        if *keys[0] == selector!("EntryRefused") {
            reasons.append(*data[0]);
        }
    }
    reasons
}

pub fn locked(net: Network) -> u128 {
    net.registry.worker(WORKER).stake.locked_fri
}

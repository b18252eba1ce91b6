//! A whole network for the tests.
use starknet::storage::StoragePointerWriteAccess;
use starknet::syscalls::deploy_syscall;
use starknet::testing::set_contract_address;
use starknet::{ContractAddress, SyscallResultTrait};
use crate::audit::audit_library::AuditLibrary;
use crate::audit::challenge_library::ChallengeLibrary;
use crate::board::job_board::JobBoard;
use crate::directory::Directory;
use crate::interfaces::audit::{IAuditsDispatcher, IChallengesDispatcher};
use crate::interfaces::board::{IJobBoardDispatcher, IPayoutsDispatcher};
use crate::interfaces::directory::{IDirectoryDispatcher, IDirectoryDispatcherTrait};
use crate::interfaces::registry::{
    IFamiliesDispatcher, IProfilesDispatcher, IRecordsDispatcher, ISeatsDispatcher,
    IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::{IERC20Dispatcher, IERC20DispatcherTrait};
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::token::TestToken;
use crate::types::registry::Ages;

pub const FAMILY: felt252 = '4.5/cycles/cpu';
pub const STAKE: u128 = 1_200;
/// Ten seats take all the stake.
pub const SEAT_UNIT: u128 = 120;
pub const COOLDOWN_S: u32 = 100_000;
pub const SLOWEST_BLOCK_S: u32 = 10;
/// What a worker may have locked in a family with too few verifiers.
pub const UNJUDGED_CAP: u128 = 5_000;
/// Seats count at once, and so does a family.
pub const NO_AGES: Ages = Ages { seat_epochs: 0, family_epochs: 0 };
/// The one worker's number.
pub const WORKER: u32 = 1;

#[derive(Copy, Drop)]
pub struct Network {
    pub token: IERC20Dispatcher,
    pub directory: IDirectoryDispatcher,
    pub registry: IWorkerRegistryDispatcher,
    pub records: IRecordsDispatcher,
    pub profiles: IProfilesDispatcher,
    pub seats: ISeatsDispatcher,
    pub families: IFamiliesDispatcher,
    pub board: IJobBoardDispatcher,
    pub payouts: IPayoutsDispatcher,
    pub audits: IAuditsDispatcher,
    pub challenges: IChallengesDispatcher,
}

pub fn deploy(class_hash: felt252, arguments: Array<felt252>) -> ContractAddress {
    let class_hash = class_hash.try_into().unwrap();
    let (address, _) = deploy_syscall(class_hash, 0, arguments.span(), false).unwrap_syscall();
    address
}

/// Leases of at most 1,000 s, windows of 500 s, audits of 2,000 s, and a block every 10 s.
pub fn registry_arguments(
    directory: ContractAddress, token: ContractAddress, ages: Ages,
) -> Array<felt252> {
    let limits = array![1_000, 500, 2_000, SLOWEST_BLOCK_S.into()];
    let mut arguments = array![directory.into(), token.into(), COOLDOWN_S.into(), STAKE.into()];
    arguments.append_span(limits.span());
    // fri a seat, blocks an epoch
    arguments.append_span(array![SEAT_UNIT.into(), 10, UNJUDGED_CAP.into()].span());
    ages.serialize(ref arguments);
    arguments
}

pub fn board_arguments(
    directory: ContractAddress, registry: ContractAddress, token: ContractAddress,
) -> Array<felt252> {
    let audits = AuditLibrary::TEST_CLASS_HASH.into();
    let challenges = ChallengeLibrary::TEST_CLASS_HASH.into();
    array![directory.into(), registry.into(), token.into(), audits, challenges]
}

/// A network without workers.
pub fn empty_network() -> Network {
    empty_network_of(NO_AGES)
}

/// The same, where seats and families count from so many epochs on.
pub fn empty_network_of(ages: Ages) -> Network {
    at(1_000, 10);
    be('admin');
    let token = deploy(TestToken::TEST_CLASS_HASH.into(), array![]);
    let wait_s = COOLDOWN_S + 1;
    let directory = deploy(
        Directory::TEST_CLASS_HASH.into(), array!['admin', token.into(), wait_s.into()],
    );
    let registry = deploy(
        WorkerRegistry::TEST_CLASS_HASH.into(), registry_arguments(directory, token, ages),
    );
    let board = deploy(
        JobBoard::TEST_CLASS_HASH.into(), board_arguments(directory, registry, token),
    );
    let net = Network {
        token: IERC20Dispatcher { contract_address: token },
        directory: IDirectoryDispatcher { contract_address: directory },
        registry: IWorkerRegistryDispatcher { contract_address: registry },
        records: IRecordsDispatcher { contract_address: registry },
        profiles: IProfilesDispatcher { contract_address: registry },
        seats: ISeatsDispatcher { contract_address: registry },
        families: IFamiliesDispatcher { contract_address: registry },
        board: IJobBoardDispatcher { contract_address: board },
        payouts: IPayoutsDispatcher { contract_address: board },
        audits: IAuditsDispatcher { contract_address: board },
        challenges: IChallengesDispatcher { contract_address: board },
    };
    net.directory.set_registry(registry);
    net.directory.announce_board(board);
    reckon_with(net, 10 * SEAT_UNIT);
    be('admin');
    net
}

/// The board bounds fees as if a seat were worth so much: stakes of few units would leave no fee
/// for leaves that somebody may name.
pub fn reckon_with(net: Network, unit_fri: u128) {
    set_contract_address(net.board.contract_address);
    let mut state = JobBoard::contract_state_for_testing();
    state.leases.desk_seat_unit_fri.write(unit_fri);
}

/// A network whose one worker, `operator`, belongs to `owner` and is paid to `payout`.
pub fn network() -> Network {
    network_of(NO_AGES)
}

pub fn network_of(ages: Ages) -> Network {
    let net = empty_network_of(ages);
    be('owner');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('operator'), account('payout'), array![FAMILY], STAKE);
    be('operator');
    net.registry.accept_operator(WORKER);
    net
}

pub fn locked(net: Network) -> u128 {
    net.registry.worker(WORKER).stake.locked_fri
}

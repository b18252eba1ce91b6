//! Workers and their stake. The owner commands stake and payout; the operator, whose key lives on
//! the render machine, can do neither.
#[starknet::contract]
pub mod WorkerRegistry {
    use core::num::traits::Zero;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_timestamp, get_caller_address, get_contract_address};
    use crate::interfaces::{
        IDirectoryDispatcher, IDirectoryDispatcherTrait, IERC20Dispatcher, IERC20DispatcherTrait,
        IWorkerRegistry,
    };
    use crate::types::WorkerInfo;

    pub mod Errors {
        pub const ZERO_ADDRESS: felt252 = 'RC: zero address in registry';
        pub const ALREADY_REGISTERED: felt252 = 'RC: operator already registered';
        pub const NOT_WORKER_OWNER: felt252 = 'RC: not the worker owner';
        pub const STAKE_TOO_SMALL: felt252 = 'RC: stake below the minimum';
        pub const STAKE_NOT_FREE: felt252 = 'RC: stake is not free';
        pub const COOLING_DOWN: felt252 = 'RC: stake is cooling down';
        pub const NOTHING_UNSTAKING: felt252 = 'RC: nothing to unstake';
        pub const NOT_ACTIVE_BOARD: felt252 = 'RC: not an active board';
        pub const NOT_LOCKED_HERE: felt252 = 'RC: board did not lock that';
        pub const TRANSFER_FAILED: felt252 = 'RC: stake transfer failed';
    }

    #[storage]
    struct Storage {
        directory: ContractAddress,
        token: ContractAddress,
        cooldown_s: u64,
        minimum_stake_fri: u128,
        workers: Map<ContractAddress, WorkerInfo>,
        families: Map<(ContractAddress, felt252), bool>,
        locked_by: Map<(ContractAddress, ContractAddress), u128>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        WorkerRegistered: WorkerRegistered,
        StakeChanged: StakeChanged,
    }

    #[derive(Drop, starknet::Event)]
    pub struct WorkerRegistered {
        #[key]
        pub operator: ContractAddress,
        #[key]
        pub owner: ContractAddress,
        pub payout: ContractAddress,
        pub families: Array<felt252>,
    }

    #[derive(Drop, starknet::Event)]
    pub struct StakeChanged {
        #[key]
        pub operator: ContractAddress,
        pub stake_fri: u128,
        pub locked_fri: u128,
        pub unstaking_fri: u128,
    }

    #[constructor]
    fn constructor(
        ref self: ContractState,
        directory: ContractAddress,
        token: ContractAddress,
        cooldown_s: u64,
        minimum_stake_fri: u128,
    ) {
        assert(!directory.is_zero() && !token.is_zero(), Errors::ZERO_ADDRESS);
        self.directory.write(directory);
        self.token.write(token);
        self.cooldown_s.write(cooldown_s);
        self.minimum_stake_fri.write(minimum_stake_fri);
    }

    #[abi(embed_v0)]
    impl RegistryImpl of IWorkerRegistry<ContractState> {
        /// Caller: who is to own the worker; it must have approved the stake.
        fn register(
            ref self: ContractState,
            operator: ContractAddress,
            payout: ContractAddress,
            families: Array<felt252>,
            stake_fri: u128,
        ) {
            let owner = get_caller_address();
            assert(!operator.is_zero() && !payout.is_zero(), Errors::ZERO_ADDRESS);
            assert(self.workers.read(operator).owner.is_zero(), Errors::ALREADY_REGISTERED);
            assert(stake_fri >= self.minimum_stake_fri.read(), Errors::STAKE_TOO_SMALL);
            for family in families.span() {
                self.families.write((operator, *family), true);
            }
            let worker = WorkerInfo {
                owner, payout, stake_fri, locked_fri: 0, unstaking_fri: 0, unstake_at_s: 0,
            };
            self.emit(WorkerRegistered { operator, owner, payout, families });
            self.store(operator, worker);
            self.take(owner, stake_fri);
        }

        /// Caller: anyone; the stake is the worker's from then on.
        fn add_stake(ref self: ContractState, operator: ContractAddress, amount_fri: u128) {
            let mut worker = self.workers.read(operator);
            assert(!worker.owner.is_zero(), Errors::NOT_WORKER_OWNER);
            worker.stake_fri += amount_fri;
            self.store(operator, worker);
            self.take(get_caller_address(), amount_fri);
        }

        /// Caller: the worker's owner. Starts the cool-down anew for all that is unstaking.
        fn request_unstake(ref self: ContractState, operator: ContractAddress, amount_fri: u128) {
            let mut worker = self.owned(operator);
            assert(
                worker.stake_fri - worker.locked_fri - worker.unstaking_fri >= amount_fri,
                Errors::STAKE_NOT_FREE,
            );
            worker.unstaking_fri += amount_fri;
            worker.unstake_at_s = get_block_timestamp() + self.cooldown_s.read();
            self.store(operator, worker);
        }

        /// Caller: the worker's owner, after the cool-down.
        fn complete_unstake(ref self: ContractState, operator: ContractAddress) {
            let mut worker = self.owned(operator);
            let amount_fri = worker.unstaking_fri;
            assert(amount_fri != 0, Errors::NOTHING_UNSTAKING);
            assert(get_block_timestamp() >= worker.unstake_at_s, Errors::COOLING_DOWN);
            worker.unstaking_fri = 0;
            worker.stake_fri -= amount_fri;
            self.store(operator, worker);
            let token = IERC20Dispatcher { contract_address: self.token.read() };
            assert(token.transfer(worker.owner, amount_fri.into()), Errors::TRANSFER_FAILED);
        }

        /// Caller: the worker's owner.
        fn set_payout(ref self: ContractState, operator: ContractAddress, payout: ContractAddress) {
            let mut worker = self.owned(operator);
            assert(!payout.is_zero(), Errors::ZERO_ADDRESS);
            worker.payout = payout;
            self.store(operator, worker);
        }

        fn worker(self: @ContractState, operator: ContractAddress) -> WorkerInfo {
            self.workers.read(operator)
        }

        fn supports(self: @ContractState, operator: ContractAddress, family: felt252) -> bool {
            self.families.read((operator, family))
        }

        /// Caller: an active board. Stake that is unstaking can't be locked.
        fn lock(ref self: ContractState, operator: ContractAddress, amount_fri: u128) {
            let board = self.assert_board();
            let mut worker = self.workers.read(operator);
            assert(
                worker.stake_fri - worker.locked_fri - worker.unstaking_fri >= amount_fri,
                Errors::STAKE_NOT_FREE,
            );
            worker.locked_fri += amount_fri;
            let locked = self.locked_by.read((board, operator));
            self.locked_by.write((board, operator), locked + amount_fri);
            self.store(operator, worker);
        }

        /// Caller: an active board, for what it locked itself.
        fn unlock(ref self: ContractState, operator: ContractAddress, amount_fri: u128) {
            let board = self.assert_board();
            let locked = self.locked_by.read((board, operator));
            assert(locked >= amount_fri, Errors::NOT_LOCKED_HERE);
            self.locked_by.write((board, operator), locked - amount_fri);
            let mut worker = self.workers.read(operator);
            worker.locked_fri -= amount_fri;
            self.store(operator, worker);
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn owned(self: @ContractState, operator: ContractAddress) -> WorkerInfo {
            let worker = self.workers.read(operator);
            assert(
                !worker.owner.is_zero() && worker.owner == get_caller_address(),
                Errors::NOT_WORKER_OWNER,
            );
            worker
        }

        fn assert_board(self: @ContractState) -> ContractAddress {
            let directory = IDirectoryDispatcher { contract_address: self.directory.read() };
            let board = get_caller_address();
            assert(directory.is_active_board(board), Errors::NOT_ACTIVE_BOARD);
            board
        }

        fn store(ref self: ContractState, operator: ContractAddress, worker: WorkerInfo) {
            self.workers.write(operator, worker);
            self
                .emit(
                    StakeChanged {
                        operator,
                        stake_fri: worker.stake_fri,
                        locked_fri: worker.locked_fri,
                        unstaking_fri: worker.unstaking_fri,
                    },
                );
        }

        fn take(ref self: ContractState, from: ContractAddress, amount_fri: u128) {
            let token = IERC20Dispatcher { contract_address: self.token.read() };
            let done = token.transfer_from(from, get_contract_address(), amount_fri.into());
            assert(done, Errors::TRANSFER_FAILED);
        }
    }
}

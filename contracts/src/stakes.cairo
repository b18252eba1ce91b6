//! Stake, what boards locked of it, and what is on its way out. It moves no money.
#[starknet::component]
pub mod StakesComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_number, get_block_timestamp};
    use crate::packing::{StakePacking, UnstakingPacking};
    use crate::terms::has_passed;
    use crate::types::{Stake, Unstaking};

    pub mod Errors {
        pub const STAKE_NOT_FREE: felt252 = 'RC: stake is not free';
        pub const NOTHING_ADDED: felt252 = 'RC: amount is zero';
        pub const COOLING_DOWN: felt252 = 'RC: stake is cooling down';
        pub const NOTHING_UNSTAKING: felt252 = 'RC: nothing to unstake';
        pub const NOT_LOCKED_HERE: felt252 = 'RC: board did not lock that';
        pub const REWARD_TOO_HIGH: felt252 = 'RC: over a tenth of a slash';
    }

    /// | stakes, unstakings | 1 a worker | packed | see packing.cairo |
    /// | stake_locks | 1 a board and worker | fri | that the board locked |
    /// | stake_burned_fri | 1 | fri | since the network exists |
    #[storage]
    pub struct Storage {
        pub stakes: Map<u32, Stake>,
        pub unstakings: Map<u32, Unstaking>,
        pub stake_locks: Map<(ContractAddress, u32), u128>,
        pub stake_burned_fri: u128,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        StakeChanged: StakeChanged,
        Slashed: Slashed,
    }

    #[derive(Drop, starknet::Event)]
    pub struct StakeChanged {
        #[key]
        pub worker_id: u32,
        pub stake_fri: u128,
        pub locked_fri: u128,
        pub unstaking_fri: u128,
    }

    #[derive(Drop, starknet::Event)]
    pub struct Slashed {
        #[key]
        pub worker_id: u32,
        #[key]
        pub board: ContractAddress,
        pub amount_fri: u128,
        pub reward_fri: u128,
    }

    /// A worker's two cells in hand.
    #[derive(Copy, Drop)]
    pub struct Account {
        pub stake: Stake,
        pub unstaking_fri: u128,
    }

    #[generate_trait]
    pub impl AccountImpl of AccountTrait {
        /// What is neither locked nor on its way out.
        fn free_fri(self: @Account) -> u128 {
            *self.stake.stake_fri - *self.stake.locked_fri - *self.unstaking_fri
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        /// Stake that is not on its way out.
        fn staying_fri(self: @ComponentState<TContractState>, worker_id: u32) -> u128 {
            self.stakes.read(worker_id).stake_fri - self.unstakings.read(worker_id).unstaking_fri
        }

        fn account_of(self: @ComponentState<TContractState>, worker_id: u32) -> Account {
            let unstaking_fri = self.unstakings.read(worker_id).unstaking_fri;
            Account { stake: self.stakes.read(worker_id), unstaking_fri }
        }

        fn locked_by(
            self: @ComponentState<TContractState>, board: ContractAddress, worker_id: u32,
        ) -> u128 {
            let kept = self.stake_locks.read((board, worker_id));
            if kept == 0 {
                0
            } else {
                kept - 1
            }
        }

        fn add(ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128) {
            assert(amount_fri != 0, Errors::NOTHING_ADDED);
            let stake = self.stakes.read(worker_id);
            self.store(worker_id, Stake { stake_fri: stake.stake_fri + amount_fri, ..stake });
        }

        fn start_unstaking(
            ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128,
        ) {
            assert(amount_fri != 0, Errors::NOTHING_UNSTAKING);
            let account = self.account_of(worker_id);
            assert(account.free_fri() >= amount_fri, Errors::STAKE_NOT_FREE);
            let unstaking_fri = account.unstaking_fri + amount_fri;
            let (since_s, since_block) = (get_block_timestamp(), get_block_number());
            self.unstakings.write(worker_id, Unstaking { unstaking_fri, since_s, since_block });
            self.store(worker_id, self.stakes.read(worker_id));
        }

        /// Ends the unstaking; returns how much it was.
        fn clear_unstaking(ref self: ComponentState<TContractState>, worker_id: u32) -> u128 {
            let unstaking = self.unstakings.read(worker_id);
            assert(unstaking.unstaking_fri != 0, Errors::NOTHING_UNSTAKING);
            self.unstakings.write(worker_id, Unstaking { unstaking_fri: 0, ..unstaking });
            unstaking.unstaking_fri
        }

        fn keep_unstaking(ref self: ComponentState<TContractState>, worker_id: u32) {
            self.clear_unstaking(worker_id);
            self.store(worker_id, self.stakes.read(worker_id));
        }

        /// Takes out what has cooled down; returns how much.
        fn finish_unstaking(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            cooldown_s: u32,
            slowest_block_s: u32,
        ) -> u128 {
            let Unstaking { since_s, since_block, .. } = self.unstakings.read(worker_id);
            let amount_fri = self.clear_unstaking(worker_id);
            let cooled = has_passed(since_s, since_block, cooldown_s, slowest_block_s);
            assert(cooled, Errors::COOLING_DOWN);
            let stake = self.stakes.read(worker_id);
            self.store(worker_id, Stake { stake_fri: stake.stake_fri - amount_fri, ..stake });
            amount_fri
        }

        /// The caller made sure that so much is free.
        fn lock_for(
            ref self: ComponentState<TContractState>,
            board: ContractAddress,
            worker_id: u32,
            account: Account,
            amount_fri: u128,
        ) {
            let locked_fri = self.locked_by(board, worker_id) + amount_fri;
            self.stake_locks.write((board, worker_id), locked_fri + 1);
            let Account { stake, unstaking_fri } = account;
            let stake = Stake { locked_fri: stake.locked_fri + amount_fri, ..stake };
            self.write(worker_id, stake, unstaking_fri);
        }

        /// Takes off what that board locked; `lost_fri` of it is no longer the worker's.
        fn release(
            ref self: ComponentState<TContractState>,
            board: ContractAddress,
            worker_id: u32,
            amount_fri: u128,
            lost_fri: u128,
        ) {
            let locked_fri = self.locked_by(board, worker_id);
            assert(locked_fri >= amount_fri, Errors::NOT_LOCKED_HERE);
            self.stake_locks.write((board, worker_id), locked_fri - amount_fri + 1);
            let Stake { stake_fri, locked_fri } = self.stakes.read(worker_id);
            let stake = Stake {
                stake_fri: stake_fri - lost_fri, locked_fri: locked_fri - amount_fri,
            };
            self.store(worker_id, stake);
        }

        /// At most a tenth is a reward for those who were right, the rest is burned.
        fn burn(
            ref self: ComponentState<TContractState>,
            board: ContractAddress,
            worker_id: u32,
            amount_fri: u128,
            reward_fri: u128,
        ) {
            assert(reward_fri <= amount_fri / 10, Errors::REWARD_TOO_HIGH);
            self.release(board, worker_id, amount_fri, amount_fri);
            let burned_fri = self.stake_burned_fri.read();
            self.stake_burned_fri.write(burned_fri + amount_fri - reward_fri);
            self.emit(Slashed { worker_id, board, amount_fri, reward_fri });
        }

        fn store(ref self: ComponentState<TContractState>, worker_id: u32, stake: Stake) {
            self.write(worker_id, stake, self.unstakings.read(worker_id).unstaking_fri);
        }

        fn write(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            stake: Stake,
            unstaking_fri: u128,
        ) {
            self.stakes.write(worker_id, stake);
            let Stake { stake_fri, locked_fri } = stake;
            self.emit(StakeChanged { worker_id, stake_fri, locked_fri, unstaking_fri });
        }
    }
}

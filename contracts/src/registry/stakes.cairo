//! Stake, what boards locked of it, and what is on its way out. It moves no money.
#[starknet::component]
pub mod StakesComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePathEntry,
        StoragePointerReadAccess, StoragePointerWriteAccess,
    };
    use crate::events::registry::{LocksChanged, Slashed, StakeChanged};
    use crate::packing::registry::{PledgePacking, UnstakingPacking};
    use crate::rules::terms::{has_passed, now};
    use crate::types::registry::{Board, Pledge, Stake, Unstaking, WorkerLock};

    pub mod Errors {
        pub const STAKE_NOT_FREE: felt252 = 'RC: stake is not free';
        pub const NOTHING_ADDED: felt252 = 'RC: amount is zero';
        pub const COOLING_DOWN: felt252 = 'RC: stake is cooling down';
        pub const NOTHING_UNSTAKING: felt252 = 'RC: nothing to unstake';
        pub const NOT_LOCKED_HERE: felt252 = 'RC: board did not lock that';
        pub const REWARD_TOO_HIGH: felt252 = 'RC: reward over the slash';
    }

    /// | stakes, unstakings | 1 a worker | packed | see packing/registry.cairo |
    /// | stake_locks | 1 a board and worker | fri | that the board locked, where several did |
    /// | stake_burned_fri | 1 | fri | since the network exists |
    #[storage]
    pub struct Storage {
        stakes: Map<u32, Pledge>,
        unstakings: Map<u32, Unstaking>,
        stake_locks: Map<(u32, u32), u128>,
        pub stake_burned_fri: u128,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        StakeChanged: StakeChanged,
        LocksChanged: LocksChanged,
        Slashed: Slashed,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        /// Without what is on its way out.
        fn stake_of(self: @ComponentState<TContractState>, worker_id: u32) -> Pledge {
            self.stakes.read(worker_id)
        }

        /// All of a worker's stake, with what is on its way out.
        fn whole_of(self: @ComponentState<TContractState>, worker_id: u32) -> (Stake, Unstaking) {
            let unstaking = self.unstakings.read(worker_id);
            let Pledge { stake_fri, locked_fri, .. } = self.stakes.read(worker_id);
            (Stake { stake_fri: stake_fri + unstaking.unstaking_fri, locked_fri }, unstaking)
        }

        fn locked_by(self: @ComponentState<TContractState>, board: u32, worker_id: u32) -> u128 {
            let stake = self.stakes.read(worker_id);
            if stake.board == board {
                stake.locked_fri
            } else {
                self.kept_for(board, worker_id)
            }
        }

        fn kept_for(self: @ComponentState<TContractState>, board: u32, worker_id: u32) -> u128 {
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
            self.store(worker_id, Pledge { stake_fri: stake.stake_fri + amount_fri, ..stake });
        }

        fn start_unstaking(
            ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128,
        ) {
            assert(amount_fri != 0, Errors::NOTHING_UNSTAKING);
            let unstaking_fri = self.unstakings.read(worker_id).unstaking_fri + amount_fri;
            let (since_s, since_block) = now();
            self.unstakings.write(worker_id, Unstaking { unstaking_fri, since_s, since_block });
            self.take_free(worker_id, amount_fri);
        }

        /// Takes free stake elsewhere.
        fn take_free(ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128) {
            let stake = self.stakes.read(worker_id);
            assert(stake.stake_fri - stake.locked_fri >= amount_fri, Errors::STAKE_NOT_FREE);
            self.store(worker_id, Pledge { stake_fri: stake.stake_fri - amount_fri, ..stake });
        }

        /// All that is unstaking stays after all; returns how much it was.
        fn keep_unstaking(ref self: ComponentState<TContractState>, worker_id: u32) -> u128 {
            let unstaking = self.unstakings.read(worker_id);
            let kept_fri = unstaking.unstaking_fri;
            if kept_fri != 0 {
                self.unstakings.write(worker_id, Unstaking { unstaking_fri: 0, ..unstaking });
                let stake = self.stakes.read(worker_id);
                self.store(worker_id, Pledge { stake_fri: stake.stake_fri + kept_fri, ..stake });
            }
            kept_fri
        }

        /// Takes out what is unstaking, if that has cooled down; returns how much.
        fn finish_unstaking(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            cooldown_s: u32,
            slowest_block_s: u32,
        ) -> u128 {
            let unstaking = self.unstakings.read(worker_id);
            let Unstaking { unstaking_fri, since_s, since_block } = unstaking;
            let cooled = has_passed(since_s, since_block, cooldown_s, slowest_block_s);
            if unstaking_fri == 0 || !cooled {
                return 0;
            }
            self.unstakings.write(worker_id, Unstaking { unstaking_fri: 0, ..unstaking });
            self.announce(worker_id);
            unstaking_fri
        }

        /// The caller made sure that so much is free; returns what is locked then.
        fn lock_for(
            ref self: ComponentState<TContractState>,
            board: Board,
            worker_id: u32,
            stake: Pledge,
            amount_fri: u128,
        ) -> WorkerLock {
            let mut sole = stake.board;
            if stake.locked_fri == 0 {
                sole = board.number;
            } else if sole != board.number {
                if sole != 0 {
                    self.stake_locks.write((sole, worker_id), stake.locked_fri + 1);
                    sole = 0;
                }
                let kept_fri = self.kept_for(board.number, worker_id);
                self.stake_locks.write((board.number, worker_id), kept_fri + amount_fri + 1);
            }
            let locked_fri = stake.locked_fri + amount_fri;
            self.stakes.write(worker_id, Pledge { locked_fri, board: sole, ..stake });
            WorkerLock { worker_id, amount_fri: locked_fri }
        }

        /// Takes off what that board locked; `lost_fri` of it is no longer the worker's.
        fn release(
            ref self: ComponentState<TContractState>,
            board: Board,
            worker_id: u32,
            amount_fri: u128,
            lost_fri: u128,
        ) -> WorkerLock {
            let cell = self.stakes.entry(worker_id);
            let stake = cell.read();
            if stake.board == board.number {
                assert(stake.locked_fri >= amount_fri, Errors::NOT_LOCKED_HERE);
            } else {
                let kept = self.stake_locks.entry((board.number, worker_id));
                let kept_fri = kept.read();
                assert(kept_fri > amount_fri, Errors::NOT_LOCKED_HERE);
                kept.write(kept_fri - amount_fri);
            }
            let locked_fri = stake.locked_fri - amount_fri;
            let stake_fri = stake.stake_fri - lost_fri;
            cell.write(Pledge { stake_fri, locked_fri, ..stake });
            WorkerLock { worker_id, amount_fri: locked_fri }
        }

        /// The reward is the board's, the rest is burned.
        fn burn(
            ref self: ComponentState<TContractState>,
            board: Board,
            worker_id: u32,
            amount_fri: u128,
            reward_fri: u128,
        ) {
            assert(reward_fri <= amount_fri, Errors::REWARD_TOO_HIGH);
            self.release(board, worker_id, amount_fri, amount_fri);
            let burned_fri = self.stake_burned_fri.read();
            self.stake_burned_fri.write(burned_fri + amount_fri - reward_fri);
            self.announce(worker_id);
            self.emit(Slashed { worker_id, board: board.address, amount_fri, reward_fri });
        }

        fn announce_locks(
            ref self: ComponentState<TContractState>, board: Board, locks: Array<WorkerLock>,
        ) {
            self.emit(LocksChanged { board: board.address, locks });
        }

        fn store(ref self: ComponentState<TContractState>, worker_id: u32, stake: Pledge) {
            self.stakes.write(worker_id, stake);
            self.announce(worker_id);
        }

        fn announce(ref self: ComponentState<TContractState>, worker_id: u32) {
            let (stake, Unstaking { unstaking_fri, .. }) = self.whole_of(worker_id);
            let Stake { stake_fri, locked_fri } = stake;
            self.emit(StakeChanged { worker_id, stake_fri, locked_fri, unstaking_fri });
        }
    }
}

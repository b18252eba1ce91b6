//! Seat stake: a purse of its own, which as a whole answers for every vote that its holder owes.
//! What is on its way out still answers, until it has cooled down. It moves no money.
#[starknet::component]
pub mod PursesComponent {
    use core::cmp::min;
    use starknet::get_block_number;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use crate::events::registry::{Forfeited, SeatStakeChanged};
    use crate::packing::registry::{PursePacking, UnstakingPacking};
    use crate::rules::terms::{has_passed, now};
    use crate::types::registry::{Board, Purse, Unstaking};

    /// A purse covers no more units than fit their field.
    const MOST_UNITS: u128 = 0xffffff;

    pub mod Errors {
        pub const ZERO_UNIT: felt252 = 'RC: seat unit is zero';
        pub const STAKE_TOO_SMALL: felt252 = 'RC: stake below its seats';
        pub const NOTHING_MOVED: felt252 = 'RC: no seat stake to move';
    }

    /// | purse_unit_fri | 1 | fri | of stake for a seat, set once |
    /// | purse_epoch_blocks | 1 | blocks | of an epoch, set once |
    /// | purses, purse_unstakings | 1 a worker | packed | see packing/registry.cairo |
    #[storage]
    pub struct Storage {
        purse_unit_fri: u128,
        purse_epoch_blocks: u64,
        purses: Map<u32, Purse>,
        purse_unstakings: Map<u32, Unstaking>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        SeatStakeChanged: SeatStakeChanged,
        Forfeited: Forfeited,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, unit_fri: u128, epoch_blocks: u64) {
            assert(unit_fri != 0 && epoch_blocks != 0, Errors::ZERO_UNIT);
            self.purse_unit_fri.write(unit_fri);
            self.purse_epoch_blocks.write(epoch_blocks);
        }

        fn unit_fri(self: @ComponentState<TContractState>) -> u128 {
            self.purse_unit_fri.read()
        }

        fn this_epoch(self: @ComponentState<TContractState>) -> u32 {
            (get_block_number() / self.purse_epoch_blocks.read()).try_into().unwrap()
        }

        /// The epoch before the one that a block is in, None for the first.
        fn epoch_before(self: @ComponentState<TContractState>, block: u64) -> Option<u32> {
            let epoch: u32 = (block / self.purse_epoch_blocks.read()).try_into().unwrap();
            if epoch == 0 {
                None
            } else {
                Some(epoch - 1)
            }
        }

        /// All of a worker's seat stake, with what is on its way out.
        fn whole_purse_of(
            self: @ComponentState<TContractState>, worker_id: u32,
        ) -> (u128, Unstaking) {
            let unstaking = self.purse_unstakings.read(worker_id);
            (self.purses.read(worker_id).stake_fri + unstaking.unstaking_fri, unstaking)
        }

        /// How many units the purse covered in that epoch; 0 where that is not known any more.
        fn covered_in(self: @ComponentState<TContractState>, worker_id: u32, epoch: u32) -> u32 {
            let purse = self.purses.read(worker_id);
            if purse.from_epoch <= epoch {
                purse.units
            } else if purse.old_from_epoch <= epoch {
                purse.old_units
            } else {
                0
            }
        }

        /// How many of its seats, in all families, the purse no longer covers.
        fn uncovered(self: @ComponentState<TContractState>, worker_id: u32) -> u32 {
            let purse = self.purses.read(worker_id);
            if purse.seats > purse.units {
                purse.seats - purse.units
            } else {
                0
            }
        }

        fn put_in(ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128) {
            assert(amount_fri != 0, Errors::NOTHING_MOVED);
            let purse = self.purses.read(worker_id);
            self.fill(worker_id, purse, purse.stake_fri + amount_fri);
        }

        /// Seats of one family become more or fewer; more only as far as the purse covers them all.
        fn change_seats(
            ref self: ComponentState<TContractState>, worker_id: u32, before: u32, units: u32,
        ) {
            let purse = self.purses.read(worker_id);
            let others: u64 = (purse.seats - before).into();
            let seats = others + units.into();
            assert(units < before || seats <= purse.units.into(), Errors::STAKE_TOO_SMALL);
            let seats = seats.try_into().unwrap();
            self.purses.write(worker_id, Purse { seats, ..purse });
        }

        /// What leaves must not be needed by seats.
        fn start_leaving(
            ref self: ComponentState<TContractState>, worker_id: u32, amount_fri: u128,
        ) {
            assert(amount_fri != 0, Errors::NOTHING_MOVED);
            let purse = self.purses.read(worker_id);
            let needed_fri = self.purse_unit_fri.read() * purse.seats.into();
            assert(needed_fri + amount_fri <= purse.stake_fri, Errors::STAKE_TOO_SMALL);
            let unstaking_fri = self.purse_unstakings.read(worker_id).unstaking_fri + amount_fri;
            let (since_s, since_block) = now();
            let unstaking = Unstaking { unstaking_fri, since_s, since_block };
            self.purse_unstakings.write(worker_id, unstaking);
            self.fill(worker_id, purse, purse.stake_fri - amount_fri);
        }

        /// All that is on its way out stays after all; returns how much it was.
        fn keep_leaving(ref self: ComponentState<TContractState>, worker_id: u32) -> u128 {
            let unstaking = self.purse_unstakings.read(worker_id);
            let kept_fri = unstaking.unstaking_fri;
            if kept_fri != 0 {
                self.purse_unstakings.write(worker_id, Unstaking { unstaking_fri: 0, ..unstaking });
                let purse = self.purses.read(worker_id);
                self.fill(worker_id, purse, purse.stake_fri + kept_fri);
            }
            kept_fri
        }

        /// Takes out what is on its way, if that has cooled down; returns how much.
        fn finish_leaving(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            cooldown_s: u32,
            slowest_block_s: u32,
        ) -> u128 {
            let unstaking = self.purse_unstakings.read(worker_id);
            let Unstaking { unstaking_fri, since_s, since_block } = unstaking;
            let cooled = has_passed(since_s, since_block, cooldown_s, slowest_block_s);
            if unstaking_fri == 0 || !cooled {
                return 0;
            }
            self.purse_unstakings.write(worker_id, Unstaking { unstaking_fri: 0, ..unstaking });
            self.announce_purse(worker_id);
            unstaking_fri
        }

        /// Takes so much for a fault, as far as it is there, at last from what is on its way out;
        /// returns how much.
        fn take_out(
            ref self: ComponentState<TContractState>,
            board: Board,
            worker_id: u32,
            amount_fri: u128,
        ) -> u128 {
            let purse = self.purses.read(worker_id);
            let first_fri = min(amount_fri, purse.stake_fri);
            let unstaking = self.purse_unstakings.read(worker_id);
            let last_fri = min(amount_fri - first_fri, unstaking.unstaking_fri);
            if last_fri != 0 {
                let unstaking_fri = unstaking.unstaking_fri - last_fri;
                self.purse_unstakings.write(worker_id, Unstaking { unstaking_fri, ..unstaking });
            }
            let taken_fri = first_fri + last_fri;
            if taken_fri != 0 {
                self.fill(worker_id, purse, purse.stake_fri - first_fri);
                self.emit(Forfeited { worker_id, board: board.address, amount_fri, taken_fri });
            }
            taken_fri
        }

        /// Writes the purse; the units that it covers then count from the next epoch.
        fn fill(
            ref self: ComponentState<TContractState>, worker_id: u32, purse: Purse, stake_fri: u128,
        ) {
            let covered = min(stake_fri / self.purse_unit_fri.read(), MOST_UNITS);
            let units = covered.try_into().unwrap();
            let next = self.this_epoch() + 1;
            let Purse { mut old_units, mut old_from_epoch, mut from_epoch, .. } = purse;
            if units != purse.units && from_epoch != next {
                old_units = purse.units;
                old_from_epoch = from_epoch;
                from_epoch = next;
            }
            let filled = Purse { stake_fri, units, from_epoch, old_units, old_from_epoch, ..purse };
            self.purses.write(worker_id, filled);
            self.announce_purse(worker_id);
        }

        fn announce_purse(ref self: ComponentState<TContractState>, worker_id: u32) {
            let (stake_fri, Unstaking { unstaking_fri, .. }) = self.whole_purse_of(worker_id);
            self.emit(SeatStakeChanged { worker_id, stake_fri, unstaking_fri });
        }
    }
}

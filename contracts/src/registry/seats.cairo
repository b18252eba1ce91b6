//! Seats, from which committees are drawn: per family an append-only list of entries, each some
//! units of one worker's stake, so that a draw over a past epoch finds what was there then.
//!
//! A worker's units are a sum of powers of two, each of them an entry. Entries that were given up
//! are used again by whoever needs that size next. So seats that come and go leave few dead units
//! behind, and nobody can thin out the draw by changing them: no more than about six times the
//! units that change.
#[starknet::component]
pub mod SeatsComponent {
    use starknet::get_block_number;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use crate::events::registry::SeatsChanged;
    use crate::interfaces::registry::ISeats;
    use crate::packing::registry::{SeatEntryPacking, SeatHoldingPacking};
    use crate::registry::roles::Roles;
    use crate::types::registry::{SeatEntry, SeatHolding};

    /// Epochs that an entry lies idle before it is used again: draws over the epochs in which it
    /// still counted have been made by then.
    const REST_EPOCHS: u32 = 2;

    pub mod Errors {
        pub const STAKE_TOO_SMALL: felt252 = 'RC: stake below its seats';
        pub const COVERED: felt252 = 'RC: seats are covered';
        pub const NO_SEATS: felt252 = 'RC: no seats to change';
        pub const NO_SUCH_UNIT: felt252 = 'RC: no such seat';
        pub const ZERO_UNIT: felt252 = 'RC: seat unit is zero';
        pub const TOO_SOON: felt252 = 'RC: seats changed this epoch';
    }

    /// | seat_unit_fri | 1 | fri | of stake for a seat, set once |
    /// | seat_epoch_blocks | 1 | blocks | of an epoch, set once |
    /// | seat_entries | 1 a family and entry | packed | in the order of their first use |
    /// | seat_counts | 1 a family | count | of entries |
    /// | seat_holdings | 1 a worker and family | packed | its units |
    /// | seat_places | 1 a worker, family and size | index + 1 | of its entry |
    /// | seat_left | 1 a family, size and number | index | of an entry that was given up |
    /// | seat_left_counts | 1 a family and size | count | of entries that were given up |
    /// | seat_retaken_counts | 1 a family and size | count | of these that are in use again, the
    /// oldest first |
    #[storage]
    pub struct Storage {
        seat_unit_fri: u128,
        seat_epoch_blocks: u64,
        seat_entries: Map<(felt252, u32), SeatEntry>,
        seat_counts: Map<felt252, u32>,
        pub seat_holdings: Map<(u32, felt252), SeatHolding>,
        seat_places: Map<(u32, felt252, u32), u32>,
        seat_left: Map<(felt252, u32, u32), u32>,
        seat_left_counts: Map<(felt252, u32), u32>,
        seat_retaken_counts: Map<(felt252, u32), u32>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        SeatsChanged: SeatsChanged,
    }

    #[embeddable_as(SeatsImpl)]
    impl Seats<
        TContractState, +HasComponent<TContractState>, +Roles<TContractState>,
    > of ISeats<ComponentState<TContractState>> {
        /// Caller: the worker's owner, once an epoch. Counts from the next one on; 0 gives all up.
        fn set_seats(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, units: u32,
        ) {
            self.get_contract().assert_owner_of(worker_id);
            let holding = self.seat_holdings.read((worker_id, family));
            assert(units != holding.units, Errors::NO_SEATS);
            assert(self.epoch() >= holding.next_epoch, Errors::TOO_SOON);
            let needed_fri = self.seat_unit_fri.read() * units.into();
            let staying_fri = self.get_contract().staying_fri(worker_id);
            assert(needed_fri <= staying_fri, Errors::STAKE_TOO_SMALL);
            self.change(worker_id, family, holding.units, units);
        }

        /// Caller: anyone, once the worker's stake no longer covers its seats.
        fn drop_seats(ref self: ComponentState<TContractState>, worker_id: u32, family: felt252) {
            let units = self.seats_of(worker_id, family);
            assert(units != 0, Errors::NO_SEATS);
            let needed_fri = self.seat_unit_fri.read() * units.into();
            let staying_fri = self.get_contract().staying_fri(worker_id);
            assert(needed_fri > staying_fri, Errors::COVERED);
            self.change(worker_id, family, units, 0);
        }

        fn seats_of(self: @ComponentState<TContractState>, worker_id: u32, family: felt252) -> u32 {
            self.seat_holdings.read((worker_id, family)).units
        }

        fn seat_count(self: @ComponentState<TContractState>, family: felt252) -> u32 {
            self.seat_counts.read(family)
        }

        fn seat_at(
            self: @ComponentState<TContractState>, family: felt252, index: u32,
        ) -> SeatEntry {
            self.seat_entries.read((family, index))
        }

        /// Units in all entries made before the epoch, also in those given up since.
        fn seat_units(self: @ComponentState<TContractState>, family: felt252, epoch: u32) -> u64 {
            self.units_until(family, epoch)
        }

        /// Whose unit (0 to seat_units - 1) it is in the epoch; 0 if it was given up before.
        fn seat_holder(
            self: @ComponentState<TContractState>, family: felt252, epoch: u32, unit: u64,
        ) -> u32 {
            assert(unit < self.seat_units(family, epoch), Errors::NO_SUCH_UNIT);
            self.holder_at(family, epoch, unit)
        }

        fn epoch(self: @ComponentState<TContractState>) -> u32 {
            (get_block_number() / self.seat_epoch_blocks.read()).try_into().unwrap()
        }

        fn seat_unit_fri(self: @ComponentState<TContractState>) -> u128 {
            self.seat_unit_fri.read()
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>, +Roles<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, unit_fri: u128, epoch_blocks: u64) {
            assert(unit_fri != 0 && epoch_blocks != 0, Errors::ZERO_UNIT);
            self.seat_unit_fri.write(unit_fri);
            self.seat_epoch_blocks.write(epoch_blocks);
        }

        /// The epoch before the one that a block is in, None for the first.
        fn epoch_before(self: @ComponentState<TContractState>, block: u64) -> Option<u32> {
            let epoch: u32 = (block / self.seat_epoch_blocks.read()).try_into().unwrap();
            if epoch == 0 {
                None
            } else {
                Some(epoch - 1)
            }
        }

        fn entry_count(self: @ComponentState<TContractState>, family: felt252) -> u32 {
            self.seat_counts.read(family)
        }

        /// Whose the entry is; 0 if it was given up.
        fn entry_holder(self: @ComponentState<TContractState>, family: felt252, index: u32) -> u32 {
            let entry = self.seat_entries.read((family, index));
            if entry.until_epoch == 0 {
                entry.worker_id
            } else {
                0
            }
        }

        /// Whether the worker has had all its seats in the family for a whole epoch, so that every
        /// later draw finds them.
        fn has_counted(
            self: @ComponentState<TContractState>, worker_id: u32, family: felt252,
        ) -> bool {
            let SeatHolding { units, next_epoch } = self.seat_holdings.read((worker_id, family));
            units != 0 && next_epoch < self.epoch()
        }

        fn units_until(self: @ComponentState<TContractState>, family: felt252, epoch: u32) -> u64 {
            let count = self.entries_until(family, epoch);
            if count == 0 {
                0
            } else {
                let last = self.seat_entries.read((family, count - 1));
                last.before + last.units.into()
            }
        }

        /// As seat_holder, for a unit that exists.
        fn holder_at(
            self: @ComponentState<TContractState>, family: felt252, epoch: u32, unit: u64,
        ) -> u32 {
            let mut low = 0;
            let mut high = self.entries_until(family, epoch);
            while high - low > 1 {
                let middle = (low + high) / 2;
                if self.seat_entries.read((family, middle)).before <= unit {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let entry = self.seat_entries.read((family, low));
            let is_over = entry.until_epoch != 0 && entry.until_epoch <= epoch;
            if is_over || entry.from_epoch > epoch {
                0
            } else {
                entry.worker_id
            }
        }

        /// How many entries there are in that epoch: their first epochs never fall.
        fn entries_until(
            self: @ComponentState<TContractState>, family: felt252, epoch: u32,
        ) -> u32 {
            let mut low = 0;
            let mut high = self.seat_counts.read(family);
            while low < high {
                let middle = (low + high) / 2;
                if self.seat_entries.read((family, middle)).first_epoch <= epoch {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        }

        /// Takes and gives up the entries in which the two numbers differ, bit by bit.
        fn change(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            before: u32,
            units: u32,
        ) {
            let (mut had, mut wanted, mut size) = (before, units, 1);
            while had != wanted {
                if had % 2 < wanted % 2 {
                    self.take(worker_id, family, size);
                } else if had % 2 > wanted % 2 {
                    self.give_up(worker_id, family, size);
                }
                had /= 2;
                wanted /= 2;
                size *= 2;
            }
            let from_epoch = self.epoch() + 1;
            let holding = SeatHolding { units, next_epoch: from_epoch };
            self.seat_holdings.write((worker_id, family), holding);
            self.emit(SeatsChanged { worker_id, family, units, from_epoch });
        }

        fn give_up(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, size: u32,
        ) {
            let index = self.seat_places.read((worker_id, family, size)) - 1;
            let entry = self.seat_entries.read((family, index));
            let until_epoch = self.epoch() + 1;
            self.seat_entries.write((family, index), SeatEntry { until_epoch, ..entry });
            let left = self.seat_left_counts.read((family, size));
            self.seat_left.write((family, size, left), index);
            self.seat_left_counts.write((family, size), left + 1);
        }

        fn take(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, size: u32,
        ) {
            let from_epoch = self.epoch() + 1;
            let (index, known) = match self.rested(family, size) {
                Some(index) => (index, self.seat_entries.read((family, index))),
                None => self.append(family, size, from_epoch),
            };
            let entry = SeatEntry { worker_id, from_epoch, until_epoch: 0, ..known };
            self.seat_entries.write((family, index), entry);
            self.seat_places.write((worker_id, family, size), index + 1);
        }

        /// The entry that was given up first, if that is long enough ago; it is in use again.
        fn rested(
            ref self: ComponentState<TContractState>, family: felt252, size: u32,
        ) -> Option<u32> {
            let retaken = self.seat_retaken_counts.read((family, size));
            if retaken == self.seat_left_counts.read((family, size)) {
                return None;
            }
            let index = self.seat_left.read((family, size, retaken));
            let until_epoch = self.seat_entries.read((family, index)).until_epoch;
            if self.epoch() < until_epoch + REST_EPOCHS {
                return None;
            }
            self.seat_retaken_counts.write((family, size), retaken + 1);
            Some(index)
        }

        fn append(
            ref self: ComponentState<TContractState>, family: felt252, units: u32, first_epoch: u32,
        ) -> (u32, SeatEntry) {
            let index = self.seat_counts.read(family);
            let before = if index == 0 {
                0
            } else {
                let last = self.seat_entries.read((family, index - 1));
                last.before + last.units.into()
            };
            self.seat_counts.write(family, index + 1);
            let (worker_id, from_epoch, until_epoch) = (0, first_epoch, 0);
            let entry = SeatEntry {
                worker_id, units, before, first_epoch, from_epoch, until_epoch,
            };
            (index, entry)
        }
    }
}

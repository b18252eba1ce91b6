//! The append-only list of a family's seat entries, each some units of one worker's stake, so that
//! a draw over a past epoch finds what was there then.
//!
//! A worker's units are a sum of powers of two, each of them an entry. Entries that were given up
//! are used again by whoever needs that size next. So seats that come and go leave few dead units
//! behind, and nobody can thin out the draw by changing them: no more than about six times the
//! units that change.
#[starknet::component]
pub mod SeatEntriesComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use crate::packing::registry::{AgesPacking, SeatEntryPacking};
    use crate::types::registry::{Ages, SeatEntry};

    /// Epochs that an entry lies idle before it is used again: draws over the epochs in which it
    /// still counted have been made by then.
    const REST_EPOCHS: u32 = 2;

    pub mod Errors {
        pub const SEATS_OUTLIVE_FAMILY: felt252 = 'RC: seats older than a family';
    }

    /// | seat_ages | 1 | packed | from which on seats and families count, set once |
    /// | seat_entries | 1 a family and entry | packed | in the order of their first use |
    /// | seat_counts | 1 a family | count | of entries |
    /// | seat_places | 1 a worker, family and size | index + 1 | of its entry |
    /// | seat_left | 1 a family, size and number | index | of an entry that was given up |
    /// | seat_left_counts | 1 a family and size | count | of entries that were given up |
    /// | seat_retaken_counts | 1 a family and size | count | of these that are in use again, the
    /// oldest first |
    #[storage]
    pub struct Storage {
        seat_ages: Ages,
        pub seat_entries: Map<(felt252, u32), SeatEntry>,
        pub seat_counts: Map<felt252, u32>,
        seat_places: Map<(u32, felt252, u32), u32>,
        seat_left: Map<(felt252, u32, u32), u32>,
        seat_left_counts: Map<(felt252, u32), u32>,
        seat_retaken_counts: Map<(felt252, u32), u32>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, ages: Ages) {
            assert(ages.seat_epochs <= ages.family_epochs, Errors::SEATS_OUTLIVE_FAMILY);
            self.seat_ages.write(ages);
        }

        fn ages(self: @ComponentState<TContractState>) -> Ages {
            self.seat_ages.read()
        }

        fn count_of(self: @ComponentState<TContractState>, family: felt252) -> u32 {
            self.seat_counts.read(family)
        }

        fn entry_at(
            self: @ComponentState<TContractState>, family: felt252, index: u32,
        ) -> SeatEntry {
            self.seat_entries.read((family, index))
        }

        /// Units in all entries made before the epoch, also in those given up since.
        fn units_until(self: @ComponentState<TContractState>, family: felt252, epoch: u32) -> u64 {
            self.units_of(family, self.entries_until(family, epoch))
        }

        /// Units in the first entries.
        fn units_of(self: @ComponentState<TContractState>, family: felt252, count: u32) -> u64 {
            if count == 0 {
                0
            } else {
                let last = self.seat_entries.read((family, count - 1));
                last.before + last.units.into()
            }
        }

        /// Whose unit it is in the epoch, of those in the first entries; 0 if it was given up
        /// before, or taken after the mature epoch; and which of its entry.
        fn holder_at(
            self: @ComponentState<TContractState>,
            family: felt252,
            count: u32,
            epochs: (u32, u32),
            unit: u64,
        ) -> (u32, u64) {
            let ((epoch, mature), mut low, mut high) = (epochs, 0, count);
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
            if is_over || entry.from_epoch > mature {
                (0, 0)
            } else {
                (entry.worker_id, unit - entry.before)
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
        fn change_entries(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            before: u32,
            units: u32,
            epoch: u32,
        ) {
            let (mut had, mut wanted, mut size) = (before, units, 1);
            while had != wanted {
                if had % 2 < wanted % 2 {
                    self.take(worker_id, family, size, epoch);
                } else if had % 2 > wanted % 2 {
                    self.give_up(worker_id, family, size, epoch);
                }
                had /= 2;
                wanted /= 2;
                size *= 2;
            }
        }

        fn give_up(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            size: u32,
            epoch: u32,
        ) {
            let index = self.seat_places.read((worker_id, family, size)) - 1;
            let entry = self.seat_entries.read((family, index));
            let until_epoch = epoch + 1;
            self.seat_entries.write((family, index), SeatEntry { until_epoch, ..entry });
            let left = self.seat_left_counts.read((family, size));
            self.seat_left.write((family, size, left), index);
            self.seat_left_counts.write((family, size), left + 1);
        }

        fn take(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            size: u32,
            epoch: u32,
        ) {
            let from_epoch = epoch + 1;
            let (index, known) = match self.rested(family, size, epoch) {
                Some(index) => (index, self.seat_entries.read((family, index))),
                None => self.append(family, size, from_epoch),
            };
            let entry = SeatEntry { worker_id, from_epoch, until_epoch: 0, ..known };
            self.seat_entries.write((family, index), entry);
            self.seat_places.write((worker_id, family, size), index + 1);
        }

        /// The entry that was given up first, if that is long enough ago; it is in use again.
        fn rested(
            ref self: ComponentState<TContractState>, family: felt252, size: u32, epoch: u32,
        ) -> Option<u32> {
            let retaken = self.seat_retaken_counts.read((family, size));
            if retaken == self.seat_left_counts.read((family, size)) {
                return None;
            }
            let index = self.seat_left.read((family, size, retaken));
            let until_epoch = self.seat_entries.read((family, index)).until_epoch;
            if epoch < until_epoch + REST_EPOCHS {
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

//! Seats, from which committees are drawn: per family an append-only list of entries, each some
//! units of one worker's stake, so that a draw over a past epoch always finds what was there then.
#[starknet::component]
pub mod SeatsComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_number};
    use crate::interfaces::ISeats;
    use crate::packing::SeatEntryPacking;
    use crate::roles::Roles;
    use crate::types::SeatEntry;

    pub mod Errors {
        pub const STAKE_TOO_SMALL: felt252 = 'RC: stake below its seats';
        pub const COVERED: felt252 = 'RC: seats are covered';
        pub const NO_SEATS: felt252 = 'RC: no seats to change';
        pub const NO_SUCH_UNIT: felt252 = 'RC: no such seat';
        pub const ZERO_UNIT: felt252 = 'RC: seat unit is zero';
    }

    /// | seat_unit_fri | 1 | fri | of stake for a seat, set once |
    /// | seat_epoch_blocks | 1 | blocks | of an epoch, set once |
    /// | seat_entries | 1 a family and entry | packed | append-only |
    /// | seat_counts | 1 a family | count | of entries |
    /// | seat_places | 1 a worker and family | index + 1 | of its entry |
    /// | seat_owners | 1 a family | count | of owners with seats |
    /// | seat_workers | 1 an owner and family | count | of the owner's workers with seats |
    #[storage]
    pub struct Storage {
        seat_unit_fri: u128,
        seat_epoch_blocks: u64,
        seat_entries: Map<(felt252, u32), SeatEntry>,
        seat_counts: Map<felt252, u32>,
        seat_places: Map<(u32, felt252), u32>,
        seat_owners: Map<felt252, u32>,
        seat_workers: Map<(ContractAddress, felt252), u32>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        SeatsChanged: SeatsChanged,
    }

    /// From `from_epoch` on the worker has that many units in the family.
    #[derive(Drop, starknet::Event)]
    pub struct SeatsChanged {
        #[key]
        pub worker_id: u32,
        #[key]
        pub family: felt252,
        pub units: u32,
        pub from_epoch: u32,
    }

    #[embeddable_as(SeatsImpl)]
    impl Seats<
        TContractState, +HasComponent<TContractState>, +Roles<TContractState>,
    > of ISeats<ComponentState<TContractState>> {
        /// Caller: the worker's owner. Counts from the next epoch on; 0 gives all up.
        fn set_seats(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, units: u32,
        ) {
            self.get_contract().assert_owner_of(worker_id);
            assert(units != self.seats_of(worker_id, family), Errors::NO_SEATS);
            let needed_fri = self.seat_unit_fri.read() * units.into();
            let staying_fri = self.get_contract().staying_fri(worker_id);
            assert(needed_fri <= staying_fri, Errors::STAKE_TOO_SMALL);
            self.give_up(worker_id, family);
            if units != 0 {
                self.append(worker_id, family, units);
            }
            self.announce(worker_id, family, units);
        }

        /// Caller: anyone, once the worker's stake no longer covers its seats.
        fn drop_seats(ref self: ComponentState<TContractState>, worker_id: u32, family: felt252) {
            let units = self.seats_of(worker_id, family);
            assert(units != 0, Errors::NO_SEATS);
            let needed_fri = self.seat_unit_fri.read() * units.into();
            let staying_fri = self.get_contract().staying_fri(worker_id);
            assert(needed_fri > staying_fri, Errors::COVERED);
            self.give_up(worker_id, family);
            self.announce(worker_id, family, 0);
        }

        fn seats_of(self: @ComponentState<TContractState>, worker_id: u32, family: felt252) -> u32 {
            let place = self.seat_places.read((worker_id, family));
            if place == 0 {
                0
            } else {
                self.seat_entries.read((family, place - 1)).units
            }
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

        /// How many owners have seats in the family now.
        fn seat_owners_of(self: @ComponentState<TContractState>, family: felt252) -> u32 {
            self.seat_owners.read(family)
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
            if entry.until_epoch != 0 && entry.until_epoch <= epoch {
                0
            } else {
                entry.worker_id
            }
        }

        /// How many entries count at the latest in that epoch: their first epochs never fall.
        fn entries_until(
            self: @ComponentState<TContractState>, family: felt252, epoch: u32,
        ) -> u32 {
            let mut low = 0;
            let mut high = self.seat_counts.read(family);
            while low < high {
                let middle = (low + high) / 2;
                if self.seat_entries.read((family, middle)).from_epoch <= epoch {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        }

        fn give_up(ref self: ComponentState<TContractState>, worker_id: u32, family: felt252) {
            let place = self.seat_places.read((worker_id, family));
            if place != 0 {
                let mut entry = self.seat_entries.read((family, place - 1));
                entry.until_epoch = self.epoch() + 1;
                self.seat_entries.write((family, place - 1), entry);
                self.seat_places.write((worker_id, family), 0);
                let owner = self.get_contract().owner_of(worker_id);
                let workers = self.seat_workers.read((owner, family)) - 1;
                self.seat_workers.write((owner, family), workers);
                if workers == 0 {
                    self.seat_owners.write(family, self.seat_owners.read(family) - 1);
                }
            }
        }

        fn append(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, units: u32,
        ) {
            let index = self.seat_counts.read(family);
            let before = if index == 0 {
                0
            } else {
                let last = self.seat_entries.read((family, index - 1));
                last.before + last.units.into()
            };
            let from_epoch = self.epoch() + 1;
            let entry = SeatEntry { worker_id, units, before, from_epoch, until_epoch: 0 };
            self.seat_entries.write((family, index), entry);
            self.seat_counts.write(family, index + 1);
            self.seat_places.write((worker_id, family), index + 1);
            let owner = self.get_contract().owner_of(worker_id);
            let workers = self.seat_workers.read((owner, family));
            self.seat_workers.write((owner, family), workers + 1);
            if workers == 0 {
                self.seat_owners.write(family, self.seat_owners.read(family) + 1);
            }
        }

        fn announce(
            ref self: ComponentState<TContractState>, worker_id: u32, family: felt252, units: u32,
        ) {
            let from_epoch = self.epoch() + 1;
            self.emit(SeatsChanged { worker_id, family, units, from_epoch });
        }
    }
}

//! Seats, from which committees are drawn: how many units of stake a worker has in a family.
#[starknet::component]
pub mod SeatsComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_number};
    use crate::events::registry::SeatsChanged;
    use crate::interfaces::registry::ISeats;
    use crate::packing::registry::SeatHoldingPacking;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::types::registry::{SeatEntry, SeatHolding};

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
    /// | seat_holdings | 1 a worker and family | packed | its units |
    /// | seat_owners | 1 a family | count | of owners with seats |
    /// | seat_workers | 1 an owner and family | count | of the owner's workers with seats |
    #[storage]
    pub struct Storage {
        seat_unit_fri: u128,
        seat_epoch_blocks: u64,
        seat_holdings: Map<(u32, felt252), SeatHolding>,
        seat_owners: Map<felt252, u32>,
        seat_workers: Map<(ContractAddress, felt252), u32>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        SeatsChanged: SeatsChanged,
    }

    #[embeddable_as(SeatsImpl)]
    impl Seats<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
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
            get_dep_component!(self, Entries).count_of(family)
        }

        fn seat_at(
            self: @ComponentState<TContractState>, family: felt252, index: u32,
        ) -> SeatEntry {
            get_dep_component!(self, Entries).entry_at(family, index)
        }

        /// Units in all entries made before the epoch, also in those given up since.
        fn seat_units(self: @ComponentState<TContractState>, family: felt252, epoch: u32) -> u64 {
            get_dep_component!(self, Entries).units_until(family, epoch)
        }

        /// Whose unit (0 to seat_units - 1) it is in the epoch; 0 if it was given up before.
        fn seat_holder(
            self: @ComponentState<TContractState>, family: felt252, epoch: u32, unit: u64,
        ) -> u32 {
            assert(unit < self.seat_units(family, epoch), Errors::NO_SUCH_UNIT);
            get_dep_component!(self, Entries).holder_at(family, epoch, unit)
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
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
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

        fn change(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            before: u32,
            units: u32,
        ) {
            let epoch = self.epoch();
            let mut entries = get_dep_component_mut!(ref self, Entries);
            entries.change_entries(worker_id, family, before, units, epoch);
            self.count_owner(worker_id, family, before, units);
            let from_epoch = epoch + 1;
            let holding = SeatHolding { units, next_epoch: from_epoch };
            self.seat_holdings.write((worker_id, family), holding);
            self.emit(SeatsChanged { worker_id, family, units, from_epoch });
        }

        /// Counts the owners whose workers have seats: so many can verify.
        fn count_owner(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            before: u32,
            units: u32,
        ) {
            let owner = self.get_contract().owner_of(worker_id);
            let workers = self.seat_workers.read((owner, family));
            if before == 0 {
                self.seat_workers.write((owner, family), workers + 1);
                if workers == 0 {
                    self.seat_owners.write(family, self.seat_owners.read(family) + 1);
                }
            } else if units == 0 {
                self.seat_workers.write((owner, family), workers - 1);
                if workers == 1 {
                    self.seat_owners.write(family, self.seat_owners.read(family) - 1);
                }
            }
        }
    }
}

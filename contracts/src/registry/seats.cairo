//! Seats, from which committees are drawn: how many units of stake a worker has in a family.
#[starknet::component]
pub mod SeatsComponent {
    use core::cmp::min;
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use crate::events::registry::SeatsChanged;
    use crate::interfaces::registry::ISeats;
    use crate::packing::registry::SeatHoldingPacking;
    use crate::registry::family_pays::FamilyPaysComponent;
    use crate::registry::family_pays::FamilyPaysComponent::InternalTrait as FamilyPaysTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::types::registry::{SeatEntry, SeatHolding};

    pub mod Errors {
        pub const COVERED: felt252 = 'RC: seats are covered';
        pub const NO_SEATS: felt252 = 'RC: no seats to change';
        pub const NO_SUCH_UNIT: felt252 = 'RC: no such seat';
        pub const TOO_SOON: felt252 = 'RC: seats changed this epoch';
    }

    /// | seat_holdings | 1 a worker and family | packed | its units |
    #[storage]
    pub struct Storage {
        pub seat_holdings: Map<(u32, felt252), SeatHolding>,
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
        impl Pays: FamilyPaysComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
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
            assert(
                get_dep_component!(@self, Purses).this_epoch() >= holding.next_epoch,
                Errors::TOO_SOON,
            );
            self.change(worker_id, family, holding.units, units);
        }

        /// Caller: anyone, once the worker's seat stake no longer covers all its seats; takes only
        /// those that it does not.
        fn drop_seats(ref self: ComponentState<TContractState>, worker_id: u32, family: felt252) {
            let units = self.seats_of(worker_id, family);
            assert(units != 0, Errors::NO_SEATS);
            let uncovered = get_dep_component!(@self, Purses).uncovered(worker_id);
            assert(uncovered != 0, Errors::COVERED);
            self.change(worker_id, family, units, units - min(units, uncovered));
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
            let entries = get_dep_component!(self, Entries);
            let count = entries.entries_until(family, epoch);
            let (worker_id, _) = entries.holder_at(family, count, (epoch, epoch), unit);
            worker_id
        }

        fn epoch(self: @ComponentState<TContractState>) -> u32 {
            get_dep_component!(self, Purses).this_epoch()
        }

        fn seat_unit_fri(self: @ComponentState<TContractState>) -> u128 {
            get_dep_component!(self, Purses).unit_fri()
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Pays: FamilyPaysComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Whether the worker has had its seats in the family, all of them, in that epoch and
        /// since.
        fn has_sat_since(
            self: @ComponentState<TContractState>, worker_id: u32, family: felt252, epoch: u32,
        ) -> bool {
            let SeatHolding { units, next_epoch } = self.seat_holdings.read((worker_id, family));
            units != 0 && next_epoch <= epoch
        }

        fn change(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            before: u32,
            units: u32,
        ) {
            let epoch = get_dep_component!(@self, Purses).this_epoch();
            let mut entries = get_dep_component_mut!(ref self, Entries);
            entries.change_entries(worker_id, family, before, units, epoch);
            let mut purses = get_dep_component_mut!(ref self, Purses);
            purses.change_seats(worker_id, before, units);
            let mut pays = get_dep_component_mut!(ref self, Pays);
            pays.count_units(family, before, units);
            let from_epoch = epoch + 1;
            let holding = SeatHolding { units, next_epoch: from_epoch };
            self.seat_holdings.write((worker_id, family), holding);
            self.emit(SeatsChanged { worker_id, family, units, from_epoch });
        }
    }
}

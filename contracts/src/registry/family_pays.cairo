//! The cap of a family's open pay: what its judged leases would earn, from claim to end and of all
//! boards together, is at most a quarter of its seat stake that is old enough.
//!
//! Stake is old enough after two windows, each as long as seats have to be old, of which the
//! smaller number of seats counts: so what is bought now lifts the cap no sooner than a draw finds
//! it, and what is given up lowers it at once.
#[starknet::component]
pub mod FamilyPaysComponent {
    use core::cmp::{max, min};
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use crate::packing::registry::FamilyPayPacking;
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::rules::terms::times;
    use crate::types::registry::{EndedPay, FamilyPay};

    /// Such a part of the stake may be open.
    const PART: u128 = 4;
    /// A family's age counts while so many units are held there, as many as a claim names
    /// verifiers: one seat that somebody had for an epoch, or has alone, makes no family old.
    const LEAST_UNITS: u32 = 4;

    pub mod Errors {
        pub const AT_CAP: felt252 = 'RC: family is at its cap';
        pub const NOT_OPEN: felt252 = 'RC: family has not that open';
    }

    /// | family_pays | 1 a family | packed | its open pay and its seats |
    #[storage]
    pub struct Storage {
        pub family_pays: Map<felt252, FamilyPay>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// As it stands in the present window.
        fn pay_of(self: @ComponentState<TContractState>, family: felt252) -> FamilyPay {
            let pay = self.family_pays.read(family);
            let age = get_dep_component!(self, Entries).ages().seat_epochs;
            let window = get_dep_component!(self, Purses).this_epoch() / max(age, 1);
            if pay.window == window {
                return pay;
            }
            let (units, low_now) = (pay.units, pay.units);
            let low_before = if pay.window + 1 == window {
                pay.low_now
            } else {
                units
            };
            FamilyPay { window, low_now, low_before, ..pay }
        }

        /// Whether four units are held there for so long that claims of that epoch may name
        /// verifiers.
        fn is_old(self: @ComponentState<TContractState>, family: felt252, epoch: u32) -> bool {
            let since_epoch = self.family_pays.read(family).since_epoch;
            let family_epochs = get_dep_component!(self, Entries).ages().family_epochs;
            since_epoch != 0 && since_epoch + family_epochs <= epoch
        }

        fn most_fri(self: @ComponentState<TContractState>, pay: FamilyPay) -> u128 {
            times(get_dep_component!(self, Purses).unit_fri(), mature_units(pay)) / PART
        }

        /// How it stands, and how much more may be open.
        fn room_in(self: @ComponentState<TContractState>, family: felt252) -> (FamilyPay, u128) {
            let pay = self.pay_of(family);
            let most_fri = self.most_fri(pay);
            (pay, most_fri - min(pay.open_fri, most_fri))
        }

        /// So much more is open in a family that stands like this.
        fn open(
            ref self: ComponentState<TContractState>,
            family: felt252,
            pay: FamilyPay,
            more_fri: u128,
        ) {
            if more_fri != 0 {
                let open_fri = pay.open_fri + more_fri;
                self.family_pays.write(family, FamilyPay { open_fri, ..pay });
            }
        }

        fn end(ref self: ComponentState<TContractState>, ended: EndedPay) {
            let EndedPay { family, pay_fri } = ended;
            if pay_fri != 0 {
                let pay = self.family_pays.read(family);
                assert(pay.open_fri >= pay_fri, Errors::NOT_OPEN);
                let open_fri = pay.open_fri - pay_fri;
                self.family_pays.write(family, FamilyPay { open_fri, ..pay });
            }
        }

        /// A holder has so many units instead of those before, from the next epoch on.
        fn count_units(
            ref self: ComponentState<TContractState>, family: felt252, before: u32, after: u32,
        ) {
            let pay = self.pay_of(family);
            let units = pay.units - before + after;
            let low_now = min(pay.low_now, units);
            let since_epoch = if units < LEAST_UNITS {
                0
            } else if pay.since_epoch == 0 {
                get_dep_component!(@self, Purses).this_epoch() + 1
            } else {
                pay.since_epoch
            };
            self.family_pays.write(family, FamilyPay { units, low_now, since_epoch, ..pay });
        }
    }

    /// Of a family in its present window.
    pub fn mature_units(pay: FamilyPay) -> u32 {
        min(pay.units, min(pay.low_now, pay.low_before))
    }
}

//! How the key of a private job's package comes to those who are to see it: they ask, and who has
//! it wraps it for them. It stores nothing and moves no money.
#[starknet::component]
pub mod PackageKeysComponent {
    use crate::board::batch::BatchTrait;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::events::board::{KeyAsked, KeyGiven};
    use crate::interfaces::board::IPackageKeys;
    use crate::types::board::WrappedKey;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        KeyAsked: KeyAsked,
        KeyGiven: KeyGiven,
    }

    #[embeddable_as(PackageKeysImpl)]
    impl PackageKeys<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of IPackageKeys<ComponentState<TContractState>> {
        /// Caller: the operator of the worker.
        fn ask_key(ref self: ComponentState<TContractState>, job_id: u64, worker_id: u32) {
            get_dep_component!(@self, Jobs).load(job_id);
            get_dep_component!(@self, Leases).assert_operates(worker_id);
            self.emit(KeyAsked { job_id, worker_id });
        }

        /// Caller: anyone. A key shows by itself whether it is the right one, to whom it is for.
        fn give_keys(
            ref self: ComponentState<TContractState>, job_id: u64, keys: Array<WrappedKey>,
        ) {
            BatchTrait::open(keys.len());
            get_dep_component!(@self, Jobs).load(job_id);
            for WrappedKey { worker_id, ephemeral, sealed, tag } in keys {
                self.emit(KeyGiven { job_id, worker_id, ephemeral, sealed, tag });
            }
        }
    }
}

//! What audits found of workers, in each family for itself: so a record that friends gave in a
//! family of their own is worth nothing where others verify.
#[starknet::component]
pub mod RecordsComponent {
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use crate::events::registry::RecordChanged;
    use crate::interfaces::registry::IRecords;
    use crate::packing::registry::RecordPacking;
    use crate::registry::roles::Roles;
    use crate::types::registry::Record;

    /// | records | 1 a worker and family | packed | what verifiers said |
    #[storage]
    pub struct Storage {
        records: Map<(u32, felt252), Record>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        RecordChanged: RecordChanged,
    }

    #[embeddable_as(RecordsImpl)]
    impl Records<
        TContractState,
        +HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of IRecords<ComponentState<TContractState>> {
        /// Caller: an active board, after a verdict; the fees are those that verifiers earned by
        /// it. One loss starts the record anew.
        fn note_verdict(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            family: felt252,
            fees_fri: u128,
            accepted: bool,
        ) {
            let mut roles = self.get_contract_mut();
            roles.assert_active_board();
            let old = self.record_of(worker_id, family);
            let record = if accepted {
                let fees_fri = old.fees_fri + fees_fri;
                Record { audited: old.audited + 1, fees_fri, ..old }
            } else {
                Record { audited: 0, fees_fri: 0, losses: old.losses + 1 }
            };
            self.records.write((worker_id, family), record);
            self.emit(RecordChanged { worker_id, family, record });
        }

        fn record(
            self: @ComponentState<TContractState>, worker_id: u32, family: felt252,
        ) -> Record {
            self.record_of(worker_id, family)
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn record_of(
            self: @ComponentState<TContractState>, worker_id: u32, family: felt252,
        ) -> Record {
            self.records.read((worker_id, family))
        }
    }
}

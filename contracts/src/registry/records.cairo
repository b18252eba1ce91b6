//! What audits found of workers.
#[starknet::component]
pub mod RecordsComponent {
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use crate::events::registry::RecordChanged;
    use crate::packing::registry::RecordPacking;
    use crate::types::registry::Record;

    /// | records | 1 a worker | packed | what verifiers said |
    #[storage]
    pub struct Storage {
        records: Map<u32, Record>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        RecordChanged: RecordChanged,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn record_of(self: @ComponentState<TContractState>, worker_id: u32) -> Record {
            self.records.read(worker_id)
        }

        /// One loss starts the record anew.
        fn note(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            fees_fri: u128,
            accepted: bool,
        ) {
            let old = self.records.read(worker_id);
            let record = if accepted {
                let fees_fri = old.fees_fri + fees_fri;
                Record { audited: old.audited + 1, fees_fri, ..old }
            } else {
                Record { audited: 0, fees_fri: 0, losses: old.losses + 1 }
            };
            self.records.write(worker_id, record);
            self.emit(RecordChanged { worker_id, record });
        }
    }
}

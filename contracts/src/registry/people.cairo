//! Who a worker's owner is, who operates it, and who is paid.
#[starknet::component]
pub mod PeopleComponent {
    use core::num::traits::Zero;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_caller_address};
    use crate::events::registry::{AddressesChanged, OperatorNamed, WorkerRegistered};

    pub mod Errors {
        pub const ZERO_ADDRESS: felt252 = 'RC: zero address in registry';
        pub const ALREADY_REGISTERED: felt252 = 'RC: operator already registered';
        pub const NOT_NAMED: felt252 = 'RC: not the named operator';
        pub const NOT_WORKER_OWNER: felt252 = 'RC: not the worker owner';
        pub const NOT_WORKER_MEMBER: felt252 = 'RC: neither owner nor operator';
    }

    /// | people_count | 1 | count | of workers, so the last one's number |
    /// | people_owners, people_operators, people_payouts | 1 a worker | address | who commands,
    /// works, is paid |
    /// | people_named | 1 a worker | address | an operator that has not accepted yet |
    /// | people_ids | 1 an operator | number | of its worker |
    #[storage]
    pub struct Storage {
        people_count: u32,
        people_owners: Map<u32, ContractAddress>,
        people_operators: Map<u32, ContractAddress>,
        people_payouts: Map<u32, ContractAddress>,
        people_named: Map<u32, ContractAddress>,
        people_ids: Map<ContractAddress, u32>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        WorkerRegistered: WorkerRegistered,
        OperatorNamed: OperatorNamed,
        AddressesChanged: AddressesChanged,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        /// A new worker's number.
        fn enrol(
            ref self: ComponentState<TContractState>,
            owner: ContractAddress,
            operator: ContractAddress,
            payout: ContractAddress,
        ) -> u32 {
            assert(!owner.is_zero() && !payout.is_zero(), Errors::ZERO_ADDRESS);
            let worker_id = self.people_count.read() + 1;
            self.people_count.write(worker_id);
            self.people_owners.write(worker_id, owner);
            self.people_payouts.write(worker_id, payout);
            self.emit(WorkerRegistered { worker_id, owner, payout });
            self.name_operator(worker_id, operator);
            worker_id
        }

        /// Names an operator, who must accept; an owner who operates does so at once.
        fn name_operator(
            ref self: ComponentState<TContractState>, worker_id: u32, operator: ContractAddress,
        ) {
            assert(!operator.is_zero(), Errors::ZERO_ADDRESS);
            assert(self.people_ids.read(operator) == 0, Errors::ALREADY_REGISTERED);
            if operator == get_caller_address() {
                self.change_operator(worker_id, operator);
            } else {
                self.people_named.write(worker_id, operator);
                self.emit(OperatorNamed { worker_id, operator });
            }
        }

        /// The caller, whom the owner named, operates from now on; whoever did before, no more.
        fn accept_operator(ref self: ComponentState<TContractState>, worker_id: u32) {
            let operator = get_caller_address();
            let named = self.people_named.read(worker_id);
            assert(!operator.is_zero() && named == operator, Errors::NOT_NAMED);
            assert(self.people_ids.read(operator) == 0, Errors::ALREADY_REGISTERED);
            self.change_operator(worker_id, operator);
        }

        fn change_operator(
            ref self: ComponentState<TContractState>, worker_id: u32, operator: ContractAddress,
        ) {
            let before = self.people_operators.read(worker_id);
            if !before.is_zero() {
                self.people_ids.write(before, 0);
            }
            if !self.people_named.read(worker_id).is_zero() {
                self.people_named.write(worker_id, Zero::zero());
            }
            self.people_ids.write(operator, worker_id);
            self.people_operators.write(worker_id, operator);
            self.announce(worker_id);
        }

        fn change_payout(
            ref self: ComponentState<TContractState>, worker_id: u32, payout: ContractAddress,
        ) {
            assert(!payout.is_zero(), Errors::ZERO_ADDRESS);
            self.people_payouts.write(worker_id, payout);
            self.announce(worker_id);
        }

        fn assert_owner(self: @ComponentState<TContractState>, worker_id: u32) {
            let owner = self.people_owners.read(worker_id);
            assert(!owner.is_zero() && owner == get_caller_address(), Errors::NOT_WORKER_OWNER);
        }

        fn assert_member(self: @ComponentState<TContractState>, worker_id: u32) {
            let caller = get_caller_address();
            let member = caller == self.people_owners.read(worker_id)
                || caller == self.people_operators.read(worker_id);
            assert(!caller.is_zero() && member, Errors::NOT_WORKER_MEMBER);
        }

        fn count(self: @ComponentState<TContractState>) -> u32 {
            self.people_count.read()
        }

        fn owner(self: @ComponentState<TContractState>, worker_id: u32) -> ContractAddress {
            self.people_owners.read(worker_id)
        }

        fn operator(self: @ComponentState<TContractState>, worker_id: u32) -> ContractAddress {
            self.people_operators.read(worker_id)
        }

        fn payout(self: @ComponentState<TContractState>, worker_id: u32) -> ContractAddress {
            self.people_payouts.read(worker_id)
        }

        fn id_of(self: @ComponentState<TContractState>, operator: ContractAddress) -> u32 {
            self.people_ids.read(operator)
        }

        fn announce(ref self: ComponentState<TContractState>, worker_id: u32) {
            let operator = self.people_operators.read(worker_id);
            let payout = self.people_payouts.read(worker_id);
            self.emit(AddressesChanged { worker_id, operator, payout });
        }
    }
}

//! The boards that may lock stake, each with a number of its own.
#[starknet::component]
pub mod BoardsComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_caller_address};
    use crate::interfaces::directory::{IDirectoryDispatcher, IDirectoryDispatcherTrait};
    use crate::types::registry::Board;

    pub mod Errors {
        pub const NOT_ACTIVE_BOARD: felt252 = 'RC: not an active board';
        pub const NOT_DIRECTORY: felt252 = 'RC: only the directory retires';
        pub const RETIRED: felt252 = 'RC: board is retired';
    }

    /// | boards_directory | 1 | address | who knows which are active, set once |
    /// | boards_numbers | 1 a board | number | from 1 on, set once it is active |
    /// | boards_retired | 1 a board | flag | whether it takes no new leases |
    /// | boards_count | 1 | count | of boards that have a number |
    #[storage]
    pub struct Storage {
        boards_directory: ContractAddress,
        boards_numbers: Map<ContractAddress, u32>,
        boards_retired: Map<ContractAddress, bool>,
        boards_count: u32,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, directory: ContractAddress) {
            self.boards_directory.write(directory);
        }

        /// The caller, an active board, which it stays when it is retired: so the directory is
        /// asked once.
        fn assert_active(ref self: ComponentState<TContractState>) -> Board {
            let address = get_caller_address();
            let mut number = self.boards_numbers.read(address);
            if number == 0 {
                let directory = IDirectoryDispatcher {
                    contract_address: self.boards_directory.read(),
                };
                assert(directory.is_active_board(address), Errors::NOT_ACTIVE_BOARD);
                number = self.boards_count.read() + 1;
                self.boards_count.write(number);
                self.boards_numbers.write(address, number);
            }
            Board { address, number }
        }

        fn retire(ref self: ComponentState<TContractState>, board: ContractAddress) {
            let is_directory = get_caller_address() == self.boards_directory.read();
            assert(is_directory, Errors::NOT_DIRECTORY);
            self.boards_retired.write(board, true);
        }

        fn assert_takes_leases(self: @ComponentState<TContractState>, board: Board) {
            assert(!self.boards_retired.read(board.address), Errors::RETIRED);
        }

        /// 0 for what was never active.
        fn number_of(self: @ComponentState<TContractState>, board: ContractAddress) -> u32 {
            self.boards_numbers.read(board)
        }
    }
}

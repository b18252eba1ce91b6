//! Which registry and boards belong to a network. It holds no money.
#[starknet::contract]
pub mod Directory {
    use core::num::traits::Zero;
    use starknet::storage::{
        Map, MutableVecTrait, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess, Vec, VecTrait,
    };
    use starknet::{ContractAddress, get_block_timestamp, get_caller_address};
    use crate::events::directory::{BoardAnnounced, BoardRetired, OwnershipTransferred, Paused};
    use crate::interfaces::directory::IDirectory;
    use crate::interfaces::registry::{IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait};

    pub mod Errors {
        pub const NOT_OWNER: felt252 = 'RC: not the directory owner';
        pub const NOT_PENDING_OWNER: felt252 = 'RC: not the pending owner';
        pub const ZERO_ADDRESS: felt252 = 'RC: zero address in directory';
        pub const REGISTRY_SET: felt252 = 'RC: registry already set';
        pub const NO_REGISTRY: felt252 = 'RC: registry is not set';
        pub const WAIT_TOO_SHORT: felt252 = 'RC: board wait is too short';
        pub const BOARD_KNOWN: felt252 = 'RC: board already announced';
        pub const NO_SUCH_BOARD: felt252 = 'RC: board not there to retire';
    }

    /// | owner, pending_owner | 1 | address | who commands, and who may accept to |
    /// | token, registry | 1 | address | set once |
    /// | board_wait_s | 1 | s | until a board is active, set once |
    /// | boards | 1 a board | address | in the order of their announcement; and one for how many |
    /// | active_at_s | 1 a board | s | since when it is active |
    /// | retired | 1 a board | flag | it takes no new jobs and leases |
    /// | paused | 1 | flag | no new jobs |
    #[storage]
    struct Storage {
        owner: ContractAddress,
        pending_owner: ContractAddress,
        token: ContractAddress,
        registry: ContractAddress,
        board_wait_s: u64,
        boards: Vec<ContractAddress>,
        active_at_s: Map<ContractAddress, u64>,
        retired: Map<ContractAddress, bool>,
        paused: bool,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        BoardAnnounced: BoardAnnounced,
        BoardRetired: BoardRetired,
        OwnershipTransferred: OwnershipTransferred,
        Paused: Paused,
    }

    #[constructor]
    fn constructor(
        ref self: ContractState, owner: ContractAddress, token: ContractAddress, board_wait_s: u64,
    ) {
        assert(!owner.is_zero() && !token.is_zero(), Errors::ZERO_ADDRESS);
        self.owner.write(owner);
        self.token.write(token);
        self.board_wait_s.write(board_wait_s);
    }

    #[abi(embed_v0)]
    impl DirectoryImpl of IDirectory<ContractState> {
        fn owner(self: @ContractState) -> ContractAddress {
            self.owner.read()
        }

        /// Caller: owner. The new owner must accept.
        fn transfer_ownership(ref self: ContractState, new_owner: ContractAddress) {
            self.assert_owner();
            self.pending_owner.write(new_owner);
        }

        /// Caller: the pending owner.
        fn accept_ownership(ref self: ContractState) {
            let caller = get_caller_address();
            assert(
                !caller.is_zero() && caller == self.pending_owner.read(), Errors::NOT_PENDING_OWNER,
            );
            self.owner.write(caller);
            self.pending_owner.write(Zero::zero());
            self.emit(OwnershipTransferred { new_owner: caller });
        }

        fn token(self: @ContractState) -> ContractAddress {
            self.token.read()
        }

        fn registry(self: @ContractState) -> ContractAddress {
            self.registry.read()
        }

        /// Caller: owner, once. Boards must wait longer than stake needs to leave.
        fn set_registry(ref self: ContractState, registry: ContractAddress) {
            self.assert_owner();
            assert(!registry.is_zero(), Errors::ZERO_ADDRESS);
            assert(self.registry.read().is_zero(), Errors::REGISTRY_SET);
            let known = IWorkerRegistryDispatcher { contract_address: registry };
            let cooldown_s: u64 = known.cooldown_s().into();
            assert(self.board_wait_s.read() > cooldown_s, Errors::WAIT_TOO_SHORT);
            self.registry.write(registry);
        }

        /// Caller: owner. A board is active at once while nobody has staked, later after a wait in
        /// which workers can leave.
        fn announce_board(ref self: ContractState, board: ContractAddress) {
            self.assert_owner();
            assert(!board.is_zero(), Errors::ZERO_ADDRESS);
            assert(self.active_at_s.read(board) == 0, Errors::BOARD_KNOWN);
            let registry = self.registry.read();
            assert(!registry.is_zero(), Errors::NO_REGISTRY);
            let known = IWorkerRegistryDispatcher { contract_address: registry };
            let active_at_s = if known.worker_count() == 0 {
                1
            } else {
                get_block_timestamp() + self.board_wait_s.read()
            };
            self.active_at_s.write(board, active_at_s);
            self.boards.push(board);
            self.emit(BoardAnnounced { board, active_at_s });
        }

        fn is_active_board(self: @ContractState, board: ContractAddress) -> bool {
            let active_at_s = self.active_at_s.read(board);
            active_at_s != 0 && active_at_s <= get_block_timestamp()
        }

        /// Caller: owner. The board takes no new jobs and no new leases, for good; those that it
        /// has go on to their end, with all that is locked for them.
        fn retire_board(ref self: ContractState, board: ContractAddress) {
            self.assert_owner();
            let is_there = self.active_at_s.read(board) != 0 && !self.retired.read(board);
            assert(is_there, Errors::NO_SUCH_BOARD);
            self.retired.write(board, true);
            self.emit(BoardRetired { board });
            let registry = IWorkerRegistryDispatcher { contract_address: self.registry.read() };
            registry.retire(board);
        }

        /// Whether the board is not retired and no pause is on.
        fn takes_jobs(self: @ContractState, board: ContractAddress) -> bool {
            !self.retired.read(board) && !self.paused.read()
        }

        fn board_count(self: @ContractState) -> u32 {
            self.boards.len().try_into().unwrap()
        }

        fn board_at(self: @ContractState, index: u32) -> ContractAddress {
            self.boards.at(index.into()).read()
        }

        fn paused(self: @ContractState) -> bool {
            self.paused.read()
        }

        /// Caller: owner. A pause stops new jobs only, never anyone's money.
        fn set_paused(ref self: ContractState, paused: bool) {
            self.assert_owner();
            self.paused.write(paused);
            self.emit(Paused { paused });
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn assert_owner(self: @ContractState) {
            assert(get_caller_address() == self.owner.read(), Errors::NOT_OWNER);
        }
    }
}

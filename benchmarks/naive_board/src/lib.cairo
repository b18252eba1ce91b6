//! The board that everyone writes first: one record and three transactions for every frame. It is
//! here to be compared with only; it checks nothing that the comparison does not need.
#[starknet::interface]
pub trait INaiveBoard<T> {
    fn create_job(ref self: T, frames: u32, reward: u128);
    fn claim(ref self: T, frame: u32);
    fn submit(ref self: T, frame: u32, digest: felt252);
    fn accept(ref self: T, frame: u32);
}

#[starknet::contract]
pub mod NaiveBoard {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_timestamp, get_caller_address};
    use super::INaiveBoard;

    #[derive(Copy, Drop, Serde, starknet::Store)]
    struct Frame {
        worker: ContractAddress,
        state: u8,
        since_s: u64,
        digest: felt252,
    }

    #[storage]
    struct Storage {
        frames: u32,
        reward: u128,
        records: Map<u32, Frame>,
        balances: Map<ContractAddress, u128>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    enum Event {
        Changed: Changed,
    }

    #[derive(Drop, starknet::Event)]
    struct Changed {
        #[key]
        frame: u32,
        record: Frame,
    }

    #[abi(embed_v0)]
    impl BoardImpl of INaiveBoard<ContractState> {
        fn create_job(ref self: ContractState, frames: u32, reward: u128) {
            self.frames.write(frames);
            self.reward.write(reward);
        }

        fn claim(ref self: ContractState, frame: u32) {
            let worker = get_caller_address();
            let since_s = get_block_timestamp();
            self.put(frame, Frame { worker, state: 1, since_s, digest: 0 });
        }

        fn submit(ref self: ContractState, frame: u32, digest: felt252) {
            let record = self.records.read(frame);
            assert(record.worker == get_caller_address(), 'not yours');
            self.put(frame, Frame { state: 2, digest, ..record });
        }

        fn accept(ref self: ContractState, frame: u32) {
            let record = self.records.read(frame);
            let balance = self.balances.read(record.worker);
            self.balances.write(record.worker, balance + 1);
            self.put(frame, Frame { state: 3, ..record });
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn put(ref self: ContractState, frame: u32, record: Frame) {
            self.records.write(frame, record);
            self.emit(Changed { frame, record });
        }
    }
}

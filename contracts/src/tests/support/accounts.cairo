//! Who calls, and when.
use starknet::ContractAddress;
use starknet::testing::{set_block_number, set_block_timestamp, set_contract_address};

pub fn account(name: felt252) -> ContractAddress {
    name.try_into().unwrap()
}

pub fn be(name: felt252) {
    set_contract_address(account(name));
}

pub fn at(second: u64, block: u64) {
    set_block_timestamp(second);
    set_block_number(block);
}

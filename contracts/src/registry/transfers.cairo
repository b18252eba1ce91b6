//! The registry's money in and out.
use starknet::{ContractAddress, get_contract_address};
use crate::interfaces::token::{IERC20Dispatcher, IERC20DispatcherTrait};

pub mod Errors {
    pub const TRANSFER_FAILED: felt252 = 'RC: stake transfer failed';
}

/// The payer must have approved it.
pub fn collect(token: ContractAddress, from: ContractAddress, amount_fri: u128) {
    let token = IERC20Dispatcher { contract_address: token };
    let done = token.transfer_from(from, get_contract_address(), amount_fri.into());
    assert(done, Errors::TRANSFER_FAILED);
}

pub fn send(token: ContractAddress, to: ContractAddress, amount_fri: u128) {
    let token = IERC20Dispatcher { contract_address: token };
    assert(token.transfer(to, amount_fri.into()), Errors::TRANSFER_FAILED);
}

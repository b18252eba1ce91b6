//! A result signed off-chain (SNIP-12, revision 1), so that an aggregator can post it with others.
use core::ecdsa::check_ecdsa_signature;
use core::hash::{HashStateExTrait, HashStateTrait};
use core::poseidon::PoseidonTrait;
use starknet::syscalls::call_contract_syscall;
use starknet::{ContractAddress, get_contract_address, get_tx_info};
use crate::types::board::{Lease, LeaseResult};
use crate::types::registry::Signer;

const DOMAIN_TYPE: felt252 = selector!(
    "\"StarknetDomain\"(\"name\":\"shortstring\",\"version\":\"shortstring\",\"chainId\":\"shortstring\",\"revision\":\"shortstring\")",
);
const SUBMISSION_TYPE: felt252 = selector!(
    "\"Submission\"(\"Board\":\"ContractAddress\",\"Job\":\"felt\",\"Lease\":\"felt\",\"First task\":\"u128\",\"Tasks\":\"u128\",\"Attempt\":\"u128\",\"Root\":\"felt\",\"Results high\":\"u128\",\"Results low\":\"u128\",\"Key hash\":\"felt\")",
);

/// What binds a signature to this chain, and to this board.
pub fn submission_domain() -> (felt252, felt252) {
    let domain = PoseidonTrait::new()
        .update(DOMAIN_TYPE)
        .update('RenderChain')
        .update(1) // wallets read the version "1" as a number
        .update(get_tx_info().unbox().chain_id)
        .update(1)
        .finalize();
    (domain, get_contract_address().into())
}

/// The hash that `operator` signs, of the lease with the tasks that it submits. A lease is
/// submitted once, so its number is the nonce; what it is of is named too, as a reorganisation may
/// give the number to other tasks.
pub fn submission_hash(
    domain: (felt252, felt252),
    operator: ContractAddress,
    lease_id: u64,
    lease: Lease,
    result: LeaseResult,
) -> felt252 {
    let (domain, board) = domain;
    let Lease { job_id, first, count, attempt, .. } = lease;
    let message = PoseidonTrait::new()
        .update(SUBMISSION_TYPE)
        .update(board)
        .update(job_id.into())
        .update(lease_id.into())
        .update(first.into())
        .update(count.into())
        .update(attempt.into())
        .update_with(result)
        .finalize();
    PoseidonTrait::new()
        .update('StarkNet Message')
        .update(domain)
        .update(operator.into())
        .update(message)
        .finalize()
}

/// Whether the worker's own key signed, or without one its operator's account.
pub fn is_signed(signer: Signer, hash: felt252, signature: Array<felt252>) -> bool {
    let Signer { operator, key } = signer;
    if key == 0 {
        is_signed_by_account(operator, hash, signature)
    } else {
        signature.len() == 2 && check_ecdsa_signature(hash, key, *signature[0], *signature[1])
    }
}

/// Whether the account answers VALID; an account that reverts has not signed.
fn is_signed_by_account(
    operator: ContractAddress, hash: felt252, signature: Array<felt252>,
) -> bool {
    let mut calldata = array![hash];
    signature.serialize(ref calldata);
    let answer = call_contract_syscall(operator, selector!("is_valid_signature"), calldata.span());
    match answer {
        Ok(said) => said.len() == 1 && *said[0] == 'VALID',
        Err(_) => false,
    }
}

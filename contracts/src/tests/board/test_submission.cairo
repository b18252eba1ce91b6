//! Results that an aggregator posts for their workers.
use core::ec::stark_curve::{GEN_X, ORDER};
use starknet::testing::set_contract_address;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::{IProfilesDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::tests::support::accounts::{account, be};
use crate::tests::support::jobs::{claim, create, result, terms};
use crate::tests::support::network::{Network, WORKER, deploy, locked, network};
use crate::types::board::{LeaseState, SignedResult};
use crate::types::registry::Signer;

/// An account that takes the hash itself for its signature.
#[starknet::contract]
mod EchoAccount {
    use crate::interfaces::account::IAccount;

    #[storage]
    struct Storage {}

    #[abi(embed_v0)]
    impl AccountImpl of IAccount<ContractState> {
        fn is_valid_signature(
            self: @ContractState, hash: felt252, signature: Array<felt252>,
        ) -> felt252 {
            assert(signature.len() == 1, 'bad length');
            if *signature[0] == hash {
                'VALID'
            } else {
                0
            }
        }
    }
}

fn with_account(net: Network) -> u64 {
    let lease = claim(net, create(net, terms()), 0);
    be('owner');
    let echo = deploy(EchoAccount::TEST_CLASS_HASH.into(), array![]);
    net.registry.set_operator(WORKER, echo);
    set_contract_address(echo);
    net.registry.accept_operator(WORKER);
    lease
}

fn signed(lease_id: u64, signature: felt252) -> SignedResult {
    SignedResult { lease_id, count: 2, result: result(), signature: array![signature] }
}

#[test]
fn a_signed_result_is_posted_by_an_outsider() {
    let net = network();
    let lease = with_account(net);
    let hash = net.board.submission_hash(lease, 2, result());
    be('aggregator');
    let nobodys = signed(0x90000000001, hash);
    net
        .board
        .submit_signed(array![signed(lease, 5), nobodys, signed(lease, hash), signed(lease, hash)]);
    assert_eq!(net.board.lease(lease).state, LeaseState::SUBMITTED);
    assert_ne!(net.board.result_hash(lease), 0);
}

#[test]
#[should_panic(expected: ('RC: wrong signature', 'ENTRYPOINT_FAILED'))]
fn a_wrong_signature_is_refused() {
    let net = network();
    let lease = with_account(net);
    net.board.submit_signed(array![signed(lease, 5)]);
}

#[test]
#[should_panic(expected: ('RC: wrong signature', 'ENTRYPOINT_FAILED'))]
fn a_signature_for_one_lease_is_none_for_another() {
    let net = network();
    let lease = with_account(net);
    let hash = net.board.submission_hash(lease + 1, 2, result());
    net.board.submit_signed(array![signed(lease, hash)]);
}

#[test]
#[should_panic(expected: ('RC: wrong signature', 'ENTRYPOINT_FAILED'))]
fn a_signature_for_a_part_is_none_for_the_whole() {
    let net = network();
    let lease = with_account(net);
    let hash = net.board.submission_hash(lease, 1, result());
    net.board.submit_signed(array![signed(lease, hash)]);
}

#[test]
fn a_part_is_posted_by_an_outsider_and_the_rest_opens_again() {
    let net = network();
    let lease = with_account(net);
    let hash = net.board.submission_hash(lease, 1, result());
    be('aggregator');
    net.board.submit_signed(array![SignedResult { count: 1, ..signed(lease, hash) }]);
    assert_eq!((net.board.lease(lease).count, locked(net)), (1, 36));
    let job = net.board.job(net.board.lease(lease).job_id);
    assert_eq!((job.progress.held, job.progress.reopened_ranges), (1, 1));
}

/// A signature with the private key 1 and the nonce 1: both points are the generator, whose x is
/// the public key and r, and s is hash + r.
fn by_key(lease_id: u64, hash: felt252) -> SignedResult {
    let s: u256 = (hash.into() + GEN_X.into()) % ORDER.into();
    let signature = array![GEN_X, s.try_into().unwrap()];
    SignedResult { lease_id, count: 2, result: result(), signature }
}

fn with_key(net: Network) -> u64 {
    let lease = claim(net, create(net, terms()), 0);
    be('operator');
    net.profiles.set_signer(WORKER, GEN_X);
    lease
}

#[test]
fn a_key_signs_in_the_operators_stead() {
    let net = network();
    let lease = with_key(net);
    let hash = net.board.submission_hash(lease, 2, result());
    be('aggregator');
    net.board.submit_signed(array![by_key(lease, hash)]);
    assert_eq!(net.board.lease(lease).state, LeaseState::SUBMITTED);
}

#[test]
#[should_panic(expected: ('RC: wrong signature', 'ENTRYPOINT_FAILED'))]
fn a_keys_signature_for_one_lease_is_none_for_another() {
    let net = network();
    let lease = with_key(net);
    let hash = net.board.submission_hash(lease + 1, 2, result());
    net.board.submit_signed(array![by_key(lease, hash)]);
}

#[test]
#[should_panic(expected: ('RC: wrong signature', 'ENTRYPOINT_FAILED'))]
fn what_is_no_pair_of_numbers_is_no_signature_of_a_key() {
    let net = network();
    net.board.submit_signed(array![signed(with_key(net), 5)]);
}

#[test]
fn a_new_operator_ends_the_old_ones_key() {
    let net = network();
    with_key(net);
    be('owner');
    net.registry.set_operator(WORKER, account('heir'));
    assert!(*net.profiles.signers_of(array![WORKER])[0].key != 0);
    be('heir');
    net.registry.accept_operator(WORKER);
    let signers = net.profiles.signers_of(array![WORKER]);
    assert_eq!(signers, array![Signer { operator: account('heir'), key: 0 }]);
}

#[test]
#[should_panic(expected: ('RC: neither owner nor operator', 'ENTRYPOINT_FAILED'))]
fn an_outsider_sets_no_signer() {
    let net = network();
    be('thief');
    net.profiles.set_signer(WORKER, GEN_X);
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED'))]
fn a_lease_without_a_result_has_no_hash() {
    let net = network();
    net.board.result_hash(claim(net, create(net, terms()), 0));
}

#[test]
fn an_operator_has_its_number() {
    let net = network();
    assert_eq!(net.registry.worker_id_of(account('operator')), WORKER);
    assert_eq!(net.registry.operator_of(WORKER), account('operator'));
    let signers = net.profiles.signers_of(array![9, WORKER]);
    let nobody = Signer { operator: account(0), key: 0 };
    assert_eq!(signers, array![nobody, Signer { operator: account('operator'), key: 0 }]);
}

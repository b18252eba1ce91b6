//! What verifiers found of a worker, in each family.
use starknet::testing::set_contract_address;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::IRecordsDispatcherTrait;
use crate::tests::support::accounts::be;
use crate::tests::support::jobs::{claim, create, terms};
use crate::tests::support::network::{FAMILY, Network, WORKER, network};
use crate::tests::support::verifiers::network_with;
use crate::types::board::JobTerms;

/// The exponent of its rate.
fn rate_of_a_lease(net: Network, slot: u8) -> u8 {
    let job = create(net, JobTerms { audit_floor_exp: 1, tasks: 1, ..terms() });
    net.board.lease(claim(net, job, slot)).audit_exp
}

fn note(net: Network, family: felt252, accepted: bool) {
    set_contract_address(net.board.contract_address);
    net.records.note_verdict(WORKER, family, 1_000, accepted);
}

#[test]
#[should_panic(expected: ('RC: not an active board', 'ENTRYPOINT_FAILED'))]
fn only_boards_keep_the_record() {
    let net = network();
    be('thief');
    net.records.note_verdict(WORKER, FAMILY, 1, true);
}

#[test]
fn what_a_worker_earned_in_one_family_is_no_credit_in_another() {
    let net = network_with(0);
    note(net, 'its own', true);
    assert_eq!(rate_of_a_lease(net, 0), 0);
    note(net, FAMILY, true);
    note(net, 'its own', false);
    assert_eq!(rate_of_a_lease(net, 1), 1);
    assert_eq!(net.records.record(WORKER, 'its own').losses, 1);
    assert_eq!(net.records.record(WORKER, FAMILY).losses, 0);
}

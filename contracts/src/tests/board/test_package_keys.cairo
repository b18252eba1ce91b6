//! The keys of private jobs' packages: who may ask for them, and what is told of them.
use starknet::testing::pop_log;
use crate::board::job_board::JobBoard;
use crate::board::package_keys::PackageKeysComponent;
use crate::events::board::{KeyAsked, KeyGiven};
use crate::interfaces::board::{IPackageKeysDispatcher, IPackageKeysDispatcherTrait};
use crate::tests::support::accounts::be;
use crate::tests::support::events::same;
use crate::tests::support::jobs::{create, terms};
use crate::tests::support::network::{Network, WORKER, network};
use crate::types::board::WrappedKey;

const EPHEMERAL: u256 = 0xf0000000000000000000000000000000e;
const SEALED: u256 = 0xd0000000000000000000000000000000c;

fn keys(net: Network) -> IPackageKeysDispatcher {
    IPackageKeysDispatcher { contract_address: net.board.contract_address }
}

fn wrapped(worker_id: u32) -> WrappedKey {
    WrappedKey { worker_id, ephemeral: EPHEMERAL, sealed: SEALED, tag: 7 }
}

fn told(net: Network, event: PackageKeysComponent::Event) -> bool {
    same(pop_log(net.board.contract_address).unwrap(), JobBoard::Event::KeysEvent(event))
}

#[test]
fn an_operator_asks_and_anyone_gives() {
    let net = network();
    let job_id = create(net, terms());
    let _: JobBoard::Event = pop_log(net.board.contract_address).unwrap();
    be('operator');
    keys(net).ask_key(job_id, WORKER);
    assert!(
        told(net, PackageKeysComponent::Event::KeyAsked(KeyAsked { job_id, worker_id: WORKER })),
    );
    be('outsider');
    keys(net).give_keys(job_id, array![wrapped(WORKER), wrapped(9)]);
    for worker_id in array![WORKER, 9] {
        let given = KeyGiven { job_id, worker_id, ephemeral: EPHEMERAL, sealed: SEALED, tag: 7 };
        assert!(told(net, PackageKeysComponent::Event::KeyGiven(given)));
    }
}

#[test]
#[should_panic(expected: ('RC: not the worker operator', 'ENTRYPOINT_FAILED'))]
fn nobody_asks_in_the_name_of_another_worker() {
    let net = network();
    let job_id = create(net, terms());
    be('outsider');
    keys(net).ask_key(job_id, WORKER);
}

#[test]
#[should_panic(expected: ('RC: not the worker operator', 'ENTRYPOINT_FAILED'))]
fn a_worker_that_does_not_exist_asks_for_nothing() {
    let net = network();
    let job_id = create(net, terms());
    be('');
    keys(net).ask_key(job_id, 9);
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn of_an_unknown_job_there_is_no_key_to_ask_for() {
    let net = network();
    be('operator');
    keys(net).ask_key(1, WORKER);
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn of_an_unknown_job_there_is_no_key_to_give() {
    keys(network()).give_keys(1, array![wrapped(WORKER)]);
}

#[test]
#[should_panic(expected: ('RC: batch is empty or too long', 'ENTRYPOINT_FAILED'))]
fn a_batch_of_keys_is_not_empty() {
    let net = network();
    keys(net).give_keys(create(net, terms()), array![]);
}

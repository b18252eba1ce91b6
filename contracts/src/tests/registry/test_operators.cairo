//! An operator accepts, so nobody can be made one or kept from being one.
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::network::{FAMILY, STAKE, WORKER, network};

#[test]
fn an_owner_that_operates_need_not_accept() {
    let net = network();
    be('owner');
    net.registry.set_operator(WORKER, account('owner'));
    assert_eq!(net.registry.worker_id_of(account('owner')), WORKER);
}

#[test]
fn an_operator_that_did_not_accept_can_work_for_somebody_else() {
    let net = network();
    be('squatter');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('victim'), account('squatter'), array![FAMILY], STAKE);
    assert_eq!(net.registry.worker_id_of(account('victim')), 0);
    be('owner');
    net.registry.set_operator(WORKER, account('victim'));
    be('victim');
    net.registry.accept_operator(WORKER);
    assert_eq!(net.registry.worker_id_of(account('victim')), WORKER);
}

#[test]
#[should_panic(expected: ('RC: not the named operator', 'ENTRYPOINT_FAILED'))]
fn nobody_else_accepts_for_an_operator() {
    let net = network();
    be('owner');
    net.registry.set_operator(WORKER, account('spare'));
    net.registry.accept_operator(WORKER);
}

#[test]
#[should_panic(expected: ('RC: operator already registered', 'ENTRYPOINT_FAILED'))]
fn nobody_operates_two_workers() {
    let net = network();
    be('second');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('spare'), account('second'), array![FAMILY], STAKE);
    be('owner');
    net.registry.set_operator(WORKER, account('spare'));
    be('spare');
    net.registry.accept_operator(WORKER);
    net.registry.accept_operator(2);
}

#[test]
#[should_panic(expected: ('RC: operator already registered', 'ENTRYPOINT_FAILED'))]
fn an_operator_is_registered_once() {
    let net = network();
    be('thief');
    net.registry.register(account('operator'), account('thief'), array![FAMILY], STAKE);
}

//! What a worker says of itself, and who may say it.
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::tests::support::accounts::be;
use crate::tests::support::jobs::offer;
use crate::tests::support::network::{FAMILY, WORKER, network};

#[test]
fn families_come_and_go() {
    let net = network();
    be('owner');
    net.profiles.set_families(WORKER, array!['a', 'b'], true);
    net.profiles.set_families(WORKER, array![FAMILY], false);
    assert!(net.profiles.supports(WORKER, 'a') && net.profiles.supports(WORKER, 'b'));
    assert!(!net.profiles.supports(WORKER, FAMILY));
}

#[test]
fn an_offer_and_a_key_are_kept() {
    let net = network();
    let made = offer(net);
    net.profiles.set_key(WORKER, 0x100000000000000000000000000000002);
    assert_eq!(net.profiles.offer(WORKER), made);
    assert_eq!(net.profiles.key(WORKER), 0x100000000000000000000000000000002);
}

#[test]
#[should_panic(expected: ('RC: not the worker owner', 'ENTRYPOINT_FAILED'))]
fn the_operator_does_not_change_families() {
    let net = network();
    be('operator');
    net.profiles.set_families(WORKER, array!['a'], true);
}

#[test]
#[should_panic(expected: ('RC: neither owner nor operator', 'ENTRYPOINT_FAILED'))]
fn an_outsider_makes_no_offer() {
    let net = network();
    let made = offer(net);
    be('thief');
    net.profiles.set_offer(WORKER, made);
}

#[test]
#[should_panic(expected: ('RC: neither owner nor operator', 'ENTRYPOINT_FAILED'))]
fn an_outsider_sets_no_key() {
    let net = network();
    be('thief');
    net.profiles.set_key(WORKER, 1);
}

#[test]
#[should_panic(expected: ('RC: key is zero', 'ENTRYPOINT_FAILED'))]
fn a_key_is_not_zero() {
    let net = network();
    be('operator');
    net.profiles.set_key(WORKER, 0);
}

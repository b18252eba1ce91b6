//! Locks and audit rates: what DESIGN calls L, L_min and p.
use crate::lease_id::{join, place_number, split, worker_of};
use crate::terms::{audit_rate, least_lock, lock_at};

#[test]
fn the_least_lock_is_three_tenths_rounded_up_and_an_audits_fees() {
    assert_eq!(least_lock(200, 20), 60 + 20);
    assert_eq!(least_lock(1, 0), 1);
    assert_eq!(least_lock(11, 3), 4 + 3);
}

#[test]
fn a_lower_rate_needs_a_larger_lock() {
    assert_eq!(lock_at(100, 30, 0), 30);
    assert_eq!(lock_at(100, 30, 1), 200);
    assert_eq!(lock_at(100, 30, 2), 600);
    assert_eq!(lock_at(100, 30, 5), 6_200);
}

#[test]
fn the_rate_is_the_smallest_that_record_floor_and_stake_allow() {
    assert_eq!(audit_rate(100, 30, 5, 0, 10_000), Some((0, 30))); // a newcomer
    assert_eq!(audit_rate(100, 30, 5, 9, 10_000), Some((0, 30)));
    assert_eq!(audit_rate(100, 30, 5, 25, 10_000), Some((2, 600)));
    assert_eq!(audit_rate(100, 30, 1, 25, 10_000), Some((1, 200))); // the job's floor
    assert_eq!(audit_rate(100, 30, 5, 25, 599), Some((1, 200))); // the free stake
    assert_eq!(audit_rate(100, 30, 5, 4_000_000_000, 6_200), Some((5, 6_200)));
    assert_eq!(audit_rate(100, 30, 5, 25, 30), Some((0, 30)));
    assert_eq!(audit_rate(100, 30, 5, 25, 29), None);
}

#[test]
fn a_lease_number_names_worker_slot_and_generation() {
    let last = join(place_number(0xffffff, 255), 0xffffffff);
    assert_eq!((split(last), worker_of(last)), ((0xffffffff, 0xffffffff), 0xffffff));
    let lease = join(place_number(1, 2), 3);
    assert_eq!((lease, split(lease), worker_of(lease)), (0x10200000003, (0x102, 3), 1));
}

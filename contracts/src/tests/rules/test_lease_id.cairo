//! What a lease's number says.
use crate::rules::lease_id::{join, place_number, split, worker_of};

#[test]
fn a_lease_number_names_worker_slot_and_generation() {
    let last = join(place_number(0xffffff, 255), 0xffffffff);
    assert_eq!((split(last), worker_of(last)), ((0xffffffff, 0xffffffff), 0xffffff));
    let lease = join(place_number(1, 2), 3);
    assert_eq!((lease, split(lease), worker_of(lease)), (0x10200000003, (0x102, 3), 1));
}

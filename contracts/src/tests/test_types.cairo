//! Packed records come back as they went in, at the edges of every field.
use starknet::storage_access::StorePacking;
use crate::types::{Lease, Progress, Range};

#[test]
fn a_lease_survives_packing_at_every_fields_edge() {
    let lease = Lease {
        job_id: 0xffffffffff,
        first: 0xffffff,
        count: 1,
        state: 6,
        attempt: 15,
        audit_exp: 0,
        since_s: 0xffffffffff,
        since_block: 0xffffffffff,
    };
    assert_eq!(StorePacking::<Lease, felt252>::unpack(StorePacking::pack(lease)), lease);
    let other = Lease { first: 0, count: 0xffffff, audit_exp: 15, since_s: 1, ..lease };
    assert_eq!(StorePacking::<Lease, felt252>::unpack(StorePacking::pack(other)), other);
}

#[test]
#[should_panic(expected: 'RC: field too wide')]
fn a_field_over_its_width_is_refused_not_cut() {
    StorePacking::<Range, felt252>::pack(Range { first: 0x1000000, count: 1, attempt: 0 });
}

#[test]
fn progress_and_ranges_survive_packing() {
    let progress = Progress {
        cursor: 0xffffff,
        accepted_tasks: 1,
        refunded_tasks: 2,
        open_tasks: 0xffffff,
        reopened_ranges: 4,
        cancelled: true,
        created_at_s: 0xffffffffff,
    };
    assert_eq!(StorePacking::<Progress, felt252>::unpack(StorePacking::pack(progress)), progress);
    let range = Range { first: 0xffffff, count: 0xffffff, attempt: 3 };
    assert_eq!(StorePacking::<Range, felt252>::unpack(StorePacking::pack(range)), range);
}

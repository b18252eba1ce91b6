//! Packed records of jobs and leases come back as they went in, at the edges of every field.
use starknet::storage_access::StorePacking;
use crate::packing::board::{
    AuditPricePacking, JobIndexPacking, LeasePacking, PackagePacking, PricePacking, ProgressPacking,
    RangePacking, TimesPacking, turn_of,
};
use crate::tests::support::packing::{M128, M24, M32, M40, M48, M88, M96, survives};
use crate::types::board::{
    AuditPrice, JobIndex, Lease, Package, Price, PrintLimits, Progress, Range, Times,
};

#[test]
fn leases_and_ranges() {
    let lease = Lease {
        job_id: M40,
        first: M24,
        count: 1,
        state: 6,
        attempt: 255,
        rejections: 15,
        audit_exp: 0,
        level: 15,
        draw_outcome: 0,
        paid: false,
        twin: 0,
        since_s: M40,
        since_block: 0,
        generation: M32,
    };
    assert!(survives::<_, felt252>(lease));
    let other = Lease { first: 0, count: M24, audit_exp: 15, since_block: 0xffffffff, ..lease };
    assert!(survives::<_, felt252>(Lease { level: 0, draw_outcome: 15, generation: 1, ..other }));
    assert!(survives::<_, felt252>(Range { first: M24, count: M24, attempt: 3, rejections: 2 }));
    assert!(survives::<_, felt252>(Range { first: 0, count: 1, attempt: 255, rejections: 15 }));
}

#[test]
fn a_leases_generation_and_state_are_what_all_of_it_says() {
    let lease = Lease {
        job_id: M40,
        first: M24,
        count: M24,
        state: 15,
        attempt: 255,
        rejections: 15,
        audit_exp: 15,
        level: 15,
        draw_outcome: 15,
        paid: true,
        twin: 15,
        since_s: M40,
        since_block: 0xffffffff,
        generation: M32,
    };
    for lease in array![lease, Lease { job_id: 5, state: 1, generation: 7, since_s: 0, ..lease }] {
        let cell = LeasePacking::pack(lease);
        assert_eq!(turn_of(cell), (lease.generation, lease.state));
    }
}

#[test]
fn the_cells_of_a_job() {
    let package = Package {
        lo: M128,
        bytes: M48,
        files: 0,
        audit_tiles: 255,
        audit_floor_exp: 0,
        longest_lease: M24,
        tiles: 0x7fff,
    };
    assert!(survives::<_, felt252>(package));
    assert!(survives::<_, felt252>(Package { bytes: 0, files: M24, tiles: 1, ..package }));
    assert!(survives::<_, felt252>(Price { package_hi: M128, reward_fri: M96, tasks: M24 }));
    assert!(survives::<_, felt252>(Price { package_hi: 0, reward_fri: 1, tasks: M24 }));
    let times = Times {
        audit_pool_fri: M96,
        lease_timeout_s: 0,
        window_s: M32,
        expires_at_s: 0,
        scheduler_grace_s: M32,
        pending: 0,
    };
    assert!(survives::<_, felt252>(times));
    let times = Times { lease_timeout_s: M32, window_s: 0, expires_at_s: M40, ..times };
    assert!(survives::<_, felt252>(Times { audit_pool_fri: 0, pending: 0xffff, ..times }));
    let limits = PrintLimits { tile_percent: 255, mean_percent: 255 };
    let most = AuditPrice {
        fee_fri: M88, tile_fri: M88, limits, second_look: false, memory_mib: 0, spares: M24,
    };
    assert!(survives::<_, felt252>(most));
    let limits = PrintLimits { tile_percent: 0, mean_percent: 1 };
    let least = AuditPrice {
        fee_fri: 0, tile_fri: 1, limits, second_look: true, memory_mib: M24, spares: 0,
    };
    assert!(survives::<_, felt252>(least));
}

#[test]
fn progress() {
    let progress = Progress {
        cursor: M24,
        accepted: 0,
        refunded: M24,
        held: 0,
        reopened_ranges: M24,
        stopped: false,
        level: 15,
        heard_at_s: M40,
        heard_block: 0,
        expires_block: 0xffffffff,
        generation: 0,
    };
    assert!(survives::<_, felt252>(progress));
    let other = Progress { accepted: M24, held: M24, stopped: true, level: 0, ..progress };
    let other = Progress { heard_at_s: 0, heard_block: 0xffffffff, ..other };
    assert!(survives::<_, felt252>(Progress { expires_block: 0, generation: 0xffff, ..other }));
}

#[test]
fn the_index_of_jobs() {
    assert!(survives::<_, felt252>(JobIndex { newest: M40, places: 0, free: M24 }));
    assert!(survives::<_, felt252>(JobIndex { newest: 0, places: M24, free: 0 }));
}

#[test]
#[should_panic(expected: 'RC: field too wide')]
fn a_field_over_its_width_is_refused_not_cut() {
    StorePacking::<
        Range, felt252,
    >::pack(Range { first: 0x1000000, count: 1, attempt: 0, rejections: 0 });
}

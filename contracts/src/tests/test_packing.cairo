//! Packed records come back as they went in, at the edges of every field.
use starknet::storage_access::StorePacking;
use crate::case_packing::{CasePacking, MemberPacking};
use crate::case_types::{Case, Member};
use crate::packing::{
    AuditOfferPacking, AuditPricePacking, JobIndexPacking, LeasePacking, PackagePacking,
    PledgePacking, PricePacking, ProgressPacking, RangePacking, RecordPacking, SeatEntryPacking,
    SeatHoldingPacking, TimesPacking, UnstakingPacking, WorkOfferPacking, job_of, turn_of, turned,
};
use crate::types::{
    AuditOffer, AuditPrice, JobIndex, Lease, Package, Pledge, Price, Progress, Range, Record,
    SeatEntry, SeatHolding, Times, Unstaking, WorkOffer,
};

const M24: u32 = 0xffffff;
const M32: u32 = 0xffffffff;
const M40: u64 = 0xffffffffff;
const M48: u64 = 0xffffffffffff;
const M96: u128 = 0xffffffffffffffffffffffff;
const M128: u128 = 0xffffffffffffffffffffffffffffffff;

fn survives<T, P, +StorePacking<T, P>, +Copy<T>, +Drop<T>, +PartialEq<T>>(value: T) -> bool {
    StorePacking::unpack(StorePacking::pack(value)) == value
}

#[test]
fn leases_and_ranges() {
    let lease = Lease {
        job_id: M40,
        first: M24,
        count: 1,
        state: 6,
        attempt: 15,
        audit_exp: 0,
        level: 15,
        trial: 0,
        since_s: M40,
        since_block: 0,
        generation: M32,
    };
    assert!(survives::<_, felt252>(lease));
    let other = Lease { first: 0, count: M24, audit_exp: 15, since_block: 0xffffffff, ..lease };
    assert!(survives::<_, felt252>(Lease { level: 0, trial: 15, generation: 1, ..other }));
    assert!(survives::<_, felt252>(Range { first: M24, count: M24, attempt: 3 }));
    assert!(survives::<_, felt252>(Range { first: 0, count: 1, attempt: 15 }));
}

#[test]
fn parts_of_a_lease_are_what_all_of_it_says() {
    let lease = Lease {
        job_id: M40,
        first: M24,
        count: M24,
        state: 15,
        attempt: 15,
        audit_exp: 15,
        level: 15,
        trial: 15,
        since_s: M40,
        since_block: 0xffffffff,
        generation: M32,
    };
    for lease in array![lease, Lease { job_id: 5, state: 1, generation: 7, since_s: 0, ..lease }] {
        let cell = LeasePacking::pack(lease);
        assert_eq!(turn_of(cell), (lease.generation, lease.state));
        assert_eq!(job_of(cell), lease.job_id);
        let submitted = Lease { state: 2, since_s: 9, since_block: 8, ..lease };
        assert_eq!(turned(cell, lease.generation, 2, (9, 8)), LeasePacking::pack(submitted));
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
    };
    assert!(survives::<_, felt252>(times));
    let times = Times { lease_timeout_s: M32, window_s: 0, expires_at_s: M40, ..times };
    assert!(survives::<_, felt252>(Times { audit_pool_fri: 0, ..times }));
    assert!(survives::<_, felt252>(AuditPrice { fee_fri: M96, tile_fri: M96 }));
    assert!(survives::<_, felt252>(AuditPrice { fee_fri: 0, tile_fri: 1 }));
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
fn the_cells_of_a_worker() {
    assert!(
        survives::<_, felt252>(Pledge { stake_fri: M96, locked_fri: 0, audited: M32, board: 0 }),
    );
    assert!(
        survives::<_, felt252>(Pledge { stake_fri: 0, locked_fri: M96, audited: 0, board: M24 }),
    );
    assert!(
        survives::<
            _, felt252,
        >(Unstaking { unstaking_fri: M96, since_s: M40, since_block: 0xffffffff }),
    );
    assert!(survives::<_, felt252>(Record { audited: M32, losses: 0, audited_fri: M96 }));
    assert!(survives::<_, felt252>(Record { audited: 0, losses: M32, audited_fri: 0 }));
    let offer = WorkOffer {
        least_reward_fri: M96, largest_package_bytes: M48, slots: 255, until_s: M40,
    };
    assert!(survives::<_, felt252>(offer));
    assert!(survives::<_, felt252>(WorkOffer { until_s: 0, ..offer }));
    assert!(survives::<_, felt252>(AuditOffer { audit_fee_fri: M96, memory_mib: M32 }));
    assert!(survives::<_, felt252>(AuditOffer { audit_fee_fri: 0, memory_mib: 1 }));
    let entry = SeatEntry {
        worker_id: M24, units: 0, before: M40, first_epoch: 0, from_epoch: M32, until_epoch: 0,
    };
    assert!(survives::<_, felt252>(entry));
    assert!(survives::<_, felt252>(SeatHolding { units: M24, next_epoch: 0 }));
    assert!(survives::<_, felt252>(SeatHolding { units: 0, next_epoch: M32 }));
    assert!(
        survives::<
            _, felt252,
        >(
            SeatEntry {
                worker_id: 0,
                units: M24,
                before: 0,
                first_epoch: M32,
                from_epoch: 0,
                until_epoch: M32,
            },
        ),
    );
}

#[test]
fn the_cells_of_a_case() {
    let case = Case {
        generation: M32,
        kind: 0,
        phase: 15,
        round: 0,
        verdict: 15,
        seats: (0, 15, 0),
        committed: 15,
        agreeing: 0,
        objecting: 15,
        shown: 0,
        named: 15,
        redraws: 0,
        bonded: 15,
        since_s: 0,
        since_block: 0xffffffff,
    };
    assert!(survives::<_, felt252>(case));
    let other = Case { kind: 15, phase: 0, round: 15, verdict: 0, seats: (15, 0, 15), ..case };
    let other = Case { committed: 0, agreeing: 15, objecting: 0, shown: 15, named: 0, ..other };
    let other = Case { redraws: 15, bonded: 0, since_s: M40, since_block: 0, ..other };
    assert!(survives::<_, felt252>(Case { generation: 0, ..other }));
    assert!(survives::<_, felt252>(Member { worker_id: M24, vote: 0 }));
    assert!(survives::<_, felt252>(Member { worker_id: 0, vote: 15 }));
}

#[test]
#[should_panic(expected: 'RC: field too wide')]
fn a_field_over_its_width_is_refused_not_cut() {
    StorePacking::<Range, felt252>::pack(Range { first: 0x1000000, count: 1, attempt: 0 });
}

#[test]
#[should_panic(expected: 'RC: field too wide')]
fn an_amount_over_96_bits_is_refused() {
    PledgePacking::pack(Pledge { stake_fri: M96 + 1, locked_fri: 0, audited: 0, board: 0 });
}

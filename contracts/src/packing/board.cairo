//! Cells of jobs and leases; see cell.cairo.
use starknet::storage_access::StorePacking;
use crate::packing::cell::{
    B1, B15, B16, B24, B32, B4, B40, B48, B72, B8, B88, B96, flag, join, pull, pull32, pull64,
    pull8, push, rest, split,
};
use crate::types::board::{
    AuditPrice, JobIndex, Lease, Package, Price, PrintLimits, Progress, Range, Times,
};

/// | lo 0-127 | bytes 128-175 | files 176-199 | audit_tiles 200-207 | floor 208-211 | longest
/// 212-235 | tiles 236-250 |
pub impl PackagePacking of StorePacking<Package, felt252> {
    fn pack(value: Package) -> felt252 {
        let high = push(0, value.tiles.into(), B15);
        let high = push(high, value.longest_lease.into(), B24);
        let high = push(high, value.audit_floor_exp.into(), B4);
        let high = push(high, value.audit_tiles.into(), B8);
        let high = push(high, value.files.into(), B24);
        join(value.lo.into(), push(high, value.bytes.into(), B48))
    }

    fn unpack(value: felt252) -> Package {
        let (lo, mut high) = split(value);
        Package {
            lo,
            bytes: pull64(ref high, B48),
            files: pull32(ref high, B24),
            audit_tiles: pull8(ref high, B8),
            audit_floor_exp: pull8(ref high, B4),
            longest_lease: pull32(ref high, B24),
            tiles: rest(high),
        }
    }
}

/// | package_hi 0-127 | reward_fri 128-223 | tasks 224-247 |
pub impl PricePacking of StorePacking<Price, felt252> {
    fn pack(value: Price) -> felt252 {
        let high = push(0, value.tasks.into(), B24);
        join(value.package_hi.into(), push(high, value.reward_fri, B96))
    }

    fn unpack(value: felt252) -> Price {
        let (package_hi, mut high) = split(value);
        Price { package_hi, reward_fri: pull(ref high, B96), tasks: rest(high) }
    }
}

/// | audit_pool_fri 0-95 | lease_timeout_s 96-127 | window_s 128-159 | expires_at_s 160-199 | grace
/// 200-231 | pending 232-247 |
pub impl TimesPacking of StorePacking<Times, felt252> {
    fn pack(value: Times) -> felt252 {
        let low = push(0, value.lease_timeout_s.into(), B32);
        let high = push(0, value.pending.into(), B16);
        let high = push(high, value.scheduler_grace_s.into(), B32);
        let high = push(high, value.expires_at_s.into(), B40);
        join(push(low, value.audit_pool_fri, B96), push(high, value.window_s.into(), B32))
    }

    fn unpack(value: felt252) -> Times {
        let (mut low, mut high) = split(value);
        Times {
            audit_pool_fri: pull(ref low, B96),
            lease_timeout_s: rest(low),
            window_s: pull32(ref high, B32),
            expires_at_s: pull64(ref high, B40),
            scheduler_grace_s: pull32(ref high, B32),
            pending: rest(high),
        }
    }
}

/// | cursor 0-23 | accepted 24-47 | refunded 48-71 | held 72-95 | reopened 96-119 | stopped 120 |
/// level 121-124 | heard_at_s 128-167 | heard_block 168-199 | expires_block 200-231 | generation
/// 232-247 |
pub impl ProgressPacking of StorePacking<Progress, felt252> {
    fn pack(value: Progress) -> felt252 {
        let low = push(0, value.level.into(), B4);
        let low = push(low, flag(value.stopped), B1);
        let low = push(low, value.reopened_ranges.into(), B24);
        let low = push(low, value.held.into(), B24);
        let low = push(low, value.refunded.into(), B24);
        let low = push(low, value.accepted.into(), B24);
        let low = push(low, value.cursor.into(), B24);
        let high = push(0, value.generation.into(), B16);
        let high = push(high, value.expires_block.into(), B32);
        let high = push(high, value.heard_block.into(), B32);
        join(low, push(high, value.heard_at_s.into(), B40))
    }

    fn unpack(value: felt252) -> Progress {
        let (mut low, mut high) = split(value);
        Progress {
            cursor: pull32(ref low, B24),
            accepted: pull32(ref low, B24),
            refunded: pull32(ref low, B24),
            held: pull32(ref low, B24),
            reopened_ranges: pull32(ref low, B24),
            stopped: pull(ref low, B1) == 1,
            level: rest(low),
            heard_at_s: pull64(ref high, B40),
            heard_block: pull64(ref high, B32),
            expires_block: pull64(ref high, B32),
            generation: rest(high),
        }
    }
}

/// | newest 0-39 | places 40-63 | free 64-87 |
pub impl JobIndexPacking of StorePacking<JobIndex, felt252> {
    fn pack(value: JobIndex) -> felt252 {
        let low = push(0, value.free.into(), B24);
        push(push(low, value.places.into(), B24), value.newest.into(), B40)
    }

    fn unpack(value: felt252) -> JobIndex {
        let (mut low, _) = split(value);
        JobIndex { newest: pull64(ref low, B40), places: pull32(ref low, B24), free: rest(low) }
    }
}

/// | fee_fri 0-87 | tile_percent 88-95 | mean_percent 96-103 | spares 104-127 | tile_fri 128-215 |
/// second_look 216 | takes_unjudged 217 | memory_mib 218-241 |
pub impl AuditPricePacking of StorePacking<AuditPrice, felt252> {
    fn pack(value: AuditPrice) -> felt252 {
        let low = push(0, value.spares.into(), B24);
        let low = push(low, value.limits.mean_percent.into(), B8);
        let low = push(low, value.limits.tile_percent.into(), B8);
        let high = push(0, value.memory_mib.into(), B24);
        let high = push(high, flag(value.takes_unjudged), B1);
        let high = push(high, flag(value.second_look), B1);
        join(push(low, value.fee_fri, B88), push(high, value.tile_fri, B88))
    }

    fn unpack(value: felt252) -> AuditPrice {
        let (mut low, mut high) = split(value);
        let (fee_fri, tile_fri) = (pull(ref low, B88), pull(ref high, B88));
        let limits = PrintLimits {
            tile_percent: pull8(ref low, B8), mean_percent: pull8(ref low, B8),
        };
        let second_look = pull(ref high, B1) == 1;
        let takes_unjudged = pull(ref high, B1) == 1;
        AuditPrice {
            fee_fri,
            tile_fri,
            limits,
            second_look,
            memory_mib: rest(high),
            spares: rest(low),
            takes_unjudged,
        }
    }
}

/// A packed Lease, of which most callers need but a part.
pub type LeaseCell = felt252;

/// | job_id 0-39 | first 40-63 | count 64-87 | attempt 88-95 | rejections 96-99 | audit_exp 100-103
/// | level 104-107 | outcome 108-111 | paid 112 | twin 113-116 | since_s 128-167 | since_block
/// 168-199 |
/// generation 200-231 |
/// state 232-235 |
pub impl LeasePacking of StorePacking<Lease, felt252> {
    fn pack(value: Lease) -> felt252 {
        let low = push(0, value.twin.into(), B4);
        let low = push(low, flag(value.paid), B1);
        let low = push(low, value.draw_outcome.into(), B4);
        let low = push(low, value.level.into(), B4);
        let low = push(low, value.audit_exp.into(), B4);
        let low = push(low, value.rejections.into(), B4);
        let low = push(low, value.attempt.into(), B8);
        let low = push(low, value.count.into(), B24);
        let low = push(low, value.first.into(), B24);
        let low = push(low, value.job_id.into(), B40);
        let high = push(0, value.state.into(), B4);
        let high = push(high, value.generation.into(), B32);
        let high = push(high, value.since_block.into(), B32);
        join(low, push(high, value.since_s.into(), B40))
    }

    fn unpack(value: felt252) -> Lease {
        let (mut low, mut high) = split(value);
        Lease {
            job_id: pull64(ref low, B40),
            first: pull32(ref low, B24),
            count: pull32(ref low, B24),
            attempt: pull8(ref low, B8),
            rejections: pull8(ref low, B4),
            audit_exp: pull8(ref low, B4),
            level: pull8(ref low, B4),
            draw_outcome: pull8(ref low, B4),
            paid: pull(ref low, B1) == 1,
            twin: rest(low),
            since_s: pull64(ref high, B40),
            since_block: pull64(ref high, B32),
            generation: pull32(ref high, B32),
            state: rest(high),
        }
    }
}

/// A lease's generation and state.
pub fn turn_of(lease: LeaseCell) -> (u32, u8) {
    let (_, high) = split(lease);
    let (mut turn, _) = DivRem::div_rem(high, B72);
    (pull32(ref turn, B32), rest(turn))
}

/// | first 0-23 | count 24-47 | attempt 48-55 | rejections 56-59 |
pub impl RangePacking of StorePacking<Range, felt252> {
    fn pack(value: Range) -> felt252 {
        let low = push(0, value.rejections.into(), B4);
        let low = push(low, value.attempt.into(), B8);
        let low = push(low, value.count.into(), B24);
        push(low, value.first.into(), B24)
    }

    fn unpack(value: felt252) -> Range {
        let (mut low, _) = split(value);
        Range {
            first: pull32(ref low, B24),
            count: pull32(ref low, B24),
            attempt: pull8(ref low, B8),
            rejections: rest(low),
        }
    }
}

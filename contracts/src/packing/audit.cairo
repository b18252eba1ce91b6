//! Cells of audits and challenges; see cell.cairo.
use starknet::storage_access::StorePacking;
use crate::packing::cell::{
    B1, B104, B24, B32, B4, B40, B6, B8, flag, join, pull, pull32, pull64, pull8, push, split,
};
use crate::types::audit::{Audit, Verifier};

/// | generation 0-31 | kind 32-35 | phase 36-39 | round 40-43 | verdict 44-47 | decided 48-51 |
/// first 52-59 | ends 60-83 | batches 84-87 | redraws 88-91 | sealed 92-99 | said 100-107 |
/// revealed 108-115 | named 116-119 | bonded 120-123 | proved 124 | prints 125 | against 128-133 |
/// since_s 134-173 | since_block 174-205 | draw_block 206-237 | raised 238-249 |
pub impl AuditPacking of StorePacking<Audit, felt252> {
    fn pack(value: Audit) -> felt252 {
        let (first_end, second_end, third_end) = value.ends;
        let (first_raise, second_raise, third_raise) = value.raised;
        let mut low = push(0, flag(value.prints), B1);
        low = push(low, flag(value.proved), B1);
        low = push(low, value.bonded.into(), B4);
        low = push(low, value.named.into(), B4);
        for field in array![value.revealed, value.said, value.sealed] {
            low = push(low, field.into(), B8);
        }
        low = push(low, value.redraws.into(), B4);
        low = push(low, value.batches.into(), B4);
        for field in array![third_end, second_end, first_end, value.first] {
            low = push(low, field.into(), B8);
        }
        for field in array![value.decided, value.verdict, value.round, value.phase, value.kind] {
            low = push(low, field.into(), B4);
        }
        let high = push(0, third_raise.into(), B4);
        let high = push(high, second_raise.into(), B4);
        let high = push(high, first_raise.into(), B4);
        let high = push(high, value.draw_block.into(), B32);
        let high = push(high, value.since_block.into(), B32);
        let high = push(high, value.since_s.into(), B40);
        let high = push(high, value.against.into(), B6);
        join(push(low, value.generation.into(), B32), high)
    }

    fn unpack(value: felt252) -> Audit {
        let (mut low, mut high) = split(value);
        Audit {
            generation: pull32(ref low, B32),
            kind: pull8(ref low, B4),
            phase: pull8(ref low, B4),
            round: pull8(ref low, B4),
            verdict: pull8(ref low, B4),
            decided: pull8(ref low, B4),
            first: pull8(ref low, B8),
            ends: (pull8(ref low, B8), pull8(ref low, B8), pull8(ref low, B8)),
            batches: pull8(ref low, B4),
            redraws: pull8(ref low, B4),
            sealed: pull8(ref low, B8),
            said: pull8(ref low, B8),
            revealed: pull8(ref low, B8),
            named: pull8(ref low, B4),
            bonded: pull8(ref low, B4),
            proved: pull(ref low, B1) == 1,
            prints: pull(ref low, B1) == 1,
            against: pull8(ref high, B6),
            since_s: pull64(ref high, B40),
            since_block: pull64(ref high, B32),
            draw_block: pull64(ref high, B32),
            raised: (pull8(ref high, B4), pull8(ref high, B4), pull8(ref high, B4)),
        }
    }
}

/// | worker_id 0-23 | vote 24-27 | mean 28 | near 29-60 | differs 128-231 |
pub impl VerifierPacking of StorePacking<Verifier, felt252> {
    fn pack(value: Verifier) -> felt252 {
        let low = push(0, value.near.into(), B32);
        let low = push(low, flag(value.mean), B1);
        let low = push(low, value.vote.into(), B4);
        join(push(low, value.worker_id.into(), B24), push(0, value.differs, B104))
    }

    fn unpack(value: felt252) -> Verifier {
        let (mut low, high) = split(value);
        Verifier {
            worker_id: pull32(ref low, B24),
            vote: pull8(ref low, B4),
            mean: pull(ref low, B1) == 1,
            near: pull32(ref low, B32),
            differs: high,
        }
    }
}

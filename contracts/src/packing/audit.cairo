//! Cells of audits and challenges; see cell.cairo.
use starknet::storage_access::StorePacking;
use crate::packing::cell::{B24, B32, B4, B40, join, pull32, pull64, pull8, push, split};
use crate::types::audit::{Audit, Verifier};

/// | generation 0-31 | kind 32-35 | phase 36-39 | round 40-43 | verdict 44-47 | seats 48-59 |
/// committed 60-63 | agreeing 64-67 | objecting 68-71 | shown 72-75 | named 76-79 | redraws 80-83 |
/// bonded 84-87 | since_s 128-167 | since_block 168-199 | draw_block 200-231 |
pub impl AuditPacking of StorePacking<Audit, felt252> {
    fn pack(value: Audit) -> felt252 {
        let (first, second, third) = value.seats;
        let mut low = 0;
        for field in array![
            value.bonded, value.redraws, value.named, value.shown, value.objecting, value.agreeing,
            value.committed, third, second, first, value.verdict, value.round, value.phase,
            value.kind,
        ] {
            low = push(low, field.into(), B4);
        }
        let high = push(0, value.draw_block.into(), B32);
        let high = push(high, value.since_block.into(), B32);
        join(push(low, value.generation.into(), B32), push(high, value.since_s.into(), B40))
    }

    fn unpack(value: felt252) -> Audit {
        let (mut low, mut high) = split(value);
        let generation = pull32(ref low, B32);
        let (kind, phase) = (pull8(ref low, B4), pull8(ref low, B4));
        let (round, verdict) = (pull8(ref low, B4), pull8(ref low, B4));
        let seats = (pull8(ref low, B4), pull8(ref low, B4), pull8(ref low, B4));
        Audit {
            generation,
            kind,
            phase,
            round,
            verdict,
            seats,
            committed: pull8(ref low, B4),
            agreeing: pull8(ref low, B4),
            objecting: pull8(ref low, B4),
            shown: pull8(ref low, B4),
            named: pull8(ref low, B4),
            redraws: pull8(ref low, B4),
            bonded: pull8(ref low, B4),
            since_s: pull64(ref high, B40),
            since_block: pull64(ref high, B32),
            draw_block: pull64(ref high, B32),
        }
    }
}

/// | worker_id 0-23 | vote 24-27 |
pub impl VerifierPacking of StorePacking<Verifier, felt252> {
    fn pack(value: Verifier) -> felt252 {
        push(push(0, value.vote.into(), B4), value.worker_id.into(), B24)
    }

    fn unpack(value: felt252) -> Verifier {
        let (mut low, _) = split(value);
        Verifier { worker_id: pull32(ref low, B24), vote: pull8(ref low, B4) }
    }
}

//! Packed records of audits come back as they went in, at the edges of every field.

use crate::packing::audit::{AuditPacking, VerifierPacking};
use crate::rules::masks::run;
use crate::tests::support::packing::{M24, M32, M40, survives};
use crate::types::audit::{Audit, Verifier};

#[test]
fn the_cells_of_an_audit() {
    let audit = Audit {
        generation: M32,
        kind: 0,
        phase: 15,
        round: 0,
        verdict: 15,
        decided: 0,
        first: 255,
        ends: (0, 255, 0),
        batches: 15,
        redraws: 0,
        sealed: 255,
        said: 0,
        revealed: 255,
        named: 0,
        raised: (15, 0, 15),
        bonded: 15,
        against: 0,
        proved: true,
        prints: false,
        since_s: M40,
        since_block: 0,
        draw_block: 0xffffffff,
    };
    assert!(survives::<_, felt252>(audit));
    let other = Audit { kind: 15, phase: 0, round: 15, verdict: 0, decided: 15, ..audit };
    let other = Audit { first: 0, ends: (255, 0, 255), batches: 0, redraws: 15, ..other };
    let other = Audit {
        sealed: 0, said: 255, revealed: 0, named: 15, raised: (0, 15, 0), bonded: 0, ..other,
    };
    let other = Audit { against: 63, proved: false, prints: true, since_s: 0, ..other };
    let other = Audit { since_block: 0xffffffff, draw_block: 0, ..other };
    assert!(survives::<_, felt252>(Audit { generation: 0, ..other }));
}

#[test]
fn the_cell_of_a_seat() {
    let seat = Verifier { worker_id: M24, vote: 0, mean: true, near: 0, differs: run(0, 104) };
    assert!(survives::<_, felt252>(seat));
    let other = Verifier { worker_id: 0, vote: 15, mean: false, near: M32, differs: 0 };
    assert!(survives::<_, felt252>(other));
}

//! Packed records of audits come back as they went in, at the edges of every field.

use crate::packing::audit::{AuditPacking, VerifierPacking};
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
        draw_block: 0,
    };
    assert!(survives::<_, felt252>(audit));
    let other = Audit { kind: 15, phase: 0, round: 15, verdict: 0, seats: (15, 0, 15), ..audit };
    let other = Audit { committed: 0, agreeing: 15, objecting: 0, shown: 15, named: 0, ..other };
    let other = Audit { redraws: 15, bonded: 0, since_s: M40, since_block: 0, ..other };
    let other = Audit { draw_block: 0xffffffff, ..other };
    assert!(survives::<_, felt252>(Audit { generation: 0, ..other }));
    assert!(survives::<_, felt252>(Verifier { worker_id: M24, vote: 0 }));
    assert!(survives::<_, felt252>(Verifier { worker_id: 0, vote: 15 }));
}

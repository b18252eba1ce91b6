//! Packed records of workers come back as they went in, at the edges of every field.

use crate::packing::registry::{
    AgesPacking, AuditOfferPacking, FamilyPayPacking, PledgePacking, PursePacking, RecordPacking,
    SeatEntryPacking, SeatHoldingPacking, UnstakingPacking, WorkOfferPacking,
};
use crate::tests::support::packing::{M24, M32, M40, M48, M96, survives};
use crate::types::registry::{
    Ages, AuditOffer, FamilyPay, Pledge, Purse, Record, SeatEntry, SeatHolding, Unstaking,
    WorkOffer,
};

#[test]
fn the_cells_of_a_worker() {
    assert!(survives::<_, felt252>(Pledge { stake_fri: M96, locked_fri: 0, board: 0 }));
    assert!(survives::<_, felt252>(Pledge { stake_fri: 0, locked_fri: M96, board: M24 }));
    assert!(
        survives::<
            _, felt252,
        >(Unstaking { unstaking_fri: M96, since_s: M40, since_block: 0xffffffff }),
    );
    assert!(survives::<_, felt252>(Record { audited: M32, losses: 0, fees_fri: M96 }));
    assert!(survives::<_, felt252>(Record { audited: 0, losses: M32, fees_fri: 0 }));
    let offer = WorkOffer {
        least_reward_fri: M96, largest_package_bytes: M48, slots: 255, until_s: M40,
    };
    assert!(survives::<_, felt252>(offer));
    assert!(survives::<_, felt252>(WorkOffer { until_s: 0, ..offer }));
    let offer = AuditOffer {
        audit_fee_fri: M96,
        memory_mib: 0,
        largest_package_bytes: M48,
        until_epoch: 0,
        from_epoch: M32,
    };
    assert!(survives::<_, felt252>(offer));
    let offer = AuditOffer { audit_fee_fri: 0, memory_mib: M32, until_epoch: M32, ..offer };
    assert!(
        survives::<_, felt252>(AuditOffer { largest_package_bytes: 0, from_epoch: 0, ..offer }),
    );
    let purse = Purse {
        stake_fri: M96, seats: 0, units: M24, from_epoch: 0, old_units: M24, old_from_epoch: 0,
    };
    assert!(survives::<_, felt252>(purse));
    let purse = Purse { stake_fri: 0, seats: M24, units: 0, from_epoch: M32, ..purse };
    assert!(survives::<_, felt252>(Purse { old_units: 0, old_from_epoch: M32, ..purse }));
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
#[should_panic(expected: 'RC: field too wide')]
fn an_amount_over_96_bits_is_refused() {
    PledgePacking::pack(Pledge { stake_fri: M96 + 1, locked_fri: 0, board: 0 });
}

#[test]
fn the_cells_of_a_family() {
    let pay = FamilyPay {
        open_fri: M96, window: 0, units: M32, low_now: 0, low_before: M32, since_epoch: 0,
    };
    assert!(survives::<_, felt252>(pay));
    let since_epoch = 0x7ffffff;
    assert!(
        survives::<
            _, felt252,
        >(
            FamilyPay {
                open_fri: 0, window: M32, units: 0, low_now: M32, low_before: 0, since_epoch,
            },
        ),
    );
    assert!(survives::<_, felt252>(Ages { seat_epochs: M24, family_epochs: 0 }));
    assert!(survives::<_, felt252>(Ages { seat_epochs: 0, family_epochs: M24 }));
}

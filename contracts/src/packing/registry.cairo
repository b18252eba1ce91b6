//! Cells of workers, their stake and their seats; see cell.cairo.
use starknet::storage_access::StorePacking;
use crate::packing::cell::{
    B24, B27, B32, B40, B48, B8, B96, join, pull, pull32, pull64, push, rest, split,
};
use crate::types::registry::{
    Ages, AuditOffer, FamilyPay, Limits, Pledge, Purse, Record, SeatEntry, SeatHolding, Unstaking,
    WorkOffer,
};

/// | stake_fri 0-95 | locked_fri 128-223 | board 224-247 |
pub impl PledgePacking of StorePacking<Pledge, felt252> {
    fn pack(value: Pledge) -> felt252 {
        let high = push(0, value.board.into(), B24);
        join(push(0, value.stake_fri, B96), push(high, value.locked_fri, B96))
    }

    fn unpack(value: felt252) -> Pledge {
        let (stake_fri, mut high) = split(value);
        Pledge { stake_fri, locked_fri: pull(ref high, B96), board: rest(high) }
    }
}

/// | unstaking_fri 0-95 | since_s 128-167 | since_block 168-199 |
pub impl UnstakingPacking of StorePacking<Unstaking, felt252> {
    fn pack(value: Unstaking) -> felt252 {
        let high = push(0, value.since_block.into(), B32);
        join(push(0, value.unstaking_fri, B96), push(high, value.since_s.into(), B40))
    }

    fn unpack(value: felt252) -> Unstaking {
        let (unstaking_fri, mut high) = split(value);
        Unstaking { unstaking_fri, since_s: pull64(ref high, B40), since_block: rest(high) }
    }
}

/// | stake_fri 0-95 | from_epoch 96-127 | seats 128-151 | units 152-175 | old_units 176-199 |
/// old_from_epoch 200-231 |
pub impl PursePacking of StorePacking<Purse, felt252> {
    fn pack(value: Purse) -> felt252 {
        let low = push(0, value.from_epoch.into(), B32);
        let high = push(0, value.old_from_epoch.into(), B32);
        let high = push(high, value.old_units.into(), B24);
        let high = push(high, value.units.into(), B24);
        join(push(low, value.stake_fri, B96), push(high, value.seats.into(), B24))
    }

    fn unpack(value: felt252) -> Purse {
        let (mut low, mut high) = split(value);
        Purse {
            stake_fri: pull(ref low, B96),
            from_epoch: rest(low),
            seats: pull32(ref high, B24),
            units: pull32(ref high, B24),
            old_units: pull32(ref high, B24),
            old_from_epoch: rest(high),
        }
    }
}

/// | fees_fri 0-95 | audited 128-159 | losses 160-191 |
pub impl RecordPacking of StorePacking<Record, felt252> {
    fn pack(value: Record) -> felt252 {
        let high = push(0, value.losses.into(), B32);
        join(push(0, value.fees_fri, B96), push(high, value.audited.into(), B32))
    }

    fn unpack(value: felt252) -> Record {
        let (fees_fri, mut high) = split(value);
        Record { fees_fri, audited: pull32(ref high, B32), losses: rest(high) }
    }
}

/// | least_reward_fri 0-95 | largest_package_bytes 128-175 | until_s 176-215 | slots 216-223 |
pub impl WorkOfferPacking of StorePacking<WorkOffer, felt252> {
    fn pack(value: WorkOffer) -> felt252 {
        let high = push(0, value.slots.into(), B8);
        let high = push(high, value.until_s.into(), B40);
        let high = push(high, value.largest_package_bytes.into(), B48);
        join(push(0, value.least_reward_fri, B96), high)
    }

    fn unpack(value: felt252) -> WorkOffer {
        let (least_reward_fri, mut high) = split(value);
        WorkOffer {
            least_reward_fri,
            largest_package_bytes: pull64(ref high, B48),
            until_s: pull64(ref high, B40),
            slots: rest(high),
        }
    }
}

/// | audit_fee_fri 0-95 | memory_mib 96-127 | largest_package_bytes 128-175 | until_epoch 176-207 |
/// from_epoch 208-239 |
pub impl AuditOfferPacking of StorePacking<AuditOffer, felt252> {
    fn pack(value: AuditOffer) -> felt252 {
        let low = push(0, value.memory_mib.into(), B32);
        let high = push(0, value.from_epoch.into(), B32);
        let high = push(high, value.until_epoch.into(), B32);
        let high = push(high, value.largest_package_bytes.into(), B48);
        join(push(low, value.audit_fee_fri, B96), high)
    }

    fn unpack(value: felt252) -> AuditOffer {
        let (mut low, mut high) = split(value);
        AuditOffer {
            audit_fee_fri: pull(ref low, B96),
            memory_mib: rest(low),
            largest_package_bytes: pull64(ref high, B48),
            until_epoch: pull32(ref high, B32),
            from_epoch: rest(high),
        }
    }
}

/// | worker_id 0-23 | units 24-47 | before 48-87 | first_epoch 88-119 | from_epoch 128-159 |
/// until_epoch 160-191 |
pub impl SeatEntryPacking of StorePacking<SeatEntry, felt252> {
    fn pack(value: SeatEntry) -> felt252 {
        let low = push(0, value.first_epoch.into(), B32);
        let low = push(low, value.before.into(), B40);
        let low = push(low, value.units.into(), B24);
        let high = push(0, value.until_epoch.into(), B32);
        join(push(low, value.worker_id.into(), B24), push(high, value.from_epoch.into(), B32))
    }

    fn unpack(value: felt252) -> SeatEntry {
        let (mut low, mut high) = split(value);
        SeatEntry {
            worker_id: pull32(ref low, B24),
            units: pull32(ref low, B24),
            before: pull64(ref low, B40),
            first_epoch: pull32(ref low, B32),
            from_epoch: pull32(ref high, B32),
            until_epoch: pull32(ref high, B32),
        }
    }
}

/// | seat_epochs 0-23 | family_epochs 24-47 |
pub impl AgesPacking of StorePacking<Ages, felt252> {
    fn pack(value: Ages) -> felt252 {
        push(push(0, value.family_epochs.into(), B24), value.seat_epochs.into(), B24).into()
    }

    fn unpack(value: felt252) -> Ages {
        let (mut low, _) = split(value);
        Ages { seat_epochs: pull32(ref low, B24), family_epochs: rest(low) }
    }
}

/// | open_fri 0-95 | window 96-127 | units 128-159 | low_now 160-191 | low_before 192-223 |
/// since_epoch 224-250 |
pub impl FamilyPayPacking of StorePacking<FamilyPay, felt252> {
    fn pack(value: FamilyPay) -> felt252 {
        let low = push(0, value.window.into(), B32);
        let high = push(0, value.since_epoch.into(), B27);
        let high = push(high, value.low_before.into(), B32);
        let high = push(high, value.low_now.into(), B32);
        join(push(low, value.open_fri, B96), push(high, value.units.into(), B32))
    }

    fn unpack(value: felt252) -> FamilyPay {
        let (mut low, mut high) = split(value);
        FamilyPay {
            open_fri: pull(ref low, B96),
            window: rest(low),
            units: pull32(ref high, B32),
            low_now: pull32(ref high, B32),
            low_before: pull32(ref high, B32),
            since_epoch: rest(high),
        }
    }
}

/// | units 0-23 | next_epoch 24-55 |
pub impl SeatHoldingPacking of StorePacking<SeatHolding, felt252> {
    fn pack(value: SeatHolding) -> felt252 {
        push(push(0, value.next_epoch.into(), B32), value.units.into(), B24).into()
    }

    fn unpack(value: felt252) -> SeatHolding {
        let (mut low, _) = split(value);
        SeatHolding { units: pull32(ref low, B24), next_epoch: pull32(ref low, B32) }
    }
}

/// | lease_timeout_s 0-31 | window_s 32-63 | audit_s 64-95 | slowest_block_s 96-127 |
pub impl LimitsPacking of StorePacking<Limits, felt252> {
    fn pack(value: Limits) -> felt252 {
        let low = push(0, value.slowest_block_s.into(), B32);
        let low = push(low, value.audit_s.into(), B32);
        let low = push(low, value.window_s.into(), B32);
        push(low, value.lease_timeout_s.into(), B32)
    }

    fn unpack(value: felt252) -> Limits {
        let (mut low, _) = split(value);
        Limits {
            lease_timeout_s: pull32(ref low, B32),
            window_s: pull32(ref low, B32),
            audit_s: pull32(ref low, B32),
            slowest_block_s: pull32(ref low, B32),
        }
    }
}

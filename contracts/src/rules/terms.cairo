//! What follows from a job's terms alone: prices, locks and deadlines.
use core::cmp::{max, min};
use core::num::traits::Pow;
use starknet::get_block_info;
use crate::rules::masks::MAX_NAMED;
use crate::types::board::{AuditPrice, JobTerms, PrintLimits};
use crate::types::registry::Limits;

/// A challenge puts up 3/10 of the pay and the fees of its audit, and a lease locks at least as
/// much.
const LEAST_LOCK_NUMERATOR: u32 = 3;
const LEAST_LOCK_DENOMINATOR: u128 = 10;
/// So many times what verifiers earned by a worker's accepted leases, the pay of one that is not
/// surely audited may be.
const CREDIT_FEES: u128 = 8;
/// No audit rate is below 2^-5 = 3 %.
pub const MAX_AUDIT_EXP: u8 = 5;
/// 3 verifiers * (80/64)^2 / 96 = 4.9 %.
const LEAVES_PER_DRAWN: u32 = 96;
pub const MAX_AUDIT_TILES: u8 = 32;
/// Leaves of a lease's tree are counted in 32 bits, each task's final image among them.
const MOST_LEAVES: u64 = 0xffffffff;
/// Of a round's fee, for who is wrong, absent or silent ...
const BOND_FEES: u32 = 20;
/// ... and who has no time.
const BUSY_FEES: u32 = 2;
const LATER_FEES: u32 = 2;
/// The fee of a vote is at most such a part of a seat's unit, with all leaves that may be named, so
/// that a unit bears what three faults cost; and such a part of the longest lease's pay, so that
/// nothing is gained by making others pay it.
const UNIT_FEES: u32 = 60;
const PAY_FEES: u32 = 15;
/// Schedulers give leases without asking, so these last at least such a part of the network's
/// longest, and nowhere more than an hour: who gets one that it does not want must have time to
/// give it back.
const ASSIGNED_PART: u32 = 24;
const ASSIGNED_S: u32 = 3600;
/// Three rounds: commit 3 and batches 3, open 2, reveal, show and appeal 1 each.
const STEPS: u32 = 33;
/// How wide a job's limits must be and may be, as in core/print_limits.py.
pub const LEAST_LIMITS: PrintLimits = PrintLimits { tile_percent: 10, mean_percent: 5 };
const MOST_LIMITS: PrintLimits = PrintLimits { tile_percent: 20, mean_percent: 10 };
/// It is kept in 24 bits.
const MOST_MEMORY_MIB: u32 = 0xffffff;
pub const LAST_ROUND: u8 = 2;

pub mod Errors {
    pub const NOT_ITS_OPERATOR: felt252 = 'RC: not the worker operator';
    pub const NO_TASKS: felt252 = 'RC: job without tasks';
    pub const NO_REWARD: felt252 = 'RC: job without reward';
    pub const NO_PACKAGE: felt252 = 'RC: job without package';
    pub const NO_FAMILY: felt252 = 'RC: job without family';
    pub const NO_LEASE_LENGTH: felt252 = 'RC: longest lease is zero';
    pub const NO_TIMEOUT: felt252 = 'RC: a timeout is zero';
    pub const TIMEOUT_TOO_LONG: felt252 = 'RC: a timeout is too long';
    pub const TIMEOUT_TOO_SHORT: felt252 = 'RC: timeout too short to assign';
    pub const EXPIRES_TOO_SOON: felt252 = 'RC: job shorter than a lease';
    pub const RATE_TOO_LOW: felt252 = 'RC: audit rate is too low';
    pub const NO_TILES: felt252 = 'RC: job without tiles';
    pub const WRONG_AUDIT_TILES: felt252 = 'RC: audits 1 to 32 leaves';
    pub const NO_AUDIT_FEE: felt252 = 'RC: audit without a fee';
    pub const FEE_TOO_HIGH: felt252 = 'RC: fee of a vote is too high';
    pub const WRONG_LIMITS: felt252 = 'RC: print limits out of range';
    pub const TOO_MUCH_MEMORY: felt252 = 'RC: more memory than there is';
    pub const TOO_MANY_LEAVES: felt252 = 'RC: too many leaves in a lease';
    pub const POOL_TOO_SMALL: felt252 = 'RC: pool below its audits';
    pub const SPARES_UNSCHEDULED: felt252 = 'RC: spares without scheduler';
    pub const TOO_MANY_SPARES: felt252 = 'RC: more spares than tasks';
    pub const SCHEDULER_WITHOUT_GRACE: felt252 = 'RC: scheduler without grace';
}

pub fn check_terms(terms: @JobTerms, limits: Limits, seat_unit_fri: u128) {
    assert(*terms.tasks != 0, Errors::NO_TASKS);
    assert(*terms.reward_fri != 0, Errors::NO_REWARD);
    let digest = *terms.package_hi != 0 || *terms.package_lo != 0;
    let package = digest && *terms.package_bytes != 0 && *terms.package_files != 0;
    assert(package, Errors::NO_PACKAGE);
    assert(*terms.family != 0, Errors::NO_FAMILY);
    assert(*terms.longest_lease != 0, Errors::NO_LEASE_LENGTH);
    assert(*terms.lease_timeout_s != 0 && *terms.window_s != 0, Errors::NO_TIMEOUT);
    let allowed = *terms.lease_timeout_s <= limits.lease_timeout_s
        && *terms.window_s <= limits.window_s;
    assert(allowed, Errors::TIMEOUT_TOO_LONG);
    assert(*terms.expires_in_s >= *terms.lease_timeout_s, Errors::EXPIRES_TOO_SOON);
    assert(*terms.audit_floor_exp <= MAX_AUDIT_EXP, Errors::RATE_TOO_LOW);
    let zero: felt252 = (*terms.scheduler).into();
    assert((zero == 0) == (*terms.scheduler_grace_s == 0), Errors::SCHEDULER_WITHOUT_GRACE);
    let least_s = min(limits.lease_timeout_s / ASSIGNED_PART, ASSIGNED_S);
    assert(zero == 0 || *terms.lease_timeout_s >= least_s, Errors::TIMEOUT_TOO_SHORT);
    assert(*terms.spare_tasks == 0 || zero != 0, Errors::SPARES_UNSCHEDULED);
    assert(*terms.spare_tasks <= *terms.tasks, Errors::TOO_MANY_SPARES);
    check_audits(terms, seat_unit_fri);
}

/// The pool must pay for an audit of every lease, as newcomers have them.
fn check_audits(terms: @JobTerms, seat_unit_fri: u128) {
    assert(*terms.tiles != 0, Errors::NO_TILES);
    let wanted = *terms.audit_tiles;
    assert(wanted != 0 && wanted <= MAX_AUDIT_TILES, Errors::WRONG_AUDIT_TILES);
    assert(*terms.audit_fee_fri != 0, Errors::NO_AUDIT_FEE);
    let (tile, mean) = (*terms.tile_limit_percent, *terms.mean_limit_percent);
    let within = LEAST_LIMITS.tile_percent <= tile
        && tile <= MOST_LIMITS.tile_percent
        && LEAST_LIMITS.mean_percent <= mean
        && mean <= MOST_LIMITS.mean_percent;
    assert(within, Errors::WRONG_LIMITS);
    assert(*terms.memory_mib <= MOST_MEMORY_MIB, Errors::TOO_MUCH_MEMORY);
    let longest = min(*terms.longest_lease, *terms.tasks);
    let leaves: u64 = longest.into() * ((*terms.tiles).into() + 1);
    assert(leaves <= MOST_LEAVES, Errors::TOO_MANY_LEAVES);
    let leases = (*terms.tasks + longest - 1) / longest;
    let (price, drawn) = (
        audit_price_of(terms), drawn_leaves(longest * (*terms.tiles).into(), wanted),
    );
    let (fee_fri, named_fee_fri) = (fee_of(price, drawn), fee_of(price, drawn + MAX_NAMED));
    let pay_fri = times(*terms.reward_fri, longest);
    let fits_unit = named_fee_fri <= seat_unit_fri / UNIT_FEES.into();
    assert(fits_unit && fee_fri <= pay_fri / PAY_FEES.into(), Errors::FEE_TOO_HIGH);
    let needed_fri = fee_fri * reserved_fees(*terms.second_look).into() * leases.into();
    assert(*terms.audit_pool_fri >= needed_fri, Errors::POOL_TOO_SMALL);
}

/// How many leaves of a lease a round draws: `wanted`, but fewer where three verifiers, who render
/// 80x80 pixels for a tile, would render more than a twentieth of the lease.
pub fn drawn_leaves(leaves: u32, wanted: u8) -> u32 {
    let affordable = leaves / LEAVES_PER_DRAWN + 1;
    if affordable < wanted.into() {
        affordable
    } else {
        min(wanted.into(), leaves)
    }
}

/// The part of the terms that audits need.
pub fn audit_price_of(terms: @JobTerms) -> AuditPrice {
    let limits = PrintLimits {
        tile_percent: *terms.tile_limit_percent, mean_percent: *terms.mean_limit_percent,
    };
    AuditPrice {
        fee_fri: *terms.audit_fee_fri,
        tile_fri: *terms.audit_tile_fri,
        limits,
        second_look: *terms.second_look,
        memory_mib: *terms.memory_mib,
        spares: *terms.spare_tasks,
        takes_unjudged: *terms.takes_unjudged,
    }
}

/// What each verifier of a round gets.
pub fn fee_of(price: AuditPrice, leaves: u32) -> u128 {
    price.fee_fri + times(price.tile_fri, leaves)
}

/// A fee raised by so many notches: four of them double it, each by a quarter of what it was at
/// the last doubling.
pub fn raised_fee(fee_fri: u128, notches: u8) -> u128 {
    if notches == 0 {
        fee_fri
    } else {
        let (doublings, quarters) = DivRem::div_rem(notches, 4);
        times(fee_fri, (4 + quarters.into()) * power_of_two(doublings)) / 4
    }
}

/// What a vote of a first round may be paid at most for a lease with that pay. A later price is
/// never lower, and shorter leases draw no more leaves.
pub fn most_fee(seat_unit_fri: u128, pay_fri: u128) -> u128 {
    min(seat_unit_fri / UNIT_FEES.into(), pay_fri / PAY_FEES.into())
}

/// A product below 2^160 in a felt costs a tenth of one of u128; it panics where that would.
pub fn times(amount_fri: u128, count: u32) -> u128 {
    let product: felt252 = amount_fri.into() * count.into();
    product.try_into().unwrap()
}

/// From a table up to the exponents of audit rates.
pub fn power_of_two(exp: u8) -> u32 {
    match exp {
        0 => 1,
        1 => 2,
        2 => 4,
        3 => 8,
        4 => 16,
        5 => 32,
        _ => 2_u32.pow(exp.into()),
    }
}

/// What a verifier loses that is wrong or absent: so much that copying never pays.
pub fn bond_of(fee_fri: u128) -> u128 {
    times(fee_fri, BOND_FEES)
}

/// What a verifier loses that is busy, or for whom a job takes too long.
pub fn busy_of(fee_fri: u128) -> u128 {
    times(fee_fri, BUSY_FEES)
}

/// Verifiers of a round; each appeal goes to more.
pub fn seats_in(round: u8) -> u8 {
    if round == 0 {
        3
    } else if round == 1 {
        7
    } else {
        15
    }
}

/// Votes of the first round are paid once, those of later ones twice.
pub fn fee_in(round: u8, fee_fri: u128) -> u128 {
    if round == 0 {
        fee_fri
    } else {
        times(fee_fri, LATER_FEES)
    }
}

/// What a round's own votes are paid together where one of the first is paid so much.
pub fn fees_in(round: u8, fee_fri: u128) -> u128 {
    times(fee_in(round, fee_fri), seats_in(round).into())
}

/// How many fees a lease reserves: of its first round, and of a second look.
pub fn reserved_fees(second_look: bool) -> u32 {
    let look: u32 = if second_look {
        LATER_FEES * seats_in(1).into()
    } else {
        0
    };
    seats_in(0).into() + look
}

/// How long a step of an audit may take.
pub fn phase_s(limits: Limits) -> u32 {
    limits.audit_s / STEPS
}

/// What a challenge puts up: 3/10 of the pay, rounded up, and the fees of one audit.
pub fn challenge_bond(pay_fri: u128, audit_fees_fri: u128) -> u128 {
    (times(pay_fri, LEAST_LOCK_NUMERATOR) + LEAST_LOCK_DENOMINATOR - 1) / LEAST_LOCK_DENOMINATOR
        + audit_fees_fri
}

/// L_min: as much, and no less than what a right appeal's votes and its showing cost, as a lost
/// lock has to make that good.
pub fn least_lock(pay_fri: u128, fee_fri: u128) -> u128 {
    let appeal_fri = fees_in(1, fee_fri) + fee_in(1, fee_fri);
    max(challenge_bond(pay_fri, fees_in(0, fee_fri)), appeal_fri)
}

/// max(L_min, 2R(1-p)/p) for p = 2^-audit_exp.
pub fn lock_at(pay_fri: u128, least_lock_fri: u128, audit_exp: u8) -> u128 {
    if audit_exp == 0 {
        return least_lock_fri;
    }
    let risk_fri = times(pay_fri, 2 * (power_of_two(audit_exp) - 1));
    if risk_fri > least_lock_fri {
        risk_fri
    } else {
        least_lock_fri
    }
}

/// The smallest audit rate that record, job and free stake all allow, as exponent, and the lock for
/// it; None if not even p = 1 is covered.
pub fn audit_rate(
    pay_fri: u128, least_lock_fri: u128, floor_exp: u8, fees_fri: u128, free_fri: u128,
) -> Option<(u8, u128)> {
    let mut exp = if pay_fri <= CREDIT_FEES * fees_fri {
        floor_exp
    } else {
        0
    };
    loop {
        let lock_fri = lock_at(pay_fri, least_lock_fri, exp);
        if lock_fri <= free_fri {
            break Some((exp, lock_fri));
        }
        if exp == 0 {
            break None;
        }
        exp -= 1;
    }
}

/// The block's time and number, in one system call.
pub fn now() -> (u64, u64) {
    let block = get_block_info().unbox();
    (block.block_timestamp, block.block_number)
}

/// How many blocks a time must also last.
pub fn blocks_of(seconds: u32, slowest_block_s: u32) -> u64 {
    (seconds / slowest_block_s).into()
}

/// Both clocks must have run out: a chain that stands still ends nothing.
pub fn has_passed(since_s: u64, since_block: u64, seconds: u32, slowest_block_s: u32) -> bool {
    let (now_s, block) = now();
    now_s >= since_s + seconds.into() && block >= since_block + blocks_of(seconds, slowest_block_s)
}

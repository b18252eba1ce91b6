//! Records and how they are packed into storage cells.
use starknet::ContractAddress;
use starknet::storage_access::StorePacking;

#[derive(Copy, Drop, Serde, PartialEq, Debug, starknet::Store)]
pub struct JobTerms {
    /// sha2-256 digest of the package's CID, high and low half: it does not fit a felt.
    pub package_hi: u128,
    pub package_lo: u128,
    pub package_bytes: u64,
    pub package_files: u32,
    pub tasks: u32,
    /// Pay of one task.
    pub reward_fri: u128,
    pub audit_pool_fri: u128,
    pub family: felt252,
    /// Lowest audit rate, as the exponent of 1/2.
    pub audit_floor_exp: u8,
    pub audit_tiles: u8,
    pub longest_lease: u32,
    pub lease_timeout_s: u32,
    pub lease_timeout_blocks: u32,
    pub window_s: u32,
    pub window_blocks: u32,
    pub expires_in_s: u32,
    /// 0 for open claiming.
    pub scheduler: ContractAddress,
    pub scheduler_grace_s: u32,
}

/// What changes of a job. One cell:
/// | bits | 0-23 | 24-47 | 48-71 | 72-95 | 96-119 | 120 | 128-167 |
/// | field | cursor | accepted | refunded | open tasks | reopened ranges | cancelled | created_at_s
/// |
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Progress {
    pub cursor: u32,
    pub accepted_tasks: u32,
    pub refunded_tasks: u32,
    pub open_tasks: u32,
    pub reopened_ranges: u32,
    pub cancelled: bool,
    pub created_at_s: u64,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct JobInfo {
    pub requester: ContractAddress,
    pub terms: JobTerms,
    pub progress: Progress,
}

/// 1 Claimed, 2 Submitted, 3 Accepted, 4 Expired, 5 Rejected, 6 GivenBack, as in core/lifecycle.py.
pub mod LeaseState {
    pub const CLAIMED: u8 = 1;
    pub const SUBMITTED: u8 = 2;
    pub const ACCEPTED: u8 = 3;
    pub const EXPIRED: u8 = 4;
    pub const GIVEN_BACK: u8 = 6;
}

/// A lease (job_id 0: none). One cell; `since` is the claim, after it the submission:
/// | bits | 0-39 | 40-63 | 64-87 | 88-91 | 92-95 | 96-99 | 128-167 | 168-207 |
/// | field | job_id | first | count | state | attempt | audit_exp | since_s | since_block |
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Lease {
    pub job_id: u64,
    pub first: u32,
    pub count: u32,
    pub state: u8,
    pub attempt: u8,
    pub audit_exp: u8,
    pub since_s: u64,
    pub since_block: u64,
}

/// A range of tasks that is open again. Packed below bit 52: first, count, attempt.
#[derive(Copy, Drop, Serde, PartialEq, Debug)]
pub struct Range {
    pub first: u32,
    pub count: u32,
    pub attempt: u8,
}

#[derive(Copy, Drop, Serde, PartialEq, Debug, starknet::Store)]
pub struct WorkerInfo {
    pub owner: ContractAddress,
    pub payout: ContractAddress,
    pub stake_fri: u128,
    pub locked_fri: u128,
    pub unstaking_fri: u128,
    pub unstake_at_s: u64,
}

const B4: u128 = 0x10;
const B24: u128 = 0x1000000;
const B40: u128 = 0x10000000000;
const B128: felt252 = 0x100000000000000000000000000000000;

/// Adds a field above those packed so far; every field is asserted below its width.
fn push(packed: u128, field: u128, width: u128) -> u128 {
    assert(field < width, 'RC: field too wide');
    packed * width + field
}

/// Takes the lowest field off.
fn pull(ref packed: u128, width: u128) -> u128 {
    let field = packed % width;
    packed = packed / width;
    field
}

fn join(low: u128, high: u128) -> felt252 {
    low.into() + high.into() * B128
}

fn split(cell: felt252) -> (u128, u128) {
    let value: u256 = cell.into();
    (value.low, value.high)
}

pub impl ProgressPacking of StorePacking<Progress, felt252> {
    fn pack(value: Progress) -> felt252 {
        let flag: u128 = if value.cancelled {
            1
        } else {
            0
        };
        let low = push(flag, value.reopened_ranges.into(), B24);
        let low = push(low, value.open_tasks.into(), B24);
        let low = push(low, value.refunded_tasks.into(), B24);
        let low = push(low, value.accepted_tasks.into(), B24);
        let low = push(low, value.cursor.into(), B24);
        join(low, push(0, value.created_at_s.into(), B40))
    }

    fn unpack(value: felt252) -> Progress {
        let (mut low, high) = split(value);
        let cursor = pull(ref low, B24).try_into().unwrap();
        let accepted_tasks = pull(ref low, B24).try_into().unwrap();
        let refunded_tasks = pull(ref low, B24).try_into().unwrap();
        let open_tasks = pull(ref low, B24).try_into().unwrap();
        let reopened_ranges = pull(ref low, B24).try_into().unwrap();
        Progress {
            cursor,
            accepted_tasks,
            refunded_tasks,
            open_tasks,
            reopened_ranges,
            cancelled: low == 1,
            created_at_s: high.try_into().unwrap(),
        }
    }
}

pub impl LeasePacking of StorePacking<Lease, felt252> {
    fn pack(value: Lease) -> felt252 {
        let low = push(0, value.audit_exp.into(), B4);
        let low = push(low, value.attempt.into(), B4);
        let low = push(low, value.state.into(), B4);
        let low = push(low, value.count.into(), B24);
        let low = push(low, value.first.into(), B24);
        let low = push(low, value.job_id.into(), B40);
        let high = push(0, value.since_block.into(), B40);
        join(low, push(high, value.since_s.into(), B40))
    }

    fn unpack(value: felt252) -> Lease {
        let (mut low, mut high) = split(value);
        let job_id = pull(ref low, B40).try_into().unwrap();
        let first = pull(ref low, B24).try_into().unwrap();
        let count = pull(ref low, B24).try_into().unwrap();
        let state = pull(ref low, B4).try_into().unwrap();
        let attempt = pull(ref low, B4).try_into().unwrap();
        let audit_exp = pull(ref low, B4).try_into().unwrap();
        let since_s = pull(ref high, B40).try_into().unwrap();
        let since_block = high.try_into().unwrap();
        Lease { job_id, first, count, state, attempt, audit_exp, since_s, since_block }
    }
}

pub impl RangePacking of StorePacking<Range, felt252> {
    fn pack(value: Range) -> felt252 {
        let low = push(
            push(value.attempt.into(), value.count.into(), B24), value.first.into(), B24,
        );
        low.into()
    }

    fn unpack(value: felt252) -> Range {
        let (mut low, _) = split(value);
        let first = pull(ref low, B24).try_into().unwrap();
        let count = pull(ref low, B24).try_into().unwrap();
        Range { first, count, attempt: low.try_into().unwrap() }
    }
}

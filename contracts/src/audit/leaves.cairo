//! Which leaves an audit looks at: those that somebody named, and those that its rounds drew.
use crate::audit::course::AuditTrait;
use crate::audit::store::AuditStoreComponent::{ComponentState, HasComponent, InternalTrait};
use crate::board::job::{Job, JobTrait};
use crate::rules::draw::leaf_at;
use crate::rules::masks::{MAX_NAMED, drawn_in, lowest, positions_of, run};
use crate::rules::terms::LAST_ROUND;
use crate::types::audit::{Audit, AuditKind};
use crate::types::board::Lease;

/// Above the largest leaf that can be named.
const NAMED_BASE: u32 = 0x1000000;

pub mod Errors {
    pub const WRONG_LEAVES: felt252 = 'RC: name 1 to 8 of its leaves';
}

#[generate_trait]
pub impl LeavesImpl<TContractState, +HasComponent<TContractState>> of LeavesTrait<TContractState> {
    /// Names more leaves of the lease; panics where an audit would have more than eight.
    fn name_leaves(
        ref self: ComponentState<TContractState>,
        job: Box<Job>,
        lease_id: u64,
        lease: @Lease,
        mut audit: Audit,
        leaves: Span<u32>,
    ) -> Box<Audit> {
        if leaves.is_empty() {
            return BoxTrait::new(audit);
        }
        let may = audit.kind == AuditKind::PIXELS;
        assert(may && audit.named.into() + leaves.len() <= MAX_NAMED, Errors::WRONG_LEAVES);
        let all = *lease.count * job.package.tiles.into();
        let mut named = self.named_leaves(lease_id, @audit);
        for leaf in leaves {
            assert(*leaf < all && *leaf < NAMED_BASE, Errors::WRONG_LEAVES);
            named.append(*leaf);
        }
        audit.named = named.len().try_into().unwrap();
        self.set_named(lease_id, packed(named.span()));
        BoxTrait::new(audit)
    }

    fn named_leaves(
        self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit,
    ) -> Array<u32> {
        if *audit.named == 0 {
            array![]
        } else {
            unpacked(self.named(lease_id), *audit.named)
        }
    }

    /// Writes down what the next round looks at: leaves that are named now, those in dispute, and
    /// fresh ones. Where nothing is in dispute it looks again at what this round saw: else who
    /// agrees on something false is judged only where chance draws the same leaf. Goes on to that
    /// round, without seats yet.
    fn begin_round(
        ref self: ComponentState<TContractState>,
        job: Box<Job>,
        lease_id: u64,
        lease: @Lease,
        mut audit: Audit,
        leaves: Span<u32>,
    ) -> Box<Audit> {
        let (is_pixels, already) = (audit.kind == AuditKind::PIXELS, audit.named.into());
        let drawn = job.unbox().first_leaves(*lease.count);
        let seen = self.saw(lease_id, @audit, audit.round, drawn);
        if is_pixels && audit.round == 0 {
            self.set_saw(lease_id, 0, seen);
        }
        audit = self.name_leaves(job, lease_id, lease, audit, leaves).unbox();
        if is_pixels {
            let mut open = self.disputed(lease_id, @audit);
            if open == 0 {
                open = seen;
            }
            let most = drawn + MAX_NAMED - leaves.len();
            let again = run(already, leaves.len()) + lowest(open, most);
            self.set_saw(lease_id, audit.round + 1, again + drawn_in(audit.round + 1, drawn));
        }
        audit.begin_round();
        BoxTrait::new(audit)
    }

    /// The leaves of the present round, numbered over the lease's tasks and their tiles, with their
    /// positions.
    fn leaves_in(
        self: @ComponentState<TContractState>,
        job: Box<Job>,
        lease_id: u64,
        lease: @Lease,
        audit: @Audit,
    ) -> Array<(u32, u8)> {
        let drawn = job.unbox().first_leaves(*lease.count);
        let all = *lease.count * job.package.tiles.into();
        let seen = if *audit.kind == AuditKind::DELIVERY {
            drawn_in(*audit.round, drawn)
        } else {
            self.saw(lease_id, audit, *audit.round, drawn)
        };
        let named = self.named_leaves(lease_id, audit);
        let (mut leaves, mut seeded, mut seed) = (array![], LAST_ROUND + 1, 0);
        for position in positions_of(seen) {
            let place: u32 = position.into();
            let leaf = if place < MAX_NAMED {
                *named[place]
            } else {
                let (round, index) = DivRem::div_rem(place - MAX_NAMED, drawn.try_into().unwrap());
                let round: u8 = round.try_into().unwrap();
                if round != seeded {
                    seeded = round;
                    seed = self.seed(lease_id, round);
                }
                leaf_at(seed, index, drawn, all)
            };
            leaves.append((leaf, position));
        }
        leaves
    }
}

/// So many leaves in one cell.
fn packed(leaves: Span<u32>) -> felt252 {
    let (mut cell, mut weight) = (0, 1);
    for leaf in leaves {
        cell += (*leaf).into() * weight;
        weight *= NAMED_BASE.into();
    }
    cell
}

fn unpacked(cell: felt252, count: u8) -> Array<u32> {
    let base: NonZero<u256> = 0x1000000;
    let (mut rest, mut leaves): (u256, Array<u32>) = (cell.into(), array![]);
    for _ in 0..count {
        let (left, leaf) = DivRem::div_rem(rest, base);
        leaves.append(leaf.try_into().unwrap());
        rest = left;
    }
    leaves
}

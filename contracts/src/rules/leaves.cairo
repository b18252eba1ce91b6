//! Leaves under a lease's root and what is told of them: the same as core/merkle.py.
use core::poseidon::poseidon_hash_span;
use crate::rules::prints::{PRINT_FELTS, WHOLE, share_apart};
use crate::types::audit::{Content, LeafOpening};
use crate::types::board::{Lease, PrintLimits};

const TILE_DOMAIN: felt252 = 'renderchain/tile/1';
const NODE_DOMAIN: felt252 = 'renderchain/node/1';

/// With fewer leaves honest work of another processor is off the mean as often as a cheat.
const MEAN_LEAVES: u32 = 8;

pub mod Errors {
    pub const NOT_IN_TREE: felt252 = 'RC: leaf is not under the root';
    pub const WRONG_COUNT: felt252 = 'RC: wrong number of leaves';
    pub const WRONG_PRINT: felt252 = 'RC: print is another one';
}

/// What binds leaves to one lease of one worker on one chain.
#[derive(Copy, Drop)]
pub struct LeaseIdentity {
    pub chain_id: felt252,
    pub board: felt252,
    pub job_id: u64,
    pub lease_id: u64,
    pub attempt: u8,
    pub worker_id: u32,
}

/// The leaf of a task's tile; `task` counts within the job.
pub fn tile_leaf(identity: LeaseIdentity, task: u32, tile: u32, opening: LeafOpening) -> felt252 {
    let Content { digest_hi, digest_lo, print_hash } = opening.content;
    let fields = array![
        TILE_DOMAIN, identity.chain_id, identity.board, identity.job_id.into(),
        identity.lease_id.into(), identity.attempt.into(), identity.worker_id.into(), task.into(),
        tile.into(), opening.salt, digest_hi.into(), digest_lo.into(), print_hash,
    ];
    poseidon_hash_span(fields.span())
}

/// Levels between the leaves and the root of a tree over so many leaves.
pub fn depth_of(leaves: u32) -> u32 {
    let mut depth = 0;
    let mut width: u64 = 1;
    while width < leaves.into() {
        width *= 2;
        depth += 1;
    }
    depth
}

/// The root that a leaf's siblings lead to; the position is part of what is proved.
pub fn root_from(leaf: felt252, position: u32, siblings: Span<felt252>) -> felt252 {
    let mut node = leaf;
    let mut position = position;
    for sibling in siblings {
        let pair = if position % 2 == 1 {
            array![NODE_DOMAIN, *sibling, node]
        } else {
            array![NODE_DOMAIN, node, *sibling]
        };
        node = poseidon_hash_span(pair.span());
        position /= 2;
    }
    node
}

/// One felt for what all drawn leaves hold: the answer of the worker, or a verifier's vote.
pub fn answer_of(contents: Span<Content>) -> felt252 {
    let mut parts = array![];
    for content in contents {
        let Content { digest_hi, digest_lo, print_hash } = *content;
        let fields = array![digest_hi.into(), digest_lo.into(), print_hash];
        parts.append(poseidon_hash_span(fields.span()));
    }
    poseidon_hash_span(parts.span())
}

/// Which of the leaves have other digests; panics unless both are of the same leaves.
pub fn differing(mine: Span<Content>, theirs: Span<Content>) -> Array<u32> {
    assert(mine.len() == theirs.len(), Errors::WRONG_COUNT);
    let mut found = array![];
    for index in 0..mine.len() {
        let (one, other) = (mine[index], theirs[index]);
        if one.digest_hi != other.digest_hi || one.digest_lo != other.digest_lo {
            found.append(index);
        }
    }
    found
}

/// The print of the `index`-th differing leaf, of those that follow each other in `prints`.
pub fn print_at(prints: Span<felt252>, index: u32) -> Span<felt252> {
    assert(prints.len() >= (index + 1) * PRINT_FELTS, Errors::WRONG_COUNT);
    prints.slice(index * PRINT_FELTS, PRINT_FELTS)
}

/// Panics unless the prints are those that the contents of the differing leaves name.
pub fn check_prints(contents: Span<Content>, leaves: Span<u32>, prints: Span<felt252>) {
    assert(prints.len() == leaves.len() * PRINT_FELTS, Errors::WRONG_COUNT);
    for index in 0..leaves.len() {
        let shown = poseidon_hash_span(print_at(prints, index));
        assert(shown == *contents[*leaves[index]].print_hash, Errors::WRONG_PRINT);
    }
}

/// Whether all drawn leaves agree on the mean: these by their prints, the others by their digests.
/// A few leaves have no mean to speak of.
pub fn mean_agrees(
    drawn: u32, mine: Span<felt252>, theirs: Span<felt252>, limits: PrintLimits,
) -> bool {
    if drawn < MEAN_LEAVES {
        return true;
    }
    let mut total = 0;
    for index in 0..mine.len() / PRINT_FELTS {
        total += share_apart(print_at(mine, index), print_at(theirs, index));
    }
    let percent: u64 = limits.mean_percent.into();
    total <= drawn.into() * percent * (WHOLE / 100)
}

/// Numbers of the first so many leaves.
pub fn all_of(leaves: u32) -> Array<u32> {
    let mut found = array![];
    for index in 0..leaves {
        found.append(index);
    }
    found
}

/// Panics unless each opening is the drawn leaf under the root; returns what they hold.
pub fn check_leaves(
    identity: LeaseIdentity,
    lease: Lease,
    tiles: u32,
    root: felt252,
    leaves: Span<u32>,
    openings: Span<LeafOpening>,
    siblings: Span<felt252>,
) -> Array<Content> {
    let depth = depth_of(lease.count * (tiles + 1));
    let complete = openings.len() == leaves.len() && siblings.len() == leaves.len() * depth;
    assert(complete, Errors::WRONG_COUNT);
    let mut contents = array![];
    for index in 0..leaves.len() {
        let (task, tile) = DivRem::div_rem(*leaves[index], tiles.try_into().unwrap());
        let leaf = tile_leaf(identity, lease.first + task, tile, *openings[index]);
        let position = task * (tiles + 1) + tile;
        let found = root_from(leaf, position, siblings.slice(index * depth, depth));
        assert(found == root, Errors::NOT_IN_TREE);
        contents.append(*openings[index].content);
    }
    contents
}

//! Leaves and trees are core/merkle.py's; a proof holds for one leaf of one lease only.
use crate::rules::leaves::{
    LeaseIdentity, answer_of, check_leaves, check_prints, depth_of, differing, mean_agrees,
    tile_leaf,
};
use crate::tests::rules::leaf_vectors::{contents, hashes, siblings};
use crate::types::audit::{Content, DrawOutcome, LeafOpening};
use crate::types::board::{Lease, PrintLimits};

const ALL: [u32; 6] = [0, 1, 2, 3, 4, 5];

fn identity() -> LeaseIdentity {
    LeaseIdentity { chain_id: 1, board: 2, job_id: 3, lease_id: 4, attempt: 1, worker_id: 5 }
}

fn lease() -> Lease {
    Lease {
        job_id: 3,
        first: 6,
        count: 2,
        state: 2,
        attempt: 1,
        rejections: 0,
        audit_exp: 0,
        level: 0,
        draw_outcome: DrawOutcome::IN_AUDIT,
        paid: false,
        twin: 0,
        since_s: 0,
        since_block: 0,
        generation: 4,
    }
}

fn shown() -> Array<Content> {
    let mut all = array![];
    for (digest_hi, digest_lo, print_hash) in contents() {
        all.append(Content { digest_hi, digest_lo, print_hash });
    }
    all
}

fn openings() -> Array<LeafOpening> {
    let mut all = array![];
    for content in shown() {
        all.append(LeafOpening { salt: 7, content });
    }
    all
}

/// Opens all six tiles of the lease under that key.
fn open(identity: LeaseIdentity, leaves: Span<u32>) {
    let (root, openings, siblings) = (*hashes()[0], openings(), siblings());
    let found = check_leaves(identity, lease(), 3, root, leaves, openings.span(), siblings.span());
    assert_eq!(found, shown());
}

#[test]
fn leaves_roots_and_answers_are_those_of_the_core() {
    open(identity(), ALL.span());
    let hashes = hashes();
    assert_eq!(tile_leaf(identity(), 6, 0, *openings()[0]), *hashes[1]);
    assert_eq!(answer_of(shown().span()), *hashes[2]);
}

#[test]
#[should_panic(expected: 'RC: leaf is not under the root')]
fn a_proof_holds_for_its_position_only() {
    open(identity(), array![0, 1, 2, 3, 5, 4].span());
}

#[test]
#[should_panic(expected: 'RC: leaf is not under the root')]
fn a_leaf_of_another_lease_proves_nothing() {
    open(LeaseIdentity { lease_id: 5, ..identity() }, ALL.span());
}

#[test]
#[should_panic(expected: 'RC: leaf is not under the root')]
fn a_leaf_of_another_attempt_proves_nothing() {
    open(LeaseIdentity { attempt: 0, ..identity() }, ALL.span());
}

#[test]
#[should_panic(expected: 'RC: leaf is not under the root')]
fn a_leaf_of_another_worker_proves_nothing() {
    open(LeaseIdentity { worker_id: 6, ..identity() }, ALL.span());
}

#[test]
#[should_panic(expected: 'RC: leaf is not under the root')]
fn a_leaf_of_another_chain_proves_nothing() {
    open(LeaseIdentity { chain_id: 2, ..identity() }, ALL.span());
}

#[test]
#[should_panic(expected: 'RC: wrong number of leaves')]
fn a_proof_is_as_long_as_its_tree_is_deep() {
    let (root, openings, siblings) = (*hashes()[0], openings(), siblings());
    let short = siblings.span().slice(0, siblings.len() - 1);
    check_leaves(identity(), lease(), 3, root, ALL.span(), openings.span(), short);
}

#[test]
fn a_tree_is_padded_to_a_power_of_two() {
    for (leaves, depth) in array![(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (0x100000, 20)] {
        assert_eq!(depth_of(leaves), depth);
    }
}

#[test]
fn only_other_digests_differ() {
    let (mine, mut other) = (shown(), array![]);
    for index in 0..6_u32 {
        let content = *mine[index];
        other
            .append(
                if index == 2 {
                    Content { digest_lo: content.digest_lo + 1, ..content }
                } else {
                    Content { print_hash: 0, ..content }
                },
            );
    }
    assert_eq!(differing(mine.span(), other.span()), array![2]);
}

#[test]
#[should_panic(expected: 'RC: wrong number of leaves')]
fn other_leaves_are_not_compared() {
    differing(shown().span(), shown().span().slice(0, 5));
}

#[test]
#[should_panic(expected: 'RC: wrong number of leaves')]
fn every_differing_leaf_shows_its_print() {
    check_prints(shown().span(), ALL.span(), array![].span());
}

#[test]
fn leaves_with_equal_digests_agree_on_the_mean() {
    let limits = PrintLimits { tile_percent: 10, mean_percent: 5 };
    assert!(mean_agrees(3, array![].span(), array![].span(), limits));
}

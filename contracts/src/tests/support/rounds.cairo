//! What verifiers and prover do in a round. Seats are counted from the first of the present draw.
use core::poseidon::poseidon_hash_span;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::rules::leaves::answer_of;
use crate::rules::masks::bit;
use crate::tests::support::accounts::be;
use crate::tests::support::audit::{TestAudit, assert_phase};
use crate::tests::support::leaves::{
    OTHER, SAME, TILES, content_of, layers, opening_of, print_of, result_of,
};
use crate::tests::support::money::assert_money;
use crate::tests::support::steps::{advance, draw, wait};
use crate::tests::support::verifiers::operator_of;
use crate::types::audit::{
    AuditPhase, Commitment, Content, LeafOpening, Reveal, ShownVote, Verifier,
};

const COMMIT_DOMAIN: felt252 = 'renderchain/commit/1';

/// What a round's steps need to know, asked once: each call to a contract loads the whole program.
#[derive(Copy, Drop)]
pub struct Round {
    pub number: u8,
    pub seed: felt252,
    /// The first seat of the present draw.
    pub first: u8,
    pub leaves: Span<u32>,
    /// Positions of all leaves.
    pub all: u128,
    /// Of the present draw.
    pub verifiers: Span<Verifier>,
}

pub fn ask(audit: TestAudit) -> Round {
    let (audits, lease_id) = (audit.net.audits, audit.lease_id);
    let state = audits.audit_of(lease_id);
    let (mut leaves, mut all) = (array![], 0);
    for (leaf, position) in audits.drawn_leaves(lease_id) {
        leaves.append(leaf);
        all += bit(position.into());
    }
    let verifiers = audits.verifiers_of(lease_id).span();
    let first: u32 = state.first.into();
    Round {
        number: state.round,
        seed: audits.seed_of(lease_id, state.round),
        first: state.first,
        leaves: leaves.span(),
        all,
        verifiers: verifiers.slice(first, verifiers.len() - first),
    }
}

pub fn contents(round: Round, how: u8) -> Array<Content> {
    let mut found = array![];
    for leaf in round.leaves {
        found.append(content_of(*leaf, how));
    }
    found
}

/// What a verifier seals who found that.
pub fn vote_of(round: Round, how: u8) -> felt252 {
    answer_of(contents(round, how).span())
}

pub fn prints(round: Round, how: u8) -> Span<felt252> {
    let mut found = array![];
    for leaf in round.leaves {
        found.append_span(print_of(*leaf, how));
    }
    found.span()
}

/// The drawn leaves and their proofs in a row.
pub fn proofs(audit: TestAudit, round: Round) -> (Array<LeafOpening>, Span<felt252>) {
    let layers = layers(audit);
    let (mut openings, mut siblings) = (array![], array![]);
    for leaf in round.leaves {
        openings.append(opening_of(*leaf));
        let mut position = *leaf / TILES * (TILES + 1) + *leaf % TILES;
        for depth in 0..4_u32 {
            let sibling = if position % 2 == 0 {
                position + 1
            } else {
                position - 1
            };
            siblings.append(*(*layers[depth])[sibling]);
            position /= 2;
        }
    }
    (openings, siblings.span())
}

/// Whose seat it is.
pub fn verifier_at(round: Round, seat: u8) -> u32 {
    *round.verifiers[seat.into()].worker_id
}

pub fn open(audit: TestAudit, round: Round) {
    let (openings, siblings) = proofs(audit, round);
    let (lease_id, result) = (audit.lease_id, result_of(audit));
    be('operator');
    let prints = prints(round, SAME);
    audit.net.audits.open(lease_id, round.seed, result, openings, siblings, prints);
}

pub fn mark_of(audit: TestAudit, round: Round, seat: u8, vote: felt252) -> felt252 {
    let fields = array![
        COMMIT_DOMAIN, audit.net.board.contract_address.into(), audit.lease_id.into(),
        round.number.into(), round.seed, verifier_at(round, seat).into(), nonce_of(seat), vote,
    ];
    poseidon_hash_span(fields.span())
}

pub fn nonce_of(seat: u8) -> felt252 {
    100 + seat.into()
}

pub fn commit(audit: TestAudit, round: Round, seat: u8, vote: felt252) {
    let mark = mark_of(audit, round, seat, vote);
    be(operator_of(verifier_at(round, seat)));
    let seat = round.first + seat;
    audit.net.audits.commit(array![Commitment { lease_id: audit.lease_id, seat, mark }]);
}

pub fn decline(audit: TestAudit, round: Round, seat: u8, word: u8) {
    be(operator_of(verifier_at(round, seat)));
    audit.net.audits.decline(audit.lease_id, round.first + seat, word);
}

/// All votes from a seat on that still may, and all that are drawn in their place, say this.
pub fn decline_from(audit: TestAudit, seat: u8, word: u8) {
    let mut seat = seat;
    loop {
        let phase = audit.net.audits.audit_of(audit.lease_id).phase;
        if phase == AuditPhase::DRAW {
            draw(audit, 'more');
        } else if phase != AuditPhase::COMMIT {
            break;
        }
        let round = ask(audit);
        while seat.into() < round.verifiers.len() {
            decline(audit, round, seat, word);
            seat += 1;
        }
        assert_money(audit);
    }
}

pub fn reveal_of(audit: TestAudit, round: Round, seat: u8, vote: felt252) -> Reveal {
    let nonce = nonce_of(seat);
    Reveal { lease_id: audit.lease_id, seat: round.first + seat, nonce, vote }
}

/// Shows other contents with these masks, true or not.
pub fn reveal_as(audit: TestAudit, round: Round, seat: u8, how: u8, differs: u128, mean: bool) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (nonce, shown) = (nonce_of(seat), prints(round, how));
    let seat = round.first + seat;
    audit.net.audits.reveal_prints(audit.lease_id, seat, nonce, mine, answer, shown, differs, mean);
}

/// Shows other contents, and whether they differ.
pub fn reveal_prints(audit: TestAudit, round: Round, seat: u8, how: u8) {
    if how == OTHER {
        reveal_as(audit, round, seat, how, round.all, round.leaves.len() >= 8);
    } else {
        reveal_as(audit, round, seat, how, 0, false);
    }
}

/// Seals each seat's rendering.
pub fn commit_all(audit: TestAudit, round: Round, hows: Span<u8>) {
    for index in 0..hows.len() {
        commit(audit, round, index.try_into().unwrap(), vote_of(round, *hows[index]));
    }
}

/// Shows what each seat sealed.
pub fn reveal_all(audit: TestAudit, round: Round, hows: Span<u8>) {
    let mut equal = array![];
    for index in 0..hows.len() {
        let seat = index.try_into().unwrap();
        if *hows[index] == SAME {
            equal.append(reveal_of(audit, round, seat, vote_of(round, SAME)));
        } else {
            reveal_prints(audit, round, seat, *hows[index]);
        }
    }
    if !equal.is_empty() {
        audit.net.audits.reveal(equal);
    }
}

/// A vote of other pixels as `show` takes it, of one leaf.
pub fn shown(round: Round, seat: u8, how: u8, leaf: u8) -> ShownVote {
    let prints = print_of(*round.leaves[leaf.into()], how);
    ShownVote { seat: round.first + seat, contents: contents(round, how), prints }
}

/// The same for the mean.
pub fn shown_mean(round: Round, seat: u8, how: u8) -> ShownVote {
    ShownVote {
        seat: round.first + seat, contents: contents(round, how), prints: prints(round, how),
    }
}

/// Somebody shows that so many objectors from a seat on agree on the first leaf.
pub fn show(audit: TestAudit, round: Round, from: u8, count: u8) {
    let mut votes = array![];
    for seat in from..from + count {
        votes.append(shown(round, seat, OTHER, 0));
    }
    be('watcher');
    audit.net.audits.show(audit.lease_id, 0, false, votes, contents(round, SAME), array![].span());
}

/// Somebody shows that a vote is not what its own prints of a leaf say.
pub fn strike(audit: TestAudit, round: Round, seat: u8, how: u8, leaf: u8) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let at = *round.leaves[leaf.into()];
    be('watcher');
    audit
        .net
        .audits
        .strike(
            audit.lease_id,
            round.first + seat,
            leaf,
            mine,
            answer,
            print_of(at, how),
            print_of(at, SAME),
        );
}

/// The first so many seats find the worker's pixels, the others something else.
pub fn votes(agreeing: u32, objecting: u32) -> Array<u8> {
    let mut hows = array![];
    for _ in 0..agreeing {
        hows.append(SAME);
    }
    for _ in 0..objecting {
        hows.append(OTHER);
    }
    hows
}

/// A whole round about pixels, shown and counted: a verdict that somebody may appeal, or the last
/// one.
pub fn run_round(audit: TestAudit, agreeing: u32, objecting: u32) {
    let (round, hows) = (ask(audit), votes(agreeing, objecting));
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    assert_money(audit);
    if objecting != 0 {
        assert_phase(audit, AuditPhase::SHOW);
        if objecting > agreeing {
            show(audit, round, agreeing.try_into().unwrap(), objecting.try_into().unwrap());
        }
        wait(1);
        advance(audit);
    }
    assert_money(audit);
}

/// A round of votes that are yes or no, counted.
pub fn poll(audit: TestAudit, answers: Span<felt252>) {
    let (round, mut reveals) = (ask(audit), array![]);
    for index in 0..answers.len() {
        let seat = index.try_into().unwrap();
        commit(audit, round, seat, *answers[index]);
        reveals.append(reveal_of(audit, round, seat, *answers[index]));
    }
    audit.net.audits.reveal(reveals);
    assert_money(audit);
}

//! What verifiers and prover do in a round.
use core::poseidon::poseidon_hash_span;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::rules::leaves::answer_of;
use crate::tests::support::accounts::be;
use crate::tests::support::audit::TestAudit;
use crate::tests::support::jobs::result;
use crate::tests::support::leaves::{
    OTHER, SAME, TILES, content_of, layers, opening_of, print_of, result_of,
};
use crate::tests::support::money::assert_money;
use crate::tests::support::steps::advance;
use crate::tests::support::verifiers::operator_of;
use crate::types::audit::{Commitment, Content, LeafOpening, Reveal, Verifier};

const COMMIT_DOMAIN: felt252 = 'renderchain/commit/1';

/// What a round's steps need to know, asked once: each call to a contract loads the whole program.
#[derive(Copy, Drop)]
pub struct Round {
    pub number: u8,
    pub seed: felt252,
    pub leaves: Span<u32>,
    pub verifiers: Span<Verifier>,
}

pub fn ask(audit: TestAudit) -> Round {
    let (audits, lease_id) = (audit.net.audits, audit.lease_id);
    let number = audits.audit_of(lease_id).round;
    Round {
        number,
        seed: audits.seed_of(lease_id, number),
        leaves: audits.drawn_leaves(lease_id).span(),
        verifiers: audits.verifiers_of(lease_id, number).span(),
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

pub fn prints(round: Round, how: u8) -> Array<felt252> {
    let mut found = array![];
    for leaf in round.leaves {
        found.append_span(print_of(*leaf, how).span());
    }
    found
}

/// The drawn leaves and their proofs in a row.
pub fn proofs(audit: TestAudit, round: Round) -> (Array<LeafOpening>, Array<felt252>) {
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
    (openings, siblings)
}

/// Whose seat it is.
pub fn verifier_at(round: Round, seat: u8) -> u32 {
    *round.verifiers[seat.into()].worker_id
}

pub fn open(audit: TestAudit, round: Round) {
    let (openings, siblings) = proofs(audit, round);
    let (lease_id, result) = (audit.lease_id, result_of(audit));
    be('operator');
    audit.net.audits.open(lease_id, round.seed, result, openings, siblings);
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
    audit.net.audits.commit(array![Commitment { lease_id: audit.lease_id, seat, mark }]);
}

pub fn reveal_of(audit: TestAudit, seat: u8, vote: felt252) -> Reveal {
    Reveal { lease_id: audit.lease_id, seat, nonce: nonce_of(seat), vote }
}

pub fn reveal_prints(audit: TestAudit, round: Round, seat: u8, how: u8) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (nonce, shown) = (nonce_of(seat), prints(round, how));
    audit.net.audits.reveal_prints(audit.lease_id, seat, nonce, mine, answer, shown);
}

pub fn compare(audit: TestAudit, round: Round, seat: u8, how: u8) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (shown, answered) = (prints(round, how), prints(round, SAME));
    audit.net.audits.compare(audit.lease_id, seat, mine, answer, shown, answered);
}

/// Seals each seat's rendering.
pub fn commit_all(audit: TestAudit, round: Round, hows: Span<u8>) {
    for index in 0..hows.len() {
        commit(audit, round, index.try_into().unwrap(), vote_of(round, *hows[index]));
    }
}

/// Shows what each seat sealed; the worker answers with its prints.
pub fn reveal_all(audit: TestAudit, round: Round, hows: Span<u8>) {
    let mut equal = array![];
    for index in 0..hows.len() {
        let seat = index.try_into().unwrap();
        if *hows[index] == SAME {
            equal.append(reveal_of(audit, seat, vote_of(round, SAME)));
        } else {
            reveal_prints(audit, round, seat, *hows[index]);
            compare(audit, round, seat, *hows[index]);
        }
    }
    if !equal.is_empty() {
        audit.net.audits.reveal(equal);
    }
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

/// A whole round about pixels, counted: a verdict that somebody may appeal, or the last one.
pub fn run_round(audit: TestAudit, agreeing: u32, objecting: u32) {
    let (round, hows) = (ask(audit), votes(agreeing, objecting));
    commit_all(audit, round, hows.span());
    open(audit, round);
    reveal_all(audit, round, hows.span());
    advance(audit);
    assert_money(audit);
}

/// A round of votes that are yes or no, counted.
pub fn poll(audit: TestAudit, answers: Span<felt252>) {
    let (round, mut reveals) = (ask(audit), array![]);
    for index in 0..answers.len() {
        let seat = index.try_into().unwrap();
        commit(audit, round, seat, *answers[index]);
        reveals.append(reveal_of(audit, seat, *answers[index]));
    }
    audit.net.audits.reveal(reveals);
    advance(audit);
}

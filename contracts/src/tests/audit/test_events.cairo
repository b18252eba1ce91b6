//! Every step of an audit says what it did, with the keys that clients filter by.
use starknet::testing::pop_log_raw;
use crate::audit::store::AuditStoreComponent::YES;
use crate::interfaces::audit::IChallengesDispatcherTrait;
use crate::tests::support::accounts::be;
use crate::tests::support::audit::TestAudit;
use crate::tests::support::leases::{drawn_lease, spared_lease};
use crate::tests::support::leaves::{OTHER, SAME, content_of, print_of, result_of};
use crate::tests::support::rounds::{
    ask, commit_all, decline, open, poll, reveal_all, reveal_prints, show, verifier_at, votes,
};
use crate::tests::support::steps::{
    advance, appeal_of, challenge_delivery, challenge_pixels, draw, rest, wait,
};
use crate::types::audit::{AuditKind, DrawOutcome, Verdict, Vote};
use crate::types::board::LeaseState;

/// Forgets what the board said so far.
fn forget(audit: TestAudit) {
    while let Some(_) = pop_log_raw(audit.net.board.contract_address) {}
}

/// The next thing that the board says is that, of this lease.
fn says(audit: TestAudit, name: felt252, data: Span<felt252>) {
    let (keys, said) = pop_log_raw(audit.net.board.contract_address).unwrap();
    assert_eq!(keys, array![name, audit.job_id.into(), audit.lease_id.into()].span());
    assert_eq!(said, data);
}

fn serialized<T, +Serde<T>, +Drop<T>>(value: T) -> Span<felt252> {
    let mut data = array![];
    value.serialize(ref data);
    data.span()
}

#[test]
fn a_round_about_pixels() {
    let audit = drawn_lease(3);
    let round = ask(audit);
    let verifiers = array![verifier_at(round, 0), verifier_at(round, 1), verifier_at(round, 2)];
    // Created, claimed, submitted.
    for _ in 0..3_u8 {
        pop_log_raw(audit.net.board.contract_address).unwrap();
    }
    let drawn = serialized((0_u8, AuditKind::PIXELS, round.seed, 0_u8, verifiers));
    says(audit, selector!("VotesDrawn"), drawn);
    says(audit, selector!("LeaseDrawn"), serialized((0_u8, DrawOutcome::IN_AUDIT)));
    commit_all(audit, round, votes(2, 1).span());
    says(audit, selector!("VotesSealed"), serialized(0_u8));
    open(audit, round);
    let leaf = *round.leaves[0];
    let opened = serialized((0_u8, 0_u8, array![content_of(leaf, SAME)], print_of(leaf, SAME)));
    says(audit, selector!("LeavesOpened"), opened);
    reveal_all(audit, round, votes(1, 0).span());
    let counted = Vote::COUNTED;
    says(audit, selector!("Voted"), serialized((0_u8, 0_u8, verifier_at(round, 0), counted)));
    reveal_prints(audit, round, 2, OTHER);
    let (content, print) = (array![content_of(leaf, OTHER)], print_of(leaf, OTHER));
    let prints = serialized((0_u8, 2_u8, round.all, false, 0_u8, content, print));
    says(audit, selector!("PrintsShown"), prints);
    says(audit, selector!("Voted"), serialized((0_u8, 2_u8, verifier_at(round, 2), counted)));
    wait(1);
    advance(audit);
    // Two of three, with prints: there is a step to show.
    wait(1);
    advance(audit);
    let silent = serialized((0_u8, 1_u8, verifier_at(round, 1), Vote::SILENT));
    says(audit, selector!("Voted"), silent);
    let given = serialized((0_u8, Verdict::ACCEPTED, 2_u8, 1_u8));
    says(audit, selector!("VerdictGiven"), given);
    appeal_of(audit, 'artist', array![3]);
    says(audit, selector!("Appealed"), serialized((1_u8, 38_u128, array![3_u32])));
}

#[test]
fn a_rejection() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, votes(0, 3).span());
    open(audit, round);
    reveal_all(audit, round, votes(0, 3).span());
    forget(audit);
    show(audit, round, 1, 2);
    says(audit, selector!("RejectionShown"), serialized((0_u8, 0_u8, 1_u8)));
    wait(1);
    advance(audit);
    says(audit, selector!("VerdictGiven"), serialized((0_u8, Verdict::REJECTED, 3_u8, 3_u8)));
}

#[test]
fn a_word_instead_of_a_vote() {
    let audit = drawn_lease(1);
    forget(audit);
    decline(audit, ask(audit), 1, Vote::BUSY);
    says(audit, selector!("Voted"), serialized((0_u8, 1_u8, 2_u32, Vote::BUSY)));
}

#[test]
fn a_lost_lease() {
    let audit = drawn_lease(3);
    commit_all(audit, ask(audit), votes(3, 0).span());
    forget(audit);
    wait(2);
    advance(audit);
    says(audit, selector!("LeaseSlashed"), serialized((66_u128, 66_u128)));
    says(audit, selector!("LeaseEnded"), serialized((LeaseState::REJECTED, true)));
    says(audit, selector!("CaseClosed"), serialized((AuditKind::PIXELS, Verdict::REJECTED)));
}

#[test]
fn doubts() {
    let audit = spared_lease(3);
    forget(audit);
    challenge_pixels(audit, array![5, 2]);
    let doubted = serialized((AuditKind::PIXELS, array![5_u32, 2], 90_u128));
    says(audit, selector!("LeaseChallenged"), doubted);
}

#[test]
fn a_doubted_delivery() {
    let audit = spared_lease(3);
    forget(audit);
    challenge_delivery(audit);
    let nothing: Array<u32> = array![];
    let doubted = serialized((AuditKind::DELIVERY, nothing, 66_u128));
    says(audit, selector!("LeaseChallenged"), doubted);
    be('operator');
    audit.net.challenges.reveal_key(audit.lease_id, result_of(audit), 8, 9);
    says(audit, selector!("KeyRevealed"), serialized((8_u128, 9_u128)));
    draw(audit, 'doubt');
    poll(audit, array![YES, YES, YES].span());
    forget(audit);
    rest(audit);
    says(audit, selector!("CaseClosed"), serialized((AuditKind::DELIVERY, Verdict::ACCEPTED)));
}

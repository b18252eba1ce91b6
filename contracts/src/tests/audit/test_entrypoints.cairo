//! Who may take which step of an audit, and when.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::interfaces::board::{IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait};
use crate::tests::support::accounts::{at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, count, reason_of};
use crate::tests::support::jobs::pass_draw_block;
use crate::tests::support::leases::{drawn_lease, submitted_lease};
use crate::tests::support::leaves::{ALIKE, OTHER, SAME, opening_of, result_of};
use crate::tests::support::rounds::{
    ask, commit, commit_all, contents, mark_of, open, prints, proofs, reveal_of, reveal_prints,
    verifier_at, vote_of, votes,
};
use crate::tests::support::steps::{advance, draw, wait};
use crate::tests::support::verifiers::{network_with, operator_of};
use crate::types::audit::{AuditPhase, Commitment, Content, LeafOpening, Reveal, Vote};
use crate::types::board::LeaseResult;

fn audits_of(audit: TestAudit) -> IAuditsSafeDispatcher {
    IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address }
}

#[test]
#[feature("safe_dispatcher")]
fn a_vote_is_sealed_once_and_by_its_verifier() {
    let audit = submitted_lease(network_with(3));
    let (audits, lease_id, job_id) = (audits_of(audit), audit.lease_id, audit.job_id);
    let sealed = |seat: u8| array![Commitment { lease_id, seat, mark: 1 }];
    let reason = reason_of(audits.commit(sealed(0)));
    assert_eq!(reason, 'RC: case in another phase');
    draw(audit, 'hash');
    let round = ask(audit);
    be('thief');
    assert_eq!(reason_of(audits.commit(sealed(0))), 'RC: not that verifier');
    assert_eq!(reason_of(audits.commit(sealed(3))), 'RC: no such seat in the round');
    commit(audit, round, 0, 1);
    assert_eq!(reason_of(audits.commit(sealed(0))), 'RC: seat has voted already');
    let (openings, siblings) = proofs(audit, round);
    be('operator');
    let opened = audits
        .open(lease_id, round.seed, result_of(audit), openings, siblings, array![].span());
    assert_eq!(reason_of(opened), 'RC: case in another phase');
    let revealed = audits.reveal(array![reveal_of(audit, round, 0, 1)]);
    assert_eq!(reason_of(revealed), 'RC: case in another phase');
    let appealed = audits.appeal(lease_id, array![]);
    assert_eq!(reason_of(appealed), 'RC: case in another phase');
    at(1_000_000, 59); // the chain stood still
    let advanced = audits.advance(job_id, array![lease_id]);
    assert_eq!(reason_of(advanced), 'RC: step is not overdue');
    let drawn = audits.draw(job_id, array![lease_id]);
    assert_eq!(reason_of(drawn), 'RC: nothing to draw');
}

#[test]
#[feature("safe_dispatcher")]
fn a_lease_under_audit_is_neither_accepted_late_nor_given_back_nor_let_expire() {
    let audit = submitted_lease(network_with(3));
    let (job_id, lease_ids) = (audit.job_id, array![audit.lease_id]);
    let board = IJobBoardSafeDispatcher { contract_address: audit.net.board.contract_address };
    be('artist');
    at(1_400, 51);
    let accepted = board.accept(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: block of the draw is ahead');
    let drawn = audits_of(audit).draw(job_id, lease_ids.clone());
    assert_eq!(reason_of(drawn), 'RC: block of the draw is ahead');
    at(1_300, 40);
    pass_draw_block('hash');
    at(2_000, 100);
    let accepted = board.accept_late(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: lease has to be audited');
    audit.net.audits.draw(job_id, lease_ids.clone());
    at(1_000_000, 1_000_000);
    let accepted = board.accept_late(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: not before the court ends');
    let expired = board.expire(job_id, lease_ids);
    assert_eq!(reason_of(expired), 'RC: lease in another state');
    be('operator');
    let given_back = board.give_back(audit.lease_id, 'away');
    assert_eq!(reason_of(given_back), 'RC: lease in another state');
}

#[test]
#[feature("safe_dispatcher")]
fn anyone_opens_and_only_the_drawn_leaves_under_the_workers_root() {
    let audit = drawn_lease(3);
    let (round, audits, lease_id) = (ask(audit), audits_of(audit), audit.lease_id);
    commit_all(audit, round, votes(3, 0).span());
    let (openings, siblings) = proofs(audit, round);
    let (seed, result, shown) = (round.seed, result_of(audit), prints(round, SAME));
    be('watcher');
    // As after a reorganisation.
    let other = audits.open(lease_id, seed + 1, result, openings.clone(), siblings, shown);
    assert_eq!(reason_of(other), 'RC: opened for another draw');
    let foreign = LeaseResult { root: 1, ..result };
    let other = audits.open(lease_id, seed, foreign, openings.clone(), siblings, shown);
    assert_eq!(reason_of(other), 'RC: not the submitted result');
    let content = Content { digest_lo: 99, ..*openings[0].content };
    let forged = array![LeafOpening { content, ..*openings[0] }];
    let other = audits.open(lease_id, seed, result, forged, siblings, shown);
    assert_eq!(reason_of(other), 'RC: leaf is not under the root');
    let neighbour = array![opening_of((*round.leaves[0] + 1) % 8)];
    let other = audits.open(lease_id, seed, result, neighbour, siblings, shown);
    assert_eq!(reason_of(other), 'RC: leaf is not under the root');
    let short = siblings.slice(0, 3);
    let node = audits.open(lease_id, seed, result, openings.clone(), short, shown);
    assert_eq!(reason_of(node), 'RC: wrong number of leaves');
    let nothing = audits.open(lease_id, seed, result, array![], array![].span(), array![].span());
    assert_eq!(reason_of(nothing), 'RC: wrong number of leaves');
    let alike = prints(round, ALIKE);
    let other = audits.open(lease_id, seed, result, openings.clone(), siblings, alike);
    assert_eq!(reason_of(other), 'RC: print is another one');
    audit.net.audits.open(lease_id, seed, result, openings.clone(), siblings, shown);
    let again = audits.open(lease_id, seed, result, openings, siblings, shown);
    assert_eq!(reason_of(again), 'RC: case in another phase');
}

#[test]
#[feature("safe_dispatcher")]
fn only_what_was_sealed_is_revealed_and_in_time() {
    let audit = drawn_lease(3);
    let (round, audits, lease_id) = (ask(audit), audits_of(audit), audit.lease_id);
    let vote = vote_of(round, SAME);
    commit(audit, round, 0, vote);
    commit(audit, round, 1, vote_of(round, OTHER));
    // A copy of the first seat's mark, made for another worker.
    be(operator_of(verifier_at(round, 2)));
    let mark = mark_of(audit, round, 0, vote) + 1;
    audit.net.audits.commit(array![Commitment { lease_id, seat: 2, mark }]);
    open(audit, round);
    for wrong in array![
        reveal_of(audit, round, 2, vote), Reveal { nonce: 5, ..reveal_of(audit, round, 0, vote) },
        reveal_of(audit, round, 1, vote),
    ] {
        let reason = reason_of(audits.reveal(array![wrong]));
        assert_eq!(reason, 'RC: vote is not the sealed one');
    }
    let bare = audits.reveal(array![reveal_of(audit, round, 1, vote_of(round, OTHER))]);
    assert_eq!(reason_of(bare), 'RC: another vote needs prints');
    let (mine, answer) = (contents(round, OTHER), contents(round, SAME));
    let shown = prints(round, OTHER);
    let false_print = prints(round, ALIKE);
    let wrong = audits.reveal_prints(lease_id, 1, 101, mine.clone(), answer, false_print, 0, false);
    assert_eq!(reason_of(wrong), 'RC: print is another one');
    let to_another = contents(round, ALIKE);
    let wrong = audits.reveal_prints(lease_id, 1, 101, mine, to_another, shown, 0, false);
    assert_eq!(reason_of(wrong), 'RC: not the opened answer');
    reveal_prints(audit, round, 1, OTHER);
    let again = audits.reveal(array![reveal_of(audit, round, 1, vote)]);
    assert_eq!(reason_of(again), 'RC: seat has voted already');
    wait(1);
    let after = audits.reveal(array![reveal_of(audit, round, 0, vote)]);
    assert_eq!(reason_of(after), 'RC: step is over');
    // Somebody used prints, so there is a step to show.
    advance(audit);
    assert_phase(audit, AuditPhase::SHOW);
    wait(1);
    advance(audit);
    // One of three revealed: the next size.
    assert_eq!(count(audit, 0, Vote::SILENT), 2);
    assert_phase(audit, AuditPhase::DRAW);
}

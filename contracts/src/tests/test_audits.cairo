//! A first round from the draw to the verdict, and money that adds up after each step.
use crate::case_types::{CasePhase, Commitment, Content, LeafOpening, Reveal, Verdict, Vote};
use crate::interfaces::{
    ICourtDispatcherTrait, ICourtSafeDispatcher, ICourtSafeDispatcherTrait, IERC20DispatcherTrait,
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::types::{JobTerms, LeaseResult, LeaseState, Record, Trial as Outcome};
use super::support::{RICH, STAKE, WORKER, account, at, be, claim, create, locked, pass_draw_block};
use super::trial::{
    OTHER, SAME, STRANGER, Trial, advance, ask, assert_phase, assert_verdict, case_terms, commit,
    commit_all, compare, contents, count, court_with, draw, drawn_case, hear, judge_at, mark_of,
    nonce_of, open, operator_of, owed, payout_of, prints, proofs, reason_of, rest, result_of,
    reveal_all, reveal_of, reveal_prints, stake, submitted_case, vote_of, votes, wait,
};
use super::trial_leaves::opening_of;
use super::trial_money::{assert_all_settled, assert_money, end, pay};

#[test]
fn equal_digests_accept_and_everybody_is_paid() {
    let trial = drawn_case(3);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::IN_COURT);
    assert_eq!(trial.net.board.job(trial.job_id).times.audit_pool_fri, 394);
    assert_eq!(trial.net.registry.worker(2).stake.locked_fri, 40);
    hear(trial, 3, 0);
    assert_verdict(trial, Verdict::ACCEPTED);
    rest(trial);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::CLEARED);
    let record = Record { audited: 1, losses: 0, audited_fri: 200 };
    assert_eq!(trial.net.registry.worker(WORKER).record, record);
    for judge in 2..5_u32 {
        assert_eq!((owed(trial, payout_of(judge)), stake(trial, judge)), (2, STAKE));
    }
    pay(trial);
    assert_eq!(trial.net.token.balance_of(account('payout')), RICH + 200);
    assert_eq!(trial.net.token.balance_of(account('artist')), RICH - 206);
}

#[test]
fn another_machine_agrees_by_its_prints() {
    let trial = drawn_case(3);
    let round = ask(trial);
    let hows = array![SAME, STRANGER, STRANGER];
    commit_all(trial, round, hows.span());
    open(trial, round);
    reveal_all(trial, round, hows.span());
    assert_eq!(count(trial, 0, Vote::AGREES), 3);
    advance(trial);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    pay(trial);
}

#[test]
fn a_cheat_loses_its_lock_and_the_range_opens_again() {
    let trial = drawn_case(3);
    hear(trial, 0, 3);
    rest(trial);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::REJECTED);
    assert_eq!((stake(trial, WORKER), locked(trial.net)), (STAKE - 66, 0));
    assert_eq!(trial.net.registry.burned_fri(), 60);
    assert_eq!(owed(trial, payout_of(2)), 2 + 2);
    let record = Record { audited: 0, losses: 1, audited_fri: 0 };
    assert_eq!(trial.net.registry.worker(WORKER).record, record);
    let again = claim(trial.net, trial.job_id, 0);
    assert_eq!(trial.net.board.lease(again).attempt, 1);
    trial.net.board.give_back(again);
    end(trial);
}

#[test]
fn an_outvoted_verifier_loses_its_bond() {
    let trial = drawn_case(3);
    let round = ask(trial);
    hear(trial, 2, 1);
    let loser = judge_at(round, 2);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    assert_eq!((stake(trial, loser), owed(trial, payout_of(loser))), (STAKE - 40, 0));
    assert_eq!(trial.net.registry.burned_fri(), 36);
    // Two fees are spent, the third and a tenth of the bond are the pool's.
    assert_eq!(trial.net.board.job(trial.job_id).times.audit_pool_fri, 400 - 4 + 4);
    pay(trial);
}

#[test]
fn a_worker_that_does_not_open_has_lost() {
    let trial = drawn_case(3);
    let round = ask(trial);
    commit_all(trial, round, votes(3, 0).span());
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::OVER);
    assert_verdict(trial, Verdict::REJECTED);
    assert_eq!(stake(trial, WORKER), STAKE - 66);
    for judge in 2..5_u32 {
        assert_eq!((owed(trial, payout_of(judge)), stake(trial, judge)), (4, STAKE));
    }
    end(trial);
}

#[test]
fn prints_that_the_worker_leaves_unanswered_count_against_it() {
    let trial = drawn_case(3);
    let round = ask(trial);
    let hows = array![STRANGER, STRANGER, STRANGER];
    commit_all(trial, round, hows.span());
    open(trial, round);
    for seat in 0..3_u8 {
        reveal_prints(trial, round, seat, STRANGER);
    }
    wait(2);
    advance(trial);
    rest(trial);
    assert_verdict(trial, Verdict::REJECTED);
    end(trial);
}

#[test]
fn who_does_not_reveal_pays_as_if_it_had_lost() {
    let trial = drawn_case(5);
    let round = ask(trial);
    commit_all(trial, round, votes(3, 0).span());
    open(trial, round);
    reveal_all(trial, round, votes(2, 0).span());
    let silent = judge_at(round, 2);
    wait(1);
    advance(trial);
    assert_eq!(stake(trial, silent), STAKE - 40);
    assert_verdict(trial, Verdict::UNDECIDED);
    rest(trial);
    // Two votes decide nothing: nobody else is slashed, and worker and requester share.
    assert_eq!(stake(trial, WORKER), STAKE);
    assert_eq!((owed(trial, account('payout')), owed(trial, account('artist'))), (100, 100 + 400));
    assert_eq!(trial.net.board.lease(trial.lease_id).state, LeaseState::REJECTED);
    assert_all_settled(trial);
}

#[test]
fn an_absent_verifier_is_replaced_and_slashed() {
    let trial = drawn_case(6);
    let round = ask(trial);
    let vote = vote_of(round, SAME);
    commit(trial, round, 0, vote);
    commit(trial, round, 1, vote);
    let absent = judge_at(round, 2);
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::COMMIT);
    assert_eq!((stake(trial, absent), owed(trial, payout_of(absent))), (STAKE - 40, 0));
    let round = ask(trial);
    let new = judge_at(round, 2);
    assert!(new != absent && new != judge_at(round, 0) && new != judge_at(round, 1));
    assert_money(trial);
    commit(trial, round, 2, vote);
    open(trial, round);
    reveal_all(trial, round, votes(3, 0).span());
    advance(trial);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    pay(trial);
}

#[test]
fn without_replacements_nobody_judges_the_worker() {
    let trial = drawn_case(3);
    let round = ask(trial);
    let vote = vote_of(round, SAME);
    commit(trial, round, 0, vote);
    commit(trial, round, 1, vote);
    let (came, absent) = (judge_at(round, 0), judge_at(round, 2));
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::OVER);
    assert_verdict(trial, Verdict::NONE);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
    assert_eq!((stake(trial, WORKER), stake(trial, absent)), (STAKE, STAKE - 40));
    assert_eq!(owed(trial, payout_of(came)), 2);
    pay(trial);
}

#[test]
fn nobody_at_all_comes() {
    let trial = drawn_case(9);
    for _ in 0..3_u8 {
        assert_phase(trial, CasePhase::COMMIT);
        wait(1);
        advance(trial);
        assert_money(trial);
    }
    assert_phase(trial, CasePhase::OVER);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
    // Nine bonds, a tenth of each in the pool beside all fees.
    assert_eq!(trial.net.board.job(trial.job_id).times.audit_pool_fri, 400 + 9 * 4);
    pay(trial);
}

#[test]
fn fewer_than_three_verifiers_slash_nobody() {
    let trial = drawn_case(2);
    assert_phase(trial, 0);
    assert_eq!(trial.net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
    assert_eq!(trial.net.registry.worker(2).stake.locked_fri, 0);
    pay(trial);
}

#[test]
fn an_empty_pool_audits_nothing() {
    let net = court_with(3);
    let job_id = create(net, JobTerms { audit_pool_fri: 6, ..case_terms() });
    for slot in 0..2_u8 {
        let lease_id = claim(net, job_id, slot);
        let trial = Trial { net, job_id, lease_id };
        net.board.submit(lease_id, result_of(trial));
        draw(trial, 'hash');
        if slot == 0 {
            // Its range opens again, but its audit was the pool's last money.
            commit_all(trial, ask(trial), votes(0, 3).span());
            wait(1);
            advance(trial);
        } else {
            assert_eq!(net.board.lease(lease_id).trial, Outcome::UNSEATED);
            pay(trial);
        }
    }
}

#[test]
fn a_job_that_is_canceled_during_an_audit_still_ends_with_its_verdict() {
    let trial = drawn_case(3);
    be('artist');
    trial.net.board.cancel(trial.job_id);
    assert_money(trial);
    hear(trial, 0, 3);
    rest(trial);
    // Canceled, so its range is refunded, with the pool and a tenth's rest of the lock.
    assert_eq!(owed(trial, account('artist')), 200 + 394);
    assert_all_settled(trial);
}

fn court_of(trial: Trial) -> ICourtSafeDispatcher {
    ICourtSafeDispatcher { contract_address: trial.net.court.contract_address }
}

#[test]
#[feature("safe_dispatcher")]
fn a_vote_is_sealed_once_and_by_its_verifier() {
    let trial = submitted_case(court_with(3));
    let (court, lease_id, job_id) = (court_of(trial), trial.lease_id, trial.job_id);
    let sealed = |seat: u8| array![Commitment { lease_id, seat, mark: 1 }];
    let reason = reason_of(court.commit(sealed(0)));
    assert_eq!(reason, 'RC: case in another phase');
    draw(trial, 'hash');
    let round = ask(trial);
    be('thief');
    assert_eq!(reason_of(court.commit(sealed(0))), 'RC: not that verifier');
    assert_eq!(reason_of(court.commit(sealed(3))), 'RC: no such seat in the round');
    commit(trial, round, 0, 1);
    assert_eq!(reason_of(court.commit(sealed(0))), 'RC: seat has voted already');
    let (openings, siblings) = proofs(trial, round);
    be('operator');
    let opened = court.open(lease_id, round.seed, result_of(trial), openings, siblings);
    assert_eq!(reason_of(opened), 'RC: case in another phase');
    let revealed = court.reveal(array![reveal_of(trial, 0, 1)]);
    assert_eq!(reason_of(revealed), 'RC: case in another phase');
    let appealed = court.appeal(lease_id);
    assert_eq!(reason_of(appealed), 'RC: case in another phase');
    at(1_000_000, 59); // the chain stood still
    let advanced = court.advance(job_id, array![lease_id]);
    assert_eq!(reason_of(advanced), 'RC: step is not overdue');
    let drawn = court.draw(job_id, array![lease_id]);
    assert_eq!(reason_of(drawn), 'RC: nothing to draw');
}

#[test]
#[feature("safe_dispatcher")]
fn a_lease_in_court_is_neither_accepted_nor_given_back_nor_let_expire() {
    let trial = submitted_case(court_with(3));
    let (job_id, lease_ids) = (trial.job_id, array![trial.lease_id]);
    let board = IJobBoardSafeDispatcher { contract_address: trial.net.board.contract_address };
    be('artist');
    at(1_400, 51);
    let accepted = board.accept(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: block of the draw is ahead');
    let drawn = court_of(trial).draw(job_id, lease_ids.clone());
    assert_eq!(reason_of(drawn), 'RC: block of the draw is ahead');
    at(1_300, 40);
    pass_draw_block('hash');
    let accepted = board.accept(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: lease has to be audited');
    trial.net.court.draw(job_id, lease_ids.clone());
    let accepted = board.accept(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: not before the court ends');
    at(1_000_000, 1_000_000);
    let accepted = board.accept_late(job_id, lease_ids.clone());
    assert_eq!(reason_of(accepted), 'RC: not before the court ends');
    let expired = board.expire(job_id, lease_ids);
    assert_eq!(reason_of(expired), 'RC: lease in another state');
    be('operator');
    let given_back = board.give_back(trial.lease_id);
    assert_eq!(reason_of(given_back), 'RC: lease in another state');
}

#[test]
#[feature("safe_dispatcher")]
fn only_the_worker_opens_and_only_the_drawn_leaves_under_its_root() {
    let trial = drawn_case(3);
    let (round, court, lease_id) = (ask(trial), court_of(trial), trial.lease_id);
    commit_all(trial, round, votes(3, 0).span());
    let (openings, siblings) = proofs(trial, round);
    let (seed, result) = (round.seed, result_of(trial));
    be('thief');
    let by_thief = court.open(lease_id, seed, result, openings.clone(), siblings.clone());
    assert_eq!(reason_of(by_thief), 'RC: not the lease operator');
    be('operator');
    // As after a reorganisation.
    let other = court.open(lease_id, seed + 1, result, openings.clone(), siblings.clone());
    assert_eq!(reason_of(other), 'RC: opened for another draw');
    let foreign = LeaseResult { root: 1, ..result };
    let other = court.open(lease_id, seed, foreign, openings.clone(), siblings.clone());
    assert_eq!(reason_of(other), 'RC: not the submitted result');
    let content = Content { digest_lo: 99, ..*openings[0].content };
    let forged = array![LeafOpening { content, ..*openings[0] }];
    let other = court.open(lease_id, seed, result, forged, siblings.clone());
    assert_eq!(reason_of(other), 'RC: leaf is not under the root');
    let neighbour = array![opening_of((*round.leaves[0] + 1) % 8)];
    let other = court.open(lease_id, seed, result, neighbour, siblings.clone());
    assert_eq!(reason_of(other), 'RC: leaf is not under the root');
    let short: Array<felt252> = siblings.span().slice(0, 3).into();
    let node = court.open(lease_id, seed, result, openings.clone(), short);
    assert_eq!(reason_of(node), 'RC: wrong number of leaves');
    let nothing = court.open(lease_id, seed, result, array![], array![]);
    assert_eq!(reason_of(nothing), 'RC: wrong number of leaves');
    trial.net.court.open(lease_id, seed, result, openings.clone(), siblings.clone());
    let again = court.open(lease_id, seed, result, openings, siblings);
    assert_eq!(reason_of(again), 'RC: case in another phase');
}

#[test]
#[feature("safe_dispatcher")]
fn only_what_was_sealed_is_revealed_and_in_time() {
    let trial = drawn_case(3);
    let (round, court, lease_id) = (ask(trial), court_of(trial), trial.lease_id);
    let vote = vote_of(round, SAME);
    commit(trial, round, 0, vote);
    commit(trial, round, 1, vote_of(round, OTHER));
    // A copy of the first seat's mark.
    be(operator_of(judge_at(round, 2)));
    let mark = mark_of(trial, round, 0, vote);
    trial.net.court.commit(array![Commitment { lease_id, seat: 2, mark }]);
    open(trial, round);
    let copied = Reveal { nonce: nonce_of(0), ..reveal_of(trial, 2, vote) };
    for wrong in array![
        copied, reveal_of(trial, 2, vote), Reveal { nonce: 5, ..reveal_of(trial, 0, vote) },
        reveal_of(trial, 1, vote),
    ] {
        let reason = reason_of(court.reveal(array![wrong]));
        assert_eq!(reason, 'RC: vote is not the sealed one');
    }
    let bare = court.reveal(array![reveal_of(trial, 1, vote_of(round, OTHER))]);
    assert_eq!(reason_of(bare), 'RC: another vote needs prints');
    let (mine, answer) = (contents(round, OTHER), contents(round, SAME));
    let shown = prints(round, OTHER);
    let late = court.compare(lease_id, 1, mine.clone(), answer.clone(), shown.clone(), array![]);
    assert_eq!(reason_of(late), 'RC: seat has voted already');
    let false_print = prints(round, STRANGER);
    let wrong = court.reveal_prints(lease_id, 1, 101, mine.clone(), answer.clone(), false_print);
    assert_eq!(reason_of(wrong), 'RC: print is another one');
    let to_another = contents(round, STRANGER);
    let wrong = court.reveal_prints(lease_id, 1, 101, mine.clone(), to_another, shown.clone());
    assert_eq!(reason_of(wrong), 'RC: not the opened answer');
    reveal_prints(trial, round, 1, OTHER);
    let wrong = court.compare(lease_id, 1, mine, answer, shown.clone(), shown);
    assert_eq!(reason_of(wrong), 'RC: print is another one');
    reveal_all(trial, round, votes(1, 0).span());
    let again = court.reveal(array![reveal_of(trial, 0, vote)]);
    assert_eq!(reason_of(again), 'RC: seat has voted already');
    wait(1);
    // The worker has a step of its own to answer prints that came last.
    let advanced = court.advance(trial.job_id, array![lease_id]);
    assert_eq!(reason_of(advanced), 'RC: step is not overdue');
    let after = court.reveal(array![reveal_of(trial, 0, vote)]);
    assert_eq!(reason_of(after), 'RC: step is over');
    compare(trial, round, 1, OTHER);
    wait(1);
    advance(trial);
    assert_verdict(trial, Verdict::UNDECIDED);
    assert_eq!(count(trial, 0, Vote::ABSENT), 1);
    rest(trial);
    assert_all_settled(trial);
}

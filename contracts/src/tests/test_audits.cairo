//! A first round from the draw to the verdict, and money that adds up after each step.
use crate::case_types::{CasePhase, Commitment, Content, LeafOpening, Reveal, Verdict, Vote};
use crate::interfaces::{
    ICourtDispatcherTrait, IERC20DispatcherTrait, IJobBoardDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::leaves::answer_of;
use crate::types::{JobTerms, LeaseState, Record, Trial as Outcome};
use super::support::{RICH, STAKE, WORKER, account, at, be, claim, create, locked, pass_draw_block};
use super::trial::{
    OTHER, SAME, STRANGER, Trial, advance, assert_all_settled, assert_money, assert_phase,
    assert_verdict, case_terms, commit, commit_all, compare, contents, count, court_with,
    draw, drawn_case, end, hear, judge_at, mark_of, nonce_of, open, opening_of, operator_of,
    owed, pay, payout_of, prints, proofs, rest, result_of, reveal, reveal_all,
    reveal_prints, seed, stake, submitted_case, votes, wait,
};

fn answer(trial: Trial) -> felt252 {
    answer_of(contents(trial, SAME).span())
}

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
    let hows = array![SAME, STRANGER, STRANGER];
    commit_all(trial, hows.span());
    open(trial);
    reveal_all(trial, hows.span());
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
    hear(trial, 2, 1);
    let loser = judge_at(trial, 2);
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
    commit_all(trial, votes(3, 0).span());
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
    let hows = array![STRANGER, STRANGER, STRANGER];
    commit_all(trial, hows.span());
    open(trial);
    for seat in 0..3_u8 {
        reveal_prints(trial, seat, STRANGER);
    }
    wait(2);
    advance(trial);
    rest(trial);
    assert_verdict(trial, Verdict::REJECTED);
    end(trial);
}

#[test]
#[should_panic(expected: ('RC: step is not overdue', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn the_worker_has_a_step_to_answer_prints_that_came_last() {
    let trial = drawn_case(3);
    commit_all(trial, array![SAME, SAME, STRANGER].span());
    open(trial);
    reveal_all(trial, array![SAME, SAME].span());
    reveal_prints(trial, 2, STRANGER);
    wait(1);
    advance(trial);
}

#[test]
fn who_does_not_reveal_pays_as_if_it_had_lost() {
    let trial = drawn_case(5);
    commit_all(trial, votes(3, 0).span());
    open(trial);
    reveal_all(trial, votes(2, 0).span());
    let silent = judge_at(trial, 2);
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
    let vote = answer(trial);
    commit(trial, 0, vote);
    commit(trial, 1, vote);
    let absent = judge_at(trial, 2);
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::COMMIT);
    assert_eq!((stake(trial, absent), owed(trial, payout_of(absent))), (STAKE - 40, 0));
    let new = judge_at(trial, 2);
    assert!(new != absent && new != judge_at(trial, 0) && new != judge_at(trial, 1));
    assert_money(trial);
    commit(trial, 2, vote);
    open(trial);
    reveal_all(trial, votes(3, 0).span());
    advance(trial);
    rest(trial);
    assert_verdict(trial, Verdict::ACCEPTED);
    pay(trial);
}

#[test]
fn without_replacements_nobody_judges_the_worker() {
    let trial = drawn_case(3);
    let vote = answer(trial);
    commit(trial, 0, vote);
    commit(trial, 1, vote);
    let (came, absent) = (judge_at(trial, 0), judge_at(trial, 2));
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
            commit_all(trial, votes(0, 3).span());
            wait(1);
            advance(trial);
        } else {
            assert_eq!(net.board.lease(lease_id).trial, Outcome::UNSEATED);
            pay(trial);
        }
    }
}

#[test]
#[should_panic(expected: ('RC: vote is not the sealed one', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_copied_commitment_is_worth_nothing() {
    let trial = drawn_case(3);
    let vote = answer(trial);
    let copied = mark_of(trial, 0, vote);
    commit(trial, 0, vote);
    commit(trial, 1, vote);
    be(operator_of(judge_at(trial, 2)));
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat: 2, mark: copied }]);
    open(trial);
    let lease_id = trial.lease_id;
    trial.net.court.reveal(array![Reveal { lease_id, seat: 2, nonce: nonce_of(0), vote }]);
}

#[test]
#[should_panic(expected: ('RC: vote is not the sealed one', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_vote_with_another_nonce_is_another_vote() {
    let trial = drawn_case(3);
    commit_all(trial, votes(3, 0).span());
    open(trial);
    let lease_id = trial.lease_id;
    trial.net.court.reveal(array![Reveal { lease_id, seat: 0, nonce: 5, vote: answer(trial) }]);
}

#[test]
#[should_panic(expected: ('RC: vote is not the sealed one', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn who_sealed_something_else_can_not_say_yes_after_the_opening() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    reveal(trial, 2, answer(trial));
}

#[test]
#[should_panic(expected: ('RC: another vote needs prints', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_no_without_prints_is_no_vote() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    reveal(trial, 2, answer_of(contents(trial, OTHER).span()));
}

#[test]
#[should_panic(expected: ('RC: seat has voted already', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_reveals_twice() {
    let trial = drawn_case(3);
    commit_all(trial, votes(3, 0).span());
    open(trial);
    reveal(trial, 0, answer(trial));
    reveal(trial, 0, answer(trial));
}

#[test]
#[should_panic(expected: ('RC: step is over', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_vote_comes_in_time() {
    let trial = drawn_case(3);
    commit_all(trial, votes(3, 0).span());
    open(trial);
    wait(1);
    reveal(trial, 0, answer(trial));
}

#[test]
#[should_panic(expected: ('RC: seat has voted already', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_seals_twice() {
    let trial = drawn_case(3);
    commit(trial, 0, 1);
    commit(trial, 0, 2);
}

#[test]
#[should_panic(expected: ('RC: not that verifier', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_seals_for_another() {
    let trial = drawn_case(3);
    be('thief');
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat: 0, mark: 1 }]);
}

#[test]
#[should_panic(expected: ('RC: no such seat in the round', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_round_has_its_seats_only() {
    let trial = drawn_case(3);
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat: 3, mark: 1 }]);
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nothing_is_sealed_without_a_case() {
    let trial = submitted_case(court_with(3));
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat: 0, mark: 1 }]);
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nothing_is_revealed_before_the_opening() {
    let trial = drawn_case(3);
    commit_all(trial, votes(3, 0).span());
    reveal(trial, 0, answer(trial));
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nothing_is_opened_before_all_votes_are_sealed() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 0).span());
    open(trial);
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_else_opens() {
    let trial = sealed();
    let (openings, siblings) = proofs(trial);
    be('thief');
    let result = result_of(trial);
    trial.net.court.open(trial.lease_id, seed(trial), result, openings, siblings);
}

fn sealed() -> Trial {
    let trial = drawn_case(3);
    commit_all(trial, votes(3, 0).span());
    trial
}

fn open_with(trial: Trial, openings: Array<LeafOpening>, siblings: Array<felt252>) {
    be('operator');
    let result = result_of(trial);
    trial.net.court.open(trial.lease_id, seed(trial), result, openings, siblings);
}

#[test]
#[should_panic(expected: ('RC: opened for another draw', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nothing_is_opened_for_a_draw_that_a_reorganisation_undid() {
    let trial = sealed();
    let (openings, siblings) = proofs(trial);
    be('operator');
    let result = result_of(trial);
    trial.net.court.open(trial.lease_id, seed(trial) + 1, result, openings, siblings);
}

#[test]
#[should_panic(expected: ('RC: not the submitted result', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn another_root_is_not_opened() {
    let trial = sealed();
    let (openings, siblings) = proofs(trial);
    be('operator');
    let mut result = result_of(trial);
    result.root += 1;
    trial.net.court.open(trial.lease_id, seed(trial), result, openings, siblings);
}

#[test]
#[should_panic(expected: ('RC: leaf is not under the root', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn another_content_is_not_under_the_root() {
    let trial = sealed();
    let (openings, siblings) = proofs(trial);
    let content = Content { digest_lo: 99, ..*openings[0].content };
    open_with(trial, array![LeafOpening { content, ..*openings[0] }], siblings);
}

#[test]
#[should_panic(expected: ('RC: leaf is not under the root', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn another_leaf_of_the_tree_is_not_the_drawn_one() {
    let trial = sealed();
    let (_, siblings) = proofs(trial);
    let drawn = *trial.net.court.drawn_leaves(trial.lease_id)[0];
    open_with(trial, array![opening_of((drawn + 1) % 8)], siblings);
}

#[test]
#[should_panic(expected: ('RC: wrong number of leaves', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn an_inner_node_is_no_leaf() {
    let trial = sealed();
    let (openings, siblings) = proofs(trial);
    open_with(trial, openings, siblings.span().slice(0, 3).into());
}

#[test]
#[should_panic(expected: ('RC: wrong number of leaves', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn every_drawn_leaf_is_opened() {
    open_with(sealed(), array![], array![]);
}

#[test]
#[should_panic(expected: ('RC: print is another one', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_verifier_shows_the_prints_that_it_sealed() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    let (mine, answer) = (contents(trial, OTHER), contents(trial, SAME));
    let (nonce, shown) = (nonce_of(2), prints(trial, STRANGER));
    trial.net.court.reveal_prints(trial.lease_id, 2, nonce, mine, answer, shown);
}

#[test]
#[should_panic(expected: ('RC: not the opened answer', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_verifier_is_compared_with_what_was_opened() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    let (mine, answer) = (contents(trial, OTHER), contents(trial, STRANGER));
    let (nonce, shown) = (nonce_of(2), prints(trial, OTHER));
    trial.net.court.reveal_prints(trial.lease_id, 2, nonce, mine, answer, shown);
}

#[test]
#[should_panic(expected: ('RC: print is another one', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn the_worker_answers_with_the_prints_that_its_leaves_hold() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    reveal_prints(trial, 2, OTHER);
    let (mine, answer) = (contents(trial, OTHER), contents(trial, SAME));
    let shown = prints(trial, OTHER);
    trial.net.court.compare(trial.lease_id, 2, mine, answer, shown, prints(trial, OTHER));
}

#[test]
#[should_panic(expected: ('RC: seat has voted already', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn nobody_is_compared_before_it_showed_its_prints() {
    let trial = drawn_case(3);
    commit_all(trial, votes(2, 1).span());
    open(trial);
    compare(trial, 2, OTHER);
}

#[test]
#[should_panic(expected: ('RC: step is not overdue', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn verifiers_have_a_step_to_seal() {
    let trial = drawn_case(3);
    at(1_000_000, 59); // the chain stood still
    advance(trial);
}

#[test]
#[should_panic(expected: ('RC: case in another phase', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn what_is_over_does_not_go_on() {
    let trial = drawn_case(3);
    hear(trial, 3, 0);
    rest(trial);
    advance(trial);
}

#[test]
#[should_panic(expected: ('RC: not before the court ends', 'ENTRYPOINT_FAILED'))]
fn a_lease_in_court_is_not_accepted() {
    let trial = drawn_case(3);
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
}

#[test]
#[should_panic(expected: ('RC: lease has to be audited', 'ENTRYPOINT_FAILED'))]
fn a_lease_that_chance_chose_is_not_accepted_instead() {
    let trial = submitted_case(court_with(3));
    pass_draw_block('hash');
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
}

#[test]
#[should_panic(expected: ('RC: block of the draw is ahead', 'ENTRYPOINT_FAILED'))]
fn a_lease_is_not_accepted_before_its_draw_is_known() {
    let trial = submitted_case(court_with(3));
    at(1_400, 51);
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
}

#[test]
#[should_panic(expected: ('RC: lease in another state', 'ENTRYPOINT_FAILED'))]
fn a_lease_in_court_is_not_given_back() {
    let trial = drawn_case(3);
    be('operator');
    trial.net.board.give_back(trial.lease_id);
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

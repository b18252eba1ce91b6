//! What prints say: votes that they contradict are struck, and a rejection has to be shown.
use crate::interfaces::audit::{
    IAuditsDispatcherTrait, IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait,
};
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{
    TestAudit, assert_phase, assert_verdict, count, owed, reason_of, seat_stake, stake,
};
use crate::tests::support::leases::drawn_lease;
use crate::tests::support::leaves::{
    ALIKE, BRIGHT, BRIGHT_TOO, FOREIGN, OTHER, SAME, SLIGHT, print_of,
};
use crate::tests::support::money::{assert_all_settled, assert_money, end, pay, purse};
use crate::tests::support::network::{STAKE, WORKER};
use crate::tests::support::rounds::{
    Round, ask, commit_all, contents, open, prints, reveal_all, reveal_as, reveal_prints, run_round,
    show, shown, shown_mean, strike, votes,
};
use crate::tests::support::steps::{advance, appeal, appeal_of, draw, rest, wait};
use crate::tests::support::verifiers::payout_of;
use crate::types::audit::{AuditPhase, MEAN, ShownVote, Verdict, Vote};

/// A round that waits for reveals of these renderings.
fn opened(hows: Span<u8>) -> (TestAudit, Round) {
    let audit = drawn_lease(1);
    let round = ask(audit);
    commit_all(audit, round, hows);
    open(audit, round);
    (audit, round)
}

/// The same of a round of seven that looks at so many leaves that their mean says something.
fn opened_of_many(hows: Span<u8>) -> (TestAudit, Round) {
    let audit = drawn_lease(1);
    run_round(audit, 3, 0);
    appeal_of(audit, 'artist', array![0, 1, 2, 3, 0, 1, 2, 3]);
    draw(audit, 'second');
    let round = ask(audit);
    commit_all(audit, round, hows);
    open(audit, round);
    (audit, round)
}

fn safe(audit: TestAudit) -> IAuditsSafeDispatcher {
    IAuditsSafeDispatcher { contract_address: audit.net.audits.contract_address }
}

/// Why a strike of a leaf, or of the mean, is refused.
#[feature("safe_dispatcher")]
fn struck(audit: TestAudit, round: Round, seat: u8, leaf: u8, how: u8) -> felt252 {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (own, worker) = if leaf == MEAN {
        (prints(round, how), prints(round, SAME))
    } else {
        let at = round.leaves.get(leaf.into()).map_or(*round.leaves[0], |at| *at.unbox());
        (print_of(at, how), print_of(at, SAME))
    };
    let audits = safe(audit);
    reason_of(audits.strike(audit.lease_id, round.first + seat, leaf, mine, answer, own, worker))
}

/// Why it is refused to show these votes.
#[feature("safe_dispatcher")]
fn why_not(
    audit: TestAudit, round: Round, leaf: u8, by_levels: bool, votes: Array<ShownVote>,
) -> felt252 {
    let (answer, prints) = (contents(round, SAME), prints(round, SAME));
    let audits = safe(audit);
    reason_of(audits.show(audit.lease_id, leaf, by_levels, votes, answer, prints))
}

#[test]
fn a_lazy_vote_for_the_worker_is_struck() {
    let (audit, round) = opened(array![SAME, SAME, OTHER].span());
    reveal_all(audit, round, array![SAME, SAME].span());
    reveal_as(audit, round, 2, OTHER, 0, false);
    strike(audit, round, 2, OTHER, 0);
    assert_eq!(count(audit, 0, Vote::STRUCK), 1);
    // One fee for who struck it.
    assert_eq!((seat_stake(audit, 2), purse(audit)), (STAKE - 40, 38));
    assert_eq!(owed(audit, account('watcher')), 2);
    assert_money(audit);
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
    rest(audit);
    assert_eq!(owed(audit, payout_of(2)), 2 * (2 + 1));
    pay(audit);
}

#[test]
fn a_false_vote_against_the_worker_is_struck() {
    let (audit, round) = opened(array![SAME, ALIKE, ALIKE].span());
    reveal_all(audit, round, array![SAME].span());
    reveal_as(audit, round, 1, ALIKE, round.all, false);
    reveal_as(audit, round, 2, ALIKE, round.all, false);
    strike(audit, round, 1, ALIKE, 0);
    strike(audit, round, 2, ALIKE, 0);
    wait(1);
    advance(audit);
    // One of three is no majority of the sealed votes: seven decide, whom the forfeits pay.
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(purse(audit), 2 * 38);
}

#[test]
#[feature("safe_dispatcher")]
fn a_vote_about_the_mean_is_struck_by_all_its_prints() {
    let (audit, round) = opened_of_many(
        array![SAME, SAME, SAME, SAME, SLIGHT, SLIGHT, ALIKE].span(),
    );
    reveal_all(audit, round, array![SAME, SAME, SAME, SAME].span());
    reveal_as(audit, round, 4, SLIGHT, 0, true);
    reveal_as(audit, round, 5, SLIGHT, 0, false);
    reveal_as(audit, round, 6, ALIKE, 0, true);
    let no = 'RC: vote is not contradicted';
    assert_eq!(struck(audit, round, 4, MEAN, SLIGHT), no);
    // A seventh of its bits is within the limit of a leaf.
    for seat in 4..6_u8 {
        assert_eq!(struck(audit, round, seat, 0, SLIGHT), no);
    }
    for (seat, how) in array![(5_u8, SLIGHT), (6, ALIKE)] {
        let (mine, answer) = (contents(round, how), contents(round, SAME));
        let (own, worker) = (prints(round, how), prints(round, SAME));
        let seat = round.first + seat;
        audit.net.audits.strike(audit.lease_id, seat, MEAN, mine, answer, own, worker);
    }
    assert_eq!(count(audit, 1, Vote::STRUCK), 2);
}

#[test]
#[feature("safe_dispatcher")]
fn of_a_few_leaves_no_mean_is_judged() {
    let (audit, round) = opened(array![SAME, SLIGHT, SLIGHT].span());
    reveal_all(audit, round, array![SAME].span());
    reveal_as(audit, round, 1, SLIGHT, 0, true);
    reveal_as(audit, round, 2, SLIGHT, 0, false);
    assert_eq!(struck(audit, round, 2, MEAN, SLIGHT), 'RC: vote is not contradicted');
    let two = array![shown_mean(round, 1, SLIGHT)];
    assert_eq!(why_not(audit, round, MEAN, false, two), 'not refused');
    let (mine, answer) = (contents(round, SLIGHT), contents(round, SAME));
    let (own, worker) = (prints(round, SLIGHT), prints(round, SAME));
    audit.net.audits.strike(audit.lease_id, round.first + 1, MEAN, mine, answer, own, worker);
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::ACCEPTED);
}

#[test]
#[feature("safe_dispatcher")]
fn honest_votes_are_not_struck_and_equal_ones_can_not_be() {
    let (audit, round) = opened(array![SAME, ALIKE, OTHER].span());
    reveal_all(audit, round, array![SAME, ALIKE].span());
    let early = struck(audit, round, 1, 0, ALIKE);
    assert_eq!(early, 'RC: case in another phase');
    reveal_prints(audit, round, 2, OTHER);
    let no = 'RC: vote is not contradicted';
    for leaf in array![0, MEAN] {
        assert_eq!(struck(audit, round, 1, leaf, ALIKE), no);
        assert_eq!(struck(audit, round, 2, leaf, OTHER), no);
        assert_eq!(struck(audit, round, 0, leaf, OTHER), 'RC: vote is not the sealed one');
    }
    assert_eq!(struck(audit, round, 2, 0, FOREIGN), 'RC: vote is not the sealed one');
    assert_eq!(struck(audit, round, 2, 1, OTHER), 'RC: wrong number of leaves');
    assert_eq!(struck(audit, round, 3, 0, OTHER), 'RC: no such seat in the round');
    wait(1);
    assert_eq!(struck(audit, round, 2, 0, OTHER), 'RC: step is over');
}

#[test]
#[feature("safe_dispatcher")]
fn masks_name_leaves_that_have_other_digests() {
    let (audit, round) = opened(array![SAME, SAME, OTHER].span());
    let audits = safe(audit);
    for (differs, mean) in array![(1, false), (round.all + 1, true)] {
        let (mine, answer) = (contents(round, OTHER), contents(round, SAME));
        let own = prints(round, OTHER);
        let refused = audits
            .reveal_prints(audit.lease_id, 2, 102, mine, answer, own, differs, mean);
        assert_eq!(reason_of(refused), 'RC: masks of other leaves');
    }
}

#[test]
#[feature("safe_dispatcher")]
fn a_rejection_needs_a_majority_that_agrees_with_one_of_it() {
    let (audit, round) = opened(array![OTHER, OTHER, FOREIGN].span());
    for (seat, how) in array![(0_u8, OTHER), (1, OTHER), (2, FOREIGN)] {
        reveal_as(audit, round, seat, how, round.all, false);
    }
    let one = array![shown(round, 0, OTHER, 0)];
    assert_eq!(why_not(audit, round, 0, false, one), 'RC: no majority is shown');
    assert_eq!(why_not(audit, round, 0, false, array![]), 'RC: no majority is shown');
    let twice = array![shown(round, 0, OTHER, 0), shown(round, 0, OTHER, 0)];
    assert_eq!(why_not(audit, round, 0, false, twice), 'RC: shown votes do not agree');
    let apart = array![shown(round, 0, OTHER, 0), shown(round, 2, FOREIGN, 0)];
    assert_eq!(why_not(audit, round, 0, false, apart), 'RC: shown votes do not agree');
    let by_light = array![shown(round, 0, OTHER, 0), shown(round, 1, OTHER, 0)];
    // Their light is the worker's.
    assert_eq!(why_not(audit, round, 0, true, by_light), 'RC: shown votes do not agree');
    let mut false_print = shown(round, 1, OTHER, 0);
    false_print.prints = print_of(*round.leaves[0], FOREIGN);
    let forged = array![shown(round, 0, OTHER, 0), false_print];
    assert_eq!(why_not(audit, round, 0, false, forged), 'RC: print is another one');
    show(audit, round, 0, 2);
    wait(1);
    let late = array![shown(round, 0, OTHER, 0), shown(round, 1, OTHER, 0)];
    assert_eq!(why_not(audit, round, 0, false, late), 'RC: step is over');
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    rest(audit);
    // Whoever differs there was right.
    assert_eq!((stake(audit, WORKER), seat_stake(audit, 2)), (STAKE - 66, STAKE));
    end(audit);
}

#[test]
fn objectors_whose_noise_differs_agree_by_light() {
    let (audit, round) = opened(array![SAME, BRIGHT, BRIGHT_TOO].span());
    reveal_all(audit, round, array![SAME].span());
    reveal_as(audit, round, 1, BRIGHT, round.all, false);
    reveal_as(audit, round, 2, BRIGHT_TOO, round.all, false);
    let two = array![shown(round, 1, BRIGHT, 0), shown(round, 2, BRIGHT_TOO, 0)];
    be('watcher');
    let worker = print_of(*round.leaves[0], SAME);
    audit.net.audits.show(audit.lease_id, 0, true, two, contents(round, SAME), worker);
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    rest(audit);
    end(audit);
}

#[test]
fn a_rejection_on_the_mean_is_shown_in_several_calls() {
    let (audit, round) = opened_of_many(
        array![SAME, SAME, SAME, SLIGHT, SLIGHT, SLIGHT, SLIGHT].span(),
    );
    reveal_all(audit, round, array![SAME, SAME, SAME].span());
    for seat in 3..7_u8 {
        reveal_as(audit, round, seat, SLIGHT, 0, true);
    }
    let (answer, worker) = (contents(round, SAME), prints(round, SAME));
    be('watcher');
    let first = array![shown_mean(round, 3, SLIGHT), shown_mean(round, 4, SLIGHT)];
    audit.net.audits.show(audit.lease_id, MEAN, false, first, answer.clone(), worker);
    assert!(!audit.net.audits.audit_of(audit.lease_id).proved);
    be('anyone');
    let mut more = array![];
    for seat in array![3_u8, 5, 6] {
        more.append(shown_mean(round, seat, SLIGHT));
    }
    audit.net.audits.show(audit.lease_id, MEAN, false, more, answer, worker);
    assert!(audit.net.audits.audit_of(audit.lease_id).proved);
    let before_fri = (owed(audit, account('anyone')), owed(audit, account('watcher')));
    wait(1);
    advance(audit);
    assert_verdict(audit, Verdict::REJECTED);
    rest(audit);
    // Whoever made it a majority is paid, a fee of its round.
    let after_fri = (owed(audit, account('anyone')), owed(audit, account('watcher')));
    assert_eq!((before_fri, after_fri), ((0, 0), (4, 0)));
    end(audit);
}

#[test]
fn what_was_shown_is_judged_anew_after_a_strike() {
    let (audit, round) = opened_of_many(votes(3, 4).span());
    reveal_all(audit, round, votes(3, 0).span());
    // True of its leaves, false of the mean.
    reveal_as(audit, round, 3, OTHER, round.all, false);
    for seat in 4..7_u8 {
        reveal_as(audit, round, seat, OTHER, round.all, true);
    }
    show(audit, round, 3, 4);
    assert!(audit.net.audits.audit_of(audit.lease_id).proved);
    let (mine, answer) = (contents(round, OTHER), contents(round, SAME));
    let (own, worker) = (prints(round, OTHER), prints(round, SAME));
    audit.net.audits.strike(audit.lease_id, round.first + 3, MEAN, mine, answer, own, worker);
    wait(1);
    advance(audit);
    // Three of six are no majority.
    assert_verdict(audit, Verdict::ACCEPTED);
    assert!(!audit.net.audits.audit_of(audit.lease_id).proved);
    wait(1);
    advance(audit);
    pay(audit);
}

#[test]
fn what_is_shown_in_a_round_without_a_verdict_changes_nothing_of_the_one_before() {
    let audit = drawn_lease(1);
    run_round(audit, 0, 3);
    appeal(audit, 'operator');
    draw(audit, 'second');
    run_round(audit, 0, 7);
    appeal(audit, 'operator');
    draw(audit, 'third');
    let round = ask(audit);
    commit_all(audit, round, votes(0, 15).span());
    open(audit, round);
    reveal_all(audit, round, votes(0, 7).span());
    wait(1);
    advance(audit);
    // Seven of fifteen agree on the leaf that this round drew.
    let fresh: u8 = (round.leaves.len() - 1).try_into().unwrap();
    let mut objectors = array![];
    for seat in 0..7_u8 {
        objectors.append(shown(round, seat, OTHER, fresh));
    }
    audit
        .net
        .audits
        .show(audit.lease_id, fresh, false, objectors, contents(round, SAME), array![].span());
    wait(1);
    let before_fri = seat_stake(audit, 2);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
    let state = audit.net.audits.audit_of(audit.lease_id);
    assert_eq!((state.verdict, state.decided), (Verdict::UNDECIDED, 1));
    // The eight silent ones forfeit what is there, and nobody else is judged wrong.
    assert_eq!(before_fri - seat_stake(audit, 2), 8 * 80);
    assert_all_settled(audit);
}

#[test]
#[feature("safe_dispatcher")]
fn without_prints_there_is_nothing_to_show() {
    let (audit, round) = opened(votes(3, 0).span());
    reveal_all(audit, round, votes(3, 0).span());
    assert_phase(audit, AuditPhase::APPEAL);
    let nothing = array![shown(round, 0, OTHER, 0)];
    assert_eq!(why_not(audit, round, 0, false, nothing), 'RC: case in another phase');
}

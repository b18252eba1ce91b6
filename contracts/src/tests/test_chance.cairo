//! What nobody can choose: the draw's block, its seats and a lease's rate; and what chance is
//! worth.
use starknet::testing::set_block_hash;
use crate::case_types::Vote;
use crate::draw::seed_of;
use crate::interfaces::{
    ICourtDispatcherTrait, IERC20DispatcherTrait, IJobBoardDispatcherTrait, IJobBoardSafeDispatcher,
    IJobBoardSafeDispatcherTrait, IProfilesDispatcherTrait, ISeatsDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::types::{JobTerms, StandingOffer, Trial as Outcome};
use super::support::{FAMILY, STAKE, WORKER, account, at, be, claim, create, locked, network, terms};
use super::trial::{
    Trial, add_judges, ask, case_terms, court_with, draw, drawn_case, give_record, hear, judge_at,
    operator_of, owed, owner_of, payout_of, reason_of, rest, sent, spared_case, sparing,
    submitted_at, submitted_case, wait, willing,
};
use super::trial_money::assert_all_settled;

#[test]
fn the_draw_uses_its_own_block_whoever_calls_and_whenever() {
    let trial = submitted_case(court_with(3));
    for block in 40..1_001_u64 {
        if block != 42 && block % 50 == 0 {
            set_block_hash(block, 'a better one');
        }
    }
    set_block_hash(42, 'the one');
    at(50_000, 1_000);
    be('anyone');
    trial.net.court.draw(trial.job_id, array![trial.lease_id]);
    let board = trial.net.board.contract_address.into();
    assert_eq!(ask(trial).seed, seed_of('the one', board, trial.lease_id, 0, 0));
}

#[test]
fn who_registers_after_the_submission_is_not_drawn() {
    let trial = submitted_case(court_with(3));
    // Twice as many seats as all others have, and known before the draw.
    for newcomer in 5..11_u32 {
        be(owner_of(newcomer));
        trial.net.token.approve(trial.net.registry.contract_address, STAKE.into());
        let operator = account(operator_of(newcomer));
        trial.net.registry.register(operator, payout_of(newcomer), array![FAMILY], STAKE);
        trial.net.seats.set_seats(newcomer, FAMILY, 10);
        trial.net.profiles.set_offer(newcomer, willing());
    }
    draw(trial, 'hash');
    let round = ask(trial);
    for seat in 0..3_u8 {
        assert!(judge_at(round, seat) < 5);
    }
}

#[test]
fn seats_of_the_submissions_own_epoch_do_not_count() {
    let net = network();
    at(1_300, 40);
    add_judges(net, 3);
    // Active in epoch 5, from which block 50 on; the epoch before it has no seats.
    at(1_300, 55);
    let trial = submitted_case(net);
    draw(trial, 'hash');
    assert_eq!(net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
}

#[test]
fn nobody_is_drawn_who_has_a_stake_in_the_outcome_or_takes_no_such_audits() {
    let net = court_with(6);
    // The worker's own seats, and those of the requester.
    be('owner');
    net.seats.set_seats(WORKER, FAMILY, 10);
    be('artist');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('mole'), account('mole'), array![FAMILY], STAKE);
    net.seats.set_seats(8, FAMILY, 10);
    net.profiles.set_offer(8, willing());
    be(operator_of(2));
    net.profiles.set_offer(2, StandingOffer { audit_fee_fri: 3, ..willing() });
    be(operator_of(3));
    net.profiles.set_offer(3, StandingOffer { largest_package_bytes: 999, ..willing() });
    be(operator_of(4));
    net.profiles.set_offer(4, StandingOffer { until_s: 1_300, ..willing() });
    at(1_300, 65);
    let trial = submitted_case(net);
    draw(trial, 'hash');
    // Three are left of eight; two more are needed for none.
    let round = ask(trial);
    assert_eq!(round.members.len(), 3);
    for seat in 0..3_u8 {
        let judge = judge_at(round, seat);
        assert!(judge >= 5 && judge <= 7);
    }
}

#[test]
fn workers_of_one_owner_get_one_seat_between_them() {
    let net = court_with(2);
    be(owner_of(2));
    for twin in 4..8_u32 {
        net.token.approve(net.registry.contract_address, STAKE.into());
        net.registry.register(account(operator_of(twin)), payout_of(twin), array![FAMILY], STAKE);
        net.seats.set_seats(twin, FAMILY, 10);
        net.profiles.set_offer(twin, willing());
    }
    at(1_300, 65);
    let trial = submitted_case(net);
    draw(trial, 'hash');
    assert_eq!(net.board.lease(trial.lease_id).trial, Outcome::UNSEATED);
}

#[test]
fn an_even_number_of_verifiers_leaves_one_at_home() {
    let trial = drawn_case(8);
    hear(trial, 0, 3);
    for judge in 2..4_u32 {
        be(owner_of(judge));
        let locked_fri = trial.net.registry.worker(judge).stake.locked_fri;
        trial.net.registry.request_unstake(judge, STAKE - locked_fri);
    }
    super::trial::appeal(trial, 'operator');
    draw(trial, 'second');
    assert_eq!(ask(trial).members.len(), 5);
}

#[test]
fn a_lease_that_chance_spared_earns_half_of_its_audit() {
    let trial = spared_case(3);
    assert_eq!(locked(trial.net), 400);
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
    assert_eq!((sent(trial), owed(trial, account('artist'))), (203, 397));
    assert_all_settled(trial);
}

#[test]
fn a_requester_may_accept_what_chance_spared_without_a_draw() {
    let net = court_with(3);
    give_record(net, 10);
    let trial = submitted_at(net, JobTerms { audit_floor_exp: 1, ..case_terms() });
    super::support::pass_draw_block(sparing(trial));
    be('artist');
    net.board.accept(trial.job_id, array![trial.lease_id]);
    assert_eq!(sent(trial), 203);
    // What no committee saw makes no record.
    assert_eq!(net.registry.worker(WORKER).record.audited, 10);
}

#[test]
fn a_rate_is_frozen_at_the_claim() {
    let net = court_with(3);
    let trial = submitted_at(net, JobTerms { audit_floor_exp: 5, ..case_terms() });
    give_record(net, 50);
    assert_eq!(net.board.lease(trial.lease_id).audit_exp, 0);
    draw(trial, 'hash');
    assert_eq!(net.board.lease(trial.lease_id).trial, Outcome::IN_COURT);
}

#[test]
fn the_tenth_audited_lease_halves_the_rate_of_the_next() {
    let net = court_with(3);
    give_record(net, 9);
    let job_id = create(
        net, JobTerms { tasks: 4, audit_floor_exp: 5, audit_pool_fri: 400, ..case_terms() },
    );
    let lease_id = claim(net, job_id, 0);
    let trial = Trial { net, job_id, lease_id };
    net.board.submit(lease_id, super::trial::result_of(trial));
    draw(trial, 'hash');
    hear(trial, 3, 0);
    assert_eq!(super::trial::count(trial, 0, Vote::AGREES), 3);
    rest(trial);
    let next = claim(net, job_id, 1);
    assert_eq!(net.board.lease(next).audit_exp, 1);
}

#[test]
#[feature("safe_dispatcher")]
fn without_a_jury_a_worker_holds_little() {
    let net = court_with(3);
    be('owner');
    net.token.approve(net.registry.contract_address, 20_000);
    net.registry.add_stake(WORKER, 20_000);
    // Each lease of 10,000 fri locks 3,006: the cap is 5,000.
    let job_id = create(net, JobTerms { reward_fri: 5_000, ..terms() });
    claim(net, job_id, 0);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let second = board.claim_lease(job_id, WORKER, 1);
    assert_eq!(reason_of(second), 'RC: too much without a jury');
    // A fourth owner with seats makes a jury for whoever is a fifth.
    be('fourth');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('watcher'), account('fourth'), array![FAMILY], STAKE);
    net.seats.set_seats(5, FAMILY, 1);
    claim(net, job_id, 1);
    assert_eq!(locked(net), 6_012);
}

#[test]
fn a_window_that_is_over_pays_without_the_requester() {
    let trial = drawn_case(2);
    wait(7);
    be('anyone');
    trial.net.board.accept_late(trial.job_id, array![trial.lease_id]);
    assert_eq!(sent(trial), 200);
    assert_all_settled(trial);
}

#[test]
fn a_lease_that_is_paid_after_a_raise_was_worth_its_claim() {
    let trial = drawn_case(3);
    be('artist');
    trial.net.token.approve(trial.net.board.contract_address, 2 * 50 + 10);
    trial.net.board.top_up(trial.job_id, 150, 10);
    hear(trial, 3, 0);
    rest(trial);
    assert_eq!(trial.net.registry.worker(WORKER).record.audited_fri, 200);
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
    assert_eq!((sent(trial), owed(trial, account('artist'))), (200, 100 + 404));
    assert_all_settled(trial);
}

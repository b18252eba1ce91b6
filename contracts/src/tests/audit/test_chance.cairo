//! What nobody can choose: the draw's block, its seats and a lease's rate; and what chance is
//! worth.
use starknet::testing::set_block_hash;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::{
    IProfilesDispatcherTrait, IRecordsDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::draw::seed_of;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, assert_phase, count, owed, sent};
use crate::tests::support::jobs::{claim, create, pass_draw_block, terms};
use crate::tests::support::leases::{
    audit_terms, drawn_lease, spared_lease, sparing, submitted_at, submitted_lease,
};
use crate::tests::support::leaves::result_of;
use crate::tests::support::money::assert_all_settled;
use crate::tests::support::network::{FAMILY, Network, STAKE, WORKER, locked};
use crate::tests::support::rounds::{ask, run_round, verifier_at};
use crate::tests::support::steps::{draw, rest, wait};
use crate::tests::support::verifiers::{
    add_verifier, give_record, named, network_with, operator_of, owner_of, take_seats, willing,
};
use crate::types::audit::{AuditPhase, DrawOutcome, Vote};
use crate::types::board::JobTerms;
use crate::types::registry::StandingOffer;

#[test]
fn the_draw_uses_its_own_block_whoever_calls_and_whenever() {
    let audit = submitted_lease(network_with(3));
    for block in 40..1_001_u64 {
        if block != 42 && block % 50 == 0 {
            set_block_hash(block, 'a better one');
        }
    }
    set_block_hash(42, 'the one');
    at(50_000, 1_000);
    be('anyone');
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
    let board = audit.net.board.contract_address.into();
    assert_eq!(ask(audit).seed, seed_of('the one', board, audit.lease_id, 0, 0));
}

#[test]
fn who_registers_after_the_submission_is_not_drawn() {
    let audit = submitted_lease(network_with(3));
    // Twice as many seats as all others have, and known before the draw.
    for newcomer in 9..15_u32 {
        add_verifier(audit.net, owner_of(newcomer), newcomer);
    }
    draw(audit, 'hash');
    let round = ask(audit);
    for seat in 0..3_u8 {
        assert!(verifier_at(round, seat) < 5);
    }
}

/// Chance drew the lease, and no votes were found.
fn assert_nobody(audit: TestAudit) {
    assert_phase(audit, AuditPhase::DRAW);
    assert_eq!(audit.net.audits.verifiers_of(audit.lease_id).len(), 0);
}

#[test]
fn seats_of_the_submissions_own_epoch_do_not_count() {
    let net = network_with(0);
    for newcomer in 6..9_u32 {
        add_verifier(net, owner_of(newcomer), newcomer);
    }
    // Active in epoch 5, from which block 50 on; the epoch before it has no seats.
    at(1_300, 55);
    let audit = submitted_lease(net);
    draw(audit, 'hash');
    assert_nobody(audit);
}

#[test]
fn nobody_is_drawn_who_has_a_stake_in_the_outcome_or_takes_no_such_audits() {
    let net = network_with(12);
    // The worker's own seats, and those of the requester.
    be('owner');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.add_stake(WORKER, STAKE);
    take_seats(net, WORKER);
    add_verifier(net, 'artist', 18);
    be(operator_of(2));
    net.profiles.set_offer(2, StandingOffer { audit_fee_fri: 3, ..willing() });
    be(operator_of(3));
    net.profiles.set_offer(3, StandingOffer { largest_package_bytes: 999, ..willing() });
    be(operator_of(4));
    net.profiles.set_offer(4, StandingOffer { audits_until_epoch: 5, ..willing() });
    be(operator_of(5));
    net.profiles.set_offer(5, StandingOffer { memory_mib: 1_023, ..willing() });
    at(1_300, 65);
    let audit = submitted_at(net, JobTerms { memory_mib: 1_024, ..audit_terms() });
    draw(audit, 'hash');
    let round = ask(audit);
    assert_eq!(round.verifiers.len(), 3);
    for seat in 0..3_u8 {
        let verifier = verifier_at(round, seat);
        assert!(verifier > 5 && verifier < 14);
    }
}

/// Everybody has another offer from the next epoch on.
fn offer_all(net: Network, verifiers: u32, offer: StandingOffer) {
    for verifier in 2..verifiers + 2 {
        be(operator_of(verifier));
        net.profiles.set_offer(verifier, offer);
    }
}

#[test]
fn an_offer_that_is_withdrawn_once_the_hash_is_known_still_counts() {
    let audit = submitted_lease(network_with(3));
    offer_all(audit.net, 3, StandingOffer { audit_fee_fri: 0, ..willing() });
    draw(audit, 'hash');
    assert_eq!(ask(audit).verifiers.len(), 3);
}

#[test]
fn an_offer_counts_from_the_epoch_after_it_was_made() {
    let net = network_with(3);
    offer_all(net, 3, StandingOffer { audit_fee_fri: 0, ..willing() });
    at(1_300, 50);
    offer_all(net, 3, willing());
    at(1_300, 60);
    // The epoch before this one's blocks is that of the withdrawn offers.
    let audit = submitted_lease(net);
    draw(audit, 'hash');
    assert_nobody(audit);
}

/// A lease that is submitted in epoch 6, where all audit until that one, and drawn long after.
fn drawn_late(until_epoch: u32) -> TestAudit {
    let net = network_with(3);
    offer_all(net, 3, StandingOffer { audits_until_epoch: until_epoch, ..willing() });
    at(1_300, 60);
    let audit = submitted_lease(net);
    set_block_hash(62, 'hash');
    at(50_000, 1_000);
    be('anyone');
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
    audit
}

#[test]
fn a_draw_that_is_called_late_finds_whose_offers_have_ended_since() {
    assert_eq!(ask(drawn_late(6)).verifiers.len(), 3);
}

#[test]
fn an_offer_that_ended_before_the_epoch_of_the_draw_finds_nobody_however_early_it_is_called() {
    assert_nobody(drawn_late(5));
}

#[test]
fn of_an_epoch_before_both_known_offers_nobody_is_willing() {
    let audit = submitted_lease(network_with(3));
    at(1_300, 50);
    offer_all(audit.net, 3, StandingOffer { audit_fee_fri: 2, ..willing() });
    at(1_300, 60);
    offer_all(audit.net, 3, willing());
    set_block_hash(42, 'hash');
    be('anyone');
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
    assert_nobody(audit);
}

#[test]
fn who_is_locked_up_by_leases_is_drawn_all_the_same() {
    let net = network_with(1);
    // Another one's leases lock all the work stake that the one verifier adds.
    be(owner_of(2));
    net.token.approve(net.registry.contract_address, 66);
    net.registry.add_stake(2, 66);
    let job_id = create(net, terms());
    be(operator_of(2));
    net.board.claim_lease(job_id, 2, 0, 0, named(net));
    let audit = submitted_lease(net);
    draw(audit, 'hash');
    assert_eq!(net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
    assert_eq!(net.registry.worker(2).stake.locked_fri, 66);
}

#[test]
fn a_lease_that_chance_spared_earns_its_pay_and_no_more() {
    let audit = spared_lease(3);
    assert_eq!(locked(audit.net), 400);
    be('artist');
    audit.net.board.accept(audit.job_id, array![audit.lease_id]);
    assert_eq!((sent(audit), owed(audit, account('artist'))), (200, 400));
    assert_all_settled(audit);
}

#[test]
fn a_requester_may_accept_what_chance_spared_without_a_draw() {
    let net = network_with(3);
    give_record(net, 10);
    let audit = submitted_at(net, JobTerms { audit_floor_exp: 1, ..audit_terms() });
    pass_draw_block(sparing(audit));
    be('artist');
    net.board.accept(audit.job_id, array![audit.lease_id]);
    assert_eq!(sent(audit), 200);
    // What no verifier saw makes no record, and its reserve is the pool's again.
    assert_eq!(net.records.record(WORKER, FAMILY).audited, 10);
    assert_eq!(owed(audit, account('artist')), 400);
    assert_all_settled(audit);
}

#[test]
fn a_holder_has_a_vote_for_each_of_its_units_that_is_drawn() {
    let audit = drawn_lease(1);
    let round = ask(audit);
    assert_eq!(round.verifiers.len(), 3);
    for seat in 0..3_u8 {
        assert_eq!(verifier_at(round, seat), 2);
    }
    // Nothing is locked for them.
    assert_eq!(audit.net.registry.worker(2).stake.locked_fri, 0);
}

#[test]
fn a_rate_is_frozen_at_the_claim() {
    let net = network_with(3);
    let audit = submitted_at(net, JobTerms { audit_floor_exp: 5, ..audit_terms() });
    give_record(net, 50);
    assert_eq!(net.board.lease(audit.lease_id).audit_exp, 0);
    draw(audit, 'hash');
    assert_eq!(net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::IN_AUDIT);
}

#[test]
fn eight_times_what_verifiers_earned_is_credit_for_the_next_lease() {
    let net = network_with(3);
    // 8 * 24 fri are less than its pay of 200, and 8 * 30 are more.
    give_record(net, 4);
    let job_id = create(
        net, JobTerms { tasks: 4, audit_floor_exp: 1, audit_pool_fri: 400, ..audit_terms() },
    );
    let lease_id = claim(net, job_id, 0);
    let audit = TestAudit { net, job_id, lease_id };
    net.board.submit(lease_id, 2, result_of(audit));
    draw(audit, 'hash');
    run_round(audit, 3, 0);
    assert_eq!(count(audit, 0, Vote::COUNTED), 3);
    rest(audit);
    let next = claim(net, job_id, 1);
    assert_eq!(net.board.lease(next).audit_exp, 1);
}

#[test]
fn a_window_that_is_over_pays_without_the_requester() {
    let audit = spared_lease(3);
    wait(9);
    be('anyone');
    audit.net.board.accept_late(audit.job_id, array![audit.lease_id]);
    assert_eq!(sent(audit), 200);
    assert_all_settled(audit);
}

#[test]
fn a_lease_that_is_paid_after_a_raise_was_worth_its_claim() {
    let audit = drawn_lease(3);
    be('artist');
    audit.net.token.approve(audit.net.board.contract_address, 2 * 50 + 10);
    audit.net.board.top_up(audit.job_id, 150, 10);
    run_round(audit, 3, 0);
    rest(audit);
    assert_eq!(audit.net.records.record(WORKER, FAMILY).fees_fri, 6);
    be('artist');
    audit.net.board.accept(audit.job_id, array![audit.lease_id]);
    assert_eq!((sent(audit), owed(audit, account('artist'))), (200, 100 + 404));
    assert_all_settled(audit);
}

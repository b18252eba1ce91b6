//! Whoever claims or assigns names verifiers, or takes a lease that nobody judges.
use starknet::storage::StorageMapWriteAccess;
use starknet::testing::set_contract_address;
use crate::interfaces::audit::{
    IAuditsSafeDispatcher, IAuditsSafeDispatcherTrait, IChallengesDispatcherTrait,
    IChallengesSafeDispatcher, IChallengesSafeDispatcherTrait,
};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
};
use crate::interfaces::registry::{
    IFamiliesDispatcherTrait, IFamiliesSafeDispatcher, IFamiliesSafeDispatcherTrait,
    IProfilesDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::packing::registry::SeatHoldingPacking;
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::{TestAudit, reason_of};
use crate::tests::support::jobs::{
    claim, create, offer, pass_draw_block, place, refusals, result, scheduled, submitted, terms,
};
use crate::tests::support::network::{FAMILY, Network, SEAT_UNIT, STAKE, WORKER, locked, network};
use crate::tests::support::steps::{advance, wait};
use crate::tests::support::verifiers::{add_verifiers, named, network_with, owner_of, willing};
use crate::types::audit::DrawOutcome;
use crate::types::board::{JobTerms, LeaseState, Place};
use crate::types::registry::{SeatHolding, StandingOffer, VoteRequest};

fn judged() -> JobTerms {
    JobTerms { takes_unjudged: false, ..terms() }
}

#[feature("safe_dispatcher")]
fn refusal_of(net: Network, job_id: u64, verifiers: Array<u32>) -> felt252 {
    be('operator');
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    reason_of(board.claim_lease(job_id, WORKER, 0, 0, verifiers))
}

/// As a client looks for a lease of the worker.
fn search(net: Network, seed: felt252) -> Array<u32> {
    net.families.willing_verifiers(request(seed))
}

fn request(seed: felt252) -> VoteRequest {
    VoteRequest {
        family: FAMILY,
        block: 0,
        seed,
        wanted: 4,
        again: false,
        worker_id: WORKER,
        requester: account('artist'),
        fee_fri: 2,
        package_bytes: 1_000,
        memory_mib: 0,
    }
}

#[test]
fn a_lease_whose_claim_names_four_willing_verifiers_is_judged() {
    let net = network_with(4);
    let job_id = create(net, judged());
    be('operator');
    let lease_id = net.board.claim_lease(job_id, WORKER, 0, 0, array![5, 3, 2, 4]);
    assert_eq!(net.board.lease(lease_id).draw_outcome, DrawOutcome::NOT_DRAWN);
    assert_eq!((locked(net), net.board.job(job_id).times.audit_pool_fri), (66, 50 - 6));
}

#[test]
fn fewer_than_four_are_refused_and_more_than_eight() {
    let net = network_with(9);
    let job_id = create(net, judged());
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4]), 'RC: too few verifiers named');
    let many = array![2, 3, 4, 5, 6, 7, 8, 9, 10];
    assert_eq!(refusal_of(net, job_id, many), 'RC: too many verifiers named');
    assert_eq!((locked(net), net.board.job(job_id).times.audit_pool_fri), (0, 50));
}

#[test]
fn nobody_is_named_twice_and_no_two_of_one_owner() {
    let net = network_with(4);
    let second = join(net, owner_of(2), STAKE);
    at(1_300, 60);
    let job_id = create(net, judged());
    let twice = 'RC: two named of one owner';
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 4]), twice);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, second]), twice);
}

/// Another worker of the owner with a seat, for which it staked so much.
fn join(net: Network, owner: felt252, seat_stake_fri: u128) -> u32 {
    be(owner);
    net.token.approve(net.registry.contract_address, STAKE.into());
    let worker_id = net.registry.register(account(owner + 1), account('x'), array![FAMILY], STAKE);
    if seat_stake_fri != 0 {
        net.registry.stake_seats(worker_id, seat_stake_fri);
    }
    net.profiles.set_offer(worker_id, willing());
    give_seat(net, worker_id, 0);
    worker_id
}

/// A seat since an epoch; no draw finds it.
fn give_seat(net: Network, worker_id: u32, next_epoch: u32) {
    set_contract_address(net.registry.contract_address);
    let mut state = WorkerRegistry::contract_state_for_testing();
    let holding = SeatHolding { units: 1, next_epoch };
    state.seats.seat_holdings.write((worker_id, FAMILY), holding);
}

#[test]
fn who_could_not_be_drawn_is_not_named() {
    let net = network_with(5);
    let job_id = create(net, JobTerms { memory_mib: 512, ..judged() });
    let no = 'RC: named verifier may not vote';
    // No such worker; the worker itself, without a seat.
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 99]), no);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, WORKER]), no);
    let mut block = 40;
    let offers = array![
        StandingOffer { audit_fee_fri: 3, ..willing() },
        StandingOffer { largest_package_bytes: 999, ..willing() },
        StandingOffer { memory_mib: 511, ..willing() },
        StandingOffer {
            audits_until_epoch: 11, ..willing(),
        } // a claim in epoch 12 is over that one
    ];
    for offer in offers {
        be(owner_of(6));
        net.profiles.set_offer(6, offer);
        block += 20;
        at(1_300, block);
        assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 6]), no);
    }
    be(owner_of(6));
    net.profiles.set_offer(6, willing());
    // It counts from the next epoch on, and a draw is over the one before.
    at(1_300, 130);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 6]), no);
    at(1_300, 140);
    give_seat(net, 6, 14);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 6]), no);
    give_seat(net, 6, 13);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, 6]), 'not refused');
}

#[test]
fn who_has_no_stake_for_a_seat_is_not_named() {
    let net = network_with(4);
    let (poor, covered) = (join(net, 'poor', SEAT_UNIT - 1), join(net, 'covered', SEAT_UNIT));
    at(1_300, 60);
    let job_id = create(net, judged());
    let no = 'RC: named verifier may not vote';
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, poor]), no);
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, covered]), 'not refused');
}

#[test]
fn the_requester_and_the_worker_s_owner_are_no_verifiers_of_theirs() {
    let net = network_with(4);
    let (artist_s, owner_s) = (join(net, 'artist', STAKE), join(net, 'owner', STAKE));
    at(1_300, 60);
    let job_id = create(net, judged());
    let refused = refusal_of(net, job_id, array![2, 3, 4, artist_s]);
    assert_eq!(refused, 'RC: named verifier may not vote');
    // The owner's own does not count; four others besides it do.
    let refused = refusal_of(net, job_id, array![2, 3, 4, owner_s]);
    assert_eq!(refused, 'RC: too few verifiers named');
    assert_eq!(refusal_of(net, job_id, array![2, 3, 4, owner_s, 5]), 'not refused');
}

#[test]
fn a_search_finds_whom_a_claim_may_name() {
    let net = network();
    add_verifiers(net, 5);
    at(1_010, 21);
    assert_eq!(search(net, 0).len(), 0); // the seats count from epoch 2, which is not over
    be(owner_of(3));
    net.profiles.set_offer(3, StandingOffer { audit_fee_fri: 3, ..willing() });
    at(1_300, 40);
    assert_eq!(search(net, 0), array![2, 4, 5, 6]);
    // Ten seats are two entries; the fifth is the third worker's first.
    assert_eq!(search(net, 5), array![4, 5, 6, 2]);
    let job_id = create(net, judged());
    assert_eq!(refusal_of(net, job_id, search(net, 2)), 'not refused');
}

#[test]
fn an_assignment_names_verifiers_for_all_its_workers() {
    let net = network_with(4);
    offer(net);
    let job_id = create(net, JobTerms { takes_unjudged: false, ..scheduled() });
    be('scheduler');
    let places = array![place(0), Place { worker_id: 2, ..place(0) }];
    // The second is named itself and has three others then; it also offers no slots.
    net.board.assign(job_id, places, array![2, 3, 4, 5]);
    assert_eq!(refusals(net), array!['RC: worker does not offer that']);
    assert_eq!(net.board.job(job_id).progress.held, 2);
}

#[test]
fn a_job_that_wants_judged_leases_takes_no_other() {
    let net = network_with(4);
    let job_id = create(net, judged());
    assert_eq!(refusal_of(net, job_id, array![]), 'RC: job wants judged leases');
    assert!(!net.board.job(job_id).audit_price.takes_unjudged);
}

#[test]
#[feature("safe_dispatcher")]
fn a_lease_that_nobody_judges_reserves_nothing_and_is_not_drawn_nor_doubted() {
    let net = network_with(0);
    let job_id = create(net, JobTerms { takes_unjudged: true, ..terms() });
    be('operator');
    let lease_id = net.board.claim_lease(job_id, WORKER, 0, 0, array![]);
    let lease = net.board.lease(lease_id);
    assert_eq!((lease.draw_outcome, lease.audit_exp), (DrawOutcome::UNJUDGED, 0));
    assert_eq!((locked(net), net.board.job(job_id).times.audit_pool_fri), (66, 50));
    net.board.submit(lease_id, 2, result());
    pass_draw_block('hash');
    let audits = IAuditsSafeDispatcher { contract_address: net.board.contract_address };
    let drawn = audits.draw(job_id, array![lease_id]);
    assert_eq!(reason_of(drawn), 'RC: nothing to draw');
    be('artist');
    let doubts = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    let nobody = 'RC: nobody judges this lease';
    assert_eq!(reason_of(doubts.challenge_pixels(lease_id, array![0])), nobody);
    assert_eq!(reason_of(doubts.challenge_delivery(lease_id)), nobody);
    net.board.accept(job_id, array![lease_id]);
    assert_eq!(net.board.lease(lease_id).state, LeaseState::ACCEPTED);
    assert_eq!((locked(net), net.board.job(job_id).times.audit_pool_fri), (0, 50));
}

#[feature("safe_dispatcher")]
fn naming(net: Network, who: felt252, lease_id: u64, verifiers: Array<u32>) -> felt252 {
    be(who);
    let doubts = IChallengesSafeDispatcher { contract_address: net.board.contract_address };
    reason_of(doubts.name_verifiers(lease_id, verifiers))
}

#[test]
fn a_requester_names_verifiers_of_a_lease_that_nobody_judged_and_may_doubt_it() {
    let net = network_with(4);
    let job_id = create(net, terms());
    be('operator');
    let lease_id = net.board.claim_lease(job_id, WORKER, 0, 0, array![]);
    net.board.submit(lease_id, 2, result());
    assert_eq!(naming(net, 'anyone', lease_id, named(net)), 'RC: only requesters may doubt');
    assert_eq!(naming(net, 'artist', lease_id, array![2, 3, 4]), 'RC: too few verifiers named');
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 0);
    assert_eq!(naming(net, 'artist', lease_id, named(net)), 'not refused');
    assert_eq!(net.board.lease(lease_id).draw_outcome, DrawOutcome::PASSED);
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 200);
    assert_eq!(naming(net, 'artist', lease_id, named(net)), 'RC: lease is judged as it is');
    be('artist');
    net.token.approve(net.board.contract_address, 1_000);
    net.challenges.challenge_delivery(lease_id);
    wait(2);
    advance(TestAudit { net, job_id, lease_id });
    assert_eq!(net.board.lease(lease_id).state, LeaseState::REJECTED);
    assert_eq!((locked(net), net.families.family(FAMILY).open_pay_fri), (0, 0));
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 50);
}

#[test]
fn verifiers_are_named_inside_the_window_and_not_of_what_is_paid() {
    let net = network_with(4);
    let job_id = create(net, terms());
    let late = submitted(net, job_id, 0);
    be('operator');
    let paid = net.board.claim_lease(job_id, WORKER, 1, 0, array![]);
    net.board.submit(paid, 1, result());
    be('artist');
    net.board.accept(job_id, array![paid]);
    assert_eq!(naming(net, 'artist', paid, named(net)), 'RC: lease in another state');
    at(1_330, 63);
    assert_eq!(naming(net, 'artist', late, named(net)), 'RC: challenge window is over');
}

#[test]
fn only_boards_count_what_a_requester_has_judged() {
    let net = network_with(4);
    be('anyone');
    let families = IFamiliesSafeDispatcher { contract_address: net.registry.contract_address };
    assert_eq!(judging(families), 'RC: not an active board');
}

#[feature("safe_dispatcher")]
fn judging(families: IFamiliesSafeDispatcher) -> felt252 {
    reason_of(families.judge(request(0), array![2, 3, 4, 5], 1))
}

#[test]
fn a_lease_that_nobody_judges_is_paid_without_the_requester_after_its_window() {
    let net = network();
    let job_id = create(net, terms());
    let lease_id = submitted(net, job_id, 0);
    at(1_030, 13);
    be('anyone');
    net.board.accept_late(job_id, array![lease_id]);
    assert_eq!(net.board.lease(lease_id).state, LeaseState::ACCEPTED);
}

#[test]
fn whatever_becomes_of_a_lease_that_nobody_judges_the_pool_is_left_alone() {
    let net = network();
    let job_id = create(net, terms());
    let part = claim(net, job_id, 0);
    net.board.submit(part, 1, result());
    let back = claim(net, job_id, 1);
    net.board.give_back(back, 'heat');
    let late = claim(net, job_id, 2);
    at(1_100, 20);
    net.board.expire(job_id, array![late]);
    assert_eq!(net.board.job(job_id).times.audit_pool_fri, 50);
    assert_eq!(net.board.lease(part).draw_outcome, DrawOutcome::UNJUDGED);
}

#[test]
fn a_worker_holds_little_that_nobody_judges() {
    let net = network_with(4);
    be('owner');
    net.token.approve(net.registry.contract_address, 20_000);
    net.registry.add_stake(WORKER, 20_000);
    // Each lease of 10,000 fri locks 3,006: the cap is 5,000.
    let job_id = create(net, JobTerms { reward_fri: 5_000, ..terms() });
    be('operator');
    net.board.claim_lease(job_id, WORKER, 1, 0, array![]);
    assert_eq!(refusal_of(net, job_id, array![]), 'RC: too much without a jury');
    assert_eq!(refusal_of(net, job_id, named(net)), 'not refused');
    assert_eq!(locked(net), 6_012);
}

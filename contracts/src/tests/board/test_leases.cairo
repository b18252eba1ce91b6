//! Who gets which tasks, and what a batch does with entries that can not be done.
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::{IProfilesDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::jobs::{
    accept, claim, create, offer, place, refusals, result, scheduled, spared, submitted, terms,
};
use crate::tests::support::network::{FAMILY, Network, WORKER, locked, network};
use crate::tests::support::token::RICH;
use crate::types::board::{JobTerms, LeaseResult, LeaseState, Place};
use crate::types::registry::StandingOffer;

fn assign(net: Network, job_id: u64, slot: u8) {
    be('scheduler');
    net.board.assign(job_id, array![place(slot)]);
}

#[test]
fn a_slot_is_used_again_and_the_old_lease_is_gone() {
    let net = network();
    let job = create(net, terms());
    let first = claim(net, job, 3);
    net.board.give_back(first, 'away');
    assert_eq!(net.board.lease(first).state, LeaseState::GIVEN_BACK);
    let second = claim(net, job, 3);
    assert_eq!(second, first + 1);
    assert_eq!(net.board.lease(first).state, 0);
    assert_eq!(net.board.lease(second).state, LeaseState::CLAIMED);
}

#[test]
#[should_panic(expected: ('RC: slot holds a lease', 'ENTRYPOINT_FAILED'))]
fn a_slot_holds_one_lease() {
    let net = network();
    let job = create(net, terms());
    claim(net, job, 0);
    claim(net, job, 0);
}

#[test]
#[should_panic(expected: ('RC: no such slot', 'ENTRYPOINT_FAILED'))]
fn a_worker_has_sixteen_slots() {
    let net = network();
    claim(net, create(net, terms()), 16);
}

#[test]
#[should_panic(expected: ('RC: unknown job', 'ENTRYPOINT_FAILED'))]
fn an_unknown_job_is_not_claimed() {
    claim(network(), 7, 0);
}

#[test]
#[should_panic(expected: ('RC: unknown worker', 'ENTRYPOINT_FAILED'))]
fn an_unknown_worker_does_not_claim() {
    let net = network();
    let job = create(net, terms());
    net.board.claim_lease(job, 7, 0, 0);
}

#[test]
#[should_panic(expected: ('RC: not the worker operator', 'ENTRYPOINT_FAILED'))]
fn a_worker_is_claimed_for_by_its_operator_only() {
    let net = network();
    let job = create(net, terms());
    be('owner');
    net.board.claim_lease(job, WORKER, 0, 0);
}

#[test]
#[should_panic(expected: ('RC: family not supported', 'ENTRYPOINT_FAILED'))]
fn a_worker_claims_its_families_only() {
    let net = network();
    claim(net, create(net, JobTerms { family: 'other', ..terms() }), 0);
}

#[test]
#[should_panic(expected: ('RC: nothing left to claim', 'ENTRYPOINT_FAILED'))]
fn no_task_is_given_twice() {
    let net = network();
    let job = create(net, JobTerms { tasks: 2, ..terms() });
    claim(net, job, 0);
    claim(net, job, 1);
}

#[test]
#[should_panic(expected: ('RC: stake is not free', 'ENTRYPOINT_FAILED'))]
fn a_lease_needs_free_stake() {
    let net = network();
    be('owner');
    net.registry.request_unstake(WORKER, 935);
    claim(net, create(net, terms()), 0);
}

#[test]
#[should_panic(expected: ('RC: job is over', 'ENTRYPOINT_FAILED'))]
fn an_expired_job_is_not_claimed() {
    let net = network();
    let job = create(net, terms());
    at(2_000, 10);
    claim(net, job, 0);
}

#[test]
#[should_panic(expected: ('RC: scheduler has precedence', 'ENTRYPOINT_FAILED'))]
fn the_scheduler_comes_first() {
    let net = network();
    let job = create(net, scheduled());
    at(1_089, 30);
    claim(net, job, 0);
}

#[test]
fn claiming_opens_when_the_scheduler_was_silent_and_closes_when_it_speaks() {
    let net = network();
    let job = create(net, scheduled());
    at(1_090, 19);
    claim(net, job, 0);
    offer(net);
    assign(net, job, 1);
    at(1_180, 28);
    claim(net, job, 2);
    assert_eq!(locked(net), 66 + 66 + 36);
}

#[test]
#[should_panic(expected: ('RC: not the scheduler', 'ENTRYPOINT_FAILED'))]
fn a_job_without_scheduler_is_not_assigned() {
    let net = network();
    let job = create(net, terms());
    offer(net);
    assign(net, job, 0);
}

#[test]
#[should_panic(expected: ('RC: worker does not offer that', 'ENTRYPOINT_FAILED'))]
fn nothing_is_assigned_without_an_offer() {
    let net = network();
    assign(net, create(net, scheduled()), 0);
}

#[test]
#[should_panic(expected: ('RC: worker does not offer that', 'ENTRYPOINT_FAILED'))]
fn a_slot_that_is_not_offered_is_not_filled() {
    let net = network();
    offer(net);
    assign(net, create(net, scheduled()), 2);
}

#[test]
#[should_panic(expected: ('RC: worker does not offer that', 'ENTRYPOINT_FAILED'))]
fn a_price_below_the_offer_is_not_assigned() {
    let net = network();
    offer(net);
    assign(net, create(net, JobTerms { reward_fri: 49, ..scheduled() }), 0);
}

#[test]
#[should_panic(expected: ('RC: worker does not offer that', 'ENTRYPOINT_FAILED'))]
fn a_package_over_the_offer_is_not_assigned() {
    let net = network();
    offer(net);
    assign(net, create(net, JobTerms { package_bytes: 1_001, ..scheduled() }), 0);
}

#[test]
#[should_panic(expected: ('RC: worker does not offer that', 'ENTRYPOINT_FAILED'))]
fn an_offer_ends() {
    let net = network();
    let old = offer(net);
    net.profiles.set_offer(WORKER, StandingOffer { until_s: 1_000, ..old });
    assign(net, create(net, scheduled()), 0);
}

#[test]
fn one_bad_assignment_does_not_stop_the_others() {
    let net = network();
    offer(net);
    let job = create(net, scheduled());
    be('scheduler');
    let good = place(0);
    let places = array![
        good, good, Place { slot: 5, ..good }, Place { slot: 16, ..good },
        Place { worker_id: 9, ..good },
    ];
    net.board.assign(job, places);
    let reasons = array![
        'RC: places are not in order', 'RC: worker does not offer that', 'RC: no such slot',
        'RC: unknown worker',
    ];
    assert_eq!(refusals(net), reasons);
    assert_eq!(net.board.job(job).progress.held, 2);
}

#[test]
fn ranges_of_refused_assignments_are_open_again() {
    let net = network();
    offer(net);
    let job = create(net, scheduled());
    be('scheduler');
    let good = place(0);
    let places = array![good, Place { slot: 5, ..good }, Place { slot: 6, ..good }];
    net.board.assign(job, places);
    let mut firsts = array![];
    at(1_090, 19);
    for slot in 1..3_u8 {
        firsts.append(net.board.lease(claim(net, job, slot)).first);
    }
    assert_eq!(firsts, array![4, 2]);
    assert_eq!(net.board.job(job).progress.held, 5);
}

#[test]
fn a_requester_may_schedule_and_assign_its_newest_job_unseen() {
    let net = network();
    offer(net);
    let own = JobTerms { scheduler: account('artist'), ..scheduled() };
    let job = create(net, own);
    assert_eq!(net.board.job(job).scheduler, account('artist'));
    net.board.assign(0, array![place(1)]);
    assert_eq!(net.board.job(job).progress.held, 2);
}

#[test]
fn one_bad_acceptance_does_not_stop_the_others() {
    let net = network();
    let job = create(net, terms());
    let other = create(net, JobTerms { tasks: 1, ..terms() });
    let good = submitted(net, job, 0);
    let early = claim(net, job, 1);
    let foreign = submitted(net, other, 2);
    spared(net, job, array![good].span());
    be('artist');
    net.board.accept(job, array![good, early, foreign, good]);
    let reasons = array![
        'RC: lease in another state', 'RC: lease of another job', 'RC: lease in another state',
    ];
    assert_eq!(refusals(net), reasons);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
}

#[test]
fn one_bad_expiry_does_not_stop_the_others() {
    let net = network();
    let job = create(net, terms());
    let late = claim(net, job, 0);
    at(1_030, 13);
    let early = claim(net, job, 1);
    at(1_060, 16);
    be('outsider');
    net.board.expire(job, array![early, late, late]);
    let reasons = array!['RC: deadline not reached', 'RC: lease in another state'];
    assert_eq!(refusals(net), reasons);
    assert_eq!(net.board.lease(late).state, LeaseState::EXPIRED);
    assert_eq!(net.board.lease(early).state, LeaseState::CLAIMED);
}

#[test]
#[should_panic(expected: ('RC: batch is empty or too long', 'ENTRYPOINT_FAILED'))]
fn an_empty_batch_is_refused() {
    let net = network();
    let job = create(net, terms());
    net.board.accept(job, array![]);
}

#[test]
#[should_panic(expected: ('RC: not the requester', 'ENTRYPOINT_FAILED'))]
fn a_worker_does_not_accept_its_own_lease_early() {
    let net = network();
    let job = create(net, terms());
    let lease = submitted(net, job, 0);
    net.board.accept(job, array![lease]);
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED'))]
fn nobody_else_submits() {
    let net = network();
    let lease = claim(net, create(net, terms()), 0);
    be('thief');
    net.board.submit(lease, 2, result());
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED'))]
fn a_lease_of_nobody_is_not_submitted() {
    network().board.submit(7, 2, result());
}

#[test]
#[should_panic(expected: ('RC: not the lease operator', 'ENTRYPOINT_FAILED'))]
fn nobody_else_gives_back() {
    let net = network();
    let lease = claim(net, create(net, terms()), 0);
    be('thief');
    net.board.give_back(lease, 'away');
}

#[test]
#[should_panic(expected: ('RC: empty result', 'ENTRYPOINT_FAILED'))]
fn an_empty_result_is_refused() {
    let net = network();
    let lease = claim(net, create(net, terms()), 0);
    net.board.submit(lease, 2, LeaseResult { root: 0, ..result() });
}

#[test]
fn a_new_operator_takes_over_what_the_old_one_held() {
    let net = network();
    let lease = claim(net, create(net, terms()), 0);
    be('owner');
    net.registry.set_operator(WORKER, account('spare'));
    be('spare');
    net.registry.accept_operator(WORKER);
    net.board.submit(lease, 2, result());
    assert_eq!(net.board.lease(lease).state, LeaseState::SUBMITTED);
}

#[test]
fn a_worker_without_the_family_any_more_finishes_what_it_holds() {
    let net = network();
    let job = create(net, terms());
    let lease = claim(net, job, 0);
    be('owner');
    net.profiles.set_families(WORKER, array![FAMILY], false);
    be('operator');
    net.board.submit(lease, 2, result());
    accept(net, job, array![lease]);
    assert_eq!(net.token.balance_of(account('payout')), RICH + 200);
}

//! Whichever way a judged lease ends, or a part of it, what it would earn no longer counts for its
//! family's cap. Audits say it of themselves: see support/money.cairo.
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
};
use crate::interfaces::registry::{IFamiliesDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{at, be};
use crate::tests::support::audit::reason_of;
use crate::tests::support::jobs::{
    accept, claim, create, offer, place, refusals, result, scheduled, spared, submitted, terms,
};
use crate::tests::support::network::{FAMILY, Network, WORKER, network};
use crate::tests::support::verifiers::{add_verifiers, network_with};
use crate::types::board::JobTerms;

fn open_fri(net: Network) -> u128 {
    net.families.family(FAMILY).open_pay_fri
}

fn later(seconds: u64) {
    at(get_block_timestamp() + seconds, get_block_number() + seconds / 10);
}

#[test]
fn a_lease_counts_from_its_claim_to_its_pay() {
    let net = network_with(0);
    let job_id = create(net, terms());
    let first = submitted(net, job_id, 0);
    let second = submitted(net, job_id, 1);
    assert_eq!(open_fri(net), 400);
    accept(net, job_id, array![first]);
    assert_eq!(open_fri(net), 200);
    spared(net, job_id, array![second].span());
    later(30);
    be('anyone');
    net.board.accept_late(job_id, array![second]);
    assert_eq!(open_fri(net), 0);
}

#[test]
fn what_is_given_back_counts_no_longer_also_where_it_is_a_part() {
    let net = network_with(0);
    let job_id = create(net, JobTerms { audit_pool_fri: 100, ..terms() });
    let part = claim(net, job_id, 0);
    net.board.submit(part, 1, result());
    let back = claim(net, job_id, 1); // the task that came back
    assert_eq!(open_fri(net), 200);
    net.board.give_back(back, 'heat');
    assert_eq!(open_fri(net), 100);
    accept(net, job_id, array![part]);
    assert_eq!(open_fri(net), 0);
}

#[test]
fn what_expired_counts_no_longer() {
    let net = network_with(0);
    let job_id = create(net, terms());
    let leases = array![claim(net, job_id, 0), claim(net, job_id, 1)];
    later(60);
    be('anyone');
    net.board.expire(job_id, leases);
    assert_eq!(open_fri(net), 0);
}

#[test]
fn a_lease_counts_as_it_was_priced_at_its_claim() {
    let net = network_with(0);
    let job_id = create(net, terms());
    let before = submitted(net, job_id, 0);
    be('artist');
    net.token.approve(net.board.contract_address, 1_000);
    net.board.top_up(job_id, 150, 0);
    let after = claim(net, job_id, 1);
    assert_eq!(open_fri(net), 200 + 300);
    net.board.give_back(after, 'heat');
    accept(net, job_id, array![before]);
    assert_eq!(open_fri(net), 0);
}

/// Four verifiers with ten seats each: at most 1,200 fri are open.
fn capped() -> Network {
    let net = network();
    add_verifiers(net, 4);
    at(1_300, 40);
    net
}

#[test]
#[feature("safe_dispatcher")]
fn a_claim_beyond_the_cap_is_refused_and_waits_for_others_to_end() {
    let net = capped();
    let dear = JobTerms { reward_fri: 400, takes_unjudged: false, ..terms() };
    let job_id = create(net, dear);
    be('operator');
    let first = net.board.claim_lease(job_id, WORKER, 0, 0, array![2, 3, 4, 5]);
    assert_eq!(open_fri(net), 800);
    let board = IJobBoardSafeDispatcher { contract_address: net.board.contract_address };
    let refused = board.claim_lease(job_id, WORKER, 1, 0, array![2, 3, 4, 5]);
    assert_eq!(reason_of(refused), 'RC: family is at its cap');
    assert_eq!((open_fri(net), net.board.job(job_id).progress.held), (800, 2));
    // One task fits.
    net.board.claim_lease(job_id, WORKER, 1, 1, array![2, 3, 4, 5]);
    net.board.give_back(first, 'heat');
    net.board.claim_lease(job_id, WORKER, 2, 0, array![2, 3, 4, 5]);
    assert_eq!(open_fri(net), 1_200);
}

#[test]
fn an_assignment_beyond_the_cap_is_refused_and_the_others_go_on() {
    let net = capped();
    offer(net);
    let job_id = create(net, JobTerms { reward_fri: 400, ..scheduled() });
    be('scheduler');
    net.board.assign(job_id, array![place(0), place(1)], array![2, 3, 4, 5]);
    assert_eq!(refusals(net), array!['RC: family is at its cap']);
    assert_eq!((open_fri(net), net.board.job(job_id).progress.held), (800, 2));
}

#[test]
fn giving_back_is_not_free_where_more_than_half_of_the_cap_is_taken() {
    let net = capped();
    let job_id = create(net, JobTerms { reward_fri: 300, takes_unjudged: false, ..terms() });
    be('operator');
    let half = net.board.claim_lease(job_id, WORKER, 0, 0, array![2, 3, 4, 5]);
    net.board.give_back(half, 'heat');
    assert_eq!(net.registry.burned_fri(), 0);
    let half = net.board.claim_lease(job_id, WORKER, 0, 0, array![2, 3, 4, 5]);
    let more = net.board.claim_lease(job_id, WORKER, 1, 1, array![2, 3, 4, 5]);
    net.board.give_back(half, 'heat');
    assert_eq!(net.registry.burned_fri(), 12);
    net.board.give_back(more, 'heat');
    assert_eq!(net.registry.burned_fri(), 12);
}

//! Few willing holders among many unwilling ones do not decide alone.
use starknet::testing::set_contract_address;
use crate::interfaces::registry::{
    ICommitteesDispatcher, ICommitteesDispatcherTrait, IProfilesDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::network::{FAMILY, Network, STAKE, network};
use crate::tests::support::verifiers::{add_verifiers, operator_of, owner_of, willing};
use crate::types::registry::{StandingOffer, VoteRequest};

/// Four have ten units each; of these only the first one's holder, worker 2, audits. Of the first
/// six tries with this seed three meet them, and of all 36 eight do.
const THREE_OF_SIX: felt252 = 5;
/// Three of the first seven, and nine of all.
const A_QUARTER: felt252 = 190;
/// Three of the first seven, and eight of all.
const LESS: felt252 = 80;

fn one_of_four() -> Network {
    let net = network();
    add_verifiers(net, 4);
    for verifier in 3..6_u32 {
        be(operator_of(verifier));
        net.profiles.set_offer(verifier, StandingOffer { audit_fee_fri: 0, ..willing() });
    }
    at(1_300, 40);
    net
}

/// Three votes on a lease of worker 1, as this seed draws them in a round that this block called.
fn drawn_in(net: Network, block: u64, seed: felt252, requester: felt252) -> Array<u32> {
    let committees = ICommitteesDispatcher { contract_address: net.registry.contract_address };
    let request = VoteRequest {
        family: FAMILY,
        block,
        seed,
        wanted: 3,
        worker_id: 1,
        requester: account(requester),
        fee_fri: 2,
        package_bytes: 1_000,
        memory_mib: 0,
    };
    committees.draw_votes(request)
}

fn drawn(net: Network, seed: felt252, requester: felt252) -> Array<u32> {
    drawn_in(net, 40, seed, requester)
}

#[test]
fn votes_stand_at_once_where_half_of_those_met_are_willing() {
    assert_eq!(drawn(one_of_four(), THREE_OF_SIX, 'artist'), array![2, 2, 2]);
}

#[test]
fn else_they_stand_where_a_quarter_of_all_met_are_willing() {
    assert_eq!(drawn(one_of_four(), A_QUARTER, 'artist'), array![2, 2, 2]);
}

#[test]
fn nobody_is_drawn_where_fewer_are() {
    assert_eq!(drawn(one_of_four(), LESS, 'artist'), array![]);
}

#[test]
fn who_may_not_vote_counts_neither_for_nor_against() {
    let net = one_of_four();
    assert_eq!(drawn(net, LESS, owner_of(3)), array![2, 2, 2]);
    assert_eq!(drawn(net, LESS, owner_of(2)), array![]);
}

#[test]
fn units_that_their_stake_no_longer_covers_do_not_count_as_met() {
    let net = one_of_four();
    set_contract_address(net.board.contract_address);
    net.registry.forfeit(3, STAKE);
    assert_eq!(drawn(net, LESS, 'artist'), array![]);
    at(1_300, 60);
    assert_eq!(drawn_in(net, 60, LESS, 'artist'), array![2, 2, 2]);
}

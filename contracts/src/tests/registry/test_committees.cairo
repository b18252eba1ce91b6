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

/// Four have ten units each; of these workers 2 and 3 audit. With this seed three of the first four
/// tries meet them, and 13 of all 36.
const THREE_OF_FOUR: felt252 = 14;
/// Fewer of the first four, and 18 of all.
const HALF: felt252 = 47;
/// Fewer of the first four, and 17 of all, of which 8 meet worker 4.
const LESS: felt252 = 4;

fn two_of_four() -> Network {
    let net = network();
    add_verifiers(net, 4);
    for verifier in 4..6_u32 {
        be(operator_of(verifier));
        net.profiles.set_offer(verifier, StandingOffer { audit_fee_fri: 0, ..willing() });
    }
    at(1_300, 40);
    net
}

/// Three votes on a lease of worker 1, as this seed draws them in a round that this block called.
fn drawn_in(
    net: Network, block: u64, seed: felt252, requester: felt252, again: bool,
) -> Array<u32> {
    let committees = ICommitteesDispatcher { contract_address: net.registry.contract_address };
    let request = VoteRequest {
        family: FAMILY,
        block,
        seed,
        wanted: 3,
        again,
        worker_id: 1,
        requester: account(requester),
        fee_fri: 2,
        package_bytes: 1_000,
        memory_mib: 0,
    };
    committees.draw_votes(request)
}

fn drawn(net: Network, seed: felt252, requester: felt252) -> Array<u32> {
    drawn_in(net, 40, seed, requester, false)
}

#[test]
fn votes_stand_at_once_where_all_but_one_of_those_met_are_willing() {
    assert_eq!(drawn(two_of_four(), THREE_OF_FOUR, 'artist'), array![2, 3, 3]);
}

#[test]
fn not_so_where_they_were_looked_for_before() {
    let net = two_of_four();
    assert_eq!(drawn_in(net, 40, THREE_OF_FOUR, 'artist', true), array![]);
    assert_eq!(drawn_in(net, 40, HALF, 'artist', true), array![2, 3, 3]);
}

#[test]
fn else_they_stand_where_half_of_all_met_are_willing() {
    assert_eq!(drawn(two_of_four(), HALF, 'artist'), array![2, 3, 3]);
}

#[test]
fn nobody_is_drawn_where_fewer_are() {
    assert_eq!(drawn(two_of_four(), LESS, 'artist'), array![]);
}

#[test]
fn who_may_not_vote_counts_neither_for_nor_against() {
    let net = two_of_four();
    assert_eq!(drawn(net, LESS, owner_of(4)), array![2, 3, 2]);
    assert_eq!(drawn(net, LESS, owner_of(2)), array![]);
}

#[test]
fn units_that_their_stake_no_longer_covers_do_not_count_as_met() {
    let net = two_of_four();
    set_contract_address(net.board.contract_address);
    net.registry.forfeit(4, STAKE);
    assert_eq!(drawn(net, LESS, 'artist'), array![]);
    at(1_300, 60);
    assert_eq!(drawn_in(net, 60, LESS, 'artist', false), array![2, 3, 2]);
}

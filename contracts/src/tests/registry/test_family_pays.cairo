//! Seats and families count once they are old enough, for draws, for names and for the cap alike.
use starknet::testing::set_contract_address;
use crate::interfaces::registry::{
    ICommitteesDispatcher, ICommitteesDispatcherTrait, IFamiliesDispatcherTrait,
    ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::network::{FAMILY, Network, SEAT_UNIT, STAKE, network_of};
use crate::tests::support::verifiers::{add_verifier, add_verifiers, owner_of};
use crate::types::registry::{
    Ages, EndedPay, FamilyInfo, LockGrant, LockRequest, LockTerms, VoteRequest,
};

/// The fifth one that is added.
const LATE: u32 = 6;
const AT_CAP: felt252 = 'RC: family is at its cap';

/// Seats count after three epochs, families after five. Four have ten seats each from epoch 2 on.
fn young() -> Network {
    let net = network_of(Ages { seat_epochs: 3, family_epochs: 5 });
    add_verifiers(net, 4);
    net
}

/// In this epoch, of ten blocks.
fn in_epoch(epoch: u64) {
    at(1_300, 10 * epoch);
}

fn request(epoch: u64) -> VoteRequest {
    VoteRequest {
        family: FAMILY,
        block: 10 * epoch,
        seed: 5,
        wanted: 9,
        again: false,
        worker_id: 1,
        requester: account('artist'),
        fee_fri: 2,
        package_bytes: 1_000,
        memory_mib: 0,
    }
}

/// Whom claims may name now.
fn named(net: Network) -> Array<u32> {
    net.families.willing_verifiers(request(0))
}

/// Whoever is drawn for a round that is called in this epoch, and could be named in it, in order.
fn drawn_in(net: Network, epoch: u64) -> Array<u32> {
    in_epoch(epoch);
    let committees = ICommitteesDispatcher { contract_address: net.registry.contract_address };
    let drawn = committees.draw_votes(VoteRequest { wanted: 30, ..request(epoch) });
    let named = named(net);
    let mut found = array![];
    for verifier in 2..8_u32 {
        let is_drawn = has(drawn.span(), verifier);
        assert_eq!(is_drawn, has(named.span(), verifier));
        if is_drawn {
            found.append(verifier);
        }
    }
    found
}

fn has(all: Span<u32>, wanted: u32) -> bool {
    let mut found = false;
    for one in all {
        if *one == wanted {
            found = true;
        }
    }
    found
}

/// As a board asks for leases of so much pay, which four verifiers judge.
fn lock(net: Network, pays_fri: Array<u128>, verifiers: Array<u32>) -> Array<LockGrant> {
    set_contract_address(net.board.contract_address);
    let terms = LockTerms {
        operator: account('operator'),
        family: FAMILY,
        audit_floor_exp: 0,
        reward_fri: 1,
        package_bytes: 1_000,
        memory_mib: 0,
        requester: account('artist'),
        fee_fri: 2,
        verifiers: verifiers.span(),
    };
    let mut requests = array![];
    for pay_fri in pays_fri {
        requests.append(LockRequest { worker_id: 1, slot: 0, pay_fri, least_lock_fri: 1 });
    }
    net.registry.lock(terms, requests)
}

fn refusals(net: Network, pays_fri: Array<u128>) -> Array<felt252> {
    let mut found = array![];
    for grant in lock(net, pays_fri, array![2, 3, 4, 5]) {
        found.append(grant.refusal);
    }
    found
}

fn end(net: Network, pay_fri: u128) {
    set_contract_address(net.board.contract_address);
    net.registry.unlock(array![], EndedPay { family: FAMILY, pay_fri });
}

#[test]
fn a_family_has_no_verifiers_before_it_is_old_enough() {
    let net = young();
    // Seats of epoch 2 are old enough in epoch 5, the family in epoch 7; a draw is over the one
    // before.
    assert_eq!(drawn_in(net, 7), array![]);
    assert_eq!(refusals(net, array![1]), array!['RC: named verifier may not vote']);
    assert_eq!(drawn_in(net, 8), array![2, 3, 4, 5]);
    assert_eq!(refusals(net, array![1]), array![0]);
    let mature = FamilyInfo {
        units: 40, mature_units: 40, open_pay_fri: 1, most_pay_fri: 10 * SEAT_UNIT, from_epoch: 8,
    };
    assert_eq!(net.families.family(FAMILY), mature);
    let unknown = FamilyInfo {
        units: 0, mature_units: 0, open_pay_fri: 0, most_pay_fri: 0, from_epoch: 0,
    };
    assert_eq!(net.families.family('other'), unknown);
}

/// The epoch from which on the family has verifiers, 0 if it has not enough seats.
fn verified_from(net: Network) -> u32 {
    net.families.family(FAMILY).from_epoch
}

#[test]
fn one_seat_held_for_an_epoch_does_not_start_a_familys_age() {
    let net = network_of(Ages { seat_epochs: 3, family_epochs: 5 });
    add_verifier(net, owner_of(2), 2);
    in_epoch(2);
    net.seats.set_seats(2, FAMILY, 1);
    assert_eq!(verified_from(net), 0);
    in_epoch(3);
    net.seats.set_seats(2, FAMILY, 0);
    in_epoch(20);
    net.seats.set_seats(2, FAMILY, 3);
    assert_eq!(verified_from(net), 0);
    in_epoch(21);
    net.seats.set_seats(2, FAMILY, 4);
    // Four units from epoch 22 on are five epochs old in 27, and a draw is over the one before.
    assert_eq!(verified_from(net), 28);
}

#[test]
fn a_familys_age_begins_anew_where_it_had_fewer_than_four_units() {
    let net = young();
    in_epoch(12);
    for verifier in 3..6_u32 {
        be(owner_of(verifier));
        net.seats.set_seats(verifier, FAMILY, 0);
    }
    be(owner_of(2));
    net.seats.set_seats(2, FAMILY, 4);
    in_epoch(17);
    assert_eq!((verified_from(net), named(net)), (8, array![2]));
    net.seats.set_seats(2, FAMILY, 3);
    in_epoch(18);
    assert_eq!((verified_from(net), named(net)), (0, array![]));
    net.seats.set_seats(2, FAMILY, 5);
    in_epoch(24);
    assert_eq!((verified_from(net), named(net)), (25, array![]));
    in_epoch(25);
    assert_eq!(named(net), array![2]);
}

#[test]
fn draws_go_on_where_fewer_than_four_units_are_left() {
    let net = young();
    in_epoch(12);
    for verifier in 3..6_u32 {
        be(owner_of(verifier));
        net.seats.set_seats(verifier, FAMILY, 0);
    }
    be(owner_of(2));
    net.seats.set_seats(2, FAMILY, 2);
    in_epoch(17);
    assert_eq!((verified_from(net), named(net)), (0, array![]));
    let committees = ICommitteesDispatcher { contract_address: net.registry.contract_address };
    let mut found: u32 = 0;
    for seed in 0..20_u8 {
        let asked = VoteRequest { wanted: 1, seed: seed.into(), ..request(17) };
        found += committees.draw_votes(asked).len();
    }
    assert!(found != 0);
}

#[test]
fn stake_bought_today_neither_lifts_the_cap_nor_is_drawn() {
    let net = young();
    in_epoch(10);
    add_verifier(net, owner_of(LATE), LATE);
    let info = net.families.family(FAMILY);
    assert_eq!((info.units, info.mature_units, info.most_pay_fri), (50, 40, 1_200));
    assert_eq!(refusals(net, array![1_201]), array![AT_CAP]);
    assert_eq!(drawn_in(net, 14), array![2, 3, 4, 5]);
    let grants = lock(net, array![1], array![2, 3, 4, LATE]);
    assert_eq!(*grants[0].refusal, 'RC: named verifier may not vote');
    assert_eq!(refusals(net, array![1_201]), array![AT_CAP]);
    assert_eq!(drawn_in(net, 15), array![2, 3, 4, 5, LATE]);
    assert_eq!(net.families.family(FAMILY).mature_units, 50);
    assert_eq!(*lock(net, array![1_500], array![2, 3, 4, LATE])[0].refusal, 0);
}

#[test]
fn seats_that_are_given_up_lower_the_cap_at_once_and_for_two_windows() {
    let net = young();
    in_epoch(9); // a window begins
    be(owner_of(2));
    net.seats.set_seats(2, FAMILY, 4);
    assert_eq!(net.families.family(FAMILY).most_pay_fri, 34 * SEAT_UNIT / 4);
    in_epoch(10);
    net.seats.set_seats(2, FAMILY, 10);
    let mut epoch = 10;
    while epoch != 15 {
        in_epoch(epoch);
        assert_eq!(net.families.family(FAMILY).mature_units, 34);
        epoch += 1;
    }
    in_epoch(15);
    assert_eq!(net.families.family(FAMILY).mature_units, 40);
}

#[test]
fn whoever_changes_seats_is_named_again_when_all_of_them_are_old_enough() {
    let net = young();
    in_epoch(10);
    be(owner_of(2));
    net.seats.set_seats(2, FAMILY, 8); // of ten: the smaller of two entries
    in_epoch(14);
    assert!(!has(named(net).span(), 2));
    in_epoch(15);
    assert!(has(named(net).span(), 2));
}

#[test]
fn a_request_beyond_the_cap_is_refused_alone() {
    let net = young();
    in_epoch(8);
    assert_eq!(refusals(net, array![700, 501, 500, 1]), array![0, AT_CAP, 0, AT_CAP]);
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 1_200);
    end(net, 700);
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 500);
    assert_eq!(refusals(net, array![701]), array![AT_CAP]);
    assert_eq!(refusals(net, array![700]), array![0]);
}

#[test]
fn a_request_that_is_refused_otherwise_opens_nothing() {
    let net = young();
    in_epoch(8);
    be('owner');
    net.registry.request_unstake(1, STAKE);
    assert_eq!(refusals(net, array![700]), array!['RC: stake is not free']);
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 0);
}

#[test]
fn leases_that_nobody_judges_count_for_no_cap() {
    let net = young();
    in_epoch(8);
    assert_eq!(*lock(net, array![5_000], array![])[0].refusal, 0);
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 0);
}

#[test]
fn a_cap_that_fell_below_what_is_open_refuses_more_until_enough_has_ended() {
    let net = young();
    add_verifier(net, owner_of(LATE), LATE);
    in_epoch(8);
    assert_eq!(refusals(net, array![1_500]), array![0]);
    be(owner_of(LATE));
    net.seats.set_seats(LATE, FAMILY, 4);
    assert_eq!(net.families.family(FAMILY).most_pay_fri, 44 * SEAT_UNIT / 4);
    assert_eq!(refusals(net, array![1]), array![AT_CAP]);
    end(net, 200);
    assert_eq!(refusals(net, array![21, 20]), array![AT_CAP, 0]);
}

#[test]
#[should_panic(expected: ('RC: family has not that open', 'ENTRYPOINT_FAILED'))]
fn no_more_ends_than_is_open() {
    let net = young();
    in_epoch(8);
    refusals(net, array![700]);
    end(net, 701);
}

#[test]
fn a_slash_ends_what_it_was_for() {
    let net = young();
    in_epoch(8);
    refusals(net, array![700]);
    net.registry.slash(1, 1, 0, EndedPay { family: FAMILY, pay_fri: 700 });
    assert_eq!(net.families.family(FAMILY).open_pay_fri, 0);
}

#[test]
#[should_panic(expected: ('RC: seats older than a family', 'CONSTRUCTOR_FAILED'))]
fn a_family_is_no_younger_than_its_first_seats() {
    network_of(Ages { seat_epochs: 1, family_epochs: 0 });
}

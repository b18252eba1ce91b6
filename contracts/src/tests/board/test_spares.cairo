//! Tasks that a scheduler gives a second time: both leases are paid once, and nothing opens early.
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::board::{
    IJobBoardDispatcherTrait, IJobBoardSafeDispatcher, IJobBoardSafeDispatcherTrait,
    IPayoutsDispatcherTrait,
};
use crate::interfaces::registry::{
    IFamiliesDispatcherTrait, IProfilesDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::audit::reason_of;
use crate::tests::support::jobs::{accept, create, offer, place, result, scheduled};
use crate::tests::support::network::{FAMILY, Network, STAKE, network};
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::{add_named, named};
use crate::types::board::{JobTerms, LeaseState, Place, Twin};

#[derive(Copy, Drop)]
struct Twins {
    net: Network,
    job: u64,
    held: u64,
    spare: u64,
}

/// Of the second worker.
const SECOND: u32 = 2;

/// A job of leases of two tasks, of which the first worker holds one, with two tasks to spare.
fn held_lease() -> Twins {
    held_lease_of(2)
}

/// The same job with so many tasks, and as many to spare.
fn held_lease_of(tasks: u32) -> Twins {
    let net = network();
    be('second owner');
    net.token.approve(net.registry.contract_address, STAKE.into());
    net.registry.register(account('helper'), account('helper pay'), array![FAMILY], STAKE);
    let known = offer(net);
    be('helper');
    net.registry.accept_operator(SECOND);
    net.profiles.set_offer(SECOND, known);
    add_named(net);
    at(1_300, 40);
    let job = create(net, JobTerms { tasks, spare_tasks: tasks, ..scheduled() });
    be('scheduler');
    net.board.assign(job, array![place(0)], named(net));
    let held = *net.board.open_leases(1)[0];
    Twins { net, job, held, spare: 0 }
}

fn spare_of(two: Twins, slot: u8) -> Place {
    Place { worker_id: SECOND, spare_of: two.held, ..place(slot) }
}

/// The same, and the second worker has its tasks too.
fn spared_lease() -> Twins {
    let two = held_lease();
    be('scheduler');
    two.net.board.assign(two.job, array![spare_of(two, 0)], named(two.net));
    Twins { spare: *two.net.board.open_leases(SECOND)[0], ..two }
}

fn submit(two: Twins, who: felt252, lease: u64) {
    be(who);
    two.net.board.submit(lease, 2, result());
}

/// Chance spares what was submitted just now, and the requester pays.
fn pay(two: Twins, lease: u64) {
    accept(two.net, two.job, array![lease]);
}

fn give_back(two: Twins, who: felt252, lease: u64) {
    be(who);
    two.net.board.give_back(lease, 'away');
}

fn twin(two: Twins, lease: u64) -> u8 {
    two.net.board.lease(lease).twin
}

fn sent(two: Twins) -> (u256, u256) {
    let token = two.net.token;
    let first = token.balance_of(account('payout')) - RICH;
    (first, token.balance_of(account('helper pay')) - RICH)
}

fn owed(two: Twins) -> u128 {
    two.net.payouts.balance_of(account('artist'))
}

/// Accepted, refunded, held, reopened ranges, and leases that the job waits for besides.
fn counts(two: Twins) -> (u32, u32, u32, u32, u16) {
    let job = two.net.board.job(two.job);
    let progress = job.progress;
    let ends = (progress.accepted, progress.refunded, progress.held);
    let (accepted, refunded, held) = ends;
    (accepted, refunded, held, progress.reopened_ranges, job.times.pending)
}

/// Nothing is left of the job's 200 for its tasks, 200 for spares and pool of 50.
fn assert_all_gone(two: Twins) {
    let (first, second) = sent(two);
    let held = two.net.token.balance_of(two.net.board.contract_address) - RICH;
    assert_eq!(held, owed(two).into());
    assert_eq!(first + second + owed(two).into(), 450);
}

#[test]
#[feature("safe_dispatcher")]
fn a_spare_is_of_what_another_worker_holds_from_its_first_block_on() {
    let two = held_lease();
    let board = IJobBoardSafeDispatcher { contract_address: two.net.board.contract_address };
    be('scheduler');
    let own = Place { worker_id: 1, ..spare_of(two, 1) };
    assert_eq!(
        reason_of(board.assign(two.job, array![own], named(two.net))),
        'RC: spare of its own worker',
    );
    let not_offered = board.assign(two.job, array![spare_of(two, 9)], named(two.net));
    assert_eq!(reason_of(not_offered), 'RC: worker does not offer that');
    assert_eq!(twin(two, two.held), Twin::NONE);
    two.net.board.assign(two.job, array![spare_of(two, 0), spare_of(two, 1)], named(two.net));
    let spare = *two.net.board.open_leases(SECOND)[0];
    let lease = two.net.board.lease(spare);
    assert_eq!((lease.first, lease.count, lease.attempt, lease.twin), (0, 2, 0, Twin::SPARE));
    assert_eq!((twin(two, two.held), counts(two)), (Twin::HELD, (0, 0, 2, 0, 1)));
    assert_eq!(two.net.board.job(two.job).audit_price.spares, 0);
    let again = board.assign(two.job, array![spare_of(two, 1)], named(two.net));
    assert_eq!(reason_of(again), 'RC: tasks are given twice');
    give_back(two, 'helper', spare);
    be('scheduler');
    let more = board.assign(two.job, array![spare_of(two, 1)], named(two.net));
    assert_eq!(reason_of(more), 'RC: no spares left');
}

#[test]
fn who_submitted_before_the_spare_was_accepted_earns_all() {
    let two = spared_lease();
    submit(two, 'operator', two.held);
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    assert_eq!(twin(two, two.held), Twin::SPARED);
    pay(two, two.held);
    assert_eq!((sent(two), owed(two)), ((200, 200), 50));
    assert_all_gone(two);
}

#[test]
fn who_submits_after_the_spare_was_accepted_earns_all() {
    let two = spared_lease();
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    assert_eq!(twin(two, two.held), Twin::SPARED);
    submit(two, 'operator', two.held);
    pay(two, two.held);
    assert_eq!((sent(two), owed(two)), ((200, 200), 50));
    assert_all_gone(two);
}

#[test]
fn a_lease_that_fails_after_its_spare_was_accepted_opens_nothing() {
    let two = spared_lease();
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    give_back(two, 'operator', two.held);
    assert_eq!(counts(two), (2, 0, 0, 0, 0));
    assert_eq!((sent(two), owed(two)), ((0, 200), 250));
    assert_all_gone(two);
}

#[test]
fn a_spare_is_paid_also_where_the_lease_was_accepted_first() {
    let two = spared_lease();
    submit(two, 'operator', two.held);
    pay(two, two.held);
    assert_eq!(counts(two), (2, 0, 0, 0, 1));
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    assert_eq!((sent(two), owed(two)), ((200, 200), 50));
    assert_all_gone(two);
}

#[test]
fn a_spare_that_fails_after_the_lease_was_accepted_ends_the_job() {
    let two = spared_lease();
    submit(two, 'operator', two.held);
    pay(two, two.held);
    give_back(two, 'helper', two.spare);
    assert_eq!((sent(two), owed(two)), ((200, 0), 250));
    assert_all_gone(two);
}

#[test]
fn a_spare_takes_the_place_of_a_lease_that_fails_and_only_then_the_tasks_open() {
    let two = spared_lease();
    at(get_block_timestamp() + 60, get_block_number() + 6);
    be('anyone');
    two.net.board.expire(two.job, array![two.held]);
    assert_eq!(two.net.board.lease(two.held).state, LeaseState::EXPIRED);
    assert_eq!((twin(two, two.spare), counts(two)), (Twin::NONE, (0, 0, 2, 0, 0)));
    assert_eq!(owed(two), 200);
    give_back(two, 'helper', two.spare);
    assert_eq!(counts(two), (0, 0, 0, 1, 0));
    be('scheduler');
    two.net.board.assign(two.job, array![place(1)], named(two.net));
    assert_eq!(two.net.board.lease(*two.net.board.open_leases(1)[0]).attempt, 1);
}

#[test]
fn a_spare_that_fails_leaves_the_lease_alone_and_its_money_goes_back() {
    let two = spared_lease();
    give_back(two, 'helper', two.spare);
    assert_eq!((twin(two, two.held), counts(two)), (Twin::NONE, (0, 0, 2, 0, 0)));
    assert_eq!(owed(two), 200);
    submit(two, 'operator', two.held);
    pay(two, two.held);
    assert_all_gone(two);
}

fn submit_part(two: Twins, who: felt252, lease: u64) {
    be(who);
    two.net.board.submit(lease, 1, result());
}

#[test]
fn who_submits_a_part_is_paid_out_of_the_spare_s_money_and_the_spare_has_all_alone() {
    let two = spared_lease();
    submit_part(two, 'operator', two.held);
    assert_eq!((twin(two, two.held), twin(two, two.spare)), (Twin::SPARE, Twin::NONE));
    assert_eq!((two.net.board.lease(two.held).count, owed(two)), (1, 100));
    assert_eq!(counts(two), (0, 0, 2, 0, 1));
    pay(two, two.held);
    assert_eq!((sent(two), counts(two)), ((100, 0), (0, 0, 2, 0, 0)));
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    assert_eq!((sent(two), owed(two)), ((100, 200), 150));
    assert_all_gone(two);
}

#[test]
fn all_tasks_open_where_the_spare_of_who_submitted_a_part_fails() {
    let two = spared_lease();
    submit_part(two, 'operator', two.held);
    give_back(two, 'helper', two.spare);
    assert_eq!(counts(two), (0, 0, 0, 1, 1));
    pay(two, two.held);
    assert_eq!((sent(two), counts(two)), ((100, 0), (0, 0, 0, 1, 0)));
    be('artist');
    two.net.board.cancel(two.job);
    assert_eq!(owed(two), 350);
    assert_all_gone(two);
}

#[test]
fn a_spare_that_is_submitted_in_part_leaves_the_lease_alone() {
    let two = spared_lease();
    submit_part(two, 'helper', two.spare);
    assert_eq!((twin(two, two.held), twin(two, two.spare)), (Twin::NONE, Twin::SPARE));
    assert_eq!((counts(two), owed(two)), ((0, 0, 2, 0, 1), 100));
    pay(two, two.spare);
    assert_eq!(twin(two, two.held), Twin::NONE);
    submit(two, 'operator', two.held);
    pay(two, two.held);
    assert_eq!((sent(two), owed(two)), ((200, 100), 150));
    assert_all_gone(two);
}

#[test]
fn a_part_that_comes_after_the_spare_was_paid_earns_its_pay() {
    let two = spared_lease();
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    submit_part(two, 'operator', two.held);
    assert_eq!((counts(two), owed(two)), ((1, 0, 1, 0, 0), 100));
    pay(two, two.held);
    assert_eq!((sent(two), owed(two)), ((100, 200), 150));
    assert_all_gone(two);
}

/// A part is no spare of the other any more: what it comes to changes nothing about another spare.
#[test]
fn a_lease_whose_spare_was_submitted_in_part_may_have_another() {
    let two = held_lease_of(4);
    be('scheduler');
    two.net.board.assign(two.job, array![spare_of(two, 0)], named(two.net));
    let spare = *two.net.board.open_leases(SECOND)[0];
    submit_part(two, 'helper', spare);
    be('scheduler');
    two.net.board.assign(two.job, array![spare_of(two, 1)], named(two.net));
    pay(two, spare);
    assert_eq!(twin(two, two.held), Twin::HELD);
}

#[test]
#[should_panic(expected: ('RC: spares without scheduler', 'ENTRYPOINT_FAILED'))]
fn spares_need_a_scheduler() {
    let terms = JobTerms { scheduler: account(0), scheduler_grace_s: 0, ..scheduled() };
    create(network(), JobTerms { spare_tasks: 1, ..terms });
}

#[test]
#[should_panic(expected: ('RC: more spares than tasks', 'ENTRYPOINT_FAILED'))]
fn spares_are_no_more_than_the_tasks() {
    create(network(), JobTerms { spare_tasks: 6, ..scheduled() });
}

fn open_fri(two: Twins) -> u128 {
    two.net.families.family(FAMILY).open_pay_fri
}

#[test]
fn both_leases_count_for_the_family_s_cap_until_each_ends() {
    let two = spared_lease();
    assert_eq!(open_fri(two), 400);
    submit(two, 'helper', two.spare);
    pay(two, two.spare);
    assert_eq!(open_fri(two), 200);
    // It comes late, for all of its pay.
    submit(two, 'operator', two.held);
    pay(two, two.held);
    assert_eq!(open_fri(two), 0);
}

#[test]
fn a_spare_that_is_given_back_counts_no_longer() {
    let two = spared_lease();
    give_back(two, 'helper', two.spare);
    assert_eq!(open_fri(two), 200);
}

#[test]
#[feature("safe_dispatcher")]
fn a_spare_of_a_judged_lease_is_judged() {
    let two = held_lease();
    let board = IJobBoardSafeDispatcher { contract_address: two.net.board.contract_address };
    be('scheduler');
    let refused = board.assign(two.job, array![spare_of(two, 0)], array![]);
    assert_eq!(reason_of(refused), 'RC: job wants judged leases');
}

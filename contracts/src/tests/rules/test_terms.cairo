//! Jobs that make no sense are refused before anything is paid; locks and audit rates are what
//! docs/protocol.md calls L, L_min and p.
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::directory::IDirectoryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::terms::{audit_rate, challenge_bond, least_lock, lock_at, most_fee};
use crate::tests::support::accounts::{account, be};
use crate::tests::support::jobs::{create, scheduled, terms};
use crate::tests::support::network::{Network, SEAT_UNIT, empty_network, reckon_with};
use crate::tests::support::token::RICH;
use crate::types::board::{JobTerms, PrintLimits};

#[test]
#[should_panic(expected: ('RC: job without tasks', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_tasks() {
    create(empty_network(), JobTerms { tasks: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without reward', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_reward() {
    create(empty_network(), JobTerms { reward_fri: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without package', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_package_size() {
    create(empty_network(), JobTerms { package_bytes: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without package', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_digest() {
    create(empty_network(), JobTerms { package_hi: 0, package_lo: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without family', 'ENTRYPOINT_FAILED'))]
fn a_job_needs_a_family() {
    create(empty_network(), JobTerms { family: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: longest lease is zero', 'ENTRYPOINT_FAILED'))]
fn a_lease_needs_a_length() {
    create(empty_network(), JobTerms { longest_lease: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: a timeout is zero', 'ENTRYPOINT_FAILED'))]
fn every_wait_needs_a_timeout() {
    create(empty_network(), JobTerms { window_s: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: a timeout is too long', 'ENTRYPOINT_FAILED'))]
fn a_lease_is_not_longer_than_the_network_allows() {
    create(empty_network(), JobTerms { lease_timeout_s: 1_001, expires_in_s: 2_000, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: timeout too short to assign', 'ENTRYPOINT_FAILED'))]
fn who_is_given_a_lease_unasked_has_time_to_give_it_back() {
    create(empty_network(), JobTerms { lease_timeout_s: 40, ..scheduled() });
}

#[test]
fn a_lease_that_its_worker_claims_may_be_as_short_as_it_likes() {
    let net = empty_network();
    create(net, JobTerms { lease_timeout_s: 1, ..terms() });
    assert_eq!(create(net, JobTerms { lease_timeout_s: 41, ..scheduled() }), 2);
}

#[test]
#[should_panic(expected: ('RC: a timeout is too long', 'ENTRYPOINT_FAILED'))]
fn a_window_is_not_longer_than_the_network_allows() {
    create(empty_network(), JobTerms { window_s: 501, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job shorter than a lease', 'ENTRYPOINT_FAILED'))]
fn a_job_outlives_its_leases() {
    create(empty_network(), JobTerms { expires_in_s: 59, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: audit rate is too low', 'ENTRYPOINT_FAILED'))]
fn the_audit_rate_has_a_floor() {
    create(empty_network(), JobTerms { audit_floor_exp: 6, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: job without tiles', 'ENTRYPOINT_FAILED'))]
fn a_task_has_tiles() {
    create(empty_network(), JobTerms { tiles: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: audits 1 to 32 leaves', 'ENTRYPOINT_FAILED'))]
fn an_audit_looks_at_something() {
    create(empty_network(), JobTerms { audit_tiles: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: audits 1 to 32 leaves', 'ENTRYPOINT_FAILED'))]
fn an_audit_does_not_look_at_everything() {
    create(empty_network(), JobTerms { audit_tiles: 33, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: print limits out of range', 'ENTRYPOINT_FAILED'))]
fn a_leaf_s_limit_may_not_be_below_the_least() {
    create(empty_network(), JobTerms { tile_limit_percent: 9, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: print limits out of range', 'ENTRYPOINT_FAILED'))]
fn a_leaf_s_limit_may_not_be_over_the_most() {
    create(empty_network(), JobTerms { tile_limit_percent: 21, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: print limits out of range', 'ENTRYPOINT_FAILED'))]
fn the_mean_s_limit_may_not_be_below_the_least() {
    create(empty_network(), JobTerms { mean_limit_percent: 4, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: print limits out of range', 'ENTRYPOINT_FAILED'))]
fn the_mean_s_limit_may_not_be_over_the_most() {
    create(empty_network(), JobTerms { mean_limit_percent: 11, ..terms() });
}

#[test]
fn the_widest_limits_are_the_job_s_own() {
    let net = empty_network();
    let job = create(net, JobTerms { tile_limit_percent: 20, mean_limit_percent: 10, ..terms() });
    let limits = net.board.job(job).audit_price.limits;
    assert_eq!(limits, PrintLimits { tile_percent: 20, mean_percent: 10 });
}

#[test]
#[should_panic(expected: ('RC: more memory than there is', 'ENTRYPOINT_FAILED'))]
fn memory_beyond_its_field_is_refused() {
    create(empty_network(), JobTerms { memory_mib: 0x1000000, ..terms() });
}

#[test]
fn the_memory_that_a_job_states_is_kept() {
    let net = empty_network();
    let job = create(net, JobTerms { memory_mib: 0xffffff, ..terms() });
    assert_eq!(net.board.job(job).audit_price.memory_mib, 0xffffff);
}

#[test]
#[should_panic(expected: ('RC: audit without a fee', 'ENTRYPOINT_FAILED'))]
fn an_audit_is_paid() {
    create(empty_network(), JobTerms { audit_fee_fri: 0, ..terms() });
}

#[test]
#[should_panic(expected: ('RC: too many leaves in a lease', 'ENTRYPOINT_FAILED'))]
fn the_leaves_of_a_lease_can_be_counted_with_their_final_images() {
    // Without the final images there are 2^32 - 2^17 of them.
    let long = JobTerms { tasks: 131_072, longest_lease: 131_072, reward_fri: 1, ..terms() };
    create(empty_network(), JobTerms { tiles: 32_767, ..long });
}

#[test]
fn a_lease_of_nearly_as_many_leaves_as_can_be_counted_is_offered() {
    let net = empty_network();
    let long = JobTerms { tasks: 131_071, longest_lease: 131_071, reward_fri: 1, ..terms() };
    let job = create(net, JobTerms { tiles: 32_767, audit_tiles: 1, ..long });
    assert_eq!(net.board.job(job).price.tasks, 131_071);
}

#[test]
#[should_panic(expected: ('RC: pool below its audits', 'ENTRYPOINT_FAILED'))]
fn the_pool_pays_for_an_audit_of_every_lease() {
    // Three leases, three verifiers, two fri each.
    create(empty_network(), JobTerms { audit_pool_fri: 17, ..terms() });
}

/// Two tasks a lease, one of whose leaves is drawn.
fn with_fee(fee_fri: u128, reward_fri: u128) -> JobTerms {
    JobTerms {
        audit_fee_fri: fee_fri, audit_tile_fri: 0, reward_fri, audit_pool_fri: 1_000, ..terms(),
    }
}

/// Whose board knows what a seat is worth.
fn bounded_network() -> Network {
    let net = empty_network();
    reckon_with(net, SEAT_UNIT);
    net
}

#[test]
fn a_vote_may_cost_a_sixtieth_of_a_seat_and_a_fifteenth_of_the_longest_lease() {
    let net = bounded_network();
    assert_eq!(net.board.job(create(net, with_fee(2, 15))).audit_price.fee_fri, 2);
    assert_eq!((most_fee(120, 30), most_fee(119, 30), most_fee(120, 29)), (2, 1, 1));
}

#[test]
#[should_panic(expected: ('RC: fee of a vote is too high', 'ENTRYPOINT_FAILED'))]
fn a_vote_over_a_sixtieth_of_a_seat_is_refused() {
    create(bounded_network(), with_fee(3, 10_000));
}

#[test]
#[should_panic(expected: ('RC: fee of a vote is too high', 'ENTRYPOINT_FAILED'))]
fn a_vote_over_a_fifteenth_of_the_longest_lease_is_refused() {
    create(empty_network(), with_fee(2, 14));
}

#[test]
#[should_panic(expected: ('RC: fee of a vote is too high', 'ENTRYPOINT_FAILED'))]
fn leaves_that_are_drawn_count_towards_the_fee() {
    create(empty_network(), JobTerms { audit_tile_fri: 1, ..with_fee(2, 22) });
}

#[test]
fn leaves_that_may_be_named_count_towards_the_fee_that_a_seat_bears() {
    let net = empty_network();
    reckon_with(net, 60 * 20);
    create(net, JobTerms { audit_tile_fri: 2, ..with_fee(2, 100) });
}

#[test]
#[should_panic(expected: ('RC: fee of a vote is too high', 'ENTRYPOINT_FAILED'))]
fn leaves_that_may_be_named_make_a_vote_too_dear() {
    let net = empty_network();
    reckon_with(net, 60 * 20 - 1);
    create(net, JobTerms { audit_tile_fri: 2, ..with_fee(2, 100) });
}

#[test]
#[should_panic(expected: ('RC: fee of a vote is too high', 'ENTRYPOINT_FAILED'))]
fn the_longest_lease_is_no_longer_than_the_job() {
    create(empty_network(), JobTerms { tasks: 1, ..with_fee(2, 15) });
}

#[test]
fn nothing_that_a_requester_may_raise_makes_a_vote_too_dear() {
    let net = empty_network();
    let job_id = create(net, with_fee(2, 15));
    be('artist');
    net.token.approve(net.board.contract_address, 1_000);
    net.board.top_up(job_id, 16, 10);
    let job = net.board.job(job_id);
    assert_eq!((job.audit_price.fee_fri, job.price.reward_fri), (2, 16));
    assert!(job.audit_price.fee_fri <= most_fee(120, 2 * job.price.reward_fri));
}

#[test]
#[should_panic(expected: ('RC: scheduler without grace', 'ENTRYPOINT_FAILED'))]
fn a_scheduler_can_not_keep_a_job_for_ever_or_not_at_all() {
    create(empty_network(), JobTerms { scheduler: account('scheduler'), ..terms() });
}

#[test]
#[should_panic(expected: ('RC: field too wide', 'ENTRYPOINT_FAILED'))]
fn a_number_that_does_not_fit_is_refused() {
    create(
        empty_network(),
        JobTerms { tasks: 0x1000000, longest_lease: 0x1000000, audit_tiles: 1, ..terms() },
    );
}

#[test]
#[should_panic(expected: ('RC: network takes no new jobs', 'ENTRYPOINT_FAILED'))]
fn a_paused_network_takes_no_jobs() {
    let net = empty_network();
    be('admin');
    net.directory.set_paused(true);
    create(net, terms());
}

#[test]
#[should_panic(expected: ('no allowance', 'ENTRYPOINT_FAILED', 'ENTRYPOINT_FAILED'))]
fn a_job_without_its_escrow_is_refused() {
    let net = empty_network();
    be('artist');
    net.board.create_job(terms());
}

#[test]
fn a_job_is_stored_as_it_was_asked_for_and_its_escrow_is_held() {
    let net = empty_network();
    let job_id = create(net, terms());
    let job = net.board.job(job_id);
    assert_eq!(net.board.newest_job(), 1);
    assert_eq!((job.requester, job.family), (account('artist'), terms().family));
    assert_eq!((job.price.package_hi, job.package.lo), (1, 2));
    assert_eq!((job.package.bytes, job.package.files, job.price.tasks), (1_000, 3, 5));
    assert_eq!((job.times.expires_at_s, job.progress.expires_block), (2_000, 110));
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + 550);
}

#[test]
fn a_challenge_puts_up_three_tenths_rounded_up_and_an_audits_fees() {
    assert_eq!(challenge_bond(200, 20), 60 + 20);
    assert_eq!(challenge_bond(1, 0), 1);
    assert_eq!(challenge_bond(11, 3), 4 + 3);
}

#[test]
fn the_least_lock_is_as_much_and_no_less_than_a_right_appeal_costs() {
    assert_eq!(least_lock(200, 4), 60 + 3 * 4);
    assert_eq!(least_lock(11, 0), 4);
    assert_eq!((least_lock(131, 3), least_lock(130, 3)), (40 + 3 * 3, 16 * 3));
    assert_eq!((least_lock(100, 3), least_lock(0, 3)), (16 * 3, 16 * 3));
}

#[test]
fn a_lower_rate_needs_a_larger_lock() {
    assert_eq!(lock_at(100, 30, 0), 30);
    assert_eq!(lock_at(100, 30, 1), 200);
    assert_eq!(lock_at(100, 30, 2), 600);
    assert_eq!(lock_at(100, 30, 5), 6_200);
}

#[test]
fn the_rate_is_the_smallest_that_record_floor_and_stake_allow() {
    assert_eq!(audit_rate(100, 30, 5, 0, 10_000), Some((0, 30))); // a newcomer
    assert_eq!(audit_rate(100, 30, 5, 12, 10_000), Some((0, 30)));
    assert_eq!(audit_rate(100, 30, 5, 13, 10_000), Some((5, 6_200)));
    assert_eq!(audit_rate(105, 30, 5, 13, 10_000), Some((0, 30))); // more than eight times that
    assert_eq!(audit_rate(100, 30, 1, 25, 10_000), Some((1, 200))); // the job's floor
    assert_eq!(audit_rate(100, 30, 5, 25, 599), Some((1, 200))); // the free stake
    assert_eq!(audit_rate(100, 30, 5, 25, 30), Some((0, 30)));
    assert_eq!(audit_rate(100, 30, 5, 25, 29), None);
}

//! Jobs and leases on the network of the tests.
use starknet::storage::{StorageMapReadAccess, StorageMapWriteAccess};
use starknet::testing::{pop_log_raw, set_block_hash, set_contract_address};
use starknet::{get_block_number, get_block_timestamp};
use crate::board::job::JobTrait;
use crate::board::job_board::JobBoard;
use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::IProfilesDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::packing::registry::FamilyPayPacking;
use crate::registry::worker_registry::WorkerRegistry;
use crate::tests::support::accounts::{account, at, be};
use crate::tests::support::network::{FAMILY, Network, WORKER};
use crate::tests::support::verifiers::named;
use crate::types::audit::DrawOutcome;
use crate::types::board::{JobTerms, LeaseResult, Place};
use crate::types::registry::{FamilyPay, StandingOffer};

/// Five tasks of 100 fri, leases of up to two, an audit pool of 50. Three verifiers at 2 fri look
/// at one of four tiles a task: a lease of two locks 66, one of a single task 36.
pub fn terms() -> JobTerms {
    JobTerms {
        package_hi: 1,
        package_lo: 2,
        package_bytes: 1_000,
        package_files: 3,
        tasks: 5,
        reward_fri: 100,
        audit_pool_fri: 50,
        family: FAMILY,
        audit_floor_exp: 0,
        audit_tiles: 16,
        longest_lease: 2,
        lease_timeout_s: 60,
        window_s: 30,
        expires_in_s: 1_000,
        scheduler: account(0),
        scheduler_grace_s: 0,
        tiles: 4,
        audit_fee_fri: 1,
        audit_tile_fri: 1,
        tile_limit_percent: 10,
        mean_limit_percent: 5,
        second_look: false,
        memory_mib: 0,
        spare_tasks: 0,
        takes_unjudged: true,
    }
}

/// Terms with a scheduler that loses its precedence after 90 s.
pub fn scheduled() -> JobTerms {
    JobTerms { scheduler: account('scheduler'), scheduler_grace_s: 90, ..terms() }
}

pub fn create(net: Network, terms: JobTerms) -> u64 {
    be('artist');
    let paid: u128 = (terms.tasks + terms.spare_tasks).into();
    let escrow: u128 = terms.reward_fri * paid + terms.audit_pool_fri;
    net.token.approve(net.board.contract_address, escrow.into());
    net.board.create_job(terms)
}

pub fn claim(net: Network, job_id: u64, slot: u8) -> u64 {
    let verifiers = named(net);
    be('operator');
    net.board.claim_lease(job_id, WORKER, slot, 0, verifiers)
}

/// A slot of the worker, for the range that the board chooses.
pub fn place(slot: u8) -> Place {
    Place { worker_id: WORKER, slot, first: 0, count: 0, spare_of: 0 }
}

pub fn result() -> LeaseResult {
    LeaseResult { root: 'root', results_hi: 1, results_lo: 2, key_hash: 'key' }
}

pub fn submitted(net: Network, job_id: u64, slot: u8) -> u64 {
    let lease_id = claim(net, job_id, slot);
    net.board.submit(lease_id, net.board.lease(lease_id).count, result());
    lease_id
}

/// A hash for the block of the draw of what happened now, and the first moment to read it.
pub fn pass_draw_block(hash: felt252) {
    let block = get_block_number();
    set_block_hash(block + 2, hash);
    at(get_block_timestamp() + 12, block + 12);
}

/// What was submitted just now is spared, as chance does with leases at a lower rate than these.
pub fn spared(net: Network, job_id: u64, lease_ids: Span<u64>) {
    pass_draw_block('hash');
    set_contract_address(net.board.contract_address);
    let mut state = JobBoard::contract_state_for_testing();
    let (mut job, mut unjudged_fri) = (state.jobs.load(job_id), 0);
    for lease_id in lease_ids {
        let lease = state.leases.find(*lease_id);
        job.add_to_pool(job.reserved_fri(@lease));
        state.leases.mark(*lease_id, lease, DrawOutcome::PASSED);
        if lease.draw_outcome == DrawOutcome::UNJUDGED {
            let (pay_fri, _) = state.jobs.stakes_of(@job, lease.level, lease.count);
            unjudged_fri += pay_fri;
        }
    }
    state.jobs.save(@job);
    count_open(net, unjudged_fri);
}

/// Leases that nobody named verifiers for were judged after all, and count for the family's cap.
fn count_open(net: Network, more_fri: u128) {
    set_contract_address(net.registry.contract_address);
    let mut state = WorkerRegistry::contract_state_for_testing();
    let pay = state.family_pays.family_pays.read(FAMILY);
    let open_fri = pay.open_fri + more_fri;
    state.family_pays.family_pays.write(FAMILY, FamilyPay { open_fri, ..pay });
}

/// Spares leases that were submitted just now and lets the requester accept them.
pub fn accept(net: Network, job_id: u64, lease_ids: Array<u64>) {
    spared(net, job_id, lease_ids.span());
    be('artist');
    net.board.accept(job_id, lease_ids);
}

/// The worker takes from schedulers what pays 50 fri or more, in two slots.
pub fn offer(net: Network) -> StandingOffer {
    let offer = StandingOffer {
        least_reward_fri: 50,
        largest_package_bytes: 1_000,
        slots: 2,
        until_s: 5_000,
        audit_fee_fri: 7,
        memory_mib: 4_096,
        audits_until_epoch: 9,
    };
    be('operator');
    net.profiles.set_offer(WORKER, offer);
    offer
}

/// The reasons of the entries that the board refused so far.
pub fn refusals(net: Network) -> Array<felt252> {
    let mut reasons = array![];
    while let Some((keys, data)) = pop_log_raw(net.board.contract_address) {
        if *keys[0] == selector!("EntryRefused") {
            reasons.append(*data[0]);
        }
    }
    reasons
}

//! Whether money adds up in the tests of audits.
use starknet::ContractAddress;
use starknet::testing::set_contract_address;
use crate::audit::audit_library::AuditLibrary;
use crate::audit::course::{AuditTrait, VerifierTrait};
use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::registry::{IFamiliesDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::terms::{raised_fee, seats_in};
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{TestAudit, seats_of};
use crate::tests::support::network::{FAMILY, Network};
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::payout_of;
use crate::types::audit::{AuditKind, AuditPhase, DrawOutcome};
use crate::types::board::LeaseState;

fn payees(net: Network) -> Array<ContractAddress> {
    let mut all = array![
        account('artist'), account('payout'), account('operator'), account('owner'),
        account('anyone'), account('watcher'),
    ];
    for verifier in 2..net.registry.worker_count() + 1 {
        all.append(payout_of(verifier));
    }
    all
}

/// What forfeits brought so far; there is no entry point that tells it.
pub fn purse(audit: TestAudit) -> u128 {
    set_contract_address(audit.net.board.contract_address);
    let state = @AuditLibrary::contract_state_for_testing();
    state.store.purse(audit.lease_id)
}

/// Purse, funded fees, reserves and bonds of an audit, of 200 fri pay and 2 fri a vote.
fn held(audit: TestAudit) -> u128 {
    let state = audit.net.audits.audit_of(audit.lease_id);
    let looks = audit.net.board.job(audit.job_id).audit_price.second_look;
    let look_fri = if looks {
        28
    } else {
        0
    };
    if state.phase == AuditPhase::OVER {
        return 0;
    }
    if state.phase == 0 {
        return reserved(audit, 6 + look_fri);
    }
    let is_doubt = state.kind == AuditKind::PIXELS && state.is_bonded(0);
    let mut sum_fri = purse(audit);
    for round in 0..state.round + 1 {
        let unraised_fri: u128 = match (round == 0, is_doubt) {
            (true, false) => 2,
            (false, false) => 4,
            (true, true) => 10,
            (false, true) => 20,
        };
        let fee_fri = raised_fee(unraised_fri, state.raised_in(round));
        let seats = seats_of(audit, round);
        let mut votes: u128 = 0;
        for (_, verifier) in seats.span() {
            if !verifier.has_declined() {
                votes += 1;
            }
        }
        if seats.is_empty() && state.is_funded(round) {
            votes = seats_in(round).into();
        }
        sum_fri += fee_fri * votes;
        if state.is_bonded(round) {
            sum_fri += if round == 0 {
                60
            } else {
                10
            };
        }
    }
    if state.is_by_chance() && !state.is_second_look(1) {
        sum_fri += look_fri;
    }
    sum_fri
}

/// What a lease holds before its draw.
fn reserved(audit: TestAudit, reserve_fri: u128) -> u128 {
    let lease = audit.net.board.lease(audit.lease_id);
    if lease.state <= 2 && lease.state != 0 && lease.draw_outcome == 0 {
        reserve_fri
    } else {
        0
    }
}

/// What a judged lease would earn is open from its claim to its end, paid or not.
fn assert_open_pay(audit: TestAudit) {
    let lease = audit.net.board.lease(audit.lease_id);
    let lives = lease.state == LeaseState::CLAIMED || lease.state == LeaseState::SUBMITTED;
    let open_fri = if lives && lease.draw_outcome != DrawOutcome::UNJUDGED {
        200
    } else {
        0
    };
    assert_eq!(audit.net.families.family(FAMILY).open_pay_fri, open_fri);
}

/// Board and registry hold exactly what they owe.
pub fn assert_money(audit: TestAudit) {
    let net = audit.net;
    assert_open_pay(audit);
    let job = net.board.job(audit.job_id);
    let progress = job.progress;
    let unsettled = job.price.tasks - progress.accepted - progress.refunded;
    let mut owed_fri = job.price.reward_fri * unsettled.into() + held(audit);
    if unsettled != 0 || job.times.pending != 0 {
        owed_fri += job.times.audit_pool_fri;
    }
    for payee in payees(net) {
        owed_fri += net.payouts.balance_of(payee);
    }
    owed_fri += net.payouts.burned_fri();
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + owed_fri.into());
    let mut staked_fri = net.registry.burned_fri();
    for worker_id in 1..net.registry.worker_count() + 1 {
        let worker = net.registry.worker(worker_id);
        staked_fri += worker.stake.stake_fri + worker.seat_stake_fri;
    }
    assert_eq!(net.token.balance_of(net.registry.contract_address), RICH + staked_fri.into());
}

/// Everybody takes what is theirs; the board has only what is burned, and nothing stays locked.
pub fn assert_all_settled(audit: TestAudit) {
    let net = audit.net;
    assert_money(audit);
    net.payouts.withdraw(payees(net));
    let burned_fri: u256 = net.payouts.burned_fri().into();
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + burned_fri);
    for worker_id in 1..net.registry.worker_count() + 1 {
        assert_eq!(net.registry.locked_by(net.board.contract_address, worker_id), 0);
    }
}

/// The requester pays the lease; that was the job.
pub fn pay(audit: TestAudit) {
    be('artist');
    audit.net.board.accept(audit.job_id, array![audit.lease_id]);
    assert_all_settled(audit);
}

/// The requester wants no more of it; that was the job.
pub fn end(audit: TestAudit) {
    be('artist');
    audit.net.board.cancel(audit.job_id);
    assert_all_settled(audit);
}

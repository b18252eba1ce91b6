//! Whether money adds up in the tests of audits.
use starknet::ContractAddress;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::interfaces::board::{IJobBoardDispatcherTrait, IPayoutsDispatcherTrait};
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::rules::terms::seats_in;
use crate::tests::support::accounts::{account, be};
use crate::tests::support::audit::{TestAudit, forfeited};
use crate::tests::support::network::Network;
use crate::tests::support::token::RICH;
use crate::tests::support::verifiers::payout_of;
use crate::types::audit::AuditPhase;

fn payees(net: Network) -> Array<ContractAddress> {
    let mut all = array![
        account('artist'), account('payout'), account('operator'), account('owner'),
    ];
    for verifier in 2..net.registry.worker_count() + 1 {
        all.append(payout_of(verifier));
    }
    all
}

/// What rounds reserved, forfeits, and bonds that wait for the verdict.
fn reserved(audit: TestAudit) -> u128 {
    let state = audit.net.audits.audit_of(audit.lease_id);
    if state.phase == 0 || state.phase == AuditPhase::OVER {
        return 0;
    }
    let (first, second, third) = state.seats;
    let named: u128 = state.named.into();
    let mut sum_fri = forfeited(audit);
    for round in 0..state.round + 1 {
        let (fee_fri, seats, bit) = if round == 0 {
            (2 + named, first, 1_u8)
        } else if round == 1 {
            (3 + named, second, 2)
        } else {
            (3 + named, third, 4)
        };
        sum_fri +=
            if state.bonded & bit == 0 {
                fee_fri * seats.into()
            } else if round == 0 {
                60 + 3 * fee_fri
            } else {
                fee_fri * seats_in(round).into()
            };
    }
    sum_fri
}

/// Board and registry hold exactly what they owe.
pub fn assert_money(audit: TestAudit) {
    let net = audit.net;
    let job = net.board.job(audit.job_id);
    let progress = job.progress;
    let unsettled = job.price.tasks - progress.accepted - progress.refunded;
    let mut owed_fri = job.price.reward_fri * unsettled.into() + reserved(audit);
    if unsettled != 0 {
        owed_fri += job.times.audit_pool_fri;
    }
    owed_fri += net.payouts.burned_fri();
    for payee in payees(net) {
        owed_fri += net.payouts.balance_of(payee);
    }
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + owed_fri.into());
    let mut staked_fri = net.registry.burned_fri();
    for worker_id in 1..net.registry.worker_count() + 1 {
        let worker = net.registry.worker(worker_id);
        staked_fri += worker.stake.stake_fri + worker.seat_stake_fri;
    }
    assert_eq!(net.token.balance_of(net.registry.contract_address), RICH + staked_fri.into());
}

/// Everybody takes what is theirs; the board has what was burned and nothing stays locked.
pub fn assert_all_settled(audit: TestAudit) {
    let net = audit.net;
    assert_money(audit);
    net.payouts.withdraw(payees(net));
    let burned: u256 = net.payouts.burned_fri().into();
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + burned);
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

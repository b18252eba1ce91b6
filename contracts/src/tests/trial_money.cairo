//! Whether money adds up in the tests of the court.
use starknet::ContractAddress;
use crate::case_types::CasePhase;
use crate::interfaces::{
    ICourtDispatcherTrait, IERC20DispatcherTrait, IJobBoardDispatcherTrait, IPayoutsDispatcherTrait,
    IWorkerRegistryDispatcherTrait,
};
use crate::terms::seats_in;
use super::support::{Network, RICH, account, be};
use super::trial::{Trial, payout_of};

fn payees(net: Network) -> Array<ContractAddress> {
    let mut all = array![
        account('artist'), account('payout'), account('operator'), account('owner'),
    ];
    for judge in 2..net.registry.worker_count() + 1 {
        all.append(payout_of(judge));
    }
    all
}

/// What rounds reserved and bonds that wait for the verdict.
fn reserved(trial: Trial) -> u128 {
    let case = trial.net.court.case_of(trial.lease_id);
    if case.phase == 0 || case.phase == CasePhase::OVER {
        return 0;
    }
    let (first, second, third) = case.seats;
    let named: u128 = case.named.into();
    let mut sum_fri: u128 = 0;
    for round in 0..case.round + 1 {
        let (fee_fri, seats, bit) = if round == 0 {
            (2 + named, first, 1_u8)
        } else if round == 1 {
            (3 + named, second, 2)
        } else {
            (3 + named, third, 4)
        };
        sum_fri +=
            if case.bonded & bit == 0 {
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
pub fn assert_money(trial: Trial) {
    let net = trial.net;
    let job = net.board.job(trial.job_id);
    let progress = job.progress;
    let unsettled = job.price.tasks - progress.accepted - progress.refunded;
    let mut owed_fri = job.price.reward_fri * unsettled.into() + reserved(trial);
    if unsettled != 0 {
        owed_fri += job.times.audit_pool_fri;
    }
    for payee in payees(net) {
        owed_fri += net.payouts.balance_of(payee);
    }
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH + owed_fri.into());
    let mut staked_fri = net.registry.burned_fri();
    for worker_id in 1..net.registry.worker_count() + 1 {
        staked_fri += net.registry.worker(worker_id).stake.stake_fri;
    }
    assert_eq!(net.token.balance_of(net.registry.contract_address), RICH + staked_fri.into());
}

/// Everybody takes what is theirs; the board is empty and nothing stays locked.
pub fn assert_all_settled(trial: Trial) {
    let net = trial.net;
    assert_money(trial);
    net.payouts.withdraw(payees(net));
    assert_eq!(net.token.balance_of(net.board.contract_address), RICH);
    for worker_id in 1..net.registry.worker_count() + 1 {
        assert_eq!(net.registry.locked_by(net.board.contract_address, worker_id), 0);
    }
}

/// The requester pays the lease; that was the job.
pub fn pay(trial: Trial) {
    be('artist');
    trial.net.board.accept(trial.job_id, array![trial.lease_id]);
    assert_all_settled(trial);
}

/// The requester wants no more of it; that was the job.
pub fn end(trial: Trial) {
    be('artist');
    trial.net.board.cancel(trial.job_id);
    assert_all_settled(trial);
}

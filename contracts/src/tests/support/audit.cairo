//! A lease that the tests audit, and how its audit stands.
use starknet::ContractAddress;
use crate::interfaces::audit::IAuditsDispatcherTrait;
use crate::interfaces::board::IPayoutsDispatcherTrait;
use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::account;
use crate::tests::support::network::Network;
use crate::tests::support::token::RICH;
use crate::types::audit::Verifier;

#[derive(Copy, Drop)]
pub struct TestAudit {
    pub net: Network,
    pub job_id: u64,
    pub lease_id: u64,
}

/// The first reason of a call that was refused.
pub fn reason_of<T, +Drop<T>>(done: Result<T, Array<felt252>>) -> felt252 {
    match done {
        Ok(_) => 'not refused',
        Err(reasons) => *reasons[0],
    }
}

pub fn assert_phase(audit: TestAudit, phase: u8) {
    assert_eq!(audit.net.audits.audit_of(audit.lease_id).phase, phase);
}

pub fn assert_verdict(audit: TestAudit, verdict: u8) {
    assert_eq!(audit.net.audits.audit_of(audit.lease_id).verdict, verdict);
}

pub fn owed(audit: TestAudit, who: ContractAddress) -> u128 {
    audit.net.payouts.balance_of(who)
}

/// What the payout address of the lease's worker was sent.
pub fn sent(audit: TestAudit) -> u256 {
    audit.net.token.balance_of(account('payout')) - RICH
}

/// What a worker has staked.
pub fn stake(audit: TestAudit, worker_id: u32) -> u128 {
    audit.net.registry.worker(worker_id).stake.stake_fri
}

/// A round's seats.
pub fn seats_of(audit: TestAudit, round: u8) -> Array<(u8, Verifier)> {
    let state = audit.net.audits.audit_of(audit.lease_id);
    let verifiers = audit.net.audits.verifiers_of(audit.lease_id);
    let (first, second, third) = state.ends;
    let (start, end) = if round == 0 {
        (0, first)
    } else if round == 1 {
        (first, second)
    } else {
        (second, third)
    };
    let mut found = array![];
    for seat in start..end {
        found.append((seat, *verifiers[seat.into()]));
    }
    found
}

/// How many seats of any round a worker has.
pub fn seats_held(audit: TestAudit, worker_id: u32) -> u128 {
    let mut held = 0;
    for verifier in audit.net.audits.verifiers_of(audit.lease_id) {
        if verifier.worker_id == worker_id {
            held += 1;
        }
    }
    held
}

/// What a verifier has in its seat purse.
pub fn seat_stake(audit: TestAudit, worker_id: u32) -> u128 {
    audit.net.registry.worker(worker_id).seat_stake_fri
}

/// How many of a round's seats cast that vote.
pub fn count(audit: TestAudit, round: u8, vote: u8) -> u32 {
    let mut found = 0;
    for (_, verifier) in seats_of(audit, round) {
        if verifier.vote == vote {
            found += 1;
        }
    }
    found
}

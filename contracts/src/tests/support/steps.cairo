//! Steps of an audit that anyone, or whoever doubts, takes.
use starknet::{get_block_number, get_block_timestamp};
use crate::interfaces::audit::{IAuditsDispatcherTrait, IChallengesDispatcherTrait};
use crate::interfaces::token::IERC20DispatcherTrait;
use crate::tests::support::accounts::{at, be};
use crate::tests::support::audit::{TestAudit, assert_phase};
use crate::tests::support::jobs::pass_draw_block;
use crate::types::audit::AuditPhase;

/// Steps of an audit may take 60 s and 6 blocks.
const STEP_S: u64 = 60;
const STEP_BLOCKS: u64 = 6;

pub fn draw(audit: TestAudit, hash: felt252) {
    pass_draw_block(hash);
    be('anyone');
    audit.net.audits.draw(audit.job_id, array![audit.lease_id]);
}

pub fn advance(audit: TestAudit) {
    be('anyone');
    audit.net.audits.advance(audit.job_id, array![audit.lease_id]);
}

/// So many steps' time.
pub fn wait(steps: u64) {
    at(get_block_timestamp() + steps * STEP_S, get_block_number() + steps * STEP_BLOCKS);
}

/// Nobody appeals.
pub fn rest(audit: TestAudit) {
    wait(1);
    advance(audit);
    assert_phase(audit, AuditPhase::OVER);
}

pub fn appeal(audit: TestAudit, who: felt252) {
    appeal_of(audit, who, array![]);
}

/// The same, which names leaves.
pub fn appeal_of(audit: TestAudit, who: felt252, leaves: Array<u32>) {
    let bond_fri = audit.net.audits.bond_to_appeal_fri(audit.lease_id);
    be(who);
    audit.net.token.approve(audit.net.board.contract_address, bond_fri.into());
    audit.net.audits.appeal(audit.lease_id, leaves);
}

pub fn challenge_pixels(audit: TestAudit, leaves: Array<u32>) {
    let net = audit.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(audit.lease_id, true);
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_pixels(audit.lease_id, leaves);
}

pub fn challenge_delivery(audit: TestAudit) {
    let net = audit.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(audit.lease_id, false);
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_delivery(audit.lease_id);
}

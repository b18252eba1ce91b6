//! Verifiers, a lease with real leaves, and the steps of a case, for the tests of the court.
use core::poseidon::poseidon_hash_span;
use starknet::testing::set_contract_address;
use starknet::{ContractAddress, get_block_number, get_block_timestamp};
use crate::case_types::{CasePhase, Commitment, Content, LeafOpening, Member, Reveal};
use crate::draw::{is_audited, seed_of};
use crate::interfaces::{
    IChallengesDispatcherTrait, ICourtDispatcherTrait, IERC20DispatcherTrait,
    IJobBoardDispatcherTrait, IPayoutsDispatcherTrait, IProfilesDispatcherTrait,
    ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::leaves::answer_of;
use crate::types::{JobTerms, LeaseResult, StandingOffer, Trial as Outcome};
use super::support::{
    FAMILY, Network, RICH, STAKE, WORKER, account, at, be, claim, create, network, pass_draw_block,
    terms,
};
use super::trial_leaves::{content_of, layers, opening_of, print_of};
use super::trial_money::assert_money;

/// How a rendering differs from the worker's: not at all, as on another machine, or for real.
pub const SAME: u8 = 0;
pub const STRANGER: u8 = 1;
pub const OTHER: u8 = 2;
pub const TILES: u32 = 4;
pub const TASKS: u32 = 2;
const COMMIT_DOMAIN: felt252 = 'renderchain/commit/1';
const KEY_DOMAIN: felt252 = 'renderchain/key/1';
/// Steps of a case may take 83 s and 8 blocks.
const STEP_S: u64 = 83;
const STEP_BLOCKS: u64 = 8;

#[derive(Copy, Drop)]
pub struct Trial {
    pub net: Network,
    pub job_id: u64,
    pub lease_id: u64,
}

pub fn owner_of(judge: u32) -> felt252 {
    'owner' * 1000 + judge.into()
}

pub fn operator_of(judge: u32) -> felt252 {
    'judge' * 1000 + judge.into()
}

pub fn payout_of(judge: u32) -> ContractAddress {
    account('payout' * 1000 + judge.into())
}

/// Registers workers 2, 3 and so on, ten seats each, who audit from 1 fri on.
pub fn add_judges(net: Network, count: u32) {
    for judge in 2..count + 2 {
        be(owner_of(judge));
        net.token.approve(net.registry.contract_address, STAKE.into());
        let operator = account(operator_of(judge));
        net.registry.register(operator, payout_of(judge), array![FAMILY], STAKE);
        net.seats.set_seats(judge, FAMILY, 10);
        net.profiles.set_offer(judge, willing());
    }
}

pub fn willing() -> StandingOffer {
    StandingOffer {
        least_reward_fri: 0,
        largest_package_bytes: 1_000,
        slots: 0,
        until_s: 1_000_000,
        audit_fee_fri: 1,
        memory_mib: 1_024,
    }
}

/// A network with so many verifiers, in the epoch after the one that their seats count from.
pub fn court_with(judges: u32) -> Network {
    let net = network();
    add_judges(net, judges);
    at(1_300, 40);
    net
}

/// Two tasks of 100 fri as one lease, a pool of 400: fees of 2 fri, of 3 on appeal; the lock is 66.
pub fn case_terms() -> JobTerms {
    JobTerms {
        tasks: TASKS,
        audit_pool_fri: 400,
        tiles: 4,
        window_s: 500,
        lease_timeout_s: 1_000,
        ..terms(),
    }
}

/// The lease of a new job, submitted.
pub fn submitted_case(net: Network) -> Trial {
    submitted_at(net, case_terms())
}

pub fn submitted_at(net: Network, terms: JobTerms) -> Trial {
    let job_id = create(net, terms);
    let lease_id = claim(net, job_id, 0);
    let trial = Trial { net, job_id, lease_id };
    net.board.submit(lease_id, result_of(trial));
    trial
}

/// The same, and it is drawn: with verifiers it is in court.
pub fn drawn_case(judges: u32) -> Trial {
    let trial = submitted_case(court_with(judges));
    draw(trial, 'hash');
    trial
}

/// A lease at p = 1/2, by ten audited ones, that chance spared: its lock is 400.
pub fn spared_case(judges: u32) -> Trial {
    let net = court_with(judges);
    give_record(net, 10);
    let trial = submitted_at(net, JobTerms { audit_floor_exp: 1, ..case_terms() });
    draw(trial, sparing(trial));
    assert_eq!(net.board.lease(trial.lease_id).trial, Outcome::PASSED);
    trial
}

/// So many leases that a committee accepted.
pub fn give_record(net: Network, leases: u32) {
    set_contract_address(net.board.contract_address);
    for _ in 0..leases {
        net.registry.note_verdict(WORKER, 1, true);
    }
}

/// A block hash upon which the lease is not audited.
pub fn sparing(trial: Trial) -> felt252 {
    let lease = trial.net.board.lease(trial.lease_id);
    let board = trial.net.board.contract_address.into();
    let mut hash = 1;
    while is_audited(seed_of(hash, board, trial.lease_id, lease.attempt, 0), lease.audit_exp) {
        hash += 1;
    }
    hash
}

pub fn draw(trial: Trial, hash: felt252) {
    pass_draw_block(hash);
    be('anyone');
    trial.net.court.draw(trial.job_id, array![trial.lease_id]);
}

pub fn advance(trial: Trial) {
    be('anyone');
    trial.net.court.advance(trial.job_id, array![trial.lease_id]);
}

/// So many steps' time.
pub fn wait(steps: u64) {
    at(get_block_timestamp() + steps * STEP_S, get_block_number() + steps * STEP_BLOCKS);
}

/// What a round's steps need to know, asked once: each call to a contract loads the whole program.
#[derive(Copy, Drop)]
pub struct Round {
    pub number: u8,
    pub seed: felt252,
    pub leaves: Span<u32>,
    pub members: Span<Member>,
}

pub fn ask(trial: Trial) -> Round {
    let (court, lease_id) = (trial.net.court, trial.lease_id);
    let number = court.case_of(lease_id).round;
    Round {
        number,
        seed: court.seed_of(lease_id, number),
        leaves: court.drawn_leaves(lease_id).span(),
        members: court.members_of(lease_id, number).span(),
    }
}

pub fn contents(round: Round, how: u8) -> Array<Content> {
    let mut found = array![];
    for leaf in round.leaves {
        found.append(content_of(*leaf, how));
    }
    found
}

/// What a verifier seals who found that.
pub fn vote_of(round: Round, how: u8) -> felt252 {
    answer_of(contents(round, how).span())
}

pub fn prints(round: Round, how: u8) -> Array<felt252> {
    let mut found = array![];
    for leaf in round.leaves {
        found.append_span(print_of(*leaf, how).span());
    }
    found
}

pub fn result_of(trial: Trial) -> LeaseResult {
    let root = *(*layers(trial)[4])[0];
    let key_hash = poseidon_hash_span(array![KEY_DOMAIN, 8, 9].span());
    LeaseResult { root, results_hi: 1, results_lo: 2, key_hash }
}

/// The drawn leaves and their proofs in a row.
pub fn proofs(trial: Trial, round: Round) -> (Array<LeafOpening>, Array<felt252>) {
    let layers = layers(trial);
    let (mut openings, mut siblings) = (array![], array![]);
    for leaf in round.leaves {
        openings.append(opening_of(*leaf));
        let mut position = *leaf / TILES * (TILES + 1) + *leaf % TILES;
        for depth in 0..4_u32 {
            let sibling = if position % 2 == 0 {
                position + 1
            } else {
                position - 1
            };
            siblings.append(*(*layers[depth])[sibling]);
            position /= 2;
        }
    }
    (openings, siblings)
}

/// Who sits there.
pub fn judge_at(round: Round, seat: u8) -> u32 {
    *round.members[seat.into()].worker_id
}

pub fn open(trial: Trial, round: Round) {
    let (openings, siblings) = proofs(trial, round);
    let (lease_id, result) = (trial.lease_id, result_of(trial));
    be('operator');
    trial.net.court.open(lease_id, round.seed, result, openings, siblings);
}

pub fn mark_of(trial: Trial, round: Round, seat: u8, vote: felt252) -> felt252 {
    let fields = array![
        COMMIT_DOMAIN, trial.net.board.contract_address.into(), trial.lease_id.into(),
        round.number.into(), round.seed, judge_at(round, seat).into(), nonce_of(seat), vote,
    ];
    poseidon_hash_span(fields.span())
}

pub fn nonce_of(seat: u8) -> felt252 {
    100 + seat.into()
}

pub fn commit(trial: Trial, round: Round, seat: u8, vote: felt252) {
    let mark = mark_of(trial, round, seat, vote);
    be(operator_of(judge_at(round, seat)));
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat, mark }]);
}

pub fn reveal_of(trial: Trial, seat: u8, vote: felt252) -> Reveal {
    Reveal { lease_id: trial.lease_id, seat, nonce: nonce_of(seat), vote }
}

pub fn reveal_prints(trial: Trial, round: Round, seat: u8, how: u8) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (nonce, shown) = (nonce_of(seat), prints(round, how));
    trial.net.court.reveal_prints(trial.lease_id, seat, nonce, mine, answer, shown);
}

pub fn compare(trial: Trial, round: Round, seat: u8, how: u8) {
    let (mine, answer) = (contents(round, how), contents(round, SAME));
    let (shown, answered) = (prints(round, how), prints(round, SAME));
    trial.net.court.compare(trial.lease_id, seat, mine, answer, shown, answered);
}

/// Seals each seat's rendering.
pub fn commit_all(trial: Trial, round: Round, hows: Span<u8>) {
    for index in 0..hows.len() {
        commit(trial, round, index.try_into().unwrap(), vote_of(round, *hows[index]));
    }
}

/// Shows what each seat sealed; the worker answers with its prints.
pub fn reveal_all(trial: Trial, round: Round, hows: Span<u8>) {
    let mut equal = array![];
    for index in 0..hows.len() {
        let seat = index.try_into().unwrap();
        if *hows[index] == SAME {
            equal.append(reveal_of(trial, seat, vote_of(round, SAME)));
        } else {
            reveal_prints(trial, round, seat, *hows[index]);
            compare(trial, round, seat, *hows[index]);
        }
    }
    if !equal.is_empty() {
        trial.net.court.reveal(equal);
    }
}

/// The first so many seats find the worker's pixels, the others something else.
pub fn votes(agreeing: u32, objecting: u32) -> Array<u8> {
    let mut hows = array![];
    for _ in 0..agreeing {
        hows.append(SAME);
    }
    for _ in 0..objecting {
        hows.append(OTHER);
    }
    hows
}

/// A whole round about pixels, counted: a verdict that somebody may appeal, or the last one.
pub fn hear(trial: Trial, agreeing: u32, objecting: u32) {
    let (round, hows) = (ask(trial), votes(agreeing, objecting));
    commit_all(trial, round, hows.span());
    open(trial, round);
    reveal_all(trial, round, hows.span());
    advance(trial);
    assert_money(trial);
}

/// Nobody appeals.
pub fn rest(trial: Trial) {
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::OVER);
}

pub fn appeal(trial: Trial, who: felt252) {
    let bond_fri = trial.net.court.bond_to_appeal_fri(trial.lease_id);
    be(who);
    trial.net.token.approve(trial.net.board.contract_address, bond_fri.into());
    trial.net.court.appeal(trial.lease_id);
}

pub fn challenge_pixels(trial: Trial, leaves: Array<u32>) {
    let net = trial.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(trial.lease_id, leaves.len());
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_pixels(trial.lease_id, leaves);
}

pub fn challenge_delivery(trial: Trial) {
    let net = trial.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(trial.lease_id, 0);
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_delivery(trial.lease_id);
}

/// A round of votes that are yes or no, counted.
pub fn poll(trial: Trial, answers: Span<felt252>) {
    let (round, mut reveals) = (ask(trial), array![]);
    for index in 0..answers.len() {
        let seat = index.try_into().unwrap();
        commit(trial, round, seat, *answers[index]);
        reveals.append(reveal_of(trial, seat, *answers[index]));
    }
    trial.net.court.reveal(reveals);
    advance(trial);
}

/// The first reason of a call that was refused.
pub fn reason_of<T, +Drop<T>>(done: Result<T, Array<felt252>>) -> felt252 {
    match done {
        Ok(_) => 'not refused',
        Err(reasons) => *reasons[0],
    }
}

pub fn assert_phase(trial: Trial, phase: u8) {
    assert_eq!(trial.net.court.case_of(trial.lease_id).phase, phase);
}

pub fn assert_verdict(trial: Trial, verdict: u8) {
    assert_eq!(trial.net.court.case_of(trial.lease_id).verdict, verdict);
}

pub fn owed(trial: Trial, who: ContractAddress) -> u128 {
    trial.net.payouts.balance_of(who)
}

/// What the payout address of the lease's worker was sent.
pub fn sent(trial: Trial) -> u256 {
    trial.net.token.balance_of(account('payout')) - RICH
}

/// What a worker has staked.
pub fn stake(trial: Trial, worker_id: u32) -> u128 {
    trial.net.registry.worker(worker_id).stake.stake_fri
}

/// How many of a round's seats cast that vote.
pub fn count(trial: Trial, round: u8, vote: u8) -> u32 {
    let mut found = 0;
    for member in trial.net.court.members_of(trial.lease_id, round) {
        if member.vote == vote {
            found += 1;
        }
    }
    found
}

//! Verifiers, a lease with real leaves, and the steps of a case, for the tests of the court.
use core::poseidon::poseidon_hash_span;
use starknet::ContractAddress;
use crate::case_types::{
    CasePhase, Commitment, Content, LeafOpening, Member, Reveal,
};
use crate::draw::{is_audited, seed_of};
use crate::interfaces::{
    IChallengesDispatcherTrait, ICourtDispatcherTrait, IERC20DispatcherTrait,
    IJobBoardDispatcherTrait, IPayoutsDispatcherTrait, IProfilesDispatcherTrait,
    ISeatsDispatcherTrait, IWorkerRegistryDispatcherTrait,
};
use crate::leaves::{LeafKey, answer_of, tile_leaf};
use crate::terms::seats_in;
use crate::types::{JobTerms, LeaseResult, StandingOffer, Trial as Outcome};
use starknet::testing::set_contract_address;
use starknet::{get_block_number, get_block_timestamp, get_tx_info};
use super::support::{
    FAMILY, Network, RICH, STAKE, WORKER, account, at, be, claim, create, network, pass_draw_block,
    terms,
};

/// How a rendering differs from the worker's: not at all, as on another machine, or for real.
pub const SAME: u8 = 0;
pub const STRANGER: u8 = 1;
pub const OTHER: u8 = 2;
pub const TILES: u32 = 4;
pub const TASKS: u32 = 2;
const AREA: felt252 = 4096;
const B128: felt252 = 0x100000000000000000000000000000000;
const ALL_BITS: felt252 = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
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
        ..terms()
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
    assert_money(trial);
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

pub fn print_of(leaf: u32, how: u8) -> Array<felt252> {
    let mut print = array![];
    for index in 0..16_u32 {
        let bits: felt252 = (1_000 * leaf + index).into();
        print.append(if how == OTHER {
            ALL_BITS - bits
        } else if how == STRANGER {
            bits + 0x100000000
        } else {
            bits
        });
    }
    print.append(AREA * B128 + leaf.into());
    print.append(if how == STRANGER {
        0x503
    } else {
        0x500
    });
    print.append(7);
    print
}

pub fn content_of(leaf: u32, how: u8) -> Content {
    Content {
        digest_hi: how.into(),
        digest_lo: leaf.into(),
        print_hash: poseidon_hash_span(print_of(leaf, how).span()),
    }
}

pub fn contents(trial: Trial, how: u8) -> Array<Content> {
    let mut found = array![];
    for leaf in trial.net.court.drawn_leaves(trial.lease_id) {
        found.append(content_of(leaf, how));
    }
    found
}

pub fn prints(trial: Trial, how: u8) -> Array<felt252> {
    let mut found = array![];
    for leaf in trial.net.court.drawn_leaves(trial.lease_id) {
        found.append_span(print_of(leaf, how).span());
    }
    found
}

pub fn opening_of(leaf: u32) -> LeafOpening {
    LeafOpening { salt: 7, content: content_of(leaf, SAME) }
}

pub fn key_of(trial: Trial) -> LeafKey {
    LeafKey {
        chain_id: get_tx_info().unbox().chain_id,
        board: trial.net.board.contract_address.into(),
        job_id: trial.job_id,
        lease_id: trial.lease_id,
        attempt: trial.net.board.lease(trial.lease_id).attempt,
        worker_id: WORKER,
    }
}

/// The layers of the lease's tree from the leaves to the root: four tiles and a final image a task.
fn layers(trial: Trial) -> Array<Span<felt252>> {
    let key = key_of(trial);
    let mut layer = array![];
    for task in 0..TASKS {
        for tile in 0..TILES {
            layer.append(tile_leaf(key, task, tile, opening_of(task * TILES + tile)));
        }
        layer.append('final');
    }
    while layer.len() < 16 {
        layer.append(0);
    }
    let mut all = array![];
    while layer.len() > 1 {
        all.append(layer.span());
        let mut above = array![];
        for pair in 0..layer.len() / 2 {
            let fields = array!['renderchain/node/1', *layer[2 * pair], *layer[2 * pair + 1]];
            above.append(poseidon_hash_span(fields.span()));
        }
        layer = above;
    }
    all.append(layer.span());
    all
}

pub fn result_of(trial: Trial) -> LeaseResult {
    let root = *(*layers(trial)[4])[0];
    let key_hash = poseidon_hash_span(array![KEY_DOMAIN, 8, 9].span());
    LeaseResult { root, results_hi: 1, results_lo: 2, key_hash }
}

/// The drawn leaves and their proofs in a row.
pub fn proofs(trial: Trial) -> (Array<LeafOpening>, Array<felt252>) {
    let layers = layers(trial);
    let (mut openings, mut siblings) = (array![], array![]);
    for leaf in trial.net.court.drawn_leaves(trial.lease_id) {
        openings.append(opening_of(leaf));
        let mut position = leaf / TILES * (TILES + 1) + leaf % TILES;
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

pub fn round_of(trial: Trial) -> u8 {
    trial.net.court.case_of(trial.lease_id).round
}

pub fn seed(trial: Trial) -> felt252 {
    trial.net.court.seed_of(trial.lease_id, round_of(trial))
}

pub fn members(trial: Trial) -> Array<Member> {
    trial.net.court.members_of(trial.lease_id, round_of(trial))
}

/// Who sits there.
pub fn judge_at(trial: Trial, seat: u8) -> u32 {
    *members(trial)[seat.into()].worker_id
}

pub fn open(trial: Trial) {
    let (openings, siblings) = proofs(trial);
    be('operator');
    trial
        .net
        .court
        .open(trial.lease_id, seed(trial), result_of(trial), openings, siblings);
}

pub fn mark_of(trial: Trial, seat: u8, vote: felt252) -> felt252 {
    let fields = array![
        COMMIT_DOMAIN, trial.net.board.contract_address.into(), trial.lease_id.into(),
        round_of(trial).into(), seed(trial), judge_at(trial, seat).into(), nonce_of(seat), vote,
    ];
    poseidon_hash_span(fields.span())
}

pub fn nonce_of(seat: u8) -> felt252 {
    100 + seat.into()
}

pub fn commit(trial: Trial, seat: u8, vote: felt252) {
    let mark = mark_of(trial, seat, vote);
    be(operator_of(judge_at(trial, seat)));
    trial.net.court.commit(array![Commitment { lease_id: trial.lease_id, seat, mark }]);
}

pub fn reveal(trial: Trial, seat: u8, vote: felt252) {
    let lease_id = trial.lease_id;
    be('anyone');
    trial.net.court.reveal(array![Reveal { lease_id, seat, nonce: nonce_of(seat), vote }]);
}

pub fn reveal_prints(trial: Trial, seat: u8, how: u8) {
    be('anyone');
    let (mine, answer) = (contents(trial, how), contents(trial, SAME));
    let (nonce, shown) = (nonce_of(seat), prints(trial, how));
    trial.net.court.reveal_prints(trial.lease_id, seat, nonce, mine, answer, shown);
}

pub fn compare(trial: Trial, seat: u8, how: u8) {
    be('anyone');
    let (mine, answer) = (contents(trial, how), contents(trial, SAME));
    let (shown, answered) = (prints(trial, how), prints(trial, SAME));
    trial.net.court.compare(trial.lease_id, seat, mine, answer, shown, answered);
}

/// Seals each seat's rendering.
pub fn commit_all(trial: Trial, hows: Span<u8>) {
    for seat in 0..hows.len() {
        let vote = answer_of(contents(trial, *hows[seat]).span());
        commit(trial, seat.try_into().unwrap(), vote);
    }
}

/// Shows what each seat sealed; the worker answers with its prints.
pub fn reveal_all(trial: Trial, hows: Span<u8>) {
    for index in 0..hows.len() {
        let seat = index.try_into().unwrap();
        if *hows[index] == SAME {
            reveal(trial, seat, answer_of(contents(trial, SAME).span()));
        } else {
            reveal_prints(trial, seat, *hows[index]);
            compare(trial, seat, *hows[index]);
        }
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
    let hows = votes(agreeing, objecting);
    commit_all(trial, hows.span());
    open(trial);
    reveal_all(trial, hows.span());
    advance(trial);
    assert_money(trial);
}

/// Nobody appeals.
pub fn rest(trial: Trial) {
    wait(1);
    advance(trial);
    assert_phase(trial, CasePhase::OVER);
    assert_money(trial);
}

pub fn appeal(trial: Trial, who: felt252) {
    let bond_fri = trial.net.court.bond_to_appeal_fri(trial.lease_id);
    be(who);
    trial.net.token.approve(trial.net.board.contract_address, bond_fri.into());
    trial.net.court.appeal(trial.lease_id);
    assert_money(trial);
}

pub fn challenge_pixels(trial: Trial, leaves: Array<u32>) {
    let net = trial.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(trial.lease_id, leaves.len());
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_pixels(trial.lease_id, leaves);
    assert_money(trial);
}

pub fn challenge_delivery(trial: Trial) {
    let net = trial.net;
    let bond_fri = net.challenges.bond_to_challenge_fri(trial.lease_id, 0);
    be('artist');
    net.token.approve(net.board.contract_address, bond_fri.into());
    net.challenges.challenge_delivery(trial.lease_id);
    assert_money(trial);
}

/// A round of votes that are yes or no, counted.
pub fn poll(trial: Trial, answers: Span<felt252>) {
    for seat in 0..answers.len() {
        commit(trial, seat.try_into().unwrap(), *answers[seat]);
    }
    for seat in 0..answers.len() {
        reveal(trial, seat.try_into().unwrap(), *answers[seat]);
    }
    advance(trial);
    assert_money(trial);
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

fn payees(net: Network) -> Array<ContractAddress> {
    let mut all = array![account('artist'), account('payout'), account('operator'), account('owner')];
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
        assert_eq!(net.registry.worker(worker_id).stake.locked_fri, 0);
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

//! Accounts that call the board while it asks them whether a signature is theirs.
use starknet::testing::set_contract_address;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::interfaces::registry::{IFamiliesDispatcherTrait, IWorkerRegistryDispatcherTrait};
use crate::tests::support::accounts::be;
use crate::tests::support::jobs::{claim, create, refusals, result, terms};
use crate::tests::support::network::{FAMILY, Network, WORKER, deploy, locked};
use crate::tests::support::verifiers::{named, network_with};
use crate::types::board::{LeaseResult, LeaseState, SignedResult};

#[starknet::interface]
trait ISay<T> {
    fn call_first(
        ref self: T, board: starknet::ContractAddress, name: felt252, arguments: Array<felt252>,
    );
}

/// An account that says yes to everything, after calls of its own; where they fail it says so too.
#[starknet::contract]
mod BusyAccount {
    use starknet::ContractAddress;
    use starknet::storage::{
        MutableVecTrait, StoragePointerReadAccess, StoragePointerWriteAccess, Vec, VecTrait,
    };
    use starknet::syscalls::call_contract_syscall;
    use crate::interfaces::account::IAccount;
    use crate::tests::board::test_reentry::ISay;

    #[storage]
    struct Storage {
        board: ContractAddress,
        calls: Vec<felt252>,
    }

    #[abi(embed_v0)]
    impl SayImpl of ISay<ContractState> {
        fn call_first(
            ref self: ContractState,
            board: ContractAddress,
            name: felt252,
            arguments: Array<felt252>,
        ) {
            self.board.write(board);
            self.calls.push(name);
            self.calls.push(arguments.len().into());
            for argument in arguments {
                self.calls.push(argument);
            }
        }
    }

    #[abi(embed_v0)]
    impl AccountImpl of IAccount<ContractState> {
        fn is_valid_signature(
            self: @ContractState, hash: felt252, signature: Array<felt252>,
        ) -> felt252 {
            let (board, mut at) = (self.board.read(), 0);
            while at != self.calls.len() {
                let (name, count) = (self.calls.at(at).read(), self.calls.at(at + 1).read());
                let (mut arguments, end) = (array![], at + 2 + count.try_into().unwrap());
                at += 2;
                while at != end {
                    arguments.append(self.calls.at(at).read());
                    at += 1;
                }
                let _ = call_contract_syscall(board, name, arguments.span());
            }
            'VALID'
        }
    }
}

/// Two leases of two tasks, in the first slots of a worker whose operator is such an account.
fn two_leases(net: Network) -> (u64, u64, ISayDispatcher) {
    let job = create(net, terms());
    let (first, second) = (claim(net, job, 0), claim(net, job, 1));
    be('owner');
    let busy = deploy(BusyAccount::TEST_CLASS_HASH.into(), array![]);
    net.registry.set_operator(WORKER, busy);
    set_contract_address(busy);
    net.registry.accept_operator(WORKER);
    (first, second, ISayDispatcher { contract_address: busy })
}

fn signed(lease_id: u64) -> SignedResult {
    SignedResult { lease_id, count: 2, result: result(), signature: array![] }
}

/// Both are posted; why entries were refused.
fn post(net: Network, first: u64, second: u64) -> Array<felt252> {
    refusals(net);
    be('aggregator');
    net.board.submit_signed(array![signed(first), signed(second)]);
    refusals(net)
}

fn open_pay(net: Network) -> u128 {
    net.families.family(FAMILY).open_pay_fri
}

#[test]
fn a_lease_that_is_given_back_meanwhile_is_not_submitted() {
    let net = network_with(0);
    let (first, second, busy) = two_leases(net);
    let job = net.board.lease(first).job_id;
    let (pool, lock) = (net.board.job(job).times.audit_pool_fri, locked(net));
    busy.call_first(net.board.contract_address, selector!("give_back"), array![first.into(), 'x']);
    let reasons = post(net, first, second);
    assert_eq!(reasons, array!['RC: lease in another state']);
    assert_eq!(net.board.lease(first).state, LeaseState::GIVEN_BACK);
    assert_eq!(net.board.lease(second).state, LeaseState::SUBMITTED);
    let now = net.board.job(job);
    assert_eq!((now.progress.held, now.progress.reopened_ranges), (2, 1));
    assert_eq!((now.times.audit_pool_fri, locked(net), open_pay(net)), (pool + 6, lock / 2, 200));
}

#[test]
fn what_is_submitted_meanwhile_stands() {
    let net = network_with(0);
    let (first, second, busy) = two_leases(net);
    let mut arguments = array![first.into(), 2];
    LeaseResult { root: 'other', ..result() }.serialize(ref arguments);
    busy.call_first(net.board.contract_address, selector!("submit"), arguments);
    let reasons = post(net, first, second);
    assert_eq!(reasons, array!['RC: lease in another state']);
    let other = net.board.result_hash(first);
    assert_ne!(other, net.board.result_hash(second));
}

#[test]
fn a_part_that_is_submitted_meanwhile_stays_a_part() {
    let net = network_with(0);
    let (first, second, busy) = two_leases(net);
    let mut arguments = array![first.into(), 1];
    result().serialize(ref arguments);
    busy.call_first(net.board.contract_address, selector!("submit"), arguments);
    post(net, first, second);
    let progress = net.board.job(net.board.lease(first).job_id).progress;
    assert_eq!((net.board.lease(first).count, progress.held), (1, 3));
    assert_eq!((progress.reopened_ranges, open_pay(net)), (1, 300));
}

#[test]
fn a_lease_that_is_claimed_meanwhile_in_the_same_slot_stays() {
    let net = network_with(0);
    let (first, second, busy) = two_leases(net);
    let job = net.board.lease(first).job_id;
    let board = net.board.contract_address;
    busy.call_first(board, selector!("give_back"), array![first.into(), 'x']);
    let mut arguments = array![job.into(), WORKER.into(), 0, 0];
    named(net).serialize(ref arguments);
    busy.call_first(board, selector!("claim_lease"), arguments);
    post(net, first, second);
    let next = net.board.lease(first + 1);
    assert_eq!((next.state, next.attempt), (LeaseState::CLAIMED, 1));
    assert_eq!((net.board.lease(first).state, open_pay(net)), (0, 400));
}

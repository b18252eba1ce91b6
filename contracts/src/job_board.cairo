//! Jobs, their escrow, their leases and the pay of the workers.
#[starknet::contract]
pub mod JobBoard {
    use core::num::traits::Zero;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{
        ContractAddress, get_block_number, get_block_timestamp, get_caller_address,
        get_contract_address,
    };
    use crate::events::{
        JobClosed, JobCreated, LeaseAccepted, LeaseClaimed, LeaseEnded, ResultSubmitted,
        TasksRefunded, Withdrawn,
    };
    use crate::interfaces::{
        IDirectoryDispatcher, IDirectoryDispatcherTrait, IERC20Dispatcher, IERC20DispatcherTrait,
        IJobBoard, IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait,
    };
    use crate::terms::{check_terms, has_passed, lock_of, pay_of};
    use crate::types::{JobInfo, JobTerms, Lease, LeaseState, Progress, Range};

    /// A range that nobody got accepted in so many attempts is refunded.
    const MAX_ATTEMPTS: u8 = 3;
    pub mod Errors {
        pub const ZERO_ADDRESS: felt252 = 'RC: zero address in board';
        pub const PAUSED: felt252 = 'RC: network takes no new jobs';
        pub const UNKNOWN_JOB: felt252 = 'RC: unknown job';
        pub const JOB_OVER: felt252 = 'RC: job is over';
        pub const JOB_NOT_OVER: felt252 = 'RC: job has not expired';
        pub const NOT_REQUESTER: felt252 = 'RC: not the requester';
        pub const NOT_OPERATOR: felt252 = 'RC: not the lease operator';
        pub const FAMILY_UNSUPPORTED: felt252 = 'RC: family not supported';
        pub const SCHEDULER_FIRST: felt252 = 'RC: scheduler has precedence';
        pub const NOTHING_TO_CLAIM: felt252 = 'RC: nothing left to claim';
        pub const WRONG_STATE: felt252 = 'RC: lease in another state';
        pub const ZERO_ROOT: felt252 = 'RC: empty result';
        pub const TOO_EARLY: felt252 = 'RC: deadline not reached';
        pub const NO_BALANCE: felt252 = 'RC: nothing to withdraw';
        pub const TRANSFER_FAILED: felt252 = 'RC: escrow transfer failed';
    }

    #[storage]
    struct Storage {
        directory: ContractAddress,
        registry: ContractAddress,
        token: ContractAddress,
        job_count: u64,
        lease_count: u64,
        requesters: Map<u64, ContractAddress>,
        terms: Map<u64, JobTerms>,
        progress: Map<u64, Progress>,
        /// A stack per job, its height in Progress.reopened_ranges.
        reopened: Map<(u64, u32), Range>,
        leases: Map<u64, Lease>,
        operators: Map<u64, ContractAddress>,
        roots: Map<u64, felt252>,
        balances: Map<ContractAddress, u128>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        JobCreated: JobCreated,
        LeaseClaimed: LeaseClaimed,
        ResultSubmitted: ResultSubmitted,
        LeaseAccepted: LeaseAccepted,
        LeaseEnded: LeaseEnded,
        TasksRefunded: TasksRefunded,
        JobClosed: JobClosed,
        Withdrawn: Withdrawn,
    }

    #[constructor]
    fn constructor(
        ref self: ContractState,
        directory: ContractAddress,
        registry: ContractAddress,
        token: ContractAddress,
    ) {
        let complete = !directory.is_zero() && !registry.is_zero() && !token.is_zero();
        assert(complete, Errors::ZERO_ADDRESS);
        self.directory.write(directory);
        self.registry.write(registry);
        self.token.write(token);
    }

    #[abi(embed_v0)]
    impl BoardImpl of IJobBoard<ContractState> {
        /// Caller: the requester, who must have approved the escrow. Emits JobCreated.
        fn create_job(ref self: ContractState, terms: JobTerms) -> u64 {
            let directory = IDirectoryDispatcher { contract_address: self.directory.read() };
            assert(!directory.paused(), Errors::PAUSED);
            check_terms(@terms);
            let requester = get_caller_address();
            let job_id = self.job_count.read() + 1;
            self.job_count.write(job_id);
            self.requesters.write(job_id, requester);
            self.terms.write(job_id, terms);
            let progress = Progress {
                cursor: 0,
                accepted_tasks: 0,
                refunded_tasks: 0,
                open_tasks: 0,
                reopened_ranges: 0,
                cancelled: false,
                created_at_s: get_block_timestamp(),
            };
            self.progress.write(job_id, progress);
            self.emit(JobCreated { job_id, family: terms.family, requester, terms });
            let escrow_fri = pay_of(@terms, terms.tasks) + terms.audit_pool_fri;
            let token = IERC20Dispatcher { contract_address: self.token.read() };
            let done = token.transfer_from(requester, get_contract_address(), escrow_fri.into());
            assert(done, Errors::TRANSFER_FAILED);
            job_id
        }

        /// Caller: an operator registered for the job's family, with free stake for the lock.
        /// The board chooses the range. Emits LeaseClaimed.
        fn claim_lease(ref self: ContractState, job_id: u64) -> u64 {
            let terms = self.terms_of(job_id);
            let mut progress = self.progress.read(job_id);
            let now_s = get_block_timestamp();
            let age_s = now_s - progress.created_at_s;
            assert(!progress.cancelled && age_s < terms.expires_in_s.into(), Errors::JOB_OVER);
            let open = terms.scheduler.is_zero() || age_s >= terms.scheduler_grace_s.into();
            assert(open, Errors::SCHEDULER_FIRST);
            let operator = get_caller_address();
            let registry = IWorkerRegistryDispatcher { contract_address: self.registry.read() };
            assert(registry.supports(operator, terms.family), Errors::FAMILY_UNSUPPORTED);
            let range = self.next_range(job_id, @terms, ref progress);
            progress.open_tasks += range.count;
            self.progress.write(job_id, progress);
            let lease_id = self.lease_count.read() + 1;
            self.lease_count.write(lease_id);
            let Range { first, count, attempt } = range;
            let lease = Lease {
                job_id,
                first,
                count,
                state: LeaseState::CLAIMED,
                attempt,
                audit_exp: 0,
                since_s: now_s,
                since_block: get_block_number(),
            };
            self.leases.write(lease_id, lease);
            self.operators.write(lease_id, operator);
            self.emit(LeaseClaimed { job_id, lease_id, operator, first, count, attempt });
            registry.lock(operator, lock_of(@terms, count));
            lease_id
        }

        /// Caller: the lease's operator, until somebody let it expire. Emits ResultSubmitted.
        fn submit(
            ref self: ContractState,
            lease_id: u64,
            root: felt252,
            results_hi: u128,
            results_lo: u128,
            key_hash: felt252,
        ) {
            let mut lease = self.lease_in(lease_id, LeaseState::CLAIMED);
            let operator = get_caller_address();
            assert(operator == self.operators.read(lease_id), Errors::NOT_OPERATOR);
            assert(root != 0 && (results_hi != 0 || results_lo != 0), Errors::ZERO_ROOT);
            lease.state = LeaseState::SUBMITTED;
            lease.since_s = get_block_timestamp();
            lease.since_block = get_block_number();
            self.leases.write(lease_id, lease);
            self.roots.write(lease_id, root);
            let job_id = lease.job_id;
            self
                .emit(
                    ResultSubmitted {
                        job_id, lease_id, operator, root, results_hi, results_lo, key_hash,
                    },
                );
        }

        /// Caller: the requester of every lease named; all must be Submitted.
        fn accept(ref self: ContractState, lease_ids: Array<u64>) {
            let caller = get_caller_address();
            for lease_id in lease_ids {
                let lease = self.lease_in(lease_id, LeaseState::SUBMITTED);
                assert(caller == self.requesters.read(lease.job_id), Errors::NOT_REQUESTER);
                self.settle(lease_id, lease);
            }
        }

        /// Caller: anyone, once the window is over in seconds and in blocks.
        fn accept_late(ref self: ContractState, lease_id: u64) {
            let lease = self.lease_in(lease_id, LeaseState::SUBMITTED);
            let terms = self.terms.read(lease.job_id);
            assert(has_passed(@lease, terms.window_s, terms.window_blocks), Errors::TOO_EARLY);
            self.settle(lease_id, lease);
        }

        /// Caller: anyone, once the lease timed out in seconds and in blocks.
        fn expire(ref self: ContractState, lease_id: u64) {
            let lease = self.lease_in(lease_id, LeaseState::CLAIMED);
            let terms = self.terms.read(lease.job_id);
            let late = has_passed(@lease, terms.lease_timeout_s, terms.lease_timeout_blocks);
            assert(late, Errors::TOO_EARLY);
            self.end_without_result(lease_id, lease, LeaseState::EXPIRED);
        }

        /// Caller: the lease's operator, before it submitted.
        fn give_back(ref self: ContractState, lease_id: u64) {
            let lease = self.lease_in(lease_id, LeaseState::CLAIMED);
            assert(get_caller_address() == self.operators.read(lease_id), Errors::NOT_OPERATOR);
            self.end_without_result(lease_id, lease, LeaseState::GIVEN_BACK);
        }

        /// Caller: the requester. What nobody holds is refunded at once; leases in work finish.
        fn cancel(ref self: ContractState, job_id: u64) {
            self.terms_of(job_id);
            assert(get_caller_address() == self.requesters.read(job_id), Errors::NOT_REQUESTER);
            self.stop(job_id);
        }

        /// Caller: anyone, after the job's expiry.
        fn refund(ref self: ContractState, job_id: u64) {
            let terms = self.terms_of(job_id);
            let ends_at_s = self.progress.read(job_id).created_at_s + terms.expires_in_s.into();
            assert(get_block_timestamp() >= ends_at_s, Errors::JOB_NOT_OVER);
            self.stop(job_id);
        }

        /// Caller: anyone; the money goes to the account itself.
        fn withdraw(ref self: ContractState, account: ContractAddress) {
            let amount_fri = self.balances.read(account);
            assert(amount_fri != 0, Errors::NO_BALANCE);
            self.balances.write(account, 0);
            self.emit(Withdrawn { account, amount_fri });
            let token = IERC20Dispatcher { contract_address: self.token.read() };
            assert(token.transfer(account, amount_fri.into()), Errors::TRANSFER_FAILED);
        }

        fn job(self: @ContractState, job_id: u64) -> JobInfo {
            let requester = self.requesters.read(job_id);
            let terms = self.terms.read(job_id);
            JobInfo { requester, terms, progress: self.progress.read(job_id) }
        }

        fn lease(self: @ContractState, lease_id: u64) -> Lease {
            self.leases.read(lease_id)
        }

        fn operator_of(self: @ContractState, lease_id: u64) -> ContractAddress {
            self.operators.read(lease_id)
        }

        fn balance_of(self: @ContractState, account: ContractAddress) -> u128 {
            self.balances.read(account)
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn terms_of(self: @ContractState, job_id: u64) -> JobTerms {
            let terms = self.terms.read(job_id);
            assert(terms.tasks != 0, Errors::UNKNOWN_JOB);
            terms
        }

        fn lease_in(self: @ContractState, lease_id: u64, state: u8) -> Lease {
            let lease = self.leases.read(lease_id);
            assert(lease.state == state, Errors::WRONG_STATE);
            lease
        }

        /// A reopened range, else the next tasks from the cursor; O(1).
        fn next_range(
            ref self: ContractState, job_id: u64, terms: @JobTerms, ref progress: Progress,
        ) -> Range {
            if progress.reopened_ranges != 0 {
                progress.reopened_ranges -= 1;
                return self.reopened.read((job_id, progress.reopened_ranges));
            }
            let first = progress.cursor;
            let left = *terms.tasks - first;
            assert(left != 0, Errors::NOTHING_TO_CLAIM);
            let count = if left < *terms.longest_lease {
                left
            } else {
                *terms.longest_lease
            };
            progress.cursor += count;
            Range { first, count, attempt: 0 }
        }

        fn credit(ref self: ContractState, account: ContractAddress, amount_fri: u128) {
            self.balances.write(account, self.balances.read(account) + amount_fri);
        }

        fn settle(ref self: ContractState, lease_id: u64, mut lease: Lease) {
            let job_id = lease.job_id;
            let terms = self.terms.read(job_id);
            let operator = self.operators.read(lease_id);
            lease.state = LeaseState::ACCEPTED;
            self.leases.write(lease_id, lease);
            let mut progress = self.progress.read(job_id);
            progress.open_tasks -= lease.count;
            progress.accepted_tasks += lease.count;
            let registry = IWorkerRegistryDispatcher { contract_address: self.registry.read() };
            let paid_fri = pay_of(@terms, lease.count);
            self.credit(registry.worker(operator).payout, paid_fri);
            self.emit(LeaseAccepted { job_id, lease_id, operator, paid_fri });
            self.save(job_id, @terms, progress);
            registry.unlock(operator, lock_of(@terms, lease.count));
        }

        fn end_without_result(ref self: ContractState, lease_id: u64, mut lease: Lease, state: u8) {
            let job_id = lease.job_id;
            let terms = self.terms.read(job_id);
            let operator = self.operators.read(lease_id);
            lease.state = state;
            self.leases.write(lease_id, lease);
            let mut progress = self.progress.read(job_id);
            progress.open_tasks -= lease.count;
            let attempt = lease.attempt + 1;
            let reopened = !progress.cancelled && attempt < MAX_ATTEMPTS;
            if reopened {
                let range = Range { first: lease.first, count: lease.count, attempt };
                self.reopened.write((job_id, progress.reopened_ranges), range);
                progress.reopened_ranges += 1;
            } else {
                self.refund_tasks(job_id, @terms, ref progress, lease.count);
            }
            self.emit(LeaseEnded { job_id, lease_id, operator, state, reopened });
            self.save(job_id, @terms, progress);
            let registry = IWorkerRegistryDispatcher { contract_address: self.registry.read() };
            registry.unlock(operator, lock_of(@terms, lease.count));
        }

        /// Ends claiming and refunds what nobody holds.
        fn stop(ref self: ContractState, job_id: u64) {
            let terms = self.terms.read(job_id);
            let mut progress = self.progress.read(job_id);
            assert(!progress.cancelled, Errors::JOB_OVER);
            let done = progress.accepted_tasks + progress.refunded_tasks;
            let free = terms.tasks - done - progress.open_tasks;
            assert(done != terms.tasks, Errors::JOB_OVER);
            progress.cancelled = true;
            progress.reopened_ranges = 0;
            self.refund_tasks(job_id, @terms, ref progress, free);
            self.save(job_id, @terms, progress);
        }

        fn refund_tasks(
            ref self: ContractState,
            job_id: u64,
            terms: @JobTerms,
            ref progress: Progress,
            tasks: u32,
        ) {
            if tasks != 0 {
                progress.refunded_tasks += tasks;
                let refunded_fri = pay_of(terms, tasks);
                self.credit(self.requesters.read(job_id), refunded_fri);
                self.emit(TasksRefunded { job_id, tasks, refunded_fri });
            }
        }

        /// Writes the progress; the change that settles the last task returns the audit pool.
        fn save(ref self: ContractState, job_id: u64, terms: @JobTerms, progress: Progress) {
            self.progress.write(job_id, progress);
            if progress.accepted_tasks + progress.refunded_tasks == *terms.tasks {
                let refunded_fri = *terms.audit_pool_fri;
                self.credit(self.requesters.read(job_id), refunded_fri);
                self.emit(JobClosed { job_id, refunded_fri });
            }
        }
    }
}

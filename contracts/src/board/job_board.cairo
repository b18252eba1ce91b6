//! Jobs with their escrow, the leases on them, and who is paid. A board is immutable.
//!
//! Money: rewards of open tasks, audit pools, reserves and bonds of leases, and what it owes.
#[starknet::contract]
pub mod JobBoard {
    use core::num::traits::Zero;
    use core::panic_with_felt252;
    use starknet::storage::{StoragePointerReadAccess, StoragePointerWriteAccess};
    use starknet::{ClassHash, ContractAddress, get_caller_address, get_contract_address};
    use crate::board::acceptance::AcceptanceComponent;
    use crate::board::acceptance::AcceptanceComponent::InternalTrait as AcceptanceTrait;
    use crate::board::audit_delegate::AuditDelegateComponent;
    use crate::board::audit_delegate::AuditDelegateComponent::InternalTrait as DelegateTrait;
    use crate::board::batch::BatchTrait;
    use crate::board::claims::ClaimsComponent;
    use crate::board::claims::ClaimsComponent::InternalTrait as ClaimsTrait;
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::package_keys::PackageKeysComponent;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::returns::ReturnsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::board::submission::{is_signed, submission_domain, submission_hash};
    use crate::events::board::{JobCreated, JobImproved};
    use crate::interfaces::board::IJobBoard;
    use crate::interfaces::directory::{IDirectoryDispatcher, IDirectoryDispatcherTrait};
    use crate::rules::terms::{check_terms, now};
    use crate::types::board::{
        JobInfo, JobTerms, Lease, LeaseResult, LeaseState, Place, SignedResult, Twin,
    };

    pub mod Errors {
        pub const ZERO_ADDRESS: felt252 = 'RC: zero address in board';
        pub const PAUSED: felt252 = 'RC: network takes no new jobs';
        pub const JOB_NOT_OVER: felt252 = 'RC: job has not expired';
        pub const NOT_REQUESTER: felt252 = 'RC: not the requester';
        pub const SCHEDULER_FIRST: felt252 = 'RC: scheduler has precedence';
        pub const NOT_SCHEDULER: felt252 = 'RC: not the scheduler';
        pub const BAD_SIGNATURE: felt252 = 'RC: wrong signature';
        pub const NO_REASON: felt252 = 'RC: given back without a reason';
    }

    component!(path: PayoutsComponent, storage: payouts, event: PayoutsEvent);
    component!(path: LeasesComponent, storage: leases, event: LeasesEvent);
    component!(path: ClaimsComponent, storage: claims, event: ClaimsEvent);
    component!(path: JobsComponent, storage: jobs, event: JobsEvent);
    component!(path: AuditDelegateComponent, storage: delegate, event: DelegateEvent);
    component!(path: SettlementComponent, storage: settlement, event: SettlementEvent);
    component!(path: AcceptanceComponent, storage: acceptance, event: AcceptanceEvent);
    component!(path: PackageKeysComponent, storage: keys, event: KeysEvent);

    #[abi(embed_v0)]
    impl PayoutsImpl = PayoutsComponent::PayoutsImpl<ContractState>;
    #[abi(embed_v0)]
    impl PackageKeysImpl = PackageKeysComponent::PackageKeysImpl<ContractState>;
    #[abi(embed_v0)]
    impl AuditsImpl = AuditDelegateComponent::AuditsImpl<ContractState>;
    #[abi(embed_v0)]
    impl ChallengesImpl = AuditDelegateComponent::ChallengesImpl<ContractState>;

    /// | directory | 1 | address | set once |
    #[storage]
    pub struct Storage {
        directory: ContractAddress,
        #[substorage(v0)]
        payouts: PayoutsComponent::Storage,
        #[substorage(v0)]
        pub leases: LeasesComponent::Storage,
        #[substorage(v0)]
        claims: ClaimsComponent::Storage,
        #[substorage(v0)]
        pub jobs: JobsComponent::Storage,
        #[substorage(v0)]
        delegate: AuditDelegateComponent::Storage,
        #[substorage(v0)]
        settlement: SettlementComponent::Storage,
        #[substorage(v0)]
        acceptance: AcceptanceComponent::Storage,
        #[substorage(v0)]
        keys: PackageKeysComponent::Storage,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        JobCreated: JobCreated,
        JobImproved: JobImproved,
        #[flat]
        PayoutsEvent: PayoutsComponent::Event,
        #[flat]
        LeasesEvent: LeasesComponent::Event,
        #[flat]
        ClaimsEvent: ClaimsComponent::Event,
        #[flat]
        JobsEvent: JobsComponent::Event,
        #[flat]
        DelegateEvent: AuditDelegateComponent::Event,
        #[flat]
        SettlementEvent: SettlementComponent::Event,
        #[flat]
        AcceptanceEvent: AcceptanceComponent::Event,
        #[flat]
        KeysEvent: PackageKeysComponent::Event,
    }

    #[constructor]
    fn constructor(
        ref self: ContractState,
        directory: ContractAddress,
        registry: ContractAddress,
        token: ContractAddress,
        audit_library: ClassHash,
        challenge_library: ClassHash,
    ) {
        let complete = !directory.is_zero() && !registry.is_zero() && !token.is_zero();
        assert(complete, Errors::ZERO_ADDRESS);
        self.directory.write(directory);
        self.delegate.initialize(audit_library, challenge_library);
        self.payouts.initialize(token);
        self.leases.initialize(registry);
    }

    #[abi(embed_v0)]
    impl BoardImpl of IJobBoard<ContractState> {
        /// Caller: anyone, who becomes the requester; it must have approved the escrow.
        fn create_job(ref self: ContractState, terms: JobTerms) -> u64 {
            let directory = IDirectoryDispatcher { contract_address: self.directory.read() };
            assert(directory.takes_jobs(get_contract_address()), Errors::PAUSED);
            let limits = self.leases.limits();
            check_terms(@terms, limits, self.leases.seat_unit_fri());
            let requester = get_caller_address();
            assert(!requester.is_zero(), Errors::ZERO_ADDRESS);
            let job_id = self.jobs.add(requester, terms, limits.slowest_block_s);
            self.emit(JobCreated { job_id, family: terms.family, requester, terms });
            let paid: u128 = (terms.tasks + terms.spare_tasks).into();
            let escrow_fri = terms.reward_fri * paid + terms.audit_pool_fri;
            self.payouts.collect(requester, escrow_fri);
            job_id
        }

        /// Caller: the requester, before the job is over.
        fn extend(ref self: ContractState, job_id: u64, more_s: u32) {
            let mut job = self.requested(job_id);
            self.jobs.extend(ref job, more_s, self.leases.limits().slowest_block_s);
            self.announce(@job);
        }

        /// Caller: the requester, who must have approved the difference; for tasks or audits.
        fn top_up(ref self: ContractState, job_id: u64, reward_fri: u128, more_pool_fri: u128) {
            let mut job = self.requested(job_id);
            let cost_fri = self.jobs.raise(ref job, reward_fri, more_pool_fri);
            self.announce(@job);
            self.payouts.collect(get_caller_address(), cost_fri);
        }

        /// Caller: the requester. What nobody holds is refunded at once; leases in work finish.
        fn cancel(ref self: ContractState, job_id: u64) {
            self.stop(self.requested(job_id));
        }

        /// Caller: anyone, after the job's expiry.
        fn refund(ref self: ContractState, job_id: u64) {
            let job = self.jobs.load(job_id);
            assert(job.has_expired(), Errors::JOB_NOT_OVER);
            self.stop(job);
        }

        /// Caller: the operator of a worker for the job's family, with free stake and a free slot.
        /// It gets at most `most` tasks, or with 0 as many as the board gives. `verifiers`: four or
        /// more of different owners who are willing to verify the job and neither the worker's nor
        /// the requester's; none for a lease that nobody judges.
        fn claim_lease(
            ref self: ContractState,
            job_id: u64,
            worker_id: u32,
            slot: u8,
            most: u32,
            verifiers: Array<u32>,
        ) -> u64 {
            let mut job = self.jobs.load(job_id);
            assert(job.takes_claims(), JobsComponent::Errors::JOB_OVER);
            let is_open = job.is_open(self.leases.limits().slowest_block_s);
            assert(is_open, Errors::SCHEDULER_FIRST);
            let places = array![Place { worker_id, slot, first: 0, count: most, spare_of: 0 }];
            let mut answers = self.claims.take(ref job, places, get_caller_address(), verifiers);
            match answers.pop_front().unwrap() {
                Ok(lease_id) => {
                    self.jobs.save(@job);
                    lease_id
                },
                Err(reason) => panic_with_felt252(reason),
            }
        }

        /// Caller: the job's scheduler. Places in rising order; a refused entry leaves its range
        /// open. Job 0 is the newest one, so that creating and assigning fit one transaction.
        /// `verifiers` as for a claim, for each of the workers.
        fn assign(
            ref self: ContractState, job_id: u64, places: Array<Place>, verifiers: Array<u32>,
        ) {
            let job_id = match job_id {
                0 => self.jobs.newest(),
                _ => job_id,
            };
            let mut job = self.jobs.load(job_id);
            let scheduler = self.jobs.scheduler_of(@job);
            let known = !scheduler.is_zero() && scheduler == get_caller_address();
            assert(known, Errors::NOT_SCHEDULER);
            let mut batch = BatchTrait::open(places.len());
            assert(job.takes_claims(), JobsComponent::Errors::JOB_OVER);
            let mut wanted = places.span();
            for answer in self.claims.take(ref job, places, Zero::zero(), verifiers) {
                let place = wanted.pop_front().unwrap();
                match answer {
                    Ok(_) => batch.count(),
                    Err(reason) => {
                        let worker_id: u64 = (*place.worker_id).into();
                        self.settlement.refuse(ref batch, job_id, worker_id, reason)
                    },
                }
            }
            batch.close();
            job.hear();
            self.jobs.save(@job);
        }

        /// Caller: the lease's operator, until somebody let it expire; `result` is of its first
        /// `count` tasks, and the others are given back.
        fn submit(ref self: ContractState, lease_id: u64, count: u32, result: LeaseResult) {
            let lease = self.leases.claimed(lease_id);
            if let Err(reason) = self.submit_part(lease_id, lease, count, result, now()) {
                panic_with_felt252(reason);
            }
        }

        /// Caller: anyone with the operators' signatures. A refused entry changes nothing.
        fn submit_signed(ref self: ContractState, results: Array<SignedResult>) {
            let mut batch = BatchTrait::open(results.len());
            let mut signers = self.leases.signers_of(@results).span();
            let (domain, since) = (submission_domain(), now());
            for SignedResult { lease_id, count, result, signature } in results {
                let signer = *signers.pop_front().unwrap();
                let lease = self.leases.find(lease_id);
                let signed = Lease { count, ..lease };
                let hash = submission_hash(domain, signer.operator, lease_id, signed, result);
                let done = if signer.operator.is_zero() {
                    Err(LeasesComponent::Errors::NOT_OPERATOR)
                } else if is_signed(signer, hash, signature) {
                    // An account may have called this board before it answered.
                    let lease = self.leases.find(lease_id);
                    self.submit_part(lease_id, lease, count, result, since)
                } else {
                    Err(Errors::BAD_SIGNATURE)
                };
                match done {
                    Ok(()) => batch.count(),
                    Err(reason) => self.settlement.refuse(ref batch, 0, lease_id, reason),
                }
            }
            batch.close();
        }

        /// Caller: the requester, once the draw's block can be read, also while a lease is audited:
        /// it is paid at once, and no longer doubted. A refused entry changes nothing.
        fn accept(ref self: ContractState, job_id: u64, lease_ids: Array<u64>) {
            let job = self.requested(job_id);
            self.acceptance.settle(job, lease_ids, false);
        }

        /// Caller: anyone, once the window is over. A refused entry changes nothing.
        fn accept_late(ref self: ContractState, job_id: u64, lease_ids: Array<u64>) {
            let job = self.jobs.load(job_id);
            self.acceptance.settle(job, lease_ids, true);
        }

        /// Caller: anyone, once the leases timed out. A refused entry changes nothing.
        fn expire(ref self: ContractState, job_id: u64, lease_ids: Array<u64>) {
            let mut job = self.jobs.load(job_id);
            let mut batch = BatchTrait::open(lease_ids.len());
            let mut dues = no_dues();
            for lease_id in lease_ids {
                match self.leases.find_in(job_id, lease_id, LeaseState::CLAIMED) {
                    Ok(lease) => if self.leases.is_over(@lease, job.times.lease_timeout_s) {
                        self.settlement.expire(ref job, ref dues, lease_id, lease);
                        batch.count();
                    } else {
                        self
                            .settlement
                            .refuse(
                                ref batch, job_id, lease_id, AcceptanceComponent::Errors::TOO_EARLY,
                            );
                    },
                    Err(reason) => self.settlement.refuse(ref batch, job_id, lease_id, reason),
                }
            }
            batch.close();
            self.settlement.finish(job, dues);
        }

        /// Caller: the lease's operator, before it submitted, with a short word why. Free before a
        /// tenth of the timeout, later 2 % of the pay.
        fn give_back(ref self: ContractState, lease_id: u64, reason: felt252) {
            let lease = self.leases.claimed(lease_id);
            assert(reason != 0, Errors::NO_REASON);
            self.settlement.give_back(lease_id, lease, 0, reason);
        }

        fn newest_job(self: @ContractState) -> u64 {
            self.jobs.newest()
        }

        /// Without tasks once its place has another job; JobClosed said how it ended.
        fn job(self: @ContractState, job_id: u64) -> JobInfo {
            self.jobs.info(job_id)
        }

        /// State 0 (none) once the slot has been used again.
        fn lease(self: @ContractState, lease_id: u64) -> Lease {
            self.leases.find(lease_id)
        }

        /// The leases that a worker holds now.
        fn open_leases(self: @ContractState, worker_id: u32) -> Array<u64> {
            self.leases.held_by(worker_id)
        }

        /// Poseidon of the lease's LeaseResult.
        fn result_hash(self: @ContractState, lease_id: u64) -> felt252 {
            self.leases.result_hash(lease_id)
        }

        /// What the operator signs for submit_signed.
        fn submission_hash(
            self: @ContractState, lease_id: u64, count: u32, result: LeaseResult,
        ) -> felt252 {
            let operator = self.leases.operator_of(lease_id);
            let lease = Lease { count, ..self.leases.find(lease_id) };
            submission_hash(submission_domain(), operator, lease_id, lease, result)
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn requested(self: @ContractState, job_id: u64) -> Job {
            let job = self.jobs.load(job_id);
            assert(get_caller_address() == self.jobs.requester_of(@job), Errors::NOT_REQUESTER);
            job
        }

        fn announce(ref self: ContractState, job: @Job) {
            let improved = JobImproved {
                job_id: *job.job_id,
                reward_fri: job.price.reward_fri,
                audit_pool_fri: *job.times.audit_pool_fri,
                expires_at_s: *job.times.expires_at_s,
            };
            self.emit(improved);
        }

        /// Writes down what the lease's first `count` tasks gave; the others are given back.
        fn submit_part(
            ref self: ContractState,
            lease_id: u64,
            lease: Lease,
            count: u32,
            result: LeaseResult,
            since: (u64, u64),
        ) -> Result<(), felt252> {
            if lease.state == LeaseState::CLAIMED && count != 0 && count < lease.count {
                let job = self.jobs.load(lease.job_id);
                if lease.twin == Twin::NONE && !job.can_split(lease, count) {
                    return Err(SettlementComponent::Errors::CANNOT_SPLIT);
                }
            }
            self.leases.put_result(lease_id, lease, count, result, since)?;
            if count != lease.count {
                self.settlement.give_back(lease_id, lease, count, 0);
            }
            Ok(())
        }

        /// Ends claiming and refunds what nobody holds.
        fn stop(ref self: ContractState, mut job: Job) {
            assert(!job.progress.stopped && !job.is_settled(), JobsComponent::Errors::JOB_OVER);
            job.progress.stopped = true;
            job.progress.reopened_ranges = 0;
            let free = job.free();
            let refunded_fri = job.price.reward_fri * free.into();
            self.settlement.refund(ref job, free, refunded_fri);
            self.settlement.finish(job, no_dues());
        }
    }
}

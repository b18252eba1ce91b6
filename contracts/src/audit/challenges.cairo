//! What has a lease audited besides chance: doubts of its requester.
#[starknet::component]
pub mod ChallengesComponent {
    use core::poseidon::poseidon_hash_span;
    use starknet::get_caller_address;
    use crate::audit::course::{AuditTrait, fresh};
    use crate::audit::leaves::{Errors as LeafErrors, LeavesTrait};
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::{KeyRevealed, LeaseChallenged, VerifiersNamed};
    use crate::interfaces::audit::IChallenges;
    use crate::interfaces::registry::{IFamiliesDispatcher, IFamiliesDispatcherTrait};
    use crate::rules::lease_id::worker_of;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict};
    use crate::types::board::{Lease, LeaseResult, LeaseState};
    use crate::types::registry::VoteRequest;

    const KEY_DOMAIN: felt252 = 'renderchain/key/1';

    pub mod Errors {
        pub const NOT_CHALLENGER: felt252 = 'RC: only requesters may doubt';
        pub const WINDOW_OVER: felt252 = 'RC: challenge window is over';
        pub const NOT_DRAWN: felt252 = 'RC: the draw comes first';
        pub const IN_AUDIT: felt252 = 'RC: lease is in court';
        pub const UNJUDGED: felt252 = 'RC: nobody judges this lease';
        pub const JUDGED: felt252 = 'RC: lease is judged as it is';
        pub const OTHER_KEY: felt252 = 'RC: not the key of the results';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseChallenged: LeaseChallenged,
        KeyRevealed: KeyRevealed,
        VerifiersNamed: VerifiersNamed,
    }

    #[embeddable_as(ChallengesImpl)]
    impl Challenges<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of IChallenges<ComponentState<TContractState>> {
        /// Caller: the requester, inside the window, for a lease that was taken unjudged though
        /// four verifiers can be named: it names them, and may challenge the lease then.
        fn name_verifiers(
            ref self: ComponentState<TContractState>, lease_id: u64, verifiers: Array<u32>,
        ) {
            let (job, lease) = self.in_window(lease_id).unbox();
            assert(lease.draw_outcome == DrawOutcome::UNJUDGED, Errors::JUDGED);
            let (pay_fri, _) = get_dep_component!(@self, Settlement)
                .stakes_of(@job.unbox(), @lease);
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.mark(lease_id, lease, DrawOutcome::PASSED);
            self.emit(VerifiersNamed { job_id: job.job_id, lease_id });
            let jobs = get_dep_component!(@self, Jobs);
            let request = VoteRequest {
                family: jobs.family_of(@job.unbox()),
                block: 0,
                seed: 0,
                wanted: 0,
                again: false,
                worker_id: worker_of(lease_id),
                requester: get_caller_address(),
                fee_fri: job.unbox().fee_fri(lease.count),
                package_bytes: job.package.unbox().bytes,
                memory_mib: job.audit_price.unbox().memory_mib,
            };
            let contract_address = leases.known_registry().contract_address;
            IFamiliesDispatcher { contract_address }.judge(request, verifiers, pay_fri);
        }

        /// Caller: the requester, inside the window, once, for a lease whose pixels chance did not
        /// have audited; it must have approved the bond.
        fn challenge_pixels(
            ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>,
        ) {
            let (job, lease) = self.doubted(lease_id).unbox();
            let last = get_dep_component!(@self, Store).find(lease_id);
            let was_doubted = last.kind == AuditKind::PIXELS || was_cleared_before(@last);
            assert(!was_doubted, Errors::IN_AUDIT);
            assert(!leaves.is_empty(), LeafErrors::WRONG_LEAVES);
            let mut audit = fresh(lease_id, AuditKind::PIXELS);
            let mut store = get_dep_component_mut!(ref self, Store);
            audit = store.name_leaves(job, lease_id, @lease, audit, leaves.span()).unbox();
            audit.enter(AuditPhase::DRAW);
            self.challenge(job, lease_id, lease, audit, leaves);
        }

        /// Caller: the requester, inside the window; it must have approved the bond. The worker
        /// has to reveal the lease's key, then verifiers fetch the results. Once a lease, as a new
        /// window follows a verdict.
        fn challenge_delivery(ref self: ComponentState<TContractState>, lease_id: u64) {
            let (job, lease) = self.doubted(lease_id).unbox();
            let last = get_dep_component!(@self, Store).find(lease_id);
            let was_doubted = last.kind == AuditKind::DELIVERY || was_cleared_before(@last);
            assert(!was_doubted, Errors::IN_AUDIT);
            let mut audit = fresh(lease_id, AuditKind::DELIVERY);
            audit.enter(AuditPhase::KEY);
            self.challenge(job, lease_id, lease, audit, array![]);
        }

        /// Caller: anyone who has the key, once the requester doubts the delivery.
        fn reveal_key(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            result: LeaseResult,
            key_hi: u128,
            key_lo: u128,
        ) {
            let leases = get_dep_component!(@self, Leases);
            leases.assert_result(lease_id, result);
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::KEY, AuditStoreComponent::Errors::WRONG_PHASE);
            let key = array![KEY_DOMAIN, key_hi.into(), key_lo.into()];
            assert(poseidon_hash_span(key.span()) == result.key_hash, Errors::OTHER_KEY);
            audit.enter(AuditPhase::DRAW);
            store.save(lease_id, audit);
            let job_id = leases.find(lease_id).job_id;
            self.emit(KeyRevealed { job_id, lease_id, key_hi, key_lo });
        }

        /// What a challenge costs unless it is right: of pixels, or of the delivery.
        fn bond_to_challenge_fri(
            self: @ComponentState<TContractState>, lease_id: u64, pixels: bool,
        ) -> u128 {
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id));
            let kind = if pixels {
                AuditKind::PIXELS
            } else {
                AuditKind::DELIVERY
            };
            let mut audit = fresh(lease_id, kind);
            audit.set_bonded(0, Verdict::NONE);
            let (pay_fri, _) = get_dep_component!(self, Settlement).stakes_of(@job.unbox(), @lease);
            audit.bond_fri(job, @lease, 0, pay_fri)
        }
    }

    #[generate_trait]
    impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// A lease that its requester may doubt now.
        fn doubted(self: @ComponentState<TContractState>, lease_id: u64) -> Box<(Box<Job>, Lease)> {
            let (job, lease) = self.in_window(lease_id).unbox();
            assert(lease.draw_outcome != DrawOutcome::NOT_DRAWN, Errors::NOT_DRAWN);
            assert(lease.draw_outcome != DrawOutcome::IN_AUDIT, Errors::IN_AUDIT);
            assert(lease.draw_outcome != DrawOutcome::UNJUDGED, Errors::UNJUDGED);
            BoxTrait::new((job, lease))
        }

        /// An unpaid lease of the caller's whose window is not over.
        fn in_window(
            self: @ComponentState<TContractState>, lease_id: u64,
        ) -> Box<(Box<Job>, Lease)> {
            let leases = get_dep_component!(self, Leases);
            let lease = leases.find(lease_id);
            let is_submitted = lease.state == LeaseState::SUBMITTED;
            assert(is_submitted, LeasesComponent::Errors::WRONG_STATE);
            let job = BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id));
            let requester = get_dep_component!(self, Settlement).requester_of(@job.unbox());
            assert(get_caller_address() == requester, Errors::NOT_CHALLENGER);
            assert(!lease.paid, LeasesComponent::Errors::PAID);
            assert(!leases.is_over(@lease, job.times.window_s), Errors::WINDOW_OVER);
            BoxTrait::new((job, lease))
        }

        fn challenge(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
            leaves: Array<u32>,
        ) {
            let requester = get_caller_address();
            let was = if lease.draw_outcome == DrawOutcome::CLEARED {
                Verdict::ACCEPTED
            } else {
                Verdict::NONE
            };
            audit.set_bonded(0, was);
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.mark(lease_id, lease, DrawOutcome::IN_AUDIT);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
            store.set_payer(lease_id, 0, requester);
            let (pay_fri, _) = get_dep_component!(@self, Settlement)
                .stakes_of(@job.unbox(), @lease);
            let bond_fri = audit.bond_fri(job, @lease, 0, pay_fri);
            let (job_id, kind) = (job.job_id, audit.kind);
            self.emit(LeaseChallenged { job_id, lease_id, kind, leaves, bond_fri });
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(requester, bond_fri);
        }
    }

    /// Whether a challenge was of a lease that another audit had cleared: then it had both.
    fn was_cleared_before(last: @Audit) -> bool {
        last.is_bonded(0) && last.against_in(0) == Verdict::ACCEPTED
    }
}

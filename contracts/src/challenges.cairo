//! What brings a lease to court besides chance: doubts of its requester, and failure reports.
#[starknet::component]
pub mod ChallengesComponent {
    use core::poseidon::poseidon_hash_span;
    use starknet::get_caller_address;
    use crate::case_events::{FailureReported, KeyRevealed, LeaseChallenged};
    use crate::case_types::{Case, CaseKind, CasePhase};
    use crate::cases::CasesComponent;
    use crate::cases::CasesComponent::{
        CaseTrait, InternalTrait as CasesTrait, MAX_NAMED, NAMED_BASE, fresh,
    };
    use crate::interfaces::IChallenges;
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::{InternalTrait as BookTrait, Job};
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::payouts::PayoutsComponent;
    use crate::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::settlement::SettlementComponent;
    use crate::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::types::{Lease, LeaseResult, LeaseState, Trial};
    use crate::verdicts::VerdictsComponent;
    use crate::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;

    const KEY_DOMAIN: felt252 = 'renderchain/key/1';

    pub mod Errors {
        pub const NOT_CHALLENGER: felt252 = 'RC: only requesters may doubt';
        pub const WINDOW_OVER: felt252 = 'RC: challenge window is over';
        pub const NOT_DRAWN: felt252 = 'RC: the draw comes first';
        pub const IN_COURT: felt252 = 'RC: lease is in court';
        pub const WRONG_LEAVES: felt252 = 'RC: name 1 to 8 of its leaves';
        pub const OTHER_KEY: felt252 = 'RC: not the key of the results';
        pub const NO_REASON: felt252 = 'RC: failure without a reason';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseChallenged: LeaseChallenged,
        KeyRevealed: KeyRevealed,
        FailureReported: FailureReported,
    }

    #[embeddable_as(ChallengesImpl)]
    impl Challenges<
        TContractState,
        +HasComponent<TContractState>,
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Cases: CasesComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of IChallenges<ComponentState<TContractState>> {
        /// Caller: the requester, inside the window, for a lease that chance did not have audited;
        /// it must have approved the bond.
        fn challenge_pixels(
            ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>,
        ) {
            let (job, lease) = self.doubted(lease_id);
            assert(lease.trial != Trial::CLEARED, Errors::IN_COURT);
            let all = lease.count * job.package.tiles.into();
            assert(!leaves.is_empty() && leaves.len() <= MAX_NAMED, Errors::WRONG_LEAVES);
            for leaf in leaves.span() {
                assert(*leaf < all && *leaf < NAMED_BASE, Errors::WRONG_LEAVES);
            }
            let mut case = fresh(lease_id, CaseKind::PIXELS);
            case.named = leaves.len().try_into().unwrap();
            let mut cases = get_dep_component_mut!(ref self, Cases);
            cases.name_leaves(lease_id, leaves.span());
            case.enter(CasePhase::DRAW);
            self.challenge(@job, lease_id, lease, case, leaves);
        }

        /// Caller: the requester, inside the window; it must have approved the bond. The worker
        /// has to reveal the lease's key, then a committee fetches the results.
        fn challenge_delivery(ref self: ComponentState<TContractState>, lease_id: u64) {
            let (job, lease) = self.doubted(lease_id);
            let mut case = fresh(lease_id, CaseKind::DELIVERY);
            case.enter(CasePhase::KEY);
            self.challenge(@job, lease_id, lease, case, array![]);
        }

        /// Caller: the lease's operator, when the requester doubts the delivery.
        fn reveal_key(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            result: LeaseResult,
            key_hi: u128,
            key_lo: u128,
        ) {
            let desk = get_dep_component!(@self, Desk);
            desk.assert_operator(lease_id);
            desk.assert_result(lease_id, result);
            let mut cases = get_dep_component_mut!(ref self, Cases);
            let mut case = cases.find(lease_id);
            assert(case.phase == CasePhase::KEY, CasesComponent::Errors::WRONG_PHASE);
            let key = array![KEY_DOMAIN, key_hi.into(), key_lo.into()];
            assert(poseidon_hash_span(key.span()) == result.key_hash, Errors::OTHER_KEY);
            case.enter(CasePhase::DRAW);
            cases.save(lease_id, case);
            let job_id = desk.find(lease_id).job_id;
            self.emit(KeyRevealed { job_id, lease_id, key_hi, key_lo });
        }

        /// Caller: the lease's operator, before it submitted. Two others are asked.
        fn report_failure(
            ref self: ComponentState<TContractState>, lease_id: u64, reason: felt252,
        ) {
            let mut desk = get_dep_component_mut!(ref self, Desk);
            desk.assert_operator(lease_id);
            let lease = desk.find(lease_id);
            let is_claimed = lease.state == LeaseState::CLAIMED;
            assert(is_claimed, LeaseDeskComponent::Errors::WRONG_STATE);
            assert(reason != 0, Errors::NO_REASON);
            desk.turn(lease_id, lease, LeaseState::REPORTED);
            let mut case = fresh(lease_id, CaseKind::FAILURE);
            case.enter(CasePhase::DRAW);
            let mut cases = get_dep_component_mut!(ref self, Cases);
            cases.save(lease_id, case);
            self.emit(FailureReported { job_id: lease.job_id, lease_id, reason });
        }

        /// What a challenge costs unless it is right; `leaves` named, 0 for the delivery.
        fn bond_to_challenge_fri(
            self: @ComponentState<TContractState>, lease_id: u64, leaves: u32,
        ) -> u128 {
            let lease = get_dep_component!(self, Desk).find(lease_id);
            let job = get_dep_component!(self, Book).load(lease.job_id);
            let mut case = fresh(lease_id, CaseKind::PIXELS);
            case.named = leaves.try_into().unwrap();
            get_dep_component!(self, Verdicts).bond_fri(@job, lease_id, @lease, @case, 0)
        }
    }

    #[generate_trait]
    impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Cases: CasesComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// A lease that its requester may doubt now.
        fn doubted(self: @ComponentState<TContractState>, lease_id: u64) -> (Job, Lease) {
            let desk = get_dep_component!(self, Desk);
            let lease = desk.find(lease_id);
            let is_submitted = lease.state == LeaseState::SUBMITTED;
            assert(is_submitted, LeaseDeskComponent::Errors::WRONG_STATE);
            let job = get_dep_component!(self, Book).load(lease.job_id);
            let requester = get_dep_component!(self, Settlement).requester_of(@job);
            assert(get_caller_address() == requester, Errors::NOT_CHALLENGER);
            assert(lease.trial != Trial::NOT_DRAWN, Errors::NOT_DRAWN);
            assert(lease.trial != Trial::IN_COURT, Errors::IN_COURT);
            assert(!desk.is_over(@lease, job.times.window_s), Errors::WINDOW_OVER);
            (job, lease)
        }

        fn challenge(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: Lease,
            mut case: Case,
            leaves: Array<u32>,
        ) {
            let requester = get_caller_address();
            case.set_bonded(true);
            let mut desk = get_dep_component_mut!(ref self, Desk);
            desk.mark(lease_id, lease, Trial::IN_COURT);
            let mut cases = get_dep_component_mut!(ref self, Cases);
            cases.save(lease_id, case);
            cases.set_payer(lease_id, 0, requester);
            let verdicts = get_dep_component!(@self, Verdicts);
            let bond_fri = verdicts.bond_fri(job, lease_id, @lease, @case, 0);
            let (job_id, kind) = (*job.job_id, case.kind);
            self.emit(LeaseChallenged { job_id, lease_id, kind, leaves, bond_fri });
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(requester, bond_fri);
        }
    }
}

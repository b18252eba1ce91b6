//! A board's door to its audits: every call goes to one of their classes, on the board's own
//! storage.
#[starknet::component]
pub mod AuditDelegateComponent {
    use core::num::traits::Zero;
    use starknet::ClassHash;
    use starknet::storage::{StoragePointerReadAccess, StoragePointerWriteAccess};
    use crate::interfaces::audit::{
        IAudits, IAuditsDispatcherTrait, IAuditsLibraryDispatcher, IChallenges,
        IChallengesDispatcherTrait, IChallengesLibraryDispatcher,
    };
    use crate::types::audit::{Audit, Commitment, Content, LeafOpening, Reveal, ShownVote, Verifier};
    use crate::types::board::LeaseResult;

    pub mod Errors {
        pub const NO_LIBRARY: felt252 = 'RC: board without a court';
    }

    /// | bailiff_court | 1 | class | of the audits, set once |
    /// | challenge_class | 1 | class | of what has leases audited besides chance, set once |
    #[storage]
    pub struct Storage {
        bailiff_court: ClassHash,
        challenge_class: ClassHash,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    /// Callers are those that audit/entrypoints.cairo names.
    #[embeddable_as(AuditsImpl)]
    impl Audits<
        TContractState, +HasComponent<TContractState>,
    > of IAudits<ComponentState<TContractState>> {
        fn draw(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            self.audits().draw(job_id, lease_ids);
        }

        fn commit(ref self: ComponentState<TContractState>, commitments: Array<Commitment>) {
            self.audits().commit(commitments);
        }

        fn decline(ref self: ComponentState<TContractState>, lease_id: u64, seat: u8, word: u8) {
            self.audits().decline(lease_id, seat, word);
        }

        fn open(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seed: felt252,
            result: LeaseResult,
            openings: Array<LeafOpening>,
            siblings: Span<felt252>,
            prints: Span<felt252>,
        ) {
            self.audits().open(lease_id, seed, result, openings, siblings, prints);
        }

        fn reveal(ref self: ComponentState<TContractState>, reveals: Array<Reveal>) {
            self.audits().reveal(reveals);
        }

        fn reveal_prints(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seat: u8,
            nonce: felt252,
            contents: Array<Content>,
            answer: Array<Content>,
            prints: Span<felt252>,
            differs: u128,
            mean: bool,
        ) {
            let audits = self.audits();
            audits.reveal_prints(lease_id, seat, nonce, contents, answer, prints, differs, mean);
        }

        fn strike(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seat: u8,
            leaf: u8,
            contents: Array<Content>,
            answer: Array<Content>,
            prints: Span<felt252>,
            answer_prints: Span<felt252>,
        ) {
            let audits = self.audits();
            audits.strike(lease_id, seat, leaf, contents, answer, prints, answer_prints);
        }

        fn show(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            leaf: u8,
            by_levels: bool,
            votes: Array<ShownVote>,
            answer: Array<Content>,
            answer_prints: Span<felt252>,
        ) {
            self.audits().show(lease_id, leaf, by_levels, votes, answer, answer_prints);
        }

        fn advance(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            self.audits().advance(job_id, lease_ids);
        }

        fn appeal(ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>) {
            self.audits().appeal(lease_id, leaves);
        }

        fn raise_fee(ref self: ComponentState<TContractState>, lease_id: u64, notches: u8) {
            self.audits().raise_fee(lease_id, notches);
        }

        fn audit_of(self: @ComponentState<TContractState>, lease_id: u64) -> Audit {
            self.audits().audit_of(lease_id)
        }

        fn seed_of(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            self.audits().seed_of(lease_id, round)
        }

        fn drawn_leaves(self: @ComponentState<TContractState>, lease_id: u64) -> Array<(u32, u8)> {
            self.audits().drawn_leaves(lease_id)
        }

        fn verifiers_of(self: @ComponentState<TContractState>, lease_id: u64) -> Array<Verifier> {
            self.audits().verifiers_of(lease_id)
        }

        fn bond_to_appeal_fri(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            self.audits().bond_to_appeal_fri(lease_id)
        }

        fn price_to_raise_fri(
            self: @ComponentState<TContractState>, lease_id: u64, notches: u8,
        ) -> u128 {
            self.audits().price_to_raise_fri(lease_id, notches)
        }
    }

    /// Callers are those that audit/challenges.cairo names.
    #[embeddable_as(ChallengesImpl)]
    impl Challenges<
        TContractState, +HasComponent<TContractState>,
    > of IChallenges<ComponentState<TContractState>> {
        fn name_verifiers(
            ref self: ComponentState<TContractState>, lease_id: u64, verifiers: Array<u32>,
        ) {
            self.challenges().name_verifiers(lease_id, verifiers);
        }

        fn challenge_pixels(
            ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>,
        ) {
            self.challenges().challenge_pixels(lease_id, leaves);
        }

        fn challenge_delivery(ref self: ComponentState<TContractState>, lease_id: u64) {
            self.challenges().challenge_delivery(lease_id);
        }

        fn reveal_key(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            result: LeaseResult,
            key_hi: u128,
            key_lo: u128,
        ) {
            self.challenges().reveal_key(lease_id, result, key_hi, key_lo);
        }

        fn bond_to_challenge_fri(
            self: @ComponentState<TContractState>, lease_id: u64, pixels: bool,
        ) -> u128 {
            self.challenges().bond_to_challenge_fri(lease_id, pixels)
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(
            ref self: ComponentState<TContractState>, audits: ClassHash, challenges: ClassHash,
        ) {
            assert(!audits.is_zero() && !challenges.is_zero(), Errors::NO_LIBRARY);
            self.bailiff_court.write(audits);
            self.challenge_class.write(challenges);
        }

        fn audits(self: @ComponentState<TContractState>) -> IAuditsLibraryDispatcher {
            IAuditsLibraryDispatcher { class_hash: self.bailiff_court.read() }
        }

        fn challenges(self: @ComponentState<TContractState>) -> IChallengesLibraryDispatcher {
            IChallengesLibraryDispatcher { class_hash: self.challenge_class.read() }
        }
    }
}

//! Audits, as everybody calls them: draw, commit, open, reveal, strike, show, advance, appeal.
#[starknet::component]
pub mod EntrypointsComponent {
    use core::panic_with_felt252;
    use crate::audit::appeals::AppealsComponent;
    use crate::audit::appeals::AppealsComponent::InternalTrait as AppealsTrait;
    use crate::audit::closing::ClosingComponent;
    use crate::audit::course::AuditTrait;
    use crate::audit::draws::DrawsComponent;
    use crate::audit::draws::DrawsComponent::InternalTrait as DrawsTrait;
    use crate::audit::leaves::LeavesTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::raises::RaisesComponent;
    use crate::audit::raises::RaisesComponent::InternalTrait as RaisesTrait;
    use crate::audit::reveals::RevealsComponent;
    use crate::audit::reveals::RevealsComponent::InternalTrait as RevealsTrait;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::sealing::SealingComponent;
    use crate::audit::sealing::SealingComponent::InternalTrait as SealingTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::shows::ShowsComponent;
    use crate::audit::shows::ShowsComponent::InternalTrait as ShowsTrait;
    use crate::audit::steps::StepsComponent;
    use crate::audit::steps::StepsComponent::InternalTrait as StepsTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::batch::BatchTrait;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::interfaces::audit::IAudits;
    use crate::rules::leaves::answer_of;
    use crate::types::audit::{Audit, Commitment, Content, LeafOpening, Reveal, ShownVote, Verifier};
    use crate::types::board::LeaseResult;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[embeddable_as(AuditsImpl)]
    impl Audits<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Seating: SeatingComponent::HasComponent<TContractState>,
        impl Money: MoneyComponent::HasComponent<TContractState>,
        impl Closing: ClosingComponent::HasComponent<TContractState>,
        impl Rounds: RoundsComponent::HasComponent<TContractState>,
        impl Sealing: SealingComponent::HasComponent<TContractState>,
        impl Draws: DrawsComponent::HasComponent<TContractState>,
        impl Reveals: RevealsComponent::HasComponent<TContractState>,
        impl Shows: ShowsComponent::HasComponent<TContractState>,
        impl Raises: RaisesComponent::HasComponent<TContractState>,
        impl Appeals: AppealsComponent::HasComponent<TContractState>,
        impl Steps: StepsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of IAudits<ComponentState<TContractState>> {
        /// Caller: anyone, ten blocks after the one whose hash decides.
        fn draw(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = BoxTrait::new(get_dep_component!(@self, Jobs).load(job_id));
            let mut batch = BatchTrait::open(lease_ids.len());
            for lease_id in lease_ids {
                let mut draws = get_dep_component_mut!(ref self, Draws);
                match draws.draw_one(ref job, lease_id) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, job_id, lease_id, reason);
                    },
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job.unbox(), no_dues());
        }

        /// Caller: the operators of the seats named. With the last one it goes on.
        fn commit(ref self: ComponentState<TContractState>, commitments: Array<Commitment>) {
            let mut batch = BatchTrait::open(commitments.len());
            for commitment in commitments {
                let mut sealing = get_dep_component_mut!(ref self, Sealing);
                match sealing.commit_one(commitment) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, 0, commitment.lease_id, reason);
                    },
                }
            }
            batch.close();
        }

        /// Caller: the seat's operator, who seals no vote: it is busy, the job takes too long, or
        /// there is no package. With the last one it goes on.
        fn decline(ref self: ComponentState<TContractState>, lease_id: u64, seat: u8, word: u8) {
            let mut sealing = get_dep_component_mut!(ref self, Sealing);
            if let Err(reason) = sealing.decline(lease_id, seat, word) {
                panic_with_felt252(reason);
            }
        }

        /// Caller: anyone who has the openings, once all votes are sealed. `seed` names the draw,
        /// so that nothing is shown after a reorganisation; `siblings` are the leaves' proofs in a
        /// row, `prints` those that they name.
        fn open(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seed: felt252,
            result: LeaseResult,
            openings: Array<LeafOpening>,
            siblings: Span<felt252>,
            prints: Span<felt252>,
        ) {
            let mut reveals = get_dep_component_mut!(ref self, Reveals);
            reveals.open(lease_id, seed, result, openings.span(), siblings, prints);
        }

        /// Caller: anyone who knows the nonces, so the verifiers. A vote other than the worker's
        /// answer needs reveal_prints. With the last one it goes on.
        fn reveal(ref self: ComponentState<TContractState>, reveals: Array<Reveal>) {
            let mut batch = BatchTrait::open(reveals.len());
            for reveal in reveals {
                let mut revealed = get_dep_component_mut!(ref self, Reveals);
                match revealed.reveal_one(reveal) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, 0, reveal.lease_id, reason);
                    },
                }
            }
            batch.close();
        }

        /// Caller: anyone who knows the nonce, so the verifier. `contents` are its own, `answer`
        /// the worker's, `prints` its own of each leaf that has another digest.
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
            let reveal = Reveal { lease_id, seat, nonce, vote: answer_of(contents.span()) };
            let mut reveals = get_dep_component_mut!(ref self, Reveals);
            reveals.reveal_prints(reveal, contents, answer.span(), prints, (differs, mean));
        }

        /// Caller: anyone. `contents` and `prints` are the vote's, the other ones the worker's:
        /// prints of the leaf, or for the mean of all leaves with other digests.
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
            let mut shows = get_dep_component_mut!(ref self, Shows);
            let (mine, theirs) = (contents.span(), answer.span());
            shows.strike(lease_id, seat, leaf, mine, theirs, prints, answer_prints);
        }

        /// Caller: anyone. The first vote is the one that the others lie near. `answer_prints` are
        /// the worker's: of the leaf, where it goes by levels, of all leaves for the mean.
        fn show(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            leaf: u8,
            by_levels: bool,
            votes: Array<ShownVote>,
            answer: Array<Content>,
            answer_prints: Span<felt252>,
        ) {
            let mut shows = get_dep_component_mut!(ref self, Shows);
            shows.show(lease_id, leaf, by_levels, votes.span(), answer.span(), answer_prints);
        }

        /// Caller: anyone. Goes on where a step is over.
        fn advance(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = BoxTrait::new(get_dep_component!(@self, Jobs).load(job_id));
            let mut batch = BatchTrait::open(lease_ids.len());
            for lease_id in lease_ids {
                let mut steps = get_dep_component_mut!(ref self, Steps);
                match steps.advance_one(ref job, lease_id) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, job_id, lease_id, reason);
                    },
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job.unbox(), no_dues());
        }

        /// Caller: anyone where the worker was not rejected; else its owner or operator, or of a
        /// seat that did not vote for it. It must have approved the bond. More votes look at old
        /// and fresh leaves, and at those that it names.
        fn appeal(ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>) {
            let mut appeals = get_dep_component_mut!(ref self, Appeals);
            appeals.appeal(lease_id, leaves);
        }

        /// Caller: anyone, where a round's own votes could not be found. It must have approved the
        /// difference that a fee higher by so many notches makes for all of them; what of it is not
        /// needed returns.
        fn raise_fee(ref self: ComponentState<TContractState>, lease_id: u64, notches: u8) {
            let mut raises = get_dep_component_mut!(ref self, Raises);
            raises.raise_fee(lease_id, notches);
        }

        /// Phase 0 for a lease that is not audited.
        fn audit_of(self: @ComponentState<TContractState>, lease_id: u64) -> Audit {
            get_dep_component!(self, Store).find(lease_id)
        }

        fn seed_of(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            get_dep_component!(self, Store).seed(lease_id, round)
        }

        /// The leaves of the present round, counted over the lease: a task's leaves go by tile,
        /// those of a tile by view layer. With their positions, in whose order they stand.
        fn drawn_leaves(self: @ComponentState<TContractState>, lease_id: u64) -> Array<(u32, u8)> {
            let store = get_dep_component!(self, Store);
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id));
            store.leaves_in(job, lease_id, @lease, @store.find(lease_id))
        }

        fn verifiers_of(self: @ComponentState<TContractState>, lease_id: u64) -> Array<Verifier> {
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            let mut verifiers = array![];
            for seat in 0..audit.end_of(audit.round) {
                verifiers.append(store.verifier(lease_id, seat));
            }
            verifiers
        }

        fn bond_to_appeal_fri(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            let audit = get_dep_component!(self, Store).find(lease_id);
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id));
            let (pay_fri, _) = get_dep_component!(self, Settlement).stakes_of(@job.unbox(), @lease);
            audit.bond_fri(job, @lease, audit.round + 1, pay_fri)
        }

        /// Of the present round.
        fn price_to_raise_fri(
            self: @ComponentState<TContractState>, lease_id: u64, notches: u8,
        ) -> u128 {
            let mut audit = get_dep_component!(self, Store).find(lease_id);
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id));
            audit.set_raised(notches);
            audit.raise_fri(job, @lease, audit.round)
        }
    }
}

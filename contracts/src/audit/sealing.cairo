//! Sealed votes, words instead of them, and what happens where there are too few.
#[starknet::component]
pub mod SealingComponent {
    use starknet::get_caller_address;
    use crate::audit::closing::ClosingComponent;
    use crate::audit::closing::ClosingComponent::InternalTrait as ClosingTrait;
    use crate::audit::course::{AuditTrait, MAX_BATCHES, MAX_REDRAWS};
    use crate::audit::money::MoneyComponent;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::{InternalTrait as RoundsTrait, VerdictOf};
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::events::audit::VotesSealed;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::terms::busy_of;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, Commitment, Verdict, Verifier, Vote};
    use crate::types::board::Lease;

    pub mod Errors {
        pub const NOT_VERIFIER: felt252 = 'RC: not that verifier';
        pub const ALREADY_VOTED: felt252 = 'RC: seat has voted already';
        pub const NO_SUCH_WORD: felt252 = 'RC: no such word';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        VotesSealed: VotesSealed,
    }

    #[generate_trait]
    pub impl InternalImpl<
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn commit_one(
            ref self: ComponentState<TContractState>, commitment: Commitment,
        ) -> Result<(), felt252> {
            let Commitment { lease_id, seat, mark } = commitment;
            let (mut audit, verifier) = self.awaited(lease_id, seat)?.unbox();
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_mark(lease_id, seat, mark);
            store.set_verifier(lease_id, seat, Verifier { vote: Vote::SEALED, ..verifier });
            audit.sealed += 1;
            if audit.awaited() != 0 {
                store.save(lease_id, audit);
            } else if audit.said == 0 && audit.sealed % 2 == 1 && audit.has_enough() {
                let job_id = get_dep_component!(@self, Leases).find(lease_id).job_id;
                self.close_ballot(job_id, lease_id, audit);
            } else {
                self.end_now(lease_id, audit);
            }
            Ok(())
        }

        /// A vote that the caller may still give, in this step.
        fn awaited(
            self: @ComponentState<TContractState>, lease_id: u64, seat: u8,
        ) -> Result<Box<(Audit, Verifier)>, felt252> {
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            if audit.phase != AuditPhase::COMMIT {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            let verifier = store.seated(lease_id, @audit, seat)?;
            if verifier.vote != Vote::DRAWN {
                return Err(Errors::ALREADY_VOTED);
            }
            let leases = get_dep_component!(self, Leases);
            if leases.known_registry().operator_of(verifier.worker_id) != get_caller_address() {
                return Err(Errors::NOT_VERIFIER);
            }
            Ok(BoxTrait::new((audit, verifier)))
        }

        /// The fee that it would have had pays for a vote in its place; who has no time pays for
        /// more of them, at once.
        fn decline(
            ref self: ComponentState<TContractState>, lease_id: u64, seat: u8, word: u8,
        ) -> Result<(), felt252> {
            let is_word = word == Vote::BUSY || word == Vote::OVER_TIME || word == Vote::NO_PACKAGE;
            if !is_word {
                return Err(Errors::NO_SUCH_WORD);
            }
            let (mut audit, verifier) = self.awaited(lease_id, seat)?.unbox();
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            let fee_fri = audit.fee_fri(job, @lease, audit.round);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.add_to_purse(lease_id, fee_fri);
            if word == Vote::BUSY {
                let mut seating = get_dep_component_mut!(ref self, Seating);
                seating.forfeit(lease_id, verifier.worker_id, busy_of(fee_fri));
            }
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            rounds.turn_vote(lease.job_id, lease_id, @audit, seat, verifier, word);
            audit.said += 1;
            if audit.awaited() == 0 {
                self.end_now(lease_id, audit);
            } else {
                let mut store = get_dep_component_mut!(ref self, Store);
                store.save(lease_id, audit);
            }
            Ok(())
        }

        /// The last one has answered.
        fn end_now(ref self: ComponentState<TContractState>, lease_id: u64, audit: Audit) {
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            let mut job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            self.end_commit(ref job, lease_id, lease, audit);
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job.unbox(), no_dues());
        }

        /// All have answered, or the step is over: with enough votes it goes on, else there are
        /// more of them.
        fn end_commit(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            self.fine_absent(job, lease_id, @lease, ref audit);
            let fee_fri = audit.fee_fri(job, @lease, audit.round);
            if audit.has_enough() {
                self.fine_over_time(job, lease_id, @lease, @audit);
                self.spare_one(job.job_id, lease_id, ref audit);
                self.close_ballot(job.job_id, lease_id, audit);
                return;
            }
            let mut store = get_dep_component_mut!(ref self, Store);
            if audit.batches < MAX_BATCHES && store.purse(lease_id) >= fee_fri {
                audit.batches += 1;
                audit.enter(AuditPhase::DRAW);
                store.save(lease_id, audit);
            } else {
                self.reach_limit(ref job, lease_id, lease, audit);
            }
        }

        /// No more votes are added to the present draw.
        fn reach_limit(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            let store = get_dep_component!(@self, Store);
            if store.most_say(lease_id, @audit, Vote::OVER_TIME) {
                audit.end_in_vain();
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
                return;
            }
            self.fine_over_time(job, lease_id, @lease, @audit);
            let mut store = get_dep_component_mut!(ref self, Store);
            if store.most_say(lease_id, @audit, Vote::NO_PACKAGE) {
                store.set_bad(lease_id, 0);
                let without = store.seats_with(lease_id, @audit, Vote::NO_PACKAGE).len();
                let objecting = without.try_into().unwrap();
                let found = VerdictOf { verdict: Verdict::REJECTED, counted: 0, objecting };
                let mut rounds = get_dep_component_mut!(ref self, Rounds);
                rounds.give_verdict(ref job, lease_id, lease, audit, found);
                return;
            }
            let cost_fri = audit.fees_fri(job, @lease, audit.round);
            if audit.redraws < MAX_REDRAWS && store.purse(lease_id) >= cost_fri {
                self.draw_anew(job.job_id, lease_id, audit);
            } else {
                audit.end_in_vain();
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
            }
        }

        /// Others decide; who sealed is paid for it.
        fn draw_anew(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, mut audit: Audit,
        ) {
            let sealed = get_dep_component!(@self, Store)
                .seats_with(lease_id, @audit, Vote::SEALED);
            for (seat, verifier) in sealed {
                let mut rounds = get_dep_component_mut!(ref self, Rounds);
                rounds.turn_vote(job_id, lease_id, @audit, seat, verifier, Vote::SPARE);
            }
            audit.redraws += 1;
            audit.begin_draw();
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
        }

        fn fine_absent(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            ref audit: Audit,
        ) {
            if audit.awaited() == 0 {
                return;
            }
            let (fee_fri, fine_fri) = (
                audit.fee_fri(job, lease, audit.round), audit.forfeit_fri(job, lease),
            );
            let absent = get_dep_component!(@self, Store).seats_with(lease_id, @audit, Vote::DRAWN);
            for (seat, verifier) in absent {
                let mut seating = get_dep_component_mut!(ref self, Seating);
                seating.forfeit(lease_id, verifier.worker_id, fine_fri);
                let mut store = get_dep_component_mut!(ref self, Store);
                store.add_to_purse(lease_id, fee_fri);
                let mut rounds = get_dep_component_mut!(ref self, Rounds);
                rounds.turn_vote(job.job_id, lease_id, @audit, seat, verifier, Vote::ABSENT);
                audit.said += 1;
            }
        }

        /// Who said that it takes too long pays where that did not decide.
        fn fine_over_time(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) {
            if *audit.said == 0 {
                return;
            }
            let fine_fri = busy_of(audit.fee_fri(job, lease, *audit.round));
            let said = get_dep_component!(@self, Store)
                .seats_with(lease_id, audit, Vote::OVER_TIME);
            for (_, verifier) in said {
                let mut seating = get_dep_component_mut!(ref self, Seating);
                seating.forfeit(lease_id, verifier.worker_id, fine_fri);
            }
        }

        /// An even number of votes could tie: the last one is paid and not counted.
        fn spare_one(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, ref audit: Audit,
        ) {
            if audit.sealed % 2 == 1 {
                return;
            }
            let sealed = get_dep_component!(@self, Store)
                .seats_with(lease_id, @audit, Vote::SEALED);
            let (seat, verifier) = *sealed[sealed.len() - 1];
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            rounds.turn_vote(job_id, lease_id, @audit, seat, verifier, Vote::SPARE);
            audit.sealed -= 1;
        }

        /// All who will vote are bound.
        fn close_ballot(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, mut audit: Audit,
        ) {
            let mut store = get_dep_component_mut!(ref self, Store);
            if audit.kind == AuditKind::PIXELS {
                audit.enter(AuditPhase::OPEN);
            } else {
                audit.enter(AuditPhase::REVEAL);
                store.set_answer(lease_id, AuditStoreComponent::YES);
            }
            store.save(lease_id, audit);
            self.emit(VotesSealed { job_id, lease_id, round: audit.round });
        }
    }
}

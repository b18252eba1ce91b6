//! Sealed votes and what becomes of them.
#[starknet::component]
pub mod VotesComponent {
    use starknet::get_caller_address;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::InternalTrait as RoundsTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{AuditTrait, InternalTrait as StoreTrait};
    use crate::audit::verdicts::VerdictsComponent;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::events::audit::Voted;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, Commitment, Reveal, Verifier, Vote};

    pub mod Errors {
        pub const NOT_VERIFIER: felt252 = 'RC: not that verifier';
        pub const ALREADY_VOTED: felt252 = 'RC: seat has voted already';
        pub const OTHER_MARK: felt252 = 'RC: vote is not the sealed one';
        pub const NEEDS_PRINTS: felt252 = 'RC: another vote needs prints';
        pub const TOO_LATE: felt252 = 'RC: step is over';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        Voted: Voted,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Seating: SeatingComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        impl Rounds: RoundsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn commit_one(
            ref self: ComponentState<TContractState>, commitment: Commitment,
        ) -> Result<(), felt252> {
            let Commitment { lease_id, seat, mark } = commitment;
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            if audit.phase != AuditPhase::COMMIT {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            let verifier = store.seated(lease_id, @audit, seat)?;
            if verifier.vote != Vote::DRAWN {
                return Err(Errors::ALREADY_VOTED);
            }
            let leases = get_dep_component!(@self, Leases);
            if leases.known_registry().operator_of(verifier.worker_id) != get_caller_address() {
                return Err(Errors::NOT_VERIFIER);
            }
            store.set_mark(lease_id, audit.round, seat, mark);
            store
                .set_verifier(
                    lease_id, audit.round, seat, Verifier { vote: Vote::COMMITTED, ..verifier },
                );
            audit.committed += 1;
            if audit.committed == audit.seats_of(audit.round) {
                let mut rounds = get_dep_component_mut!(ref self, Rounds);
                rounds.seal(leases.find(lease_id).job_id, lease_id, ref audit);
            } else {
                store.save(lease_id, audit);
            }
            Ok(())
        }

        /// The audit and the verifier if that is what the seat sealed, in time.
        fn sealed(
            self: @ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<(Audit, Verifier), felt252> {
            let Reveal { lease_id, seat, nonce, vote } = reveal;
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            if audit.phase != AuditPhase::REVEAL {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            if get_dep_component!(self, Rounds).is_late(@audit, 1) {
                return Err(Errors::TOO_LATE);
            }
            let verifier = store.seated(lease_id, @audit, seat)?;
            if verifier.vote != Vote::COMMITTED {
                return Err(Errors::ALREADY_VOTED);
            }
            let mark = store.mark_of(lease_id, audit.round, verifier.worker_id, nonce, vote);
            if mark != store.mark(lease_id, audit.round, seat) {
                return Err(Errors::OTHER_MARK);
            }
            Ok((audit, verifier))
        }

        fn reveal_one(
            ref self: ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<(), felt252> {
            let (audit, verifier) = self.sealed(reveal)?;
            let answer = get_dep_component!(@self, Store).answer(reveal.lease_id);
            let vote = if reveal.vote == answer {
                Vote::AGREES
            } else if audit.kind == AuditKind::PIXELS {
                return Err(Errors::NEEDS_PRINTS);
            } else {
                Vote::OBJECTS
            };
            let job_id = get_dep_component!(@self, Leases).find(reveal.lease_id).job_id;
            self.count(job_id, reveal.lease_id, audit, reveal.seat, verifier, vote);
            Ok(())
        }

        fn count(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            lease_id: u64,
            mut audit: Audit,
            seat: u8,
            verifier: Verifier,
            vote: u8,
        ) {
            let (round, worker_id) = (audit.round, verifier.worker_id);
            if vote == Vote::AGREES {
                audit.agreeing += 1;
            } else if vote == Vote::OBJECTS {
                audit.objecting += 1;
            } else {
                audit.shown += 1;
            }
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_verifier(lease_id, round, seat, Verifier { vote, ..verifier });
            store.save(lease_id, audit);
            self.emit(Voted { job_id, lease_id, round, seat, worker_id, vote });
        }
    }
}

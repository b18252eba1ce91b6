//! Sealed votes and what becomes of them.
#[starknet::component]
pub mod VotesComponent {
    use starknet::get_caller_address;
    use crate::case_events::Voted;
    use crate::case_types::{Case, CaseKind, CasePhase, Commitment, Member, Reveal, Vote};
    use crate::cases::CasesComponent;
    use crate::cases::CasesComponent::{CaseTrait, InternalTrait as CasesTrait};
    use crate::hearings::HearingsComponent;
    use crate::hearings::HearingsComponent::InternalTrait as HearingsTrait;
    use crate::interfaces::IWorkerRegistryDispatcherTrait;
    use crate::job_book::JobBookComponent;
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::payouts::PayoutsComponent;
    use crate::settlement::SettlementComponent;
    use crate::verdicts::VerdictsComponent;

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
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Cases: CasesComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        impl Hearings: HearingsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn commit_one(
            ref self: ComponentState<TContractState>, commitment: Commitment,
        ) -> Result<(), felt252> {
            let Commitment { lease_id, seat, mark } = commitment;
            let mut cases = get_dep_component_mut!(ref self, Cases);
            let mut case = cases.find(lease_id);
            if case.phase != CasePhase::COMMIT {
                return Err(CasesComponent::Errors::WRONG_PHASE);
            }
            let member = cases.seated(lease_id, @case, seat)?;
            if member.vote != Vote::DRAWN {
                return Err(Errors::ALREADY_VOTED);
            }
            let desk = get_dep_component!(@self, Desk);
            if desk.known_registry().operator_of(member.worker_id) != get_caller_address() {
                return Err(Errors::NOT_VERIFIER);
            }
            cases.set_mark(lease_id, case.round, seat, mark);
            cases
                .set_member(lease_id, case.round, seat, Member { vote: Vote::COMMITTED, ..member });
            case.committed += 1;
            if case.committed == case.seats_of(case.round) {
                let mut hearings = get_dep_component_mut!(ref self, Hearings);
                hearings.seal(desk.find(lease_id).job_id, lease_id, ref case);
            } else {
                cases.save(lease_id, case);
            }
            Ok(())
        }

        /// The case and the member if that is what the seat sealed, in time.
        fn sealed(
            self: @ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<(Case, Member), felt252> {
            let Reveal { lease_id, seat, nonce, vote } = reveal;
            let cases = get_dep_component!(self, Cases);
            let case = cases.find(lease_id);
            if case.phase != CasePhase::REVEAL {
                return Err(CasesComponent::Errors::WRONG_PHASE);
            }
            if get_dep_component!(self, Hearings).is_late(@case, 1) {
                return Err(Errors::TOO_LATE);
            }
            let member = cases.seated(lease_id, @case, seat)?;
            if member.vote != Vote::COMMITTED {
                return Err(Errors::ALREADY_VOTED);
            }
            let mark = cases.mark_of(lease_id, case.round, member.worker_id, nonce, vote);
            if mark != cases.mark(lease_id, case.round, seat) {
                return Err(Errors::OTHER_MARK);
            }
            Ok((case, member))
        }

        fn reveal_one(
            ref self: ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<(), felt252> {
            let (case, member) = self.sealed(reveal)?;
            let answer = get_dep_component!(@self, Cases).answer(reveal.lease_id);
            let vote = if reveal.vote == answer {
                Vote::AGREES
            } else if case.kind == CaseKind::PIXELS {
                return Err(Errors::NEEDS_PRINTS);
            } else {
                Vote::OBJECTS
            };
            let job_id = get_dep_component!(@self, Desk).find(reveal.lease_id).job_id;
            self.count(job_id, reveal.lease_id, case, reveal.seat, member, vote);
            Ok(())
        }

        fn count(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            lease_id: u64,
            mut case: Case,
            seat: u8,
            member: Member,
            vote: u8,
        ) {
            let (round, worker_id) = (case.round, member.worker_id);
            if vote == Vote::AGREES {
                case.agreeing += 1;
            } else if vote == Vote::OBJECTS {
                case.objecting += 1;
            } else {
                case.shown += 1;
            }
            let mut cases = get_dep_component_mut!(ref self, Cases);
            cases.set_member(lease_id, round, seat, Member { vote, ..member });
            cases.save(lease_id, case);
            self.emit(Voted { job_id, lease_id, round, seat, worker_id, vote });
        }
    }
}

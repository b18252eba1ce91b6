//! Audits, as everybody calls them: draw, commit, open, reveal, compare, advance, appeal.
#[starknet::component]
pub mod CourtComponent {
    use core::panic_with_felt252;
    use starknet::{get_caller_address, get_contract_address, get_tx_info};
    use crate::batch::BatchTrait;
    use crate::case_events::{Appealed, ContentsShown, LeavesOpened, PrintShown};
    use crate::case_types::{
        Case, CaseKind, CasePhase, Commitment, Content, LeafOpening, Member, Reveal, Verdict, Vote,
    };
    use crate::cases::CasesComponent;
    use crate::cases::CasesComponent::{CaseTrait, InternalTrait as CasesTrait};
    use crate::docket::DocketComponent;
    use crate::docket::DocketComponent::InternalTrait as DocketTrait;
    use crate::hearings::HearingsComponent;
    use crate::hearings::HearingsComponent::InternalTrait as HearingsTrait;
    use crate::interfaces::{ICourt, IWorkerRegistryDispatcherTrait};
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::InternalTrait as BookTrait;
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::lease_id::worker_of;
    use crate::leaves::{
        LeafKey, all_agree, answer_of, check_leaves, check_prints, differing, print_at,
    };
    use crate::payouts::PayoutsComponent;
    use crate::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::settlement::SettlementComponent;
    use crate::settlement::SettlementComponent::{InternalTrait as SettlementTrait, open_till};
    use crate::types::LeaseResult;
    use crate::verdicts::VerdictsComponent;
    use crate::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;
    use crate::votes::VotesComponent;
    use crate::votes::VotesComponent::InternalTrait as VotesTrait;

    pub mod Errors {
        pub const OTHER_ANSWER: felt252 = 'RC: not the opened answer';
        pub const OTHER_DRAW: felt252 = 'RC: opened for another draw';
        pub const NOT_LOSER: felt252 = 'RC: only who lost may appeal';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeavesOpened: LeavesOpened,
        ContentsShown: ContentsShown,
        PrintShown: PrintShown,
        Appealed: Appealed,
    }

    #[embeddable_as(CourtImpl)]
    impl Court<
        TContractState,
        +HasComponent<TContractState>,
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Cases: CasesComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        impl Hearings: HearingsComponent::HasComponent<TContractState>,
        impl Docket: DocketComponent::HasComponent<TContractState>,
        impl Votes: VotesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of ICourt<ComponentState<TContractState>> {
        /// Caller: anyone, ten blocks after the one whose hash decides. No deadline.
        fn draw(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = get_dep_component!(@self, Book).load(job_id);
            let mut batch = BatchTrait::open(lease_ids.len());
            for lease_id in lease_ids {
                let mut docket = get_dep_component_mut!(ref self, Docket);
                match docket.draw_one(ref job, lease_id) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, job_id, lease_id, reason);
                    },
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job, open_till());
        }

        /// Caller: the operators of the seats named.
        fn commit(ref self: ComponentState<TContractState>, commitments: Array<Commitment>) {
            let mut batch = BatchTrait::open(commitments.len());
            for commitment in commitments {
                let mut votes = get_dep_component_mut!(ref self, Votes);
                match votes.commit_one(commitment) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, 0, commitment.lease_id, reason);
                    },
                }
            }
            batch.close();
        }

        /// Caller: the lease's operator, once all votes are sealed. `seed` names the draw, so that
        /// nothing is shown after a reorganisation; `siblings` are the leaves' proofs in a row.
        fn open(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seed: felt252,
            result: LeaseResult,
            openings: Array<LeafOpening>,
            siblings: Array<felt252>,
        ) {
            let desk = get_dep_component!(@self, Desk);
            desk.assert_operator(lease_id);
            desk.assert_result(lease_id, result);
            let lease = desk.find(lease_id);
            let mut cases = get_dep_component_mut!(ref self, Cases);
            let mut case = cases.find(lease_id);
            assert(case.phase == CasePhase::OPEN, CasesComponent::Errors::WRONG_PHASE);
            assert(seed == cases.seed(lease_id, case.round), Errors::OTHER_DRAW);
            let job = get_dep_component!(@self, Book).load(lease.job_id);
            let leaves = cases.leaves_in(@job, lease_id, @lease, @case);
            let key = LeafKey {
                chain_id: get_tx_info().unbox().chain_id,
                board: get_contract_address().into(),
                job_id: job.job_id,
                lease_id,
                attempt: lease.attempt,
                worker_id: worker_of(lease_id),
            };
            let tiles = job.package.tiles.into();
            let contents = check_leaves(
                key, lease, tiles, result.root, leaves.span(), openings.span(), siblings.span(),
            );
            cases.set_answer(lease_id, answer_of(contents.span()));
            case.enter(CasePhase::REVEAL);
            cases.save(lease_id, case);
            self.emit(LeavesOpened { job_id: job.job_id, lease_id, round: case.round, contents });
        }

        /// Caller: anyone who knows the nonces, so the verifiers. A vote other than the worker's
        /// answer needs reveal_prints.
        fn reveal(ref self: ComponentState<TContractState>, reveals: Array<Reveal>) {
            let mut batch = BatchTrait::open(reveals.len());
            for reveal in reveals {
                let mut votes = get_dep_component_mut!(ref self, Votes);
                match votes.reveal_one(reveal) {
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
            prints: Array<felt252>,
        ) {
            let vote = answer_of(contents.span());
            let (case, member) =
                match get_dep_component!(@self, Votes)
                    .sealed(Reveal { lease_id, seat, nonce, vote }) {
                Ok(found) => found,
                Err(reason) => panic_with_felt252(reason),
            };
            let mut cases = get_dep_component_mut!(ref self, Cases);
            assert(case.kind == CaseKind::PIXELS, CasesComponent::Errors::WRONG_PHASE);
            assert(answer_of(answer.span()) == cases.answer(lease_id), Errors::OTHER_ANSWER);
            let leaves = differing(contents.span(), answer.span());
            check_prints(contents.span(), leaves.span(), prints.span());
            let job_id = get_dep_component!(@self, Desk).find(lease_id).job_id;
            let round = case.round;
            for index in 0..leaves.len() {
                let print = print_at(prints.span(), index);
                self
                    .emit(
                        PrintShown { job_id, lease_id, round, seat, index: *leaves[index], print },
                    );
            }
            // The same digests with another print hash: nothing is left to compare.
            let shown = if leaves.is_empty() {
                Vote::AGREES
            } else {
                cases.set_mark(lease_id, round, seat, vote);
                Vote::SHOWN
            };
            self.emit(ContentsShown { job_id, lease_id, round, seat, contents });
            let mut votes = get_dep_component_mut!(ref self, Votes);
            votes.count(job_id, lease_id, case, seat, member, shown);
        }

        /// Caller: anyone, in practice the worker, who alone knows its prints. Counts a verifier
        /// that has other digests by the prints.
        fn compare(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seat: u8,
            contents: Array<Content>,
            answer: Array<Content>,
            prints: Array<felt252>,
            answer_prints: Array<felt252>,
        ) {
            let cases = get_dep_component!(@self, Cases);
            let mut case = cases.find(lease_id);
            assert(case.phase == CasePhase::REVEAL, CasesComponent::Errors::WRONG_PHASE);
            let member = match cases.seated(lease_id, @case, seat) {
                Ok(member) => member,
                Err(reason) => panic_with_felt252(reason),
            };
            assert(member.vote == Vote::SHOWN, VotesComponent::Errors::ALREADY_VOTED);
            let vote = cases.mark(lease_id, case.round, seat);
            assert(answer_of(contents.span()) == vote, VotesComponent::Errors::OTHER_MARK);
            assert(answer_of(answer.span()) == cases.answer(lease_id), Errors::OTHER_ANSWER);
            let leaves = differing(contents.span(), answer.span());
            check_prints(contents.span(), leaves.span(), prints.span());
            check_prints(answer.span(), leaves.span(), answer_prints.span());
            let counted = if all_agree(leaves.len(), prints.span(), answer_prints.span()) {
                Vote::AGREES
            } else {
                Vote::OBJECTS
            };
            case.shown -= 1;
            let job_id = get_dep_component!(@self, Desk).find(lease_id).job_id;
            let mut votes = get_dep_component_mut!(ref self, Votes);
            votes.count(job_id, lease_id, case, seat, member, counted);
        }

        /// Caller: anyone. Goes on where a deadline passed or everybody has voted.
        fn advance(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = get_dep_component!(@self, Book).load(job_id);
            let mut batch = BatchTrait::open(lease_ids.len());
            for lease_id in lease_ids {
                let mut docket = get_dep_component_mut!(ref self, Docket);
                match docket.advance_one(ref job, lease_id) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, job_id, lease_id, reason);
                    },
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job, open_till());
        }

        /// Caller: who lost the last round, the requester or the worker's owner or operator; it
        /// must have approved the bond. More verifiers look at old and fresh leaves.
        fn appeal(ref self: ComponentState<TContractState>, lease_id: u64) {
            let caller = get_caller_address();
            let mut cases = get_dep_component_mut!(ref self, Cases);
            let mut case = cases.find(lease_id);
            assert(case.phase == CasePhase::APPEAL, CasesComponent::Errors::WRONG_PHASE);
            assert(
                !get_dep_component!(@self, Hearings).is_late(@case, 1),
                VotesComponent::Errors::TOO_LATE,
            );
            let lease = get_dep_component!(@self, Desk).find(lease_id);
            let job = get_dep_component!(@self, Book).load(lease.job_id);
            let worker = get_dep_component!(@self, Desk)
                .known_registry()
                .worker(worker_of(lease_id));
            let requester = get_dep_component!(@self, Settlement).requester_of(@job);
            let is_worker = caller == worker.owner || caller == worker.operator;
            let may = (case.verdict != Verdict::REJECTED && caller == requester)
                || (case.verdict != Verdict::ACCEPTED && is_worker);
            assert(may, Errors::NOT_LOSER);
            case.round += 1;
            case.set_bonded(true);
            case.enter(CasePhase::DRAW);
            cases.set_payer(lease_id, case.round, caller);
            cases.save(lease_id, case);
            let verdicts = get_dep_component!(@self, Verdicts);
            let bond_fri = verdicts.bond_fri(@job, lease_id, @lease, @case, case.round);
            self.emit(Appealed { job_id: job.job_id, lease_id, round: case.round, bond_fri });
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(caller, bond_fri);
        }

        /// Phase 0 for a lease that is not in court.
        fn case_of(self: @ComponentState<TContractState>, lease_id: u64) -> Case {
            get_dep_component!(self, Cases).find(lease_id)
        }

        fn seed_of(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            get_dep_component!(self, Cases).seed(lease_id, round)
        }

        /// The leaves of the present round: task times tiles plus tile, counted over the lease.
        fn drawn_leaves(self: @ComponentState<TContractState>, lease_id: u64) -> Array<u32> {
            let cases = get_dep_component!(self, Cases);
            let lease = get_dep_component!(self, Desk).find(lease_id);
            let job = get_dep_component!(self, Book).load(lease.job_id);
            cases.leaves_in(@job, lease_id, @lease, @cases.find(lease_id))
        }

        fn members_of(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8,
        ) -> Array<Member> {
            let cases = get_dep_component!(self, Cases);
            let case = cases.find(lease_id);
            let mut members = array![];
            for seat in 0..case.seats_of(round) {
                members.append(cases.member(lease_id, round, seat));
            }
            members
        }

        fn bond_to_appeal_fri(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            let case = get_dep_component!(self, Cases).find(lease_id);
            let lease = get_dep_component!(self, Desk).find(lease_id);
            let job = get_dep_component!(self, Book).load(lease.job_id);
            let verdicts = get_dep_component!(self, Verdicts);
            verdicts.bond_fri(@job, lease_id, @lease, @case, case.round + 1)
        }
    }
}

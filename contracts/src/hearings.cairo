//! The course of a case: seats are drawn, the absent replaced, votes counted.
#[starknet::component]
pub mod HearingsComponent {
    use starknet::get_contract_address;
    use crate::case_events::{CommitteeDrawn, LeaseDrawn, VerdictGiven, VotesSealed};
    use crate::case_types::{Case, CaseKind, CasePhase, CommitteeRequest, Member, Verdict, Vote};
    use crate::cases::CasesComponent;
    use crate::cases::CasesComponent::{CaseTrait, InternalTrait as CasesTrait, fresh, newcomer};
    use crate::draw::{is_audited, seed_of};
    use crate::interfaces::{ICommitteesDispatcher, ICommitteesDispatcherTrait};
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::{InternalTrait as BookTrait, Job, JobTrait};
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::lease_id::worker_of;
    use crate::payouts::PayoutsComponent;
    use crate::settlement::SettlementComponent;
    use crate::terms::{LAST_ROUND, bond_of, has_passed, phase_s, seats_in};
    use crate::types::{Lease, Trial};
    use crate::verdicts::VerdictsComponent;
    use crate::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;

    const MAX_REDRAWS: u8 = 2;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseDrawn: LeaseDrawn,
        CommitteeDrawn: CommitteeDrawn,
        VotesSealed: VotesSealed,
        VerdictGiven: VerdictGiven,
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Decides whether a submitted lease is audited and, if so, by whom.
        fn draw_first(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            block_hash: felt252,
        ) {
            let board = get_contract_address().into();
            let seed = seed_of(block_hash, board, lease_id, lease.attempt, 0);
            let mut trial = Trial::PASSED;
            if is_audited(seed, lease.audit_exp) {
                let mut case = fresh(lease_id, CaseKind::PIXELS);
                let cost_fri = case.fee_fri(@job, @lease, 0) * seats_in(0).into();
                trial = Trial::UNSEATED;
                let can_pay = job.times.audit_pool_fri >= cost_fri;
                if can_pay && self.seat(@job, lease_id, @lease, ref case, seed) {
                    job.take_from_pool(cost_fri);
                    trial = Trial::IN_COURT;
                }
            }
            let mut desk = get_dep_component_mut!(ref self, Desk);
            desk.mark(lease_id, lease, trial);
            let audit_exp = lease.audit_exp;
            self.emit(LeaseDrawn { job_id: job.job_id, lease_id, audit_exp, trial });
        }

        /// The draw of an appeal, a challenge or a failure report. If nobody can be seated, an
        /// earlier verdict stands and bonds go back.
        fn draw_again(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut case: Case,
            block_hash: felt252,
        ) {
            let board = get_contract_address().into();
            let seed = seed_of(block_hash, board, lease_id, lease.attempt, case.round);
            let fees_fri = case.fee_fri(@job, @lease, 0) * 2;
            let by_pool = !case.is_bonded(case.round);
            let can_pay = !by_pool || job.times.audit_pool_fri >= fees_fri;
            if can_pay && self.seat(@job, lease_id, @lease, ref case, seed) {
                if by_pool {
                    job.take_from_pool(fees_fri);
                }
            } else {
                case.set_seats(0);
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, case);
            }
        }

        /// Draws the present round's committee; false if there are not enough.
        fn seat(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            ref case: Case,
            seed: felt252,
        ) -> bool {
            let (wanted, least) = case.wanted();
            let members = self.summon(job, lease_id, lease, @case, (seed, wanted, least), array![]);
            if members.is_empty() {
                return false;
            }
            let round = case.round;
            let mut cases = get_dep_component_mut!(ref self, Cases);
            cases.set_seed(lease_id, round, seed);
            for seat in 0..members.len() {
                cases
                    .set_member(
                        lease_id, round, seat.try_into().unwrap(), newcomer(*members[seat]),
                    );
            }
            case.set_seats(members.len().try_into().unwrap());
            case.committed = 0;
            case.agreeing = 0;
            case.objecting = 0;
            case.shown = 0;
            case.redraws = 0;
            case.enter(CasePhase::COMMIT);
            cases.save(lease_id, case);
            self.announce(job, lease_id, @case, seed, members);
            true
        }

        fn summon(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            case: @Case,
            draw: (felt252, u8, u8),
            taken: Array<u32>,
        ) -> Array<u32> {
            let (seed, wanted, least) = draw;
            let worker_id = worker_of(lease_id);
            let fee_fri = case.fee_fri(job, lease, *case.round);
            let book = get_dep_component!(@self, Book);
            let desk = get_dep_component!(@self, Desk);
            let registry = ICommitteesDispatcher {
                contract_address: desk.known_registry().contract_address,
            };
            registry
                .draw_committee(
                    CommitteeRequest {
                        family: book.family_of(job),
                        block: *lease.since_block,
                        seed,
                        wanted: wanted.into(),
                        least: least.into(),
                        odd: *case.kind != CaseKind::FAILURE && taken.is_empty(),
                        worker_id,
                        requester: book.requester_of(job),
                        taken,
                        bond_fri: bond_of(fee_fri),
                        fee_fri,
                        package_bytes: job.package.bytes,
                    },
                )
        }

        fn announce(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            case: @Case,
            seed: felt252,
            members: Array<u32>,
        ) {
            let (job_id, round, kind) = (*job.job_id, *case.round, *case.kind);
            self.emit(CommitteeDrawn { job_id, lease_id, round, kind, seed, members });
        }

        /// Whether a step of the case, or so many, took longer than it may.
        fn is_late(self: @ComponentState<TContractState>, case: @Case, steps: u32) -> bool {
            let limits = get_dep_component!(self, Desk).limits();
            let allowed_s = phase_s(limits) * steps;
            has_passed(*case.since_s, *case.since_block, allowed_s, limits.slowest_block_s)
        }

        /// All who will vote are bound.
        fn seal(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, ref case: Case,
        ) {
            case
                .enter(
                    if case.kind == CaseKind::PIXELS {
                        CasePhase::OPEN
                    } else {
                        CasePhase::REVEAL
                    },
                );
            let mut cases = get_dep_component_mut!(ref self, Cases);
            if case.kind != CaseKind::PIXELS {
                cases.set_answer(lease_id, CasesComponent::YES);
            }
            cases.save(lease_id, case);
            self.emit(VotesSealed { job_id, lease_id, round: case.round });
        }

        /// Who did not come pays as if it had lost, and another one is drawn.
        fn replace_absent(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut case: Case,
        ) {
            let absent = self.dismiss(ref job, lease_id, @lease, @case, Vote::DRAWN);
            let missing: u8 = absent.len().try_into().unwrap();
            let mut taken = array![];
            let mut cases = get_dep_component_mut!(ref self, Cases);
            for seat in 0..case.seats_of(case.round) {
                taken.append(cases.member(lease_id, case.round, seat).worker_id);
            }
            let seed = cases.seed(lease_id, case.round) + 1 + case.redraws.into();
            let mut found = array![];
            if case.redraws < MAX_REDRAWS && missing != 0 {
                let draw = (seed, missing, missing);
                found = self.summon(@job, lease_id, @lease, @case, draw, taken);
            }
            let (_, least) = case.wanted();
            if !found.is_empty() {
                let mut cases = get_dep_component_mut!(ref self, Cases);
                for index in 0..found.len() {
                    cases.set_member(lease_id, case.round, *absent[index], newcomer(*found[index]));
                }
                case.redraws += 1;
                case.enter(CasePhase::COMMIT);
                cases.save(lease_id, case);
                let drawn = cases.seed(lease_id, case.round);
                self.announce(@job, lease_id, @case, drawn, found);
            } else if case.committed >= least {
                self.seal(job.job_id, lease_id, ref case);
            } else {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, case);
            }
        }

        /// Takes the bonds of all with that vote; returns their seats.
        fn dismiss(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: @Lease,
            case: @Case,
            vote: u8,
        ) -> Array<u8> {
            let round = *case.round;
            let bond_fri = bond_of(case.fee_fri(@job, lease, round));
            let mut seats = array![];
            for seat in 0..case.seats_of(round) {
                let mut cases = get_dep_component_mut!(ref self, Cases);
                let member = cases.member(lease_id, round, seat);
                if member.vote == vote {
                    cases
                        .set_member(lease_id, round, seat, Member { vote: Vote::ABSENT, ..member });
                    let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                    verdicts.forfeit(ref job, member.worker_id, bond_fri);
                    seats.append(seat);
                }
            }
            seats
        }

        /// The worker did not show what it must: that is the verdict, without appeal. It says
        /// nothing of the pixels, so it judges no verifier of an earlier round.
        fn lose_by_silence(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut case: Case,
        ) {
            let mut cases = get_dep_component_mut!(ref self, Cases);
            for round in 0..case.round {
                for seat in 0..case.seats_of(round) {
                    let member = cases.member(lease_id, round, seat);
                    if member.vote == Vote::AGREES {
                        let unjudged = Member { vote: Vote::COMMITTED, ..member };
                        cases.set_member(lease_id, round, seat, unjudged);
                    }
                }
            }
            case.verdict = Verdict::REJECTED;
            let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
            verdicts.close(ref job, lease_id, lease, case);
        }

        /// Counts a round's votes. Who did not reveal is absent; prints that the worker did not
        /// answer count against it. A round that can't decide leaves the verdict before it.
        fn count_votes(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut case: Case,
        ) {
            self.dismiss(ref job, lease_id, @lease, @case, Vote::COMMITTED);
            let mut cases = get_dep_component_mut!(ref self, Cases);
            for seat in 0..case.seats_of(case.round) {
                let member = cases.member(lease_id, case.round, seat);
                if member.vote == Vote::SHOWN {
                    let objecting = Member { vote: Vote::OBJECTS, ..member };
                    cases.set_member(lease_id, case.round, seat, objecting);
                    case.objecting += 1;
                }
            }
            case.shown = 0;
            let verdict = verdict_of(@case);
            if verdict != Verdict::UNDECIDED || case.verdict == Verdict::NONE {
                case.verdict = verdict;
            }
            let (agreeing, objecting) = (case.agreeing, case.objecting);
            let (round, verdict) = (case.round, case.verdict);
            let given = VerdictGiven {
                job_id: job.job_id, lease_id, round, verdict, agreeing, objecting,
            };
            self.emit(given);
            if case.round == LAST_ROUND || case.kind == CaseKind::FAILURE {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, case);
            } else {
                case.enter(CasePhase::APPEAL);
                let mut cases = get_dep_component_mut!(ref self, Cases);
                cases.save(lease_id, case);
            }
        }
    }

    /// The majority of at least three; of a failure report both verifiers.
    fn verdict_of(case: @Case) -> u8 {
        let (agreeing, objecting) = (*case.agreeing, *case.objecting);
        let (_, least) = case.wanted();
        if agreeing + objecting < least || agreeing == objecting {
            Verdict::UNDECIDED
        } else if *case.kind == CaseKind::FAILURE && agreeing != 0 && objecting != 0 {
            Verdict::UNDECIDED
        } else if agreeing > objecting {
            Verdict::ACCEPTED
        } else {
            Verdict::REJECTED
        }
    }
}

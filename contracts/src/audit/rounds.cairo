//! The course of an audit: a draw decides, the absent are replaced, votes counted.
#[starknet::component]
pub mod RoundsComponent {
    use starknet::get_contract_address;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{
        AuditTrait, InternalTrait as StoreTrait, fresh, newcomer,
    };
    use crate::audit::verdicts::VerdictsComponent;
    use crate::audit::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::events::audit::{LeaseDrawn, VerdictGiven, VotesSealed};
    use crate::rules::draw::{is_audited, seed_of};
    use crate::rules::terms::{LAST_ROUND, bond_of, has_passed, phase_s};
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict, Verifier, Vote};
    use crate::types::board::Lease;

    const MAX_REDRAWS: u8 = 2;
    /// Fewer decide nothing.
    const LEAST_VOTES: u8 = 3;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseDrawn: LeaseDrawn,
        VotesSealed: VotesSealed,
        VerdictGiven: VerdictGiven,
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
            let mut draw_outcome = DrawOutcome::PASSED;
            if is_audited(seed, lease.audit_exp) {
                let mut audit = fresh(lease_id, AuditKind::PIXELS);
                audit.draw_block = lease.since_block;
                let mut seating = get_dep_component_mut!(ref self, Seating);
                draw_outcome =
                    if seating.seat(@job, lease_id, @lease, ref audit, seed) {
                        DrawOutcome::IN_AUDIT
                    } else {
                        DrawOutcome::UNSEATED
                    };
            }
            if draw_outcome != DrawOutcome::IN_AUDIT {
                job.add_to_pool(job.audit_fri(lease.count)); // reserved since the claim
            }
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.mark(lease_id, lease, draw_outcome);
            let audit_exp = lease.audit_exp;
            self.emit(LeaseDrawn { job_id: job.job_id, lease_id, audit_exp, draw_outcome });
        }

        /// The draw of an appeal or a challenge, for which somebody pays a bond. If nobody can be
        /// seated, an earlier verdict stands and bonds go back.
        fn draw_again(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
            block_hash: felt252,
        ) {
            let board = get_contract_address().into();
            let seed = seed_of(block_hash, board, lease_id, lease.attempt, audit.round);
            let mut seating = get_dep_component_mut!(ref self, Seating);
            if !seating.seat(@job, lease_id, @lease, ref audit, seed) {
                audit.set_seats(0);
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, audit);
            }
        }

        /// Whether a step of the audit, or so many, took longer than it may.
        fn is_late(self: @ComponentState<TContractState>, audit: @Audit, steps: u32) -> bool {
            let limits = get_dep_component!(self, Leases).limits();
            let allowed_s = phase_s(limits) * steps;
            has_passed(*audit.since_s, *audit.since_block, allowed_s, limits.slowest_block_s)
        }

        /// All who will vote are bound.
        fn seal(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, ref audit: Audit,
        ) {
            audit
                .enter(
                    if audit.kind == AuditKind::PIXELS {
                        AuditPhase::OPEN
                    } else {
                        AuditPhase::REVEAL
                    },
                );
            let mut store = get_dep_component_mut!(ref self, Store);
            if audit.kind != AuditKind::PIXELS {
                store.set_answer(lease_id, AuditStoreComponent::YES);
            }
            store.save(lease_id, audit);
            self.emit(VotesSealed { job_id, lease_id, round: audit.round });
        }

        /// Who did not come pays as if it had lost, and another vote is drawn for each: its fee is
        /// the one that the absent did not earn.
        fn replace_absent(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            let absent = self.dismiss(@job, lease_id, @lease, @audit, Vote::DRAWN);
            let missing: u8 = absent.len().try_into().unwrap();
            let store = get_dep_component!(@self, Store);
            let seed = store.seed(lease_id, audit.round) + 1 + audit.redraws.into();
            let mut found = array![];
            if audit.redraws < MAX_REDRAWS && missing != 0 {
                let seating = get_dep_component!(@self, Seating);
                found = seating.draw_votes(@job, lease_id, @lease, @audit, seed, missing);
            }
            if missing != 0 && found.len() == absent.len() {
                let mut store = get_dep_component_mut!(ref self, Store);
                for index in 0..found.len() {
                    store
                        .set_verifier(
                            lease_id, audit.round, *absent[index], newcomer(*found[index]),
                        );
                }
                audit.redraws += 1;
                audit.enter(AuditPhase::COMMIT);
                store.save(lease_id, audit);
                let drawn = store.seed(lease_id, audit.round);
                let mut seating = get_dep_component_mut!(ref self, Seating);
                seating.announce(@job, lease_id, @audit, drawn, found);
            } else if audit.committed >= LEAST_VOTES {
                self.seal(job.job_id, lease_id, ref audit);
            } else {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, audit);
            }
        }

        /// Takes the bonds of all with that vote; returns their seats.
        fn dismiss(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            vote: u8,
        ) -> Array<u8> {
            let round = *audit.round;
            let bond_fri = bond_of(audit.fee_fri(job, lease, round));
            let mut seats = array![];
            for seat in 0..audit.seats_of(round) {
                let mut store = get_dep_component_mut!(ref self, Store);
                let verifier = store.verifier(lease_id, round, seat);
                if verifier.vote == vote {
                    store
                        .set_verifier(
                            lease_id, round, seat, Verifier { vote: Vote::ABSENT, ..verifier },
                        );
                    let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                    verdicts.forfeit(lease_id, verifier.worker_id, bond_fri);
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
            mut audit: Audit,
        ) {
            let mut store = get_dep_component_mut!(ref self, Store);
            for round in 0..audit.round {
                for seat in 0..audit.seats_of(round) {
                    let verifier = store.verifier(lease_id, round, seat);
                    if verifier.vote == Vote::AGREES {
                        let unjudged = Verifier { vote: Vote::COMMITTED, ..verifier };
                        store.set_verifier(lease_id, round, seat, unjudged);
                    }
                }
            }
            audit.verdict = Verdict::REJECTED;
            let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
            verdicts.close(ref job, lease_id, lease, audit);
        }

        /// Counts a round's votes. Who did not reveal is absent; prints that the worker did not
        /// answer count against it. A round that can't decide leaves the verdict before it.
        fn count_votes(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            self.dismiss(@job, lease_id, @lease, @audit, Vote::COMMITTED);
            let mut store = get_dep_component_mut!(ref self, Store);
            for seat in 0..audit.seats_of(audit.round) {
                let verifier = store.verifier(lease_id, audit.round, seat);
                if verifier.vote == Vote::SHOWN {
                    let objecting = Verifier { vote: Vote::OBJECTS, ..verifier };
                    store.set_verifier(lease_id, audit.round, seat, objecting);
                    audit.objecting += 1;
                }
            }
            audit.shown = 0;
            let verdict = verdict_of(@audit);
            if verdict != Verdict::UNDECIDED || audit.verdict == Verdict::NONE {
                audit.verdict = verdict;
            }
            let (agreeing, objecting) = (audit.agreeing, audit.objecting);
            let (round, verdict) = (audit.round, audit.verdict);
            let given = VerdictGiven {
                job_id: job.job_id, lease_id, round, verdict, agreeing, objecting,
            };
            self.emit(given);
            if audit.round == LAST_ROUND {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, audit);
            } else {
                audit.enter(AuditPhase::APPEAL);
                let mut store = get_dep_component_mut!(ref self, Store);
                store.save(lease_id, audit);
            }
        }
    }

    /// The majority of at least three.
    fn verdict_of(audit: @Audit) -> u8 {
        let (agreeing, objecting) = (*audit.agreeing, *audit.objecting);
        if agreeing + objecting < LEAST_VOTES || agreeing == objecting {
            Verdict::UNDECIDED
        } else if agreeing > objecting {
            Verdict::ACCEPTED
        } else {
            Verdict::REJECTED
        }
    }
}

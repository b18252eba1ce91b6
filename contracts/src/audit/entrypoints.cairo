//! Audits, as everybody calls them: draw, commit, open, reveal, compare, advance, appeal.
#[starknet::component]
pub mod EntrypointsComponent {
    use core::panic_with_felt252;
    use starknet::{get_caller_address, get_contract_address, get_tx_info};
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::InternalTrait as RoundsTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::steps::StepsComponent;
    use crate::audit::steps::StepsComponent::InternalTrait as StepsTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{AuditTrait, InternalTrait as StoreTrait};
    use crate::audit::verdicts::VerdictsComponent;
    use crate::audit::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;
    use crate::audit::votes::VotesComponent;
    use crate::audit::votes::VotesComponent::InternalTrait as VotesTrait;
    use crate::board::batch::BatchTrait;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::events::audit::{Appealed, ContentsShown, LeavesOpened, PrintShown};
    use crate::interfaces::audit::IAudits;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::leaves::{
        LeaseIdentity, all_agree, answer_of, check_leaves, check_prints, differing, print_at,
    };
    use crate::types::audit::{
        Audit, AuditKind, AuditPhase, Commitment, Content, LeafOpening, Reveal, Verdict, Verifier,
        Vote,
    };
    use crate::types::board::LeaseResult;

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

    #[embeddable_as(AuditsImpl)]
    impl Audits<
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
        impl Steps: StepsComponent::HasComponent<TContractState>,
        impl Votes: VotesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of IAudits<ComponentState<TContractState>> {
        /// Caller: anyone, ten blocks after the one whose hash decides. No deadline.
        fn draw(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = get_dep_component!(@self, Jobs).load(job_id);
            let mut batch = BatchTrait::open(lease_ids.len());
            for lease_id in lease_ids {
                let mut steps = get_dep_component_mut!(ref self, Steps);
                match steps.draw_one(ref job, lease_id) {
                    Ok(()) => batch.count(),
                    Err(reason) => {
                        let mut settlement = get_dep_component_mut!(ref self, Settlement);
                        settlement.refuse(ref batch, job_id, lease_id, reason);
                    },
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.finish(job, no_dues());
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

        /// Caller: anyone who has the openings, once all votes are sealed. `seed` names the draw,
        /// so that nothing is shown after a reorganisation; `siblings` are the leaves' proofs in a
        /// row.
        fn open(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seed: felt252,
            result: LeaseResult,
            openings: Array<LeafOpening>,
            siblings: Array<felt252>,
        ) {
            let leases = get_dep_component!(@self, Leases);
            leases.assert_result(lease_id, result);
            let lease = leases.find(lease_id);
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::OPEN, AuditStoreComponent::Errors::WRONG_PHASE);
            assert(seed == store.seed(lease_id, audit.round), Errors::OTHER_DRAW);
            let job = get_dep_component!(@self, Jobs).load(lease.job_id);
            let leaves = store.leaves_in(@job, lease_id, @lease, @audit);
            let identity = LeaseIdentity {
                chain_id: get_tx_info().unbox().chain_id,
                board: get_contract_address().into(),
                job_id: job.job_id,
                lease_id,
                attempt: lease.attempt,
                worker_id: worker_of(lease_id),
            };
            let tiles = job.package.tiles.into();
            let contents = check_leaves(
                identity,
                lease,
                tiles,
                result.root,
                leaves.span(),
                openings.span(),
                siblings.span(),
            );
            store.set_answer(lease_id, answer_of(contents.span()));
            audit.enter(AuditPhase::REVEAL);
            store.save(lease_id, audit);
            self.emit(LeavesOpened { job_id: job.job_id, lease_id, round: audit.round, contents });
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
            let (audit, verifier) =
                match get_dep_component!(@self, Votes)
                    .sealed(Reveal { lease_id, seat, nonce, vote }) {
                Ok(found) => found,
                Err(reason) => panic_with_felt252(reason),
            };
            let mut store = get_dep_component_mut!(ref self, Store);
            assert(audit.kind == AuditKind::PIXELS, AuditStoreComponent::Errors::WRONG_PHASE);
            assert(answer_of(answer.span()) == store.answer(lease_id), Errors::OTHER_ANSWER);
            let leaves = differing(contents.span(), answer.span());
            check_prints(contents.span(), leaves.span(), prints.span());
            let job_id = get_dep_component!(@self, Leases).find(lease_id).job_id;
            let round = audit.round;
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
                store.set_mark(lease_id, round, seat, vote);
                Vote::SHOWN
            };
            self.emit(ContentsShown { job_id, lease_id, round, seat, contents });
            let mut votes = get_dep_component_mut!(ref self, Votes);
            votes.count(job_id, lease_id, audit, seat, verifier, shown);
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
            let store = get_dep_component!(@self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::REVEAL, AuditStoreComponent::Errors::WRONG_PHASE);
            let verifier = match store.seated(lease_id, @audit, seat) {
                Ok(verifier) => verifier,
                Err(reason) => panic_with_felt252(reason),
            };
            assert(verifier.vote == Vote::SHOWN, VotesComponent::Errors::ALREADY_VOTED);
            let vote = store.mark(lease_id, audit.round, seat);
            assert(answer_of(contents.span()) == vote, VotesComponent::Errors::OTHER_MARK);
            assert(answer_of(answer.span()) == store.answer(lease_id), Errors::OTHER_ANSWER);
            let leaves = differing(contents.span(), answer.span());
            check_prints(contents.span(), leaves.span(), prints.span());
            check_prints(answer.span(), leaves.span(), answer_prints.span());
            let job_id = get_dep_component!(@self, Leases).find(lease_id).job_id;
            let limits = get_dep_component!(@self, Jobs).load(job_id).audit_price.limits;
            let (mine, theirs) = (prints.span(), answer_prints.span());
            let counted = if all_agree(answer.len(), leaves.len(), mine, theirs, limits) {
                Vote::AGREES
            } else {
                Vote::OBJECTS
            };
            audit.shown -= 1;
            let mut votes = get_dep_component_mut!(ref self, Votes);
            votes.count(job_id, lease_id, audit, seat, verifier, counted);
        }

        /// Caller: anyone. Goes on where a deadline passed or everybody has voted.
        fn advance(ref self: ComponentState<TContractState>, job_id: u64, lease_ids: Array<u64>) {
            let mut job = get_dep_component!(@self, Jobs).load(job_id);
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
            settlement.finish(job, no_dues());
        }

        /// Caller: who lost the last round, the requester or the worker's owner or operator; it
        /// must have approved the bond. More verifiers look at old and fresh leaves.
        fn appeal(ref self: ComponentState<TContractState>, lease_id: u64) {
            let caller = get_caller_address();
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::APPEAL, AuditStoreComponent::Errors::WRONG_PHASE);
            assert(
                !get_dep_component!(@self, Rounds).is_late(@audit, 1),
                VotesComponent::Errors::TOO_LATE,
            );
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            let job = get_dep_component!(@self, Jobs).load(lease.job_id);
            let worker = get_dep_component!(@self, Leases)
                .known_registry()
                .worker(worker_of(lease_id));
            let requester = get_dep_component!(@self, Settlement).requester_of(@job);
            let is_worker = caller == worker.owner || caller == worker.operator;
            let may = (audit.verdict != Verdict::REJECTED && caller == requester)
                || (audit.verdict != Verdict::ACCEPTED && is_worker);
            assert(may, Errors::NOT_LOSER);
            audit.round += 1;
            audit.set_bonded(true);
            audit.call();
            store.set_payer(lease_id, audit.round, caller);
            store.save(lease_id, audit);
            let verdicts = get_dep_component!(@self, Verdicts);
            let bond_fri = verdicts.bond_fri(@job, lease_id, @lease, @audit, audit.round);
            self.emit(Appealed { job_id: job.job_id, lease_id, round: audit.round, bond_fri });
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(caller, bond_fri);
        }

        /// Phase 0 for a lease that is not audited.
        fn audit_of(self: @ComponentState<TContractState>, lease_id: u64) -> Audit {
            get_dep_component!(self, Store).find(lease_id)
        }

        fn seed_of(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            get_dep_component!(self, Store).seed(lease_id, round)
        }

        /// The leaves of the present round, counted over the lease: a task's leaves go by tile,
        /// those of a tile by view layer.
        fn drawn_leaves(self: @ComponentState<TContractState>, lease_id: u64) -> Array<u32> {
            let store = get_dep_component!(self, Store);
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = get_dep_component!(self, Jobs).load(lease.job_id);
            store.leaves_in(@job, lease_id, @lease, @store.find(lease_id))
        }

        fn verifiers_of(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8,
        ) -> Array<Verifier> {
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            let mut verifiers = array![];
            for seat in 0..audit.seats_of(round) {
                verifiers.append(store.verifier(lease_id, round, seat));
            }
            verifiers
        }

        fn bond_to_appeal_fri(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            let audit = get_dep_component!(self, Store).find(lease_id);
            let lease = get_dep_component!(self, Leases).find(lease_id);
            let job = get_dep_component!(self, Jobs).load(lease.job_id);
            let verdicts = get_dep_component!(self, Verdicts);
            verdicts.bond_fri(@job, lease_id, @lease, @audit, audit.round + 1)
        }
    }
}

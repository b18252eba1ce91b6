//! What prints say of votes: one that its own contradict, and whether objectors agree.
#[starknet::component]
pub mod ShowsComponent {
    use core::cmp::min;
    use core::panic_with_felt252;
    use starknet::get_caller_address;
    use crate::audit::closing::ClosingComponent;
    use crate::audit::course::AuditTrait;
    use crate::audit::judging::MEAN_BIT;
    use crate::audit::money::MoneyComponent;
    use crate::audit::reveals::RevealsComponent::Errors::{OTHER_ANSWER, OTHER_MARK};
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::InternalTrait as RoundsTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{InternalTrait as StoreTrait, SHOWER};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::RejectionShown;
    use crate::rules::leaves::{
        Errors as LeafErrors, all_of, answer_of, check_prints, differing, mean_agrees, print_at,
    };
    use crate::rules::masks::{bit, in_more_than, positions_of};
    use crate::rules::prints::{agree, levels_agree};
    use crate::types::audit::{Audit, AuditPhase, Content, MEAN, ShownVote, Verifier, Vote};
    use crate::types::board::Lease;

    pub mod Errors {
        pub const NOT_CONTRADICTED: felt252 = 'RC: vote is not contradicted';
        pub const NOT_TOGETHER: felt252 = 'RC: shown votes do not agree';
        pub const NO_MAJORITY: felt252 = 'RC: no majority is shown';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        RejectionShown: RejectionShown,
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
        /// A vote that is told from its own prints: it is counted no more.
        fn strike(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seat: u8,
            leaf: u8,
            contents: Span<Content>,
            answer: Span<Content>,
            prints: Span<felt252>,
            answer_prints: Span<felt252>,
        ) {
            let (audit, lease, job) = self.in_show(lease_id, answer).unbox();
            let verifier = self.counted(lease_id, @audit, seat, contents);
            let limits = job.audit_price.limits;
            let (objects, agrees) = if leaf == MEAN {
                let leaves = differing(contents, answer);
                check_prints(contents, leaves.span(), prints);
                check_prints(answer, leaves.span(), answer_prints);
                (verifier.mean, mean_agrees(answer.len(), prints, answer_prints, limits))
            } else {
                let position = self.position_of(job, lease_id, @lease, @audit, leaf);
                assert(is_other(contents, answer, leaf), Errors::NOT_CONTRADICTED);
                check_prints(contents, array![leaf.into()].span(), prints);
                check_prints(answer, array![leaf.into()].span(), answer_prints);
                let objects = verifier.differs & position != 0;
                (objects, agree(prints, answer_prints, limits.tile_percent))
            };
            assert(objects == agrees, Errors::NOT_CONTRADICTED);
            let fee_fri = audit.fee_fri(job, @lease, audit.round);
            let fine_fri = audit.forfeit_fri(job, @lease);
            let taken_fri = get_dep_component!(@self, Seating).take(verifier.worker_id, fine_fri);
            let share_fri = min(fee_fri, taken_fri);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_purse(lease_id, store.purse(lease_id) + taken_fri - share_fri);
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.credit(get_caller_address(), share_fri);
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            rounds.turn_vote(job.job_id, lease_id, @audit, seat, verifier, Vote::STRUCK);
        }

        /// Objectors who lie within limits of the first of them. Whoever makes that a majority is
        /// paid if the rejection stays.
        fn show(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            leaf: u8,
            by_levels: bool,
            votes: Span<ShownVote>,
            answer: Span<Content>,
            answer_prints: Span<felt252>,
        ) {
            let (mut audit, lease, job) = self.in_show(lease_id, answer).unbox();
            assert(!votes.is_empty(), Errors::NO_MAJORITY);
            let (position, theirs) = if leaf == MEAN {
                check_prints(answer, all_of(answer.len()).span(), answer_prints);
                (MEAN_BIT, answer_prints)
            } else {
                if by_levels {
                    check_prints(answer, array![leaf.into()].span(), answer_prints);
                }
                (self.position_of(job, lease_id, @lease, @audit, leaf), answer_prints)
            };
            let case = Case { leaf, by_levels, position, answer, theirs, job };
            let was_shown = self.is_shown(lease_id, @audit);
            let (mut first, mut seen, mut verifiers) = (array![].span(), 0, array![]);
            for vote in votes {
                let verifier = self.counted(lease_id, @audit, *vote.seat, vote.contents.span());
                let mine = case.prints_of(vote, @verifier);
                if first.is_empty() {
                    first = mine;
                }
                let seat_bit = bit((*vote.seat - audit.first).into());
                let is_new = seen & seat_bit == 0;
                assert(is_new && case.agree(first, mine), Errors::NOT_TOGETHER);
                seen += seat_bit;
                verifiers.append((*vote.seat, verifier));
            }
            let store = get_dep_component!(@self, Store);
            let counted = store.seats_with(lease_id, @audit, Vote::COUNTED).len();
            assert(leaf == MEAN || 2 * votes.len() > counted, Errors::NO_MAJORITY);
            let reference = *votes[0].seat;
            let near: u32 = bit((reference - audit.first).into()).try_into().unwrap();
            let mut store = get_dep_component_mut!(ref self, Store);
            for (seat, verifier) in verifiers {
                let near = verifier.near | near;
                store.set_verifier(lease_id, seat, Verifier { near, ..verifier });
            }
            if !was_shown && self.is_shown(lease_id, @audit) {
                audit.proved = true;
                let mut store = get_dep_component_mut!(ref self, Store);
                store.set_payer(lease_id, SHOWER, get_caller_address());
                store.save(lease_id, audit);
            }
            let (job_id, round) = (lease.job_id, audit.round);
            self.emit(RejectionShown { job_id, lease_id, round, leaf, reference });
        }

        /// The audit in its step, with the answer that the worker opened; boxed, as all that
        /// returns such records, so that a class is not full of moving them.
        fn in_show(
            self: @ComponentState<TContractState>, lease_id: u64, answer: Span<Content>,
        ) -> Box<(Audit, Lease, Box<Job>)> {
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::SHOW, AuditStoreComponent::Errors::WRONG_PHASE);
            let leases = get_dep_component!(self, Leases);
            assert(!audit.is_late(leases.limits()), AuditStoreComponent::Errors::TOO_LATE);
            assert(answer_of(answer) == store.answer(lease_id), OTHER_ANSWER);
            let lease = leases.find(lease_id);
            BoxTrait::new(
                (audit, lease, BoxTrait::new(get_dep_component!(self, Jobs).load(lease.job_id))),
            )
        }

        /// A counted vote that revealed these contents.
        fn counted(
            self: @ComponentState<TContractState>,
            lease_id: u64,
            audit: @Audit,
            seat: u8,
            contents: Span<Content>,
        ) -> Verifier {
            let store = get_dep_component!(self, Store);
            let verifier = match store.seated(lease_id, audit, seat) {
                Ok(verifier) => verifier,
                Err(reason) => panic_with_felt252(reason),
            };
            assert(verifier.vote == Vote::COUNTED, Errors::NOT_CONTRADICTED);
            assert(answer_of(contents) == store.mark(lease_id, seat), OTHER_MARK);
            verifier
        }

        /// The mask of a leaf that is named by its place among the round's.
        fn position_of(
            self: @ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            leaf: u8,
        ) -> u128 {
            let store = get_dep_component!(self, Store);
            let drawn = job.unbox().first_leaves(*lease.count);
            let positions = positions_of(store.saw(lease_id, audit, *audit.round, drawn));
            assert(leaf.into() < positions.len(), LeafErrors::WRONG_COUNT);
            bit((*positions[leaf.into()]).into())
        }

        /// Whether a majority was shown to lie near one vote.
        fn is_shown(self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit) -> bool {
            let mut near = array![];
            let store = get_dep_component!(self, Store);
            for (_, verifier) in store.seats_with(lease_id, audit, Vote::COUNTED) {
                near.append(verifier.near.into());
            }
            in_more_than(near.span(), near.len() / 2) != 0
        }
    }

    /// What votes are shown to agree on, against what the worker opened there.
    #[derive(Copy, Drop)]
    struct Case {
        leaf: u8,
        by_levels: bool,
        position: u128,
        answer: Span<Content>,
        theirs: Span<felt252>,
        job: Box<Job>,
    }

    #[generate_trait]
    impl CaseImpl of CaseTrait {
        /// The prints of a vote that differs there: of the leaf, or for the mean of all leaves,
        /// where its digests are the worker's that one's.
        fn prints_of(self: @Case, vote: @ShownVote, verifier: @Verifier) -> Span<felt252> {
            let (contents, prints) = (vote.contents.span(), *vote.prints);
            if *self.leaf != MEAN {
                let objects = *verifier.differs & *self.position != 0;
                assert(objects, Errors::NOT_TOGETHER);
                check_prints(contents, array![(*self.leaf).into()].span(), prints);
                return prints;
            }
            assert(*verifier.mean, Errors::NOT_TOGETHER);
            let leaves = differing(contents, *self.answer);
            check_prints(contents, leaves.span(), prints);
            let (mut own, mut all) = (0, array![]);
            for index in 0..contents.len() {
                if own < leaves.len() && *leaves[own] == index {
                    all.append_span(print_at(prints, own));
                    own += 1;
                } else {
                    all.append_span(print_at(*self.theirs, index));
                }
            }
            all.span()
        }

        /// Whether two of them agree there; by light, both must also be off from the worker by it.
        fn agree(self: @Case, first: Span<felt252>, mine: Span<felt252>) -> bool {
            let limits = self.job.audit_price.limits;
            if *self.leaf == MEAN {
                mean_agrees((*self.answer).len(), first, mine, limits)
            } else if *self.by_levels {
                levels_agree(first, mine) && !levels_agree(*self.theirs, mine)
            } else {
                agree(first, mine, limits.tile_percent)
            }
        }
    }

    fn is_other(contents: Span<Content>, answer: Span<Content>, leaf: u8) -> bool {
        let (mine, theirs) = (*contents[leaf.into()], *answer[leaf.into()]);
        mine.digest_hi != theirs.digest_hi || mine.digest_lo != theirs.digest_lo
    }
}

//! Opened leaves and revealed votes.
#[starknet::component]
pub mod RevealsComponent {
    use core::cmp::min;
    use core::panic_with_felt252;
    use starknet::{get_contract_address, get_tx_info};
    use crate::audit::closing::ClosingComponent;
    use crate::audit::course::AuditTrait;
    use crate::audit::leaves::LeavesTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::{InternalTrait as RoundsTrait, VerdictOf};
    use crate::audit::sealing::SealingComponent::Errors::ALREADY_VOTED;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::events::audit::{LeavesOpened, PrintsShown};
    use crate::rules::lease_id::worker_of;
    use crate::rules::leaves::{
        LeaseIdentity, all_of, answer_of, check_leaves, check_prints, differing,
    };
    use crate::rules::masks::bit;
    use crate::rules::prints::PRINT_FELTS;
    use crate::rules::terms::LAST_ROUND;
    use crate::types::audit::{
        Audit, AuditKind, AuditPhase, Content, LeafOpening, Reveal, Verdict, Verifier, Vote,
    };
    use crate::types::board::LeaseResult;

    /// An event takes 300 felts, and a leaf has 3 of content and 20 of its print.
    const LEAVES_TOLD: u32 = 12;

    pub mod Errors {
        pub const OTHER_MARK: felt252 = 'RC: vote is not the sealed one';
        pub const NEEDS_PRINTS: felt252 = 'RC: another vote needs prints';
        pub const OTHER_ANSWER: felt252 = 'RC: not the opened answer';
        pub const OTHER_DRAW: felt252 = 'RC: opened for another draw';
        pub const OTHER_MASKS: felt252 = 'RC: masks of other leaves';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeavesOpened: LeavesOpened,
        PrintsShown: PrintsShown,
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
        /// The drawn leaves under the root, with the prints that they name.
        fn open(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            seed: felt252,
            result: LeaseResult,
            openings: Span<LeafOpening>,
            siblings: Span<felt252>,
            prints: Span<felt252>,
        ) {
            let leases = get_dep_component!(@self, Leases);
            leases.assert_result(lease_id, result);
            let lease = leases.find(lease_id);
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::OPEN, AuditStoreComponent::Errors::WRONG_PHASE);
            assert(seed == store.seed(lease_id, audit.round), Errors::OTHER_DRAW);
            let job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            let mut leaves = array![];
            for (leaf, _) in store.leaves_in(job, lease_id, @lease, @audit) {
                leaves.append(leaf);
            }
            let identity = LeaseIdentity {
                chain_id: get_tx_info().unbox().chain_id,
                board: get_contract_address().into(),
                job_id: job.job_id,
                lease_id,
                attempt: lease.attempt,
                worker_id: worker_of(lease_id),
            };
            let tiles = job.package.tiles.into();
            let root = result.root;
            let contents = check_leaves(
                identity, lease, tiles, root, leaves.span(), openings, siblings,
            );
            check_prints(contents.span(), all_of(contents.len()).span(), prints);
            store.set_answer(lease_id, answer_of(contents.span()));
            audit.enter(AuditPhase::REVEAL);
            store.save(lease_id, audit);
            let (job_id, round) = (job.job_id, audit.round);
            let all = contents.span();
            for (at, count) in parts_of(all.len()) {
                let (contents, prints) = (all.slice(at, count), prints_at(prints, at, count));
                let at = at.try_into().unwrap();
                self.emit(LeavesOpened { job_id, lease_id, round, at, contents, prints });
            }
        }

        /// The audit and the verifier if that is what the seat sealed, in time.
        fn sealed(
            self: @ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<Box<(Audit, Verifier)>, felt252> {
            let Reveal { lease_id, seat, nonce, vote } = reveal;
            let store = get_dep_component!(self, Store);
            let audit = store.find(lease_id);
            if audit.phase != AuditPhase::REVEAL {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            if audit.is_late(get_dep_component!(self, Leases).limits()) {
                return Err(AuditStoreComponent::Errors::TOO_LATE);
            }
            let verifier = store.seated(lease_id, @audit, seat)?;
            if verifier.vote != Vote::SEALED {
                return Err(ALREADY_VOTED);
            }
            let mark = store.mark_of(lease_id, audit.round, verifier.worker_id, nonce, vote);
            if mark != store.mark(lease_id, seat) {
                return Err(Errors::OTHER_MARK);
            }
            Ok(BoxTrait::new((audit, verifier)))
        }

        fn reveal_one(
            ref self: ComponentState<TContractState>, reveal: Reveal,
        ) -> Result<(), felt252> {
            let (audit, verifier) = self.sealed(reveal)?.unbox();
            let answer = get_dep_component!(@self, Store).answer(reveal.lease_id);
            let differs = if reveal.vote == answer {
                0
            } else if audit.kind == AuditKind::PIXELS {
                return Err(Errors::NEEDS_PRINTS);
            } else {
                AuditStoreComponent::WHOLE_DELIVERY
            };
            self.note(reveal.lease_id, audit, reveal.seat, Verifier { differs, ..verifier });
            Ok(())
        }

        /// A vote with other contents: where it differs, and the prints that say so. One hash is
        /// kept.
        fn reveal_prints(
            ref self: ComponentState<TContractState>,
            reveal: Reveal,
            contents: Array<Content>,
            answer: Span<Content>,
            prints: Span<felt252>,
            found: (u128, bool),
        ) {
            let (mut audit, verifier) = match self.sealed(reveal) {
                Ok(sealed) => sealed.unbox(),
                Err(reason) => panic_with_felt252(reason),
            };
            let Reveal { lease_id, seat, vote, .. } = reveal;
            let mut store = get_dep_component_mut!(ref self, Store);
            assert(audit.kind == AuditKind::PIXELS, AuditStoreComponent::Errors::WRONG_PHASE);
            assert(answer_of(answer) == store.answer(lease_id), Errors::OTHER_ANSWER);
            let leaves = differing(contents.span(), answer);
            check_prints(contents.span(), leaves.span(), prints);
            let (differs, mean) = found;
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            let job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            let drawn = store.leaves_in(job, lease_id, @lease, @audit);
            let mut may = 0;
            for leaf in leaves.span() {
                let (_, position) = *drawn[*leaf];
                may += bit(position.into());
            }
            assert(differs & may == differs && !(mean && may == 0), Errors::OTHER_MASKS);
            if may != 0 {
                store.set_mark(lease_id, seat, vote);
                audit.prints = true;
            }
            let (job_id, round) = (lease.job_id, audit.round);
            let (all, mut told) = (contents.span(), 0);
            for (at, count) in parts_of(all.len()) {
                let first = told;
                while told != leaves.len() && *leaves[told] < at + count {
                    told += 1;
                }
                let (contents, prints) = (
                    all.slice(at, count), prints_at(prints, first, told - first),
                );
                let at = at.try_into().unwrap();
                let shown = PrintsShown {
                    job_id, lease_id, round, seat, differs, mean, at, contents, prints,
                };
                self.emit(shown);
            }
            self.note(lease_id, audit, seat, Verifier { differs, mean, ..verifier });
        }

        /// A vote that is revealed; with the last one it goes on.
        fn note(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            mut audit: Audit,
            seat: u8,
            verifier: Verifier,
        ) {
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            rounds.turn_vote(lease.job_id, lease_id, @audit, seat, verifier, Vote::COUNTED);
            audit.revealed += 1;
            if audit.revealed != audit.sealed {
                let mut store = get_dep_component_mut!(ref self, Store);
                store.save(lease_id, audit);
            } else if audit.prints {
                audit.enter(AuditPhase::SHOW);
                let mut store = get_dep_component_mut!(ref self, Store);
                store.save(lease_id, audit);
            } else if audit.kind == AuditKind::PIXELS && audit.round != LAST_ROUND {
                let (verdict, counted) = (Verdict::ACCEPTED, audit.revealed);
                let found = VerdictOf { verdict, counted, objecting: 0 };
                rounds.note_verdict(lease.job_id, lease_id, ref audit, found);
            } else {
                let mut job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
                rounds.count(ref job, lease_id, lease, audit);
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                settlement.finish(job.unbox(), no_dues());
            }
        }
    }

    /// Where the events of so many leaves begin, and of how many each tells.
    fn parts_of(leaves: u32) -> Array<(u32, u32)> {
        let (mut parts, mut at) = (array![], 0);
        while at != leaves {
            let count = min(LEAVES_TOLD, leaves - at);
            parts.append((at, count));
            at += count;
        }
        parts
    }

    fn prints_at(prints: Span<felt252>, first: u32, count: u32) -> Span<felt252> {
        prints.slice(first * PRINT_FELTS, count * PRINT_FELTS)
    }
}

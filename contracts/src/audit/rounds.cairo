//! What a round found: votes are counted, and a verdict is given, or the next round decides.
#[starknet::component]
pub mod RoundsComponent {
    use crate::audit::closing::ClosingComponent;
    use crate::audit::closing::ClosingComponent::InternalTrait as ClosingTrait;
    use crate::audit::course::AuditTrait;
    use crate::audit::judging::MEAN_BIT;
    use crate::audit::leaves::LeavesTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::events::audit::{VerdictGiven, Voted};
    use crate::rules::masks::in_more_than;
    use crate::rules::terms::LAST_ROUND;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, Verdict, Verifier, Vote};
    use crate::types::board::Lease;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        Voted: Voted,
        VerdictGiven: VerdictGiven,
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Counts the present draw's votes, once they are revealed and, with prints, shown.
        fn count(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            self.fine_silent(job, lease_id, @lease, @audit);
            let store = get_dep_component!(@self, Store);
            let mut tally = Tally { counted: 0, objecting: 0, on_mean: 0, differs: array![] };
            let mut near = array![];
            for (_, verifier) in store.seats_with(lease_id, @audit, Vote::COUNTED) {
                tally.add(verifier);
                near.append(verifier.near.into());
            }
            if 2 * tally.counted <= audit.sealed {
                self.go_higher(ref job, lease_id, lease, audit);
                return;
            }
            let majority: u32 = (tally.counted / 2).into();
            audit.proved = audit.proved && in_more_than(near.span(), majority) != 0;
            let bad = tally.bad();
            let verdict = if bad == 0 {
                Verdict::ACCEPTED
            } else if audit.kind == AuditKind::DELIVERY || audit.proved {
                Verdict::REJECTED
            } else {
                Verdict::UNDECIDED
            };
            if verdict == Verdict::REJECTED {
                let mut store = get_dep_component_mut!(ref self, Store);
                store.set_bad(lease_id, bad);
            }
            let Tally { counted, objecting, .. } = tally;
            self
                .give_verdict(
                    ref job, lease_id, lease, audit, VerdictOf { verdict, counted, objecting },
                );
        }

        /// Who sealed a vote and did not reveal it keeps others from a verdict.
        fn fine_silent(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) {
            if audit.revealed == audit.sealed {
                return;
            }
            let fine_fri = audit.forfeit_fri(job, lease);
            let silent = get_dep_component!(@self, Store).seats_with(lease_id, audit, Vote::SEALED);
            for (seat, verifier) in silent {
                let mut seating = get_dep_component_mut!(ref self, Seating);
                seating.forfeit(lease_id, verifier.worker_id, fine_fri);
                self.turn_vote(job.job_id, lease_id, audit, seat, verifier, Vote::SILENT);
            }
        }

        /// No majority of the sealed votes: the next size, if the purse can pay it.
        fn go_higher(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            let mut store = get_dep_component_mut!(ref self, Store);
            let next = audit.round + 1;
            let can_pay = next <= LAST_ROUND
                && store.purse(lease_id) >= audit.fees_fri(job, @lease, next);
            if can_pay {
                audit = store.begin_round(job, lease_id, @lease, audit, array![].span()).unbox();
                store.save(lease_id, audit);
            } else if audit.verdict == Verdict::NONE {
                let found = VerdictOf { verdict: Verdict::UNDECIDED, counted: 0, objecting: 0 };
                self.give_verdict(ref job, lease_id, lease, audit, found);
            } else {
                audit.end_in_vain();
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
            }
        }

        /// The verdict of a round, which may be appealed but for the last one's.
        fn give_verdict(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
            found: VerdictOf,
        ) {
            self.note_verdict(job.job_id, lease_id, ref audit, found);
            if audit.round == LAST_ROUND {
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
            }
        }

        /// Writes a verdict down and waits for appeals.
        fn note_verdict(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            lease_id: u64,
            ref audit: Audit,
            found: VerdictOf,
        ) {
            let VerdictOf { verdict, counted, objecting } = found;
            let round = audit.round;
            audit.verdict = verdict;
            audit.decided = round;
            audit.enter(AuditPhase::APPEAL);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
            self.emit(VerdictGiven { job_id, lease_id, round, verdict, counted, objecting });
        }

        /// Writes down what became of a vote.
        fn turn_vote(
            ref self: ComponentState<TContractState>,
            job_id: u64,
            lease_id: u64,
            audit: @Audit,
            seat: u8,
            verifier: Verifier,
            vote: u8,
        ) {
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_verifier(lease_id, seat, Verifier { vote, ..verifier });
            let (round, worker_id) = (*audit.round, verifier.worker_id);
            self.emit(Voted { job_id, lease_id, round, seat, worker_id, vote });
        }
    }

    /// What a round found.
    #[derive(Copy, Drop)]
    pub struct VerdictOf {
        pub verdict: u8,
        pub counted: u8,
        pub objecting: u8,
    }

    /// Votes as they are counted.
    #[derive(Drop)]
    struct Tally {
        counted: u8,
        objecting: u8,
        on_mean: u8,
        differs: Array<u128>,
    }

    #[generate_trait]
    impl TallyImpl of TallyTrait {
        fn add(ref self: Tally, verifier: Verifier) {
            self.counted += 1;
            self.differs.append(verifier.differs);
            if verifier.mean {
                self.on_mean += 1;
            }
            if verifier.mean || verifier.differs != 0 {
                self.objecting += 1;
            }
        }

        /// Positions on which more than half differ, and above them the mean.
        fn bad(self: @Tally) -> u128 {
            let majority = (*self.counted / 2).into();
            let bad = in_more_than(self.differs.span(), majority);
            if 2 * *self.on_mean > *self.counted {
                bad + MEAN_BIT
            } else {
                bad
            }
        }
    }
}

//! The end of an audit: what its verdict does to fees, bonds, the lease and the worker's record.
#[starknet::component]
pub mod VerdictsComponent {
    use starknet::ContractAddress;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{AuditTrait, InternalTrait as StoreTrait};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::CaseClosed;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::{bond_of, least_lock, seats_in};
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict, Vote};
    use crate::types::board::{Lease, LeaseState};
    use crate::types::registry::WorkerLock;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        CaseClosed: CaseClosed,
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// A verifier's bond is burned but for a tenth, which pays for later audits.
        fn forfeit(
            ref self: ComponentState<TContractState>, ref job: Job, worker_id: u32, bond_fri: u128,
        ) {
            let reward_fri = bond_fri / 10;
            let leases = get_dep_component!(@self, Leases);
            leases.known_registry().slash(worker_id, bond_fri, reward_fri);
            job.add_to_pool(reward_fri);
        }

        /// The end of an audit: fees, bonds, and what becomes of the lease.
        fn close(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            let mut right = array![];
            for round in 0..audit.round + 1 {
                self.settle_round(ref job, lease_id, @lease, @audit, round, ref right);
            }
            self.end_submitted(ref job, lease_id, lease, @audit, right.span());
            audit.enter(AuditPhase::OVER);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
            let (kind, verdict) = (audit.kind, audit.verdict);
            self.emit(CaseClosed { job_id: job.job_id, lease_id, kind, verdict });
        }

        fn end_submitted(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            audit: @Audit,
            right: Span<ContractAddress>,
        ) {
            let worker_id = worker_of(lease_id);
            let verdict = *audit.verdict;
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job, @lease);
            if verdict == Verdict::REJECTED {
                let reward_fri = settlement.lose(ref job, lease_id, lease);
                self.reward(ref job, right, reward_fri);
            } else if verdict == Verdict::UNDECIDED {
                settlement.split_pay(ref job, lease_id, lease);
                return;
            } else {
                let draw_outcome = if verdict == Verdict::ACCEPTED {
                    DrawOutcome::CLEARED
                } else {
                    DrawOutcome::UNSEATED
                };
                let mut leases = get_dep_component_mut!(ref self, Leases);
                if audit.is_bonded(0) {
                    leases.mark(lease_id, lease, draw_outcome);
                } else {
                    // The audit may have outlasted the window: the requester gets it once more to
                    // ask for the delivery, of which the committee saw nothing.
                    leases.turn(lease_id, Lease { draw_outcome, ..lease }, LeaseState::SUBMITTED);
                }
            }
            // Only pixels that a committee looked at make a record; any loss ends it.
            let counts = *audit.kind == AuditKind::PIXELS && verdict == Verdict::ACCEPTED;
            if counts || verdict == Verdict::REJECTED {
                let leases = get_dep_component!(@self, Leases);
                leases.known_registry().note_verdict(worker_id, pay_fri, counts);
            }
        }

        /// The tenth of a lost lock, in equal parts; what can't be divided goes to the pool.
        fn reward(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            right: Span<ContractAddress>,
            reward_fri: u128,
        ) {
            let mut left_fri = reward_fri;
            if right.len() != 0 {
                let each_fri = reward_fri / right.len().into();
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                for one in right {
                    settlement.credit(*one, each_fri);
                    left_fri -= each_fri;
                }
            }
            job.add_to_pool(left_fri);
        }

        /// Bonds of a round's verifiers by the final verdict, their fees, and who pays these.
        fn settle_round(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
            ref right: Array<ContractAddress>,
        ) {
            let fee_fri = audit.fee_fri(@job, lease, round);
            let bond_fri = bond_of(fee_fri);
            let verdict = *audit.verdict;
            let mut paid_fri = 0;
            for seat in 0..audit.seats_of(round) {
                let verifier = get_dep_component!(@self, Store).verifier(lease_id, round, seat);
                if is_wrong(verifier.vote, verdict) {
                    self.forfeit(ref job, verifier.worker_id, bond_fri);
                } else if verifier.vote != Vote::ABSENT {
                    let mut settlement = get_dep_component_mut!(ref self, Settlement);
                    let lock = WorkerLock { worker_id: verifier.worker_id, amount_fri: bond_fri };
                    let payout = settlement.unlock(lock);
                    settlement.credit(payout, fee_fri);
                    paid_fri += fee_fri;
                    right.append(payout);
                }
            }
            if audit.is_bonded(round) {
                self.settle_bond(ref job, lease_id, lease, audit, round, paid_fri);
            } else {
                let kept_fri = fee_fri * audit.seats_of(round).into();
                job.add_to_pool(kept_fri - paid_fri);
            }
        }

        /// Whoever was right gets the bond back, and the pool pays the fees as far as it can. Who
        /// was wrong pays the fees; the rest is the worker's after a challenge, else the pool's.
        fn settle_bond(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
            paid_fri: u128,
        ) {
            let bond_fri = self.bond_fri(@job, lease_id, lease, audit, round);
            let payer = get_dep_component!(@self, Store).payer(lease_id, round);
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let by_requester = payer == settlement.requester_of(@job);
            let lost = if by_requester {
                *audit.verdict == Verdict::ACCEPTED
            } else {
                *audit.verdict == Verdict::REJECTED
            };
            if !lost || audit.seats_of(round) == 0 {
                let helped_fri = job.take_from_pool(paid_fri);
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                settlement.credit(payer, bond_fri + helped_fri - paid_fri);
            } else if round == 0 {
                let worker_id = worker_of(lease_id);
                let leases = get_dep_component!(@self, Leases);
                let payout = leases.known_registry().payout_of(worker_id);
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                settlement.credit(payout, bond_fri - paid_fri);
            } else {
                job.add_to_pool(bond_fri - paid_fri);
            }
        }

        /// What a challenge (round 0) or an appeal costs unless one is right.
        fn bond_fri(
            self: @ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
        ) -> u128 {
            let fees_fri = audit.fee_fri(job, lease, round) * seats_in(round).into();
            if round == 0 {
                let (pay_fri, _) = get_dep_component!(self, Settlement).stakes_of(job, lease);
                least_lock(pay_fri, fees_fri)
            } else {
                fees_fri
            }
        }
    }

    fn is_wrong(vote: u8, verdict: u8) -> bool {
        (vote == Vote::OBJECTS && verdict == Verdict::ACCEPTED)
            || (vote == Vote::AGREES && verdict == Verdict::REJECTED)
    }
}

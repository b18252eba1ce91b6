//! The end of an audit: what its verdict does to fees, bonds, the lease and the worker's record.
#[starknet::component]
pub mod VerdictsComponent {
    use core::cmp::min;
    use starknet::ContractAddress;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{AuditTrait, InternalTrait as StoreTrait};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::CaseClosed;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::{bond_of, least_lock, seats_in};
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict, Vote};
    use crate::types::board::{Lease, LeaseState};

    /// Of what is left of forfeits and a lost lock, for those who were right.
    const REWARD_SHARE: u128 = 10;

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
        /// Takes what is there of a verifier's seat stake into the audit's purse.
        fn forfeit(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            worker_id: u32,
            amount_fri: u128,
        ) {
            let leases = get_dep_component!(@self, Leases);
            let taken_fri = leases.known_registry().forfeit(worker_id, amount_fri);
            if taken_fri != 0 {
                let mut store = get_dep_component_mut!(ref self, Store);
                store.set_purse(lease_id, store.purse(lease_id) + taken_fri);
            }
        }

        /// The end of an audit: fees, bonds, and what becomes of the lease.
        fn close(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            for round in 0..audit.round + 1 {
                self.punish_round(@job, lease_id, @lease, @audit, round);
            }
            let mut purse_fri = get_dep_component!(@self, Store).purse(lease_id);
            if audit.verdict == Verdict::REJECTED {
                purse_fri += self.lock_of(@job, @lease);
            }
            let mut right = array![];
            for round in 0..audit.round + 1 {
                self
                    .settle_round(
                        ref job, lease_id, @lease, @audit, round, ref purse_fri, ref right,
                    );
            }
            self.end_submitted(ref job, lease_id, lease, @audit);
            self.divide(right.span(), purse_fri);
            let mut store = get_dep_component_mut!(ref self, Store);
            if store.purse(lease_id) != 0 {
                store.set_purse(lease_id, 0);
            }
            audit.enter(AuditPhase::OVER);
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
        ) {
            let worker_id = worker_of(lease_id);
            let verdict = *audit.verdict;
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job, @lease);
            if verdict == Verdict::REJECTED {
                settlement.lose(ref job, lease_id, lease);
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

        /// A tenth of what is left of forfeits and a lost lock goes to the votes that were right,
        /// in equal parts; all else is burned.
        fn divide(
            ref self: ComponentState<TContractState>, right: Span<ContractAddress>, left_fri: u128,
        ) {
            let mut burned_fri = left_fri;
            if right.len() != 0 {
                let each_fri = left_fri / REWARD_SHARE / right.len().into();
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                for one in right {
                    settlement.credit(*one, each_fri);
                    burned_fri -= each_fri;
                }
            }
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.burn(burned_fri);
        }

        /// Who voted against the final verdict forfeits as who does not come.
        fn punish_round(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
        ) {
            let bond_fri = bond_of(audit.fee_fri(job, lease, round));
            for seat in 0..audit.seats_of(round) {
                let verifier = get_dep_component!(@self, Store).verifier(lease_id, round, seat);
                if is_wrong(verifier.vote, *audit.verdict) {
                    self.forfeit(lease_id, verifier.worker_id, bond_fri);
                }
            }
        }

        /// Fees of a round's verifiers, and who pays these. Where nobody was found wrong or right,
        /// all who came are paid, and no one is `right`.
        fn settle_round(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
            ref purse_fri: u128,
            ref right: Array<ContractAddress>,
        ) {
            let fee_fri = audit.fee_fri(@job, lease, round);
            let verdict = *audit.verdict;
            let decided = verdict == Verdict::ACCEPTED || verdict == Verdict::REJECTED;
            let mut paid_fri = 0;
            for seat in 0..audit.seats_of(round) {
                let verifier = get_dep_component!(@self, Store).verifier(lease_id, round, seat);
                if verifier.vote != Vote::ABSENT && !is_wrong(verifier.vote, verdict) {
                    let leases = get_dep_component!(@self, Leases);
                    let payout = leases.known_registry().payout_of(verifier.worker_id);
                    let mut settlement = get_dep_component_mut!(ref self, Settlement);
                    settlement.credit(payout, fee_fri);
                    paid_fri += fee_fri;
                    if decided {
                        right.append(payout);
                    }
                }
            }
            if audit.is_bonded(round) {
                self.settle_bond(@job, lease_id, lease, audit, round, paid_fri, ref purse_fri);
            } else {
                let kept_fri = fee_fri * audit.seats_of(round).into();
                job.add_to_pool(kept_fri - paid_fri);
            }
        }

        /// Whoever was right gets the bond back in full: forfeits and a lost lock pay the fees, and
        /// only what they are short of is taken off. Who was wrong pays the fees, and the rest is
        /// burned. Without a verdict the bond pays the fees, and the rest goes back.
        fn settle_bond(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            round: u8,
            paid_fri: u128,
            ref purse_fri: u128,
        ) {
            let left_fri = self.bond_fri(job, lease_id, lease, audit, round) - paid_fri;
            let payer = get_dep_component!(@self, Store).payer(lease_id, round);
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let by_requester = payer == settlement.requester_of(job);
            let (hoped, feared) = if by_requester {
                (Verdict::REJECTED, Verdict::ACCEPTED)
            } else {
                (Verdict::ACCEPTED, Verdict::REJECTED)
            };
            if *audit.verdict == hoped {
                let helped_fri = min(paid_fri, purse_fri);
                purse_fri -= helped_fri;
                settlement.credit(payer, left_fri + helped_fri);
            } else if *audit.verdict == feared && audit.seats_of(round) != 0 {
                let mut payouts = get_dep_component_mut!(ref self, Payouts);
                payouts.burn(left_fri);
            } else {
                settlement.credit(payer, left_fri);
            }
        }

        /// What the lease's worker has locked for it.
        fn lock_of(self: @ComponentState<TContractState>, job: @Job, lease: @Lease) -> u128 {
            let (_, lock_fri) = get_dep_component!(self, Settlement).stakes_of(job, lease);
            lock_fri
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

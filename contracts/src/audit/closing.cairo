//! The end of an audit: votes are judged, fees and bonds paid, and the lease goes on or ends.
#[starknet::component]
pub mod ClosingComponent {
    use crate::audit::course::AuditTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::money::MoneyComponent::InternalTrait as MoneyTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::CaseClosed;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict};
    use crate::types::board::{Lease, LeaseState};

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
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Seating: SeatingComponent::HasComponent<TContractState>,
        impl Money: MoneyComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Ends it by the verdict that stands; without one nothing could be decided.
        fn close(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            if audit.verdict == Verdict::NONE {
                audit.verdict = Verdict::UNDECIDED;
            }
            let mut money = get_dep_component_mut!(ref self, Money);
            let mut shares = money.open_shares(lease_id);
            let paid = money.settle_votes(ref shares, job, lease_id, @lease, @audit);
            job = money.return_reserves(job, @lease, @audit, paid);
            shares.purse_fri += self.end_lease(ref job, lease_id, lease, @audit);
            let mut money = get_dep_component_mut!(ref self, Money);
            money.settle_bonds(ref shares, job, lease_id, @lease, @audit, paid);
            money.share_purse(shares, job, lease_id, @lease, @audit);
            self.finish(job.job_id, lease_id, audit);
        }

        /// A challenge whose votes could not be found: the bond goes back, and the lease is as it
        /// was before, its window begun anew.
        fn drop_challenge(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            audit: Audit,
        ) {
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job.unbox(), @lease);
            let payer = get_dep_component!(@self, Store).payer(lease_id, 0);
            settlement.credit(payer, audit.bond_fri(job, @lease, 0, pay_fri));
            let draw_outcome = if audit.against_in(0) == Verdict::ACCEPTED {
                DrawOutcome::CLEARED
            } else {
                DrawOutcome::PASSED
            };
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.turn(lease_id, Lease { draw_outcome, ..lease }, LeaseState::SUBMITTED);
            self.finish(job.job_id, lease_id, audit);
        }

        fn finish(
            ref self: ComponentState<TContractState>, job_id: u64, lease_id: u64, mut audit: Audit,
        ) {
            audit.enter(AuditPhase::OVER);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
            let (kind, verdict) = (audit.kind, audit.verdict);
            self.emit(CaseClosed { job_id, lease_id, kind, verdict });
        }

        /// What becomes of the lease; returns a lost lock.
        fn end_lease(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            audit: @Audit,
        ) -> u128 {
            let verdict = *audit.verdict;
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job.unbox(), @lease);
            if verdict == Verdict::UNDECIDED {
                let mut ended = job.unbox();
                settlement.split_pay(ref ended, lease_id, lease);
                job = BoxTrait::new(ended);
                return 0;
            }
            let mut lost_fri = 0;
            if verdict == Verdict::REJECTED {
                let mut ended = job.unbox();
                lost_fri = settlement.lose(ref ended, lease_id, lease);
                job = BoxTrait::new(ended);
            } else {
                // The audit may have outlasted the window: the requester gets it once more to ask
                // for the delivery, of which verifiers of pixels saw nothing.
                let cleared = Lease { draw_outcome: DrawOutcome::CLEARED, ..lease };
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.turn(lease_id, cleared, LeaseState::SUBMITTED);
            }
            // Only pixels that verifiers looked at make a record; any loss ends it.
            let counts = *audit.kind == AuditKind::PIXELS && verdict == Verdict::ACCEPTED;
            if counts || verdict == Verdict::REJECTED {
                let leases = get_dep_component!(@self, Leases);
                leases.known_registry().note_verdict(worker_of(lease_id), pay_fri, counts);
            }
            lost_fri
        }
    }
}

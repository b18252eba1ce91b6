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
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::CaseClosed;
    use crate::interfaces::registry::{IRecordsDispatcher, IRecordsDispatcherTrait};
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::LEAST_LIMITS;
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
            job = money.return_reserves(job, lease_id, @lease, @audit, paid);
            shares.purse_fri += self.end_lease(ref job, lease_id, lease, @audit, paid);
            let mut money = get_dep_component_mut!(ref self, Money);
            money.settle_bonds(ref shares, job, lease_id, @lease, @audit, paid);
            money.share_purse(shares, job, lease_id, @lease, @audit);
            self.finish(job.job_id, lease_id, audit);
        }

        /// A challenge whose votes could not be found: the bond goes back, and the lease is as it
        /// was before, its window still counted from where it began; paid by now, it is over.
        fn drop_challenge(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
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
            let mut money = get_dep_component_mut!(ref self, Money);
            money.return_raise(lease_id, 0, audit.raise_fri(job, @lease, 0), 0, 0);
            if lease.paid {
                self.end_paid(ref job, lease_id, Lease { draw_outcome, ..lease });
            } else {
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.mark(lease_id, lease, draw_outcome);
            }
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

        /// Nobody waits for a verdict on the lease: its window begins anew, or it is over where its
        /// requester paid before.
        fn go_on(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
        ) {
            if lease.paid {
                self.end_paid(ref job, lease_id, lease);
            } else {
                let mut leases = get_dep_component_mut!(ref self, Leases);
                leases.turn(lease_id, lease, LeaseState::SUBMITTED);
            }
        }

        fn end_paid(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
        ) {
            let mut ended = job.unbox();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.end_paid(ref ended, lease_id, lease, LeaseState::ACCEPTED);
            job = BoxTrait::new(ended);
        }

        /// What becomes of the lease; returns a lost lock.
        fn end_lease(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            audit: @Audit,
            paid: Span<u128>,
        ) -> u128 {
            let verdict = *audit.verdict;
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
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
                self.go_on(ref job, lease_id, cleared);
            }
            // Only pixels that verifiers looked at make a record, and only by the strictest limits
            // does it give credit; any loss ends it.
            let counts = *audit.kind == AuditKind::PIXELS && verdict == Verdict::ACCEPTED;
            if counts || verdict == Verdict::REJECTED {
                let is_strict = job.audit_price.unbox().limits == LEAST_LIMITS;
                let fees_fri = if counts && is_strict {
                    sum_of(paid)
                } else {
                    0
                };
                let registry = get_dep_component!(@self, Leases).known_registry().contract_address;
                let family = get_dep_component!(@self, Jobs).family_of(@job.unbox());
                IRecordsDispatcher { contract_address: registry }
                    .note_verdict(worker_of(lease_id), family, fees_fri, counts);
            }
            lost_fri
        }
    }

    fn sum_of(amounts_fri: Span<u128>) -> u128 {
        let mut sum_fri = 0;
        for amount_fri in amounts_fri {
            sum_fri += *amount_fri;
        }
        sum_fri
    }
}

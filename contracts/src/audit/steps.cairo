//! What an audit does where a step is over.
#[starknet::component]
pub mod StepsComponent {
    use crate::audit::closing::ClosingComponent;
    use crate::audit::closing::ClosingComponent::InternalTrait as ClosingTrait;
    use crate::audit::course::AuditTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::InternalTrait as RoundsTrait;
    use crate::audit::sealing::SealingComponent;
    use crate::audit::sealing::SealingComponent::InternalTrait as SealingTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::types::audit::{Audit, AuditPhase, Verdict};
    use crate::types::board::Lease;

    pub mod Errors {
        pub const NOT_LATE: felt252 = 'RC: step is not overdue';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

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
        impl Sealing: SealingComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn advance_one(
            ref self: ComponentState<TContractState>, ref job: Box<Job>, lease_id: u64,
        ) -> Result<(), felt252> {
            let leases = get_dep_component!(@self, Leases);
            let lease = leases.find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeasesComponent::Errors::OTHER_JOB);
            }
            let audit = get_dep_component!(@self, Store).find(lease_id);
            let phase = audit.phase;
            if phase == 0 || phase == AuditPhase::LOOK || phase == AuditPhase::OVER {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            if !audit.is_late(leases.limits()) {
                return Err(Errors::NOT_LATE);
            }
            if phase == AuditPhase::DRAW {
                self.give_up_draw(ref job, lease_id, lease, audit);
            } else if phase == AuditPhase::COMMIT {
                let mut sealing = get_dep_component_mut!(ref self, Sealing);
                sealing.end_commit(ref job, lease_id, lease, audit);
            } else if phase == AuditPhase::APPEAL {
                self.end_appeals(ref job, lease_id, lease, audit);
            } else if phase == AuditPhase::KEY || phase == AuditPhase::OPEN {
                self.lose_by_silence(ref job, lease_id, lease, audit);
            } else if phase == AuditPhase::REVEAL && audit.prints {
                self.enter(lease_id, audit, AuditPhase::SHOW);
            } else {
                let mut rounds = get_dep_component_mut!(ref self, Rounds);
                rounds.count(ref job, lease_id, lease, audit);
            }
            Ok(())
        }

        fn enter(
            ref self: ComponentState<TContractState>, lease_id: u64, mut audit: Audit, phase: u8,
        ) {
            audit.enter(phase);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.save(lease_id, audit);
        }

        /// No block found the votes that are due.
        fn give_up_draw(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            let mut closing = get_dep_component_mut!(ref self, Closing);
            if !audit.is_first_draw() {
                let mut sealing = get_dep_component_mut!(ref self, Sealing);
                sealing.reach_limit(ref job, lease_id, lease, audit);
            } else if audit.round == 0 && audit.is_bonded(0) {
                closing.drop_challenge(ref job, lease_id, lease, audit);
            } else {
                audit.end_in_vain();
                closing.close(ref job, lease_id, lease, audit);
            }
        }

        /// Nobody appealed: that was it, but for a second look.
        fn end_appeals(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            audit: Audit,
        ) {
            let has_look = audit.round == 0
                && audit.verdict == Verdict::ACCEPTED
                && audit.is_by_chance()
                && job.audit_price.second_look;
            if has_look {
                self.enter(lease_id, audit, AuditPhase::LOOK);
            } else {
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
            }
        }

        /// The worker's side did not show what it must: that is the verdict, without appeal. It
        /// says nothing of the pixels, so it judges no verifier.
        fn lose_by_silence(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
        ) {
            audit.verdict = Verdict::REJECTED;
            audit.decided = audit.round;
            let mut closing = get_dep_component_mut!(ref self, Closing);
            closing.close(ref job, lease_id, lease, audit);
        }
    }
}

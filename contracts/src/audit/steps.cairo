//! Which step of an audit is due, and what it does.
#[starknet::component]
pub mod StepsComponent {
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::rounds::RoundsComponent::InternalTrait as RoundsTrait;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::audit::verdicts::VerdictsComponent;
    use crate::audit::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::rules::draw::{DRAW_AFTER, hash_of};
    use crate::types::audit::{AuditPhase, DrawOutcome};
    use crate::types::board::LeaseState;

    pub mod Errors {
        pub const NOTHING_TO_DRAW: felt252 = 'RC: nothing to draw';
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
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Seating: SeatingComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        impl Rounds: RoundsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn draw_one(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64,
        ) -> Result<(), felt252> {
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeasesComponent::Errors::OTHER_JOB);
            }
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            if lease.state == LeaseState::SUBMITTED
                && lease.draw_outcome == DrawOutcome::NOT_DRAWN {
                let block_hash = hash_of(lease.since_block + DRAW_AFTER)?;
                rounds.draw_first(ref job, lease_id, lease, block_hash);
                return Ok(());
            }
            let audit = get_dep_component!(@self, Store).find(lease_id);
            if audit.phase != AuditPhase::DRAW {
                return Err(Errors::NOTHING_TO_DRAW);
            }
            let block_hash = hash_of(audit.since_block + DRAW_AFTER)?;
            rounds.draw_again(ref job, lease_id, lease, audit, block_hash);
            Ok(())
        }

        fn advance_one(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64,
        ) -> Result<(), felt252> {
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeasesComponent::Errors::OTHER_JOB);
            }
            let audit = get_dep_component!(@self, Store).find(lease_id);
            let mut rounds = get_dep_component_mut!(ref self, Rounds);
            let phase = audit.phase;
            if phase == AuditPhase::REVEAL {
                // The worker has a step of its own to answer prints that came last.
                let steps = if audit.shown == 0 {
                    1
                } else {
                    2
                };
                let counted = audit.agreeing + audit.objecting == audit.committed;
                if !counted && !rounds.is_late(@audit, steps) {
                    return Err(Errors::NOT_LATE);
                }
                rounds.count_votes(ref job, lease_id, lease, audit);
                return Ok(());
            }
            let waits = phase == AuditPhase::KEY
                || phase == AuditPhase::COMMIT
                || phase == AuditPhase::OPEN
                || phase == AuditPhase::APPEAL;
            if !waits {
                return Err(AuditStoreComponent::Errors::WRONG_PHASE);
            }
            if !rounds.is_late(@audit, 1) {
                return Err(Errors::NOT_LATE);
            }
            if phase == AuditPhase::COMMIT {
                rounds.replace_absent(ref job, lease_id, lease, audit);
            } else if phase == AuditPhase::APPEAL {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, audit);
            } else {
                rounds.lose_by_silence(ref job, lease_id, lease, audit);
            }
            Ok(())
        }
    }
}

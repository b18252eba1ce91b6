//! Which step of a case is due, and what it does.
#[starknet::component]
pub mod DocketComponent {
    use crate::case_types::CasePhase;
    use crate::cases::CasesComponent;
    use crate::cases::CasesComponent::{InternalTrait as CasesTrait, hash_of};
    use crate::draw::DRAW_AFTER;
    use crate::hearings::HearingsComponent;
    use crate::hearings::HearingsComponent::InternalTrait as HearingsTrait;
    use crate::job_book::JobBookComponent;
    use crate::job_book::JobBookComponent::Job;
    use crate::lease_desk::LeaseDeskComponent;
    use crate::lease_desk::LeaseDeskComponent::InternalTrait as DeskTrait;
    use crate::payouts::PayoutsComponent;
    use crate::settlement::SettlementComponent;
    use crate::types::{LeaseState, Trial};
    use crate::verdicts::VerdictsComponent;
    use crate::verdicts::VerdictsComponent::InternalTrait as VerdictsTrait;

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
        impl Book: JobBookComponent::HasComponent<TContractState>,
        impl Desk: LeaseDeskComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Cases: CasesComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Verdicts: VerdictsComponent::HasComponent<TContractState>,
        impl Hearings: HearingsComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn draw_one(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64,
        ) -> Result<(), felt252> {
            let lease = get_dep_component!(@self, Desk).find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeaseDeskComponent::Errors::OTHER_JOB);
            }
            let mut hearings = get_dep_component_mut!(ref self, Hearings);
            if lease.state == LeaseState::SUBMITTED && lease.trial == Trial::NOT_DRAWN {
                let block_hash = hash_of(lease.since_block + DRAW_AFTER)?;
                hearings.draw_first(ref job, lease_id, lease, block_hash);
                return Ok(());
            }
            let case = get_dep_component!(@self, Cases).find(lease_id);
            if case.phase != CasePhase::DRAW {
                return Err(Errors::NOTHING_TO_DRAW);
            }
            let block_hash = hash_of(case.since_block + DRAW_AFTER)?;
            hearings.draw_again(ref job, lease_id, lease, case, block_hash);
            Ok(())
        }

        fn advance_one(
            ref self: ComponentState<TContractState>, ref job: Job, lease_id: u64,
        ) -> Result<(), felt252> {
            let lease = get_dep_component!(@self, Desk).find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeaseDeskComponent::Errors::OTHER_JOB);
            }
            let case = get_dep_component!(@self, Cases).find(lease_id);
            let mut hearings = get_dep_component_mut!(ref self, Hearings);
            let phase = case.phase;
            if phase == CasePhase::REVEAL {
                // The worker has a step of its own to answer prints that came last.
                let steps = if case.shown == 0 {
                    1
                } else {
                    2
                };
                let counted = case.agreeing + case.objecting == case.committed;
                if !counted && !hearings.is_late(@case, steps) {
                    return Err(Errors::NOT_LATE);
                }
                hearings.count_votes(ref job, lease_id, lease, case);
                return Ok(());
            }
            let waits = phase == CasePhase::KEY
                || phase == CasePhase::COMMIT
                || phase == CasePhase::OPEN
                || phase == CasePhase::APPEAL;
            if !waits {
                return Err(CasesComponent::Errors::WRONG_PHASE);
            }
            if !hearings.is_late(@case, 1) {
                return Err(Errors::NOT_LATE);
            }
            if phase == CasePhase::COMMIT {
                hearings.replace_absent(ref job, lease_id, lease, case);
            } else if phase == CasePhase::APPEAL {
                let mut verdicts = get_dep_component_mut!(ref self, Verdicts);
                verdicts.close(ref job, lease_id, lease, case);
            } else {
                hearings.lose_by_silence(ref job, lease_id, lease, case);
            }
            Ok(())
        }
    }
}

//! Which submitted leases may be paid: at once by their requester, by anyone once the window is
//! over.
#[starknet::component]
pub mod AcceptanceComponent {
    use starknet::get_contract_address;
    use crate::board::batch::BatchTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::{InternalTrait as SettlementTrait, no_dues};
    use crate::rules::draw::{DRAW_AFTER, hash_again, is_audited, seed_of};
    use crate::types::audit::DrawOutcome;
    use crate::types::board::{Lease, LeaseState};

    pub mod Errors {
        pub const TOO_EARLY: felt252 = 'RC: deadline not reached';
        pub const IN_AUDIT: felt252 = 'RC: not before the court ends';
        pub const MUST_BE_AUDITED: felt252 = 'RC: lease has to be audited';
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Pays leases of one job for its requester, or for anyone where it is late.
        fn settle(
            ref self: ComponentState<TContractState>,
            mut job: Job,
            lease_ids: Array<u64>,
            late: bool,
        ) {
            let job_id = job.job_id;
            let mut batch = BatchTrait::open(lease_ids.len());
            let (mut dues, mut saved_fri) = (no_dues(), 0);
            let (board, mut known) = (get_contract_address().into(), (0, 0));
            for lease_id in lease_ids {
                let found = self.payable(@job, lease_id, board, late, ref known);
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                match found {
                    Ok((
                        lease, ends,
                    )) => {
                        saved_fri += settlement.pay(ref job, ref dues, lease_id, lease, ends);
                        batch.count();
                    },
                    Err(reason) => settlement.refuse(ref batch, job_id, lease_id, reason),
                }
            }
            batch.close();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.credit(settlement.requester_of(@job), saved_fri);
            settlement.finish(job, dues);
        }

        /// The lease, if it may be paid now, and whether that ends it: it does not where chance had
        /// it audited, or its requester doubted it.
        fn payable(
            self: @ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            board: felt252,
            late: bool,
            ref known: (u64, felt252),
        ) -> Result<(Lease, bool), felt252> {
            let leases = get_dep_component!(self, Leases);
            let lease = leases.find_in(*job.job_id, lease_id, LeaseState::SUBMITTED)?;
            if lease.paid {
                return Err(LeasesComponent::Errors::PAID);
            }
            if late && !leases.is_over(@lease, *job.times.window_s) {
                return Err(Errors::TOO_EARLY);
            }
            if lease.draw_outcome == DrawOutcome::IN_AUDIT {
                return if late {
                    Err(Errors::IN_AUDIT)
                } else {
                    Ok((lease, false))
                };
            }
            if lease.draw_outcome != DrawOutcome::NOT_DRAWN {
                return Ok((lease, true));
            }
            let block_hash = hash_again(lease.since_block + DRAW_AFTER, ref known)?;
            let seed = seed_of(block_hash, board, lease_id, lease.attempt, 0);
            let audited = is_audited(seed, lease.audit_exp);
            if late && audited {
                return Err(Errors::MUST_BE_AUDITED);
            }
            Ok((lease, !audited))
        }
    }
}

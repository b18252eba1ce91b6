//! Draws: whether a lease is audited, by whom, and whether an acceptance is looked at again.
#[starknet::component]
pub mod DrawsComponent {
    use core::cmp::min;
    use starknet::{get_block_number, get_contract_address};
    use crate::audit::closing::ClosingComponent;
    use crate::audit::closing::ClosingComponent::InternalTrait as ClosingTrait;
    use crate::audit::course::{AuditTrait, BATCH, fresh, newcomer};
    use crate::audit::leaves::LeavesTrait;
    use crate::audit::money::MoneyComponent;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;
    use crate::events::audit::{LeaseDrawn, VotesDrawn};
    use crate::rules::draw::{DRAW_AFTER, hash_of, is_audited, seed_of};
    use crate::rules::terms::seats_in;
    use crate::types::audit::{Audit, AuditKind, AuditPhase, DrawOutcome, Verdict};
    use crate::types::board::{Lease, LeaseState};

    pub mod Errors {
        pub const NOTHING_TO_DRAW: felt252 = 'RC: nothing to draw';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseDrawn: LeaseDrawn,
        VotesDrawn: VotesDrawn,
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
        fn draw_one(
            ref self: ComponentState<TContractState>, ref job: Box<Job>, lease_id: u64,
        ) -> Result<(), felt252> {
            let lease = get_dep_component!(@self, Leases).find(lease_id);
            if lease.job_id != job.job_id {
                return Err(LeasesComponent::Errors::OTHER_JOB);
            }
            if lease.state == LeaseState::SUBMITTED
                && lease.draw_outcome == DrawOutcome::NOT_DRAWN {
                let block_hash = hash_of(lease.since_block + DRAW_AFTER)?;
                self.draw_first(ref job, lease_id, lease, block_hash);
                return Ok(());
            }
            let audit = get_dep_component!(@self, Store).find(lease_id);
            if audit.phase != AuditPhase::DRAW && audit.phase != AuditPhase::LOOK {
                return Err(Errors::NOTHING_TO_DRAW);
            }
            let block_hash = hash_of(audit.draw_block + DRAW_AFTER)?;
            if audit.phase == AuditPhase::LOOK {
                self.look(ref job, lease_id, lease, audit, block_hash);
            } else {
                let board = get_contract_address().into();
                let seed = seed_of(block_hash, board, lease_id, lease.attempt, audit.round);
                self.draw_votes(job, lease_id, @lease, audit, audit.draw_block, seed);
            }
            Ok(())
        }

        /// Decides whether a submitted lease is audited and, if so, by whom.
        fn draw_first(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            block_hash: felt252,
        ) {
            let board = get_contract_address().into();
            let seed = seed_of(block_hash, board, lease_id, lease.attempt, 0);
            let draw_outcome = if is_audited(seed, lease.audit_exp) {
                let mut audit = fresh(lease_id, AuditKind::PIXELS);
                audit.enter(AuditPhase::DRAW);
                self.draw_votes(job, lease_id, @lease, audit, lease.since_block, seed);
                DrawOutcome::IN_AUDIT
            } else {
                let mut pooled = job.unbox();
                pooled.add_to_pool(pooled.reserve_fri(lease.count));
                job = BoxTrait::new(pooled);
                DrawOutcome::PASSED
            };
            let mut leases = get_dep_component_mut!(ref self, Leases);
            leases.mark(lease_id, lease, draw_outcome);
            let audit_exp = lease.audit_exp;
            self.emit(LeaseDrawn { job_id: job.job_id, lease_id, audit_exp, draw_outcome });
        }

        /// Chance has half of the acceptances looked at again: the same leaves, which judges those
        /// who accepted, and as many fresh ones.
        fn look(
            ref self: ComponentState<TContractState>,
            ref job: Box<Job>,
            lease_id: u64,
            lease: Lease,
            mut audit: Audit,
            block_hash: felt252,
        ) {
            let number: u256 = block_hash.into();
            if number.low % 2 == 1 {
                let mut closing = get_dep_component_mut!(ref self, Closing);
                closing.close(ref job, lease_id, lease, audit);
                return;
            }
            let mut store = get_dep_component_mut!(ref self, Store);
            audit = store.begin_round(job, lease_id, @lease, audit, array![].span()).unbox();
            audit.set_against(audit.round, Verdict::ACCEPTED);
            store.save(lease_id, audit);
        }

        /// Draws what is due: the round's votes with its leaves, more of them, or others in their
        /// place. Where not all are found, a later block draws them.
        fn draw_votes(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            mut audit: Audit,
            block: u64,
            seed: felt252,
        ) {
            let (wanted, cost_fri) = self.due(job, lease_id, lease, @audit);
            let found = get_dep_component!(@self, Seating)
                .draw_votes(job, lease_id, lease, @audit, block, seed, wanted);
            let mut store = get_dep_component_mut!(ref self, Store);
            if audit.draws_leaves() {
                store.set_seed(lease_id, audit.round, seed);
            }
            if found.len() < wanted.into() {
                audit.repeat_draw(get_block_number());
                store.save(lease_id, audit);
                return;
            }
            if cost_fri != 0 {
                let purse_fri = store.purse(lease_id);
                store.set_purse(lease_id, purse_fri - cost_fri);
            }
            let first_seat = audit.end_of(audit.round);
            let mut seat = first_seat;
            for worker_id in found.span() {
                store.set_verifier(lease_id, seat, newcomer(*worker_id));
                seat += 1;
            }
            audit.add_votes(wanted);
            audit.enter(AuditPhase::COMMIT);
            store.save(lease_id, audit);
            let (job_id, round, kind) = (job.job_id, audit.round, audit.kind);
            let (seed, verifiers) = (store.seed(lease_id, round), found);
            self.emit(VotesDrawn { job_id, lease_id, round, kind, seed, first_seat, verifiers });
        }

        /// How many votes, and what of it the purse pays.
        fn due(
            self: @ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) -> (u8, u128) {
            let round = *audit.round;
            if audit.is_first_draw() {
                let cost_fri = if audit.is_funded(round) {
                    0
                } else {
                    audit.own_fees_fri(job, lease, round)
                };
                return (seats_in(round), cost_fri);
            }
            if audit.votes() == 0 {
                return (seats_in(round), audit.fees_fri(job, lease, round));
            }
            let fee_fri = audit.fee_fri(job, lease, round);
            let purse_fri = get_dep_component!(self, Store).purse(lease_id);
            let wanted: u8 = min(purse_fri / fee_fri, BATCH.into()).try_into().unwrap();
            (wanted, fee_fri * wanted.into())
        }
    }
}

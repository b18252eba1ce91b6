//! Whoever wants a verdict may raise the fee of votes that could not be found.
#[starknet::component]
pub mod RaisesComponent {
    use starknet::{get_block_number, get_caller_address};
    use crate::audit::course::AuditTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{InternalTrait as StoreTrait, RAISER};
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::FeeRaised;
    use crate::rules::draw::DRAW_AFTER;
    use crate::rules::terms::Errors::FEE_TOO_HIGH;
    use crate::rules::terms::{most_fee, raised_fee};

    /// What the audit's cell holds of a round: 14 times the fee.
    const MOST_NOTCHES: u8 = 15;

    pub mod Errors {
        pub const NOT_NOW: felt252 = 'RC: no draw to raise a fee for';
        pub const NO_RAISE: felt252 = 'RC: raise by 1 to 15 notches';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        FeeRaised: FeeRaised,
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// The block that draws next must still be to come: whoever raises can't know whom it will
        /// find. Who raised it before, by less, gets everything back.
        fn raise_fee(ref self: ComponentState<TContractState>, lease_id: u64, notches: u8) {
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            let is_open = get_block_number() < audit.draw_block + DRAW_AFTER;
            assert(audit.may_be_raised() && is_open, Errors::NOT_NOW);
            let round = audit.round;
            let before_notches = audit.raised_in(round);
            assert(notches > before_notches && notches <= MOST_NOTCHES, Errors::NO_RAISE);
            let leases = get_dep_component!(@self, Leases);
            let lease = leases.find(lease_id);
            let job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            let settlement = get_dep_component!(@self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job.unbox(), @lease);
            let first_fee_fri = raised_fee(audit.first_fee_fri(job, @lease), notches);
            assert(first_fee_fri <= most_fee(leases.seat_unit_fri(), pay_fri), FEE_TOO_HIGH);
            let before_fri = audit.raise_fri(job, @lease, round);
            let before = store.payer(lease_id, RAISER + round);
            audit.set_raised(notches);
            let (fee_fri, payer) = (audit.fee_fri(job, @lease, round), get_caller_address());
            store.set_payer(lease_id, RAISER + round, payer);
            store.save(lease_id, audit);
            self.emit(FeeRaised { job_id: job.job_id, lease_id, round, fee_fri, payer });
            if before_fri != 0 {
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                settlement.credit(before, before_fri);
            }
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(payer, audit.raise_fri(job, @lease, round));
        }
    }
}

//! The class of what has a lease audited besides chance. Boards call it as a library, like that of
//! their audits, which has no room for it; it is never deployed by itself and has no money.
#[starknet::contract]
pub mod ChallengeLibrary {
    use crate::audit::challenges::ChallengesComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;

    component!(path: PayoutsComponent, storage: payouts, event: PayoutsEvent);
    component!(path: LeasesComponent, storage: leases, event: LeasesEvent);
    component!(path: JobsComponent, storage: jobs, event: JobsEvent);
    component!(path: SettlementComponent, storage: settlement, event: SettlementEvent);
    component!(path: AuditStoreComponent, storage: store, event: StoreEvent);
    component!(path: ChallengesComponent, storage: challenges, event: ChallengesEvent);

    #[abi(embed_v0)]
    impl ChallengesImpl = ChallengesComponent::ChallengesImpl<ContractState>;

    #[storage]
    struct Storage {
        #[substorage(v0)]
        payouts: PayoutsComponent::Storage,
        #[substorage(v0)]
        leases: LeasesComponent::Storage,
        #[substorage(v0)]
        jobs: JobsComponent::Storage,
        #[substorage(v0)]
        settlement: SettlementComponent::Storage,
        #[substorage(v0)]
        store: AuditStoreComponent::Storage,
        #[substorage(v0)]
        challenges: ChallengesComponent::Storage,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    enum Event {
        #[flat]
        PayoutsEvent: PayoutsComponent::Event,
        #[flat]
        LeasesEvent: LeasesComponent::Event,
        #[flat]
        JobsEvent: JobsComponent::Event,
        #[flat]
        SettlementEvent: SettlementComponent::Event,
        #[flat]
        StoreEvent: AuditStoreComponent::Event,
        #[flat]
        ChallengesEvent: ChallengesComponent::Event,
    }
}

//! The class of a board's audits. Boards call it as a library, on their own storage, since both
//! together are larger than a class may be; it is never deployed by itself and has no money.
#[starknet::contract]
pub mod AuditLibrary {
    use crate::audit::challenges::ChallengesComponent;
    use crate::audit::entrypoints::EntrypointsComponent;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::steps::StepsComponent;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::verdicts::VerdictsComponent;
    use crate::audit::votes::VotesComponent;
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::settlement::SettlementComponent;

    component!(path: PayoutsComponent, storage: payouts, event: PayoutsEvent);
    component!(path: LeasesComponent, storage: leases, event: LeasesEvent);
    component!(path: JobsComponent, storage: jobs, event: JobsEvent);
    component!(path: SettlementComponent, storage: settlement, event: SettlementEvent);
    component!(path: AuditStoreComponent, storage: store, event: StoreEvent);
    component!(path: SeatingComponent, storage: seating, event: SeatingEvent);
    component!(path: RoundsComponent, storage: rounds, event: RoundsEvent);
    component!(path: VerdictsComponent, storage: verdicts, event: VerdictsEvent);
    component!(path: StepsComponent, storage: steps, event: StepsEvent);
    component!(path: VotesComponent, storage: votes, event: VotesEvent);
    component!(path: EntrypointsComponent, storage: entrypoints, event: EntrypointsEvent);
    component!(path: ChallengesComponent, storage: challenges, event: ChallengesEvent);

    #[abi(embed_v0)]
    impl AuditsImpl = EntrypointsComponent::AuditsImpl<ContractState>;
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
        seating: SeatingComponent::Storage,
        #[substorage(v0)]
        rounds: RoundsComponent::Storage,
        #[substorage(v0)]
        verdicts: VerdictsComponent::Storage,
        #[substorage(v0)]
        steps: StepsComponent::Storage,
        #[substorage(v0)]
        votes: VotesComponent::Storage,
        #[substorage(v0)]
        entrypoints: EntrypointsComponent::Storage,
        #[substorage(v0)]
        challenges: ChallengesComponent::Storage,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
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
        SeatingEvent: SeatingComponent::Event,
        #[flat]
        RoundsEvent: RoundsComponent::Event,
        #[flat]
        VerdictsEvent: VerdictsComponent::Event,
        #[flat]
        StepsEvent: StepsComponent::Event,
        #[flat]
        VotesEvent: VotesComponent::Event,
        #[flat]
        EntrypointsEvent: EntrypointsComponent::Event,
        #[flat]
        ChallengesEvent: ChallengesComponent::Event,
    }
}

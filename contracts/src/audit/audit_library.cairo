//! The class of a board's audits. Boards call it as a library, on their own storage, since both
//! together are larger than a class may be; it is never deployed by itself and has no money.
#[starknet::contract]
pub mod AuditLibrary {
    use crate::audit::appeals::AppealsComponent;
    use crate::audit::closing::ClosingComponent;
    use crate::audit::draws::DrawsComponent;
    use crate::audit::entrypoints::EntrypointsComponent;
    use crate::audit::money::MoneyComponent;
    use crate::audit::raises::RaisesComponent;
    use crate::audit::reveals::RevealsComponent;
    use crate::audit::rounds::RoundsComponent;
    use crate::audit::sealing::SealingComponent;
    use crate::audit::seating::SeatingComponent;
    use crate::audit::shows::ShowsComponent;
    use crate::audit::steps::StepsComponent;
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
    component!(path: SeatingComponent, storage: seating, event: SeatingEvent);
    component!(path: MoneyComponent, storage: money, event: MoneyEvent);
    component!(path: ClosingComponent, storage: closing, event: ClosingEvent);
    component!(path: RoundsComponent, storage: rounds, event: RoundsEvent);
    component!(path: SealingComponent, storage: sealing, event: SealingEvent);
    component!(path: DrawsComponent, storage: draws, event: DrawsEvent);
    component!(path: RevealsComponent, storage: reveals, event: RevealsEvent);
    component!(path: ShowsComponent, storage: shows, event: ShowsEvent);
    component!(path: RaisesComponent, storage: raises, event: RaisesEvent);
    component!(path: AppealsComponent, storage: appeals, event: AppealsEvent);
    component!(path: StepsComponent, storage: steps, event: StepsEvent);
    component!(path: EntrypointsComponent, storage: entrypoints, event: EntrypointsEvent);

    #[abi(embed_v0)]
    impl AuditsImpl = EntrypointsComponent::AuditsImpl<ContractState>;

    #[storage]
    pub struct Storage {
        #[substorage(v0)]
        payouts: PayoutsComponent::Storage,
        #[substorage(v0)]
        leases: LeasesComponent::Storage,
        #[substorage(v0)]
        jobs: JobsComponent::Storage,
        #[substorage(v0)]
        settlement: SettlementComponent::Storage,
        #[substorage(v0)]
        pub store: AuditStoreComponent::Storage,
        #[substorage(v0)]
        seating: SeatingComponent::Storage,
        #[substorage(v0)]
        money: MoneyComponent::Storage,
        #[substorage(v0)]
        closing: ClosingComponent::Storage,
        #[substorage(v0)]
        rounds: RoundsComponent::Storage,
        #[substorage(v0)]
        sealing: SealingComponent::Storage,
        #[substorage(v0)]
        draws: DrawsComponent::Storage,
        #[substorage(v0)]
        reveals: RevealsComponent::Storage,
        #[substorage(v0)]
        shows: ShowsComponent::Storage,
        #[substorage(v0)]
        raises: RaisesComponent::Storage,
        #[substorage(v0)]
        appeals: AppealsComponent::Storage,
        #[substorage(v0)]
        steps: StepsComponent::Storage,
        #[substorage(v0)]
        entrypoints: EntrypointsComponent::Storage,
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
        MoneyEvent: MoneyComponent::Event,
        #[flat]
        ClosingEvent: ClosingComponent::Event,
        #[flat]
        RoundsEvent: RoundsComponent::Event,
        #[flat]
        SealingEvent: SealingComponent::Event,
        #[flat]
        DrawsEvent: DrawsComponent::Event,
        #[flat]
        RevealsEvent: RevealsComponent::Event,
        #[flat]
        ShowsEvent: ShowsComponent::Event,
        #[flat]
        RaisesEvent: RaisesComponent::Event,
        #[flat]
        AppealsEvent: AppealsComponent::Event,
        #[flat]
        StepsEvent: StepsComponent::Event,
        #[flat]
        EntrypointsEvent: EntrypointsComponent::Event,
    }
}

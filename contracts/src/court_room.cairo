//! The class of a board's court. Boards call it as a library, on their own storage, since both
//! together are larger than a class may be; it is never deployed by itself and has no money.
#[starknet::contract]
pub mod CourtRoom {
    use crate::cases::CasesComponent;
    use crate::challenges::ChallengesComponent;
    use crate::court::CourtComponent;
    use crate::docket::DocketComponent;
    use crate::hearings::HearingsComponent;
    use crate::job_book::JobBookComponent;
    use crate::lease_desk::LeaseDeskComponent;
    use crate::payouts::PayoutsComponent;
    use crate::settlement::SettlementComponent;
    use crate::verdicts::VerdictsComponent;
    use crate::votes::VotesComponent;

    component!(path: PayoutsComponent, storage: payouts, event: PayoutsEvent);
    component!(path: LeaseDeskComponent, storage: desk, event: DeskEvent);
    component!(path: JobBookComponent, storage: book, event: BookEvent);
    component!(path: SettlementComponent, storage: settlement, event: SettlementEvent);
    component!(path: CasesComponent, storage: cases, event: CasesEvent);
    component!(path: HearingsComponent, storage: hearings, event: HearingsEvent);
    component!(path: VerdictsComponent, storage: verdicts, event: VerdictsEvent);
    component!(path: DocketComponent, storage: docket, event: DocketEvent);
    component!(path: VotesComponent, storage: votes, event: VotesEvent);
    component!(path: CourtComponent, storage: court, event: CourtEvent);
    component!(path: ChallengesComponent, storage: challenges, event: ChallengesEvent);

    #[abi(embed_v0)]
    impl CourtImpl = CourtComponent::CourtImpl<ContractState>;
    #[abi(embed_v0)]
    impl ChallengesImpl = ChallengesComponent::ChallengesImpl<ContractState>;

    #[storage]
    struct Storage {
        #[substorage(v0)]
        payouts: PayoutsComponent::Storage,
        #[substorage(v0)]
        desk: LeaseDeskComponent::Storage,
        #[substorage(v0)]
        book: JobBookComponent::Storage,
        #[substorage(v0)]
        settlement: SettlementComponent::Storage,
        #[substorage(v0)]
        cases: CasesComponent::Storage,
        #[substorage(v0)]
        hearings: HearingsComponent::Storage,
        #[substorage(v0)]
        verdicts: VerdictsComponent::Storage,
        #[substorage(v0)]
        docket: DocketComponent::Storage,
        #[substorage(v0)]
        votes: VotesComponent::Storage,
        #[substorage(v0)]
        court: CourtComponent::Storage,
        #[substorage(v0)]
        challenges: ChallengesComponent::Storage,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        #[flat]
        PayoutsEvent: PayoutsComponent::Event,
        #[flat]
        DeskEvent: LeaseDeskComponent::Event,
        #[flat]
        BookEvent: JobBookComponent::Event,
        #[flat]
        SettlementEvent: SettlementComponent::Event,
        #[flat]
        CasesEvent: CasesComponent::Event,
        #[flat]
        HearingsEvent: HearingsComponent::Event,
        #[flat]
        VerdictsEvent: VerdictsComponent::Event,
        #[flat]
        DocketEvent: DocketComponent::Event,
        #[flat]
        VotesEvent: VotesComponent::Event,
        #[flat]
        CourtEvent: CourtComponent::Event,
        #[flat]
        ChallengesEvent: ChallengesComponent::Event,
    }
}

//! Votes are drawn from the seats here, where stake, seats and offers are at hand.
#[starknet::component]
pub mod CommitteesComponent {
    use crate::interfaces::registry::ICommittees;
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::profiles::ProfilesComponent::InternalTrait as ProfilesTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::rules::draw::unit_at;
    use crate::types::registry::VoteRequest;

    /// Tries for each vote wanted: seats that were given up, and unwilling holders, are passed
    /// over.
    const TRIES: u32 = 12;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[embeddable_as(CommitteesImpl)]
    impl Committees<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of ICommittees<ComponentState<TContractState>> {
        /// Holders of drawn units, each as often as its units were drawn; fewer than wanted where
        /// tries run out. Nothing is locked.
        fn draw_votes(self: @ComponentState<TContractState>, request: VoteRequest) -> Array<u32> {
            let mut found = array![];
            let (family, wanted) = (request.family, request.wanted);
            let (epoch, mature) = match self.drawn_over(family, request.block) {
                Some(epochs) => epochs,
                None => { return found; },
            };
            let entries = get_dep_component!(self, Entries);
            let count = entries.entries_until(family, mature);
            let units = entries.units_of(family, count);
            if units == 0 {
                return found;
            }
            let roles = self.get_contract();
            let (requester, worker_owner) = (request.requester, roles.owner_of(request.worker_id));
            let mut attempt = 0;
            while found.len() < wanted && attempt < TRIES * wanted {
                let unit = unit_at(request.seed, attempt, units);
                let (worker_id, place) = entries.holder_at(family, count, (epoch, mature), unit);
                if worker_id != 0 {
                    let owner = roles.owner_of(worker_id);
                    if owner != requester
                        && owner != worker_owner
                        && self.may_vote(worker_id, place, epoch, @request) {
                        found.append(worker_id);
                    }
                }
                attempt += 1;
            }
            found
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// The epoch that a draw for that block goes over, and the one since which seats must have
        /// been there; None where the family has no verifiers then.
        fn drawn_over(
            self: @ComponentState<TContractState>, family: felt252, block: u64,
        ) -> Option<(u32, u32)> {
            let epoch = get_dep_component!(self, Purses).epoch_before(block)?;
            let mature = get_dep_component!(self, Entries).mature_in(family, epoch)?;
            Some((epoch, mature))
        }

        /// Whether the holder was willing in that epoch, and its purse covered that unit of an
        /// entry.
        fn may_vote(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            place: u64,
            epoch: u32,
            request: @VoteRequest,
        ) -> bool {
            let profiles = get_dep_component!(self, Profiles);
            let purses = get_dep_component!(self, Purses);
            profiles.is_willing(worker_id, epoch, request)
                && purses.covered_in(worker_id, epoch).into() > place
        }
    }
}

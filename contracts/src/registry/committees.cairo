//! Votes are drawn from the seats here, where stake, seats and offers are at hand.
#[starknet::component]
pub mod CommitteesComponent {
    use core::poseidon::poseidon_hash_span;
    use starknet::{ContractAddress, get_block_number};
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
    const VERIFIERS_DOMAIN: felt252 = 'renderchain/verifiers/1';

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
            self.walk(@request, false)
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Whether votes drawn now could go to as many owners as are wanted.
        fn has_verifiers(self: @ComponentState<TContractState>, request: @VoteRequest) -> bool {
            let block = get_block_number();
            let epoch = get_dep_component!(self, Purses).this_epoch();
            let seed = poseidon_hash_span(
                array![VERIFIERS_DOMAIN, *request.family, epoch.into()].span(),
            );
            let asked = VoteRequest { block, seed, ..*request };
            self.walk(@asked, true).len() == asked.wanted
        }

        /// Holders of units as the seed draws them; `apart` takes one of each owner only.
        fn walk(
            self: @ComponentState<TContractState>, request: @VoteRequest, apart: bool,
        ) -> Array<u32> {
            let mut found = array![];
            let (family, wanted) = (*request.family, *request.wanted);
            let epoch = match get_dep_component!(self, Purses).epoch_before(*request.block) {
                Some(epoch) => epoch,
                None => { return found; },
            };
            let entries = get_dep_component!(self, Entries);
            let units = entries.units_until(family, epoch);
            if units == 0 {
                return found;
            }
            let roles = self.get_contract();
            let mut owners = array![*request.requester, roles.owner_of(*request.worker_id)];
            let mut attempt = 0;
            while found.len() < wanted && attempt < TRIES * wanted {
                let unit = unit_at(*request.seed, attempt, units);
                let (worker_id, place) = entries.holder_at(family, epoch, unit);
                if worker_id != 0 {
                    let owner = roles.owner_of(worker_id);
                    if !has(owners.span(), owner)
                        && self.may_vote(worker_id, place, epoch, request) {
                        found.append(worker_id);
                        if apart {
                            owners.append(owner);
                        }
                    }
                }
                attempt += 1;
            }
            found
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

    fn has(owners: Span<ContractAddress>, wanted: ContractAddress) -> bool {
        let mut found = false;
        for owner in owners {
            if *owner == wanted {
                found = true;
                break;
            }
        }
        found
    }
}

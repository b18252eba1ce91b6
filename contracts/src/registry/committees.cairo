//! Votes are drawn from the seats here, where stake, seats and offers are at hand.
#[starknet::component]
pub mod CommitteesComponent {
    use starknet::storage::StorageMapReadAccess;
    use starknet::{ContractAddress, get_block_timestamp};
    use crate::interfaces::registry::ICommittees;
    use crate::packing::registry::{AuditOfferPacking, WorkOfferPacking};
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::roles::Roles;
    use crate::registry::seats::SeatsComponent;
    use crate::registry::seats::SeatsComponent::InternalTrait as SeatsTrait;
    use crate::registry::stakes::StakesComponent;
    use crate::registry::stakes::StakesComponent::InternalTrait as StakesTrait;
    use crate::rules::draw::unit_at;
    use crate::types::registry::VoteRequest;

    /// Tries for each seat wanted: seats that were given up, and unwilling holders, are passed
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
        impl Seats: SeatsComponent::HasComponent<TContractState>,
        impl Stakes: StakesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of ICommittees<ComponentState<TContractState>> {
        /// Holders of drawn units who are willing and able, each as often as its units were drawn;
        /// fewer than wanted where tries run out. Nothing is locked.
        fn draw_votes(self: @ComponentState<TContractState>, request: VoteRequest) -> Array<u32> {
            let seats = get_dep_component!(self, Seats);
            let mut found = array![];
            let family = request.family;
            let epoch = match seats.epoch_before(request.block) {
                Some(epoch) => epoch,
                None => { return found; },
            };
            let units = seats.units_until(family, epoch);
            if units == 0 {
                return found;
            }
            let roles = self.get_contract();
            let partial = (request.requester, roles.owner_of(request.worker_id));
            let mut attempt = 0;
            while found.len() < request.wanted && attempt < TRIES * request.wanted {
                let unit = unit_at(request.seed, attempt, units);
                let worker_id = seats.holder_at(family, epoch, unit);
                if worker_id != 0 && self.may_vote(worker_id, partial, @request) {
                    found.append(worker_id);
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
        impl Stakes: StakesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Not of an owner who has a stake in the outcome, willing, and able.
        fn may_vote(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            partial: (ContractAddress, ContractAddress),
            request: @VoteRequest,
        ) -> bool {
            let owner = self.get_contract().owner_of(worker_id);
            let (requester, worker_owner) = partial;
            owner != requester && owner != worker_owner && self.is_able(worker_id, request)
        }

        fn is_able(
            self: @ComponentState<TContractState>, worker_id: u32, request: @VoteRequest,
        ) -> bool {
            let profiles = get_dep_component!(self, Profiles);
            let offer = profiles.profile_offers.read(worker_id);
            let audit_fee_fri = profiles.profile_audit_offers.read(worker_id).audit_fee_fri;
            let willing = audit_fee_fri != 0
                && audit_fee_fri <= *request.fee_fri
                && offer.largest_package_bytes >= *request.package_bytes
                && get_block_timestamp() < offer.until_s;
            let stake = get_dep_component!(self, Stakes).stake_of(worker_id);
            willing && stake.stake_fri - stake.locked_fri >= *request.bond_fri
        }
    }
}

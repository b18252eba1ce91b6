//! Verifiers are drawn from the seats here, where stake, seats and offers are at hand.
#[starknet::component]
pub mod CommitteesComponent {
    use starknet::storage::StorageMapReadAccess;
    use starknet::{ContractAddress, get_block_timestamp};
    use crate::interfaces::registry::ICommittees;
    use crate::packing::registry::{AuditOfferPacking, WorkOfferPacking};
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::registry::seats::SeatsComponent;
    use crate::registry::seats::SeatsComponent::InternalTrait as SeatsTrait;
    use crate::registry::stakes::StakesComponent;
    use crate::registry::stakes::StakesComponent::InternalTrait as StakesTrait;
    use crate::rules::draw::unit_at;
    use crate::types::registry::CommitteeRequest;

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
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Seats: SeatsComponent::HasComponent<TContractState>,
        impl Stakes: StakesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of ICommittees<ComponentState<TContractState>> {
        /// Caller: an active board. Locks each verifier's bond; returns their worker numbers, or
        /// nobody if there are not enough.
        fn draw_committee(
            ref self: ComponentState<TContractState>, request: CommitteeRequest,
        ) -> Array<u32> {
            let mut contract = self.get_contract_mut();
            let board = contract.assert_active_board();
            let mut found = self.candidates(@request);
            let mut count = found.len();
            if request.odd && count % 2 == 0 && count != 0 {
                count -= 1;
            }
            if count < request.least {
                return array![];
            }
            let (mut chosen, mut locks) = (array![], array![]);
            let mut stakes = get_dep_component_mut!(ref self, Stakes);
            for worker_id in found.span().slice(0, count) {
                let stake = stakes.stake_of(*worker_id);
                locks.append(stakes.lock_for(board, *worker_id, stake, request.bond_fri));
                chosen.append(*worker_id);
            }
            stakes.announce_locks(board, locks);
            chosen
        }
    }

    #[generate_trait]
    impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Seats: SeatsComponent::HasComponent<TContractState>,
        impl Stakes: StakesComponent::HasComponent<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Holders of drawn units, of one owner each, who are willing and able.
        fn candidates(
            self: @ComponentState<TContractState>, request: @CommitteeRequest,
        ) -> Array<u32> {
            let seats = get_dep_component!(self, Seats);
            let entries = get_dep_component!(self, Entries);
            let mut found = array![];
            let family = *request.family;
            let epoch = match seats.epoch_before(*request.block) {
                Some(epoch) => epoch,
                None => { return found; },
            };
            let units = entries.units_until(family, epoch);
            if units == 0 {
                return found;
            }
            let mut owners = self.excluded(request);
            let mut attempt = 0;
            while found.len() < *request.wanted && attempt < TRIES * *request.wanted {
                let unit = unit_at(*request.seed, attempt, units);
                let worker_id = entries.holder_at(family, epoch, unit);
                if worker_id != 0 {
                    let owner = self.get_contract().owner_of(worker_id);
                    if !has(owners.span(), owner) && self.is_able(worker_id, request) {
                        owners.append(owner);
                        found.append(worker_id);
                    }
                }
                attempt += 1;
            }
            found
        }

        /// Owners who have a stake in the outcome, or a seat already.
        fn excluded(
            self: @ComponentState<TContractState>, request: @CommitteeRequest,
        ) -> Array<ContractAddress> {
            let roles = self.get_contract();
            let mut owners = array![*request.requester, roles.owner_of(*request.worker_id)];
            for taken in request.taken.span() {
                owners.append(roles.owner_of(*taken));
            }
            owners
        }

        fn is_able(
            self: @ComponentState<TContractState>, worker_id: u32, request: @CommitteeRequest,
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

//! Votes are drawn from the seats here, where stake, seats and offers are at hand.
#[starknet::component]
pub mod CommitteesComponent {
    use starknet::ContractAddress;
    use crate::interfaces::registry::ICommittees;
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::profiles::ProfilesComponent::InternalTrait as ProfilesTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::rules::draw::unit_at;
    use crate::types::registry::{Ages, VoteRequest};

    /// Tries for each vote wanted: seats that were given up, and unwilling holders, are passed
    /// over.
    const TRIES: u32 = 12;
    /// Where votes were not looked for before, they stand at once if all but so many of those met
    /// were willing: the usual case, and cheap.
    const UNWILLING_AT_ONCE: u32 = 1;
    /// Else such a part of all that are met in all tries must be willing. So the few who are, among
    /// many who are not, do not decide alone, however often the draw is repeated.
    const WILLING_PART: u32 = 2;

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
        /// Holders of drawn units, each as often as its units were drawn; nobody where tries run
        /// out, or too few of those met were willing. Nothing is locked.
        fn draw_votes(self: @ComponentState<TContractState>, request: VoteRequest) -> Array<u32> {
            let (family, wanted) = (request.family, request.wanted);
            let (epoch, mature) = match self.drawn_over(family, request.block) {
                Some(epochs) => epochs,
                None => { return array![]; },
            };
            let entries = get_dep_component!(self, Entries);
            let count = entries.entries_until(family, mature);
            let units = entries.units_of(family, count);
            if units == 0 {
                return array![];
            }
            let parties = (request.requester, self.get_contract().owner_of(request.worker_id));
            let (mut found, mut met, mut willing, mut stands) = (array![], 0, 0, false);
            for attempt in 0..TRIES * wanted {
                let unit = unit_at(request.seed, attempt, units);
                let (worker_id, place) = entries.holder_at(family, count, (epoch, mature), unit);
                if !self.is_met(worker_id, place, epoch, parties) {
                    continue;
                }
                met += 1;
                if self.is_willing(worker_id, epoch, @request) {
                    willing += 1;
                    if found.len() < wanted {
                        found.append(worker_id);
                    }
                }
                let at_once = !request.again && met <= wanted + UNWILLING_AT_ONCE;
                let at_last = WILLING_PART * willing >= TRIES * wanted;
                stands = found.len() == wanted && (at_once || at_last);
                if stands {
                    break;
                }
            }
            if stands || (found.len() == wanted && met <= WILLING_PART * willing) {
                found
            } else {
                array![]
            }
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
        /// The epoch that a draw for that block goes over, and the one since which seats must have
        /// been there; None where the family had no verifiers then. Seats that are given up later
        /// do not make it younger.
        fn drawn_over(
            self: @ComponentState<TContractState>, family: felt252, block: u64,
        ) -> Option<(u32, u32)> {
            let epoch = get_dep_component!(self, Purses).epoch_before(block)?;
            let entries = get_dep_component!(self, Entries);
            let Ages { seat_epochs, family_epochs } = entries.ages();
            if entries.entry_at(family, 0).first_epoch + family_epochs <= epoch {
                Some((epoch, epoch - seat_epochs))
            } else {
                None
            }
        }

        /// Whether the unit of an entry has a holder that is neither of the parties, and whose
        /// purse covered it in that epoch.
        fn is_met(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            place: u64,
            epoch: u32,
            parties: (ContractAddress, ContractAddress),
        ) -> bool {
            if worker_id == 0 {
                return false;
            }
            let (owner, (requester, worker_owner)) = (
                self.get_contract().owner_of(worker_id), parties,
            );
            owner != requester && owner != worker_owner && self.covers(worker_id, place, epoch)
        }

        fn covers(
            self: @ComponentState<TContractState>, worker_id: u32, place: u64, epoch: u32,
        ) -> bool {
            get_dep_component!(self, Purses).covered_in(worker_id, epoch).into() > place
        }

        fn is_willing(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            epoch: u32,
            request: @VoteRequest,
        ) -> bool {
            get_dep_component!(self, Profiles).is_willing(worker_id, epoch, request)
        }

        /// Whether the holder was willing in that epoch, and its purse covered a unit then.
        fn may_vote(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            epoch: u32,
            request: @VoteRequest,
        ) -> bool {
            self.is_willing(worker_id, epoch, request) && self.covers(worker_id, 0, epoch)
        }
    }
}

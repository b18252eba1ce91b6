//! Whether a family has verifiers for a job: who a claim may name is who a draw may choose.
#[starknet::component]
pub mod FamiliesComponent {
    use core::cmp::min;
    use core::panic_with_felt252;
    use starknet::storage::{StoragePointerReadAccess, StoragePointerWriteAccess};
    use starknet::{ContractAddress, get_block_number};
    use crate::interfaces::registry::IFamilies;
    use crate::registry::committees::CommitteesComponent;
    use crate::registry::committees::CommitteesComponent::InternalTrait as CommitteesTrait;
    use crate::registry::family_pays::FamilyPaysComponent;
    use crate::registry::family_pays::FamilyPaysComponent::{
        InternalTrait as FamilyPaysTrait, mature_units,
    };
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::purses::PursesComponent;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::registry::seats::SeatsComponent;
    use crate::registry::seats::SeatsComponent::InternalTrait as SeatsTrait;
    use crate::types::registry::{FamilyInfo, VoteRequest};

    /// Owners besides the worker's and the requester's who must be willing to verify.
    const LEAST_NAMED: u32 = 4;
    /// An assignment to many workers may name some more, so that each has four others.
    const MOST_NAMED: u32 = 8;
    /// Entries that a search looks at.
    const MOST_SEEN: u32 = 500;

    pub mod Errors {
        pub const TOO_MANY_NAMED: felt252 = 'RC: too many verifiers named';
        pub const TOO_FEW_NAMED: felt252 = 'RC: too few verifiers named';
        pub const MAY_NOT_VOTE: felt252 = 'RC: named verifier may not vote';
        pub const NAMED_TWICE: felt252 = 'RC: two named of one owner';
    }

    /// | family_unjudged_cap_fri | 1 | fri | that a worker may have locked when it takes a lease
    /// that nobody judges, set once |
    #[storage]
    pub struct Storage {
        family_unjudged_cap_fri: u128,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[embeddable_as(FamiliesImpl)]
    impl Families<
        TContractState,
        +HasComponent<TContractState>,
        impl Committees: CommitteesComponent::HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Pays: FamilyPaysComponent::HasComponent<TContractState>,
        +PursesComponent::HasComponent<TContractState>,
        impl Seats: SeatsComponent::HasComponent<TContractState>,
        +ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of IFamilies<ComponentState<TContractState>> {
        /// Whom a claim may name: up to `wanted` holders of different owners. The seed says where
        /// the search begins. For clients; no contract needs it.
        fn willing_verifiers(
            self: @ComponentState<TContractState>, request: VoteRequest,
        ) -> Array<u32> {
            let (entries, roles) = (get_dep_component!(self, Entries), self.get_contract());
            let epochs = self.drawn_now(request.family);
            let mut owners = array![request.requester, roles.owner_of(request.worker_id)];
            let mut found = array![];
            let count = entries.count_of(request.family);
            let seed: u256 = request.seed.into();
            let mut seen = 0;
            while seen != min(count, MOST_SEEN) && found.len() != request.wanted {
                let place = (seed.low + seen.into()) % count.into();
                let entry = entries.entry_at(request.family, place.try_into().unwrap());
                let worker_id = entry.worker_id;
                seen += 1;
                if entry.until_epoch == 0 && self.could_be_drawn(worker_id, epochs, @request) {
                    let owner = roles.owner_of(worker_id);
                    if !has(owners.span(), owner) {
                        owners.append(owner);
                        found.append(worker_id);
                    }
                }
            }
            found
        }

        /// Caller: an active board, for a lease with that pay that nobody judged so far: its
        /// requester names verifiers who could be drawn about it. What it earns counts for the
        /// family's cap from now on, and has to fit under it.
        fn judge(
            ref self: ComponentState<TContractState>,
            request: VoteRequest,
            verifiers: Array<u32>,
            pay_fri: u128,
        ) {
            let mut roles = self.get_contract_mut();
            roles.assert_active_board();
            let owners = match self.owners_of(verifiers.span(), @request) {
                Ok(owners) => owners,
                Err(reason) => panic_with_felt252(reason),
            };
            assert(self.has_enough(owners, request.worker_id), Errors::TOO_FEW_NAMED);
            let mut pays = get_dep_component_mut!(ref self, Pays);
            let (pay, room_fri) = pays.room_in(request.family);
            assert(pay_fri <= room_fri, FamilyPaysComponent::Errors::AT_CAP);
            pays.open(request.family, pay, pay_fri);
        }

        fn unjudged_cap_fri(self: @ComponentState<TContractState>) -> u128 {
            self.unjudged_cap()
        }

        fn family(self: @ComponentState<TContractState>, family: felt252) -> FamilyInfo {
            let pays = get_dep_component!(self, Pays);
            let pay = pays.pay_of(family);
            let age = get_dep_component!(self, Entries).ages().family_epochs;
            FamilyInfo {
                units: pay.units,
                mature_units: mature_units(pay),
                open_pay_fri: pay.open_fri,
                most_pay_fri: pays.most_fri(pay),
                from_epoch: if pay.since_epoch == 0 {
                    0
                } else {
                    pay.since_epoch + age + 1
                },
            }
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Committees: CommitteesComponent::HasComponent<TContractState>,
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Pays: FamilyPaysComponent::HasComponent<TContractState>,
        +PursesComponent::HasComponent<TContractState>,
        impl Seats: SeatsComponent::HasComponent<TContractState>,
        +ProfilesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, unjudged_cap_fri: u128) {
            self.family_unjudged_cap_fri.write(unjudged_cap_fri);
        }

        fn unjudged_cap(self: @ComponentState<TContractState>) -> u128 {
            self.family_unjudged_cap_fri.read()
        }

        /// The owners of named verifiers, each of whom could be drawn; or why not.
        fn owners_of(
            self: @ComponentState<TContractState>, named: Span<u32>, request: @VoteRequest,
        ) -> Result<Span<ContractAddress>, felt252> {
            if named.len() > MOST_NAMED {
                return Err(Errors::TOO_MANY_NAMED);
            }
            let (roles, epochs) = (self.get_contract(), self.drawn_now(*request.family));
            let mut owners = array![];
            let mut refusal = 0;
            for worker_id in named {
                let owner = roles.owner_of(*worker_id);
                let may_vote = owner != *request.requester
                    && self.could_be_drawn(*worker_id, epochs, request);
                if !may_vote {
                    refusal = Errors::MAY_NOT_VOTE;
                    break;
                }
                if has(owners.span(), owner) {
                    refusal = Errors::NAMED_TWICE;
                    break;
                }
                owners.append(owner);
            }
            if refusal == 0 {
                Ok(owners.span())
            } else {
                Err(refusal)
            }
        }

        /// Whether enough of them are not the worker's own.
        fn has_enough(
            self: @ComponentState<TContractState>, owners: Span<ContractAddress>, worker_id: u32,
        ) -> bool {
            let own = if has(owners, self.get_contract().owner_of(worker_id)) {
                1
            } else {
                0
            };
            owners.len() >= LEAST_NAMED + own
        }

        /// What a draw about what is submitted now would go over; None where nobody may be named.
        fn drawn_now(self: @ComponentState<TContractState>, family: felt252) -> Option<(u32, u32)> {
            let (epoch, mature) = get_dep_component!(self, Committees)
                .drawn_over(family, get_block_number())?;
            if get_dep_component!(self, Pays).is_old(family, epoch) {
                Some((epoch, mature))
            } else {
                None
            }
        }

        /// Whether a draw over those epochs may choose it, as far as its seats, all of them, its
        /// purse and its offer say; for later ones it must not have changed them.
        fn could_be_drawn(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            epochs: Option<(u32, u32)>,
            request: @VoteRequest,
        ) -> bool {
            match epochs {
                Some((
                    epoch, mature,
                )) => {
                    let (seats, family) = (get_dep_component!(self, Seats), *request.family);
                    seats.has_sat_since(worker_id, family, mature)
                        && get_dep_component!(self, Committees).may_vote(worker_id, epoch, request)
                },
                None => false,
            }
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

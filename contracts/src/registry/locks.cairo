//! What a lease locks of its worker's stake, and at which audit rate. It moves no money.
#[starknet::component]
pub mod LocksComponent {
    use core::num::traits::Zero;
    use starknet::{ContractAddress, get_block_timestamp};
    use crate::registry::committees::CommitteesComponent;
    use crate::registry::families::FamiliesComponent;
    use crate::registry::families::FamiliesComponent::InternalTrait as FamiliesTrait;
    use crate::registry::family_pays::FamilyPaysComponent;
    use crate::registry::family_pays::FamilyPaysComponent::InternalTrait as FamilyPaysTrait;
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::profiles::ProfilesComponent::InternalTrait as ProfilesTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::records::RecordsComponent;
    use crate::registry::records::RecordsComponent::InternalTrait as RecordsTrait;
    use crate::registry::roles::Errors::UNKNOWN_WORKER;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seats::SeatsComponent;
    use crate::registry::stakes::StakesComponent;
    use crate::registry::stakes::StakesComponent::InternalTrait as StakesTrait;
    use crate::rules::terms::{Errors as TermsErrors, audit_rate};
    use crate::types::registry::{Board, LockGrant, LockRequest, LockTerms, VoteRequest, WorkerLock};

    pub mod Errors {
        pub const TOO_MUCH_UNJUDGED: felt252 = 'RC: too much without a jury';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        +Roles<TContractState>,
        impl Profiles: ProfilesComponent::HasComponent<TContractState>,
        +SeatEntriesComponent::HasComponent<TContractState>,
        +SeatsComponent::HasComponent<TContractState>,
        +PursesComponent::HasComponent<TContractState>,
        +CommitteesComponent::HasComponent<TContractState>,
        impl Families: FamiliesComponent::HasComponent<TContractState>,
        impl Pays: FamilyPaysComponent::HasComponent<TContractState>,
        impl Records: RecordsComponent::HasComponent<TContractState>,
        impl Stakes: StakesComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// One answer a request, in their order; a refused one changes nothing.
        fn lock_all(
            ref self: ComponentState<TContractState>,
            board: Board,
            terms: LockTerms,
            requests: Array<LockRequest>,
        ) -> Array<LockGrant> {
            let now_s = get_block_timestamp();
            let owners = get_dep_component!(@self, Families)
                .owners_of(terms.verifiers, @asked(@terms));
            let mut pays = get_dep_component_mut!(ref self, Pays);
            let (pay, room_fri) = pays.room_in(terms.family);
            let (mut grants, mut locks, mut opened_fri) = (array![], array![], 0);
            for request in requests {
                let operator = self.get_contract().holder_of(request.worker_id);
                let mut grant = LockGrant { refusal: 0, audit_exp: 0, operator };
                let limits = (now_s, owners, room_fri - opened_fri);
                match self.lock(board, @terms, @request, operator, limits) {
                    Ok((
                        audit_exp, lock,
                    )) => {
                        grant.audit_exp = audit_exp;
                        if terms.verifiers.len() != 0 {
                            opened_fri += request.pay_fri;
                        }
                        locks.append(lock);
                    },
                    Err(refusal) => { grant.refusal = refusal; },
                }
                grants.append(grant);
            }
            let mut pays = get_dep_component_mut!(ref self, Pays);
            pays.open(terms.family, pay, opened_fri);
            let mut stakes = get_dep_component_mut!(ref self, Stakes);
            stakes.announce_locks(board, locks);
            grants
        }

        /// The audit rate and what is locked of the worker then, or why nothing is.
        fn lock(
            ref self: ComponentState<TContractState>,
            board: Board,
            terms: @LockTerms,
            request: @LockRequest,
            operator: ContractAddress,
            limits: (u64, Result<Span<ContractAddress>, felt252>, u128),
        ) -> Result<(u8, WorkerLock), felt252> {
            let (worker_id, (now_s, owners, room_fri)) = (*request.worker_id, limits);
            let is_judged = (*terms.verifiers).len() != 0;
            let profiles = get_dep_component!(@self, Profiles);
            if operator.is_zero() {
                return Err(UNKNOWN_WORKER);
            }
            if (*terms.operator).is_zero() {
                if !profiles.is_offered(terms, request, now_s) {
                    return Err(ProfilesComponent::Errors::NOT_OFFERED);
                }
            } else if *terms.operator != operator {
                return Err(TermsErrors::NOT_ITS_OPERATOR);
            }
            if !profiles.renders(worker_id, *terms.family) {
                return Err(ProfilesComponent::Errors::FAMILY_UNSUPPORTED);
            }
            let (named, families) = (owners?, get_dep_component!(@self, Families));
            if is_judged && !families.has_enough(named, worker_id) {
                return Err(FamiliesComponent::Errors::TOO_FEW_NAMED);
            }
            if is_judged && *request.pay_fri > room_fri {
                return Err(FamilyPaysComponent::Errors::AT_CAP);
            }
            let mut stakes = get_dep_component_mut!(ref self, Stakes);
            let stake = stakes.stake_of(worker_id);
            let free_fri = stake.stake_fri - stake.locked_fri;
            let (pay_fri, least_lock_fri) = (*request.pay_fri, *request.least_lock_fri);
            let floor_exp = if is_judged {
                *terms.audit_floor_exp
            } else {
                0
            };
            let fees_fri = if floor_exp == 0 {
                0
            } else {
                get_dep_component!(@self, Records).record_of(worker_id, *terms.family).fees_fri
            };
            match audit_rate(pay_fri, least_lock_fri, floor_exp, fees_fri, free_fri) {
                Some((audit_exp, lock_fri)) => if !is_judged && stake.locked_fri
                    + lock_fri > families.unjudged_cap() {
                    Err(Errors::TOO_MUCH_UNJUDGED)
                } else {
                    Ok((audit_exp, stakes.lock_for(board, worker_id, stake, lock_fri)))
                },
                None => Err(StakesComponent::Errors::STAKE_NOT_FREE),
            }
        }
    }

    /// What votes about these leases would ask of their holders.
    fn asked(terms: @LockTerms) -> VoteRequest {
        VoteRequest {
            family: *terms.family,
            block: 0,
            seed: 0,
            wanted: 0,
            again: false,
            worker_id: 0,
            requester: *terms.requester,
            fee_fri: *terms.fee_fri,
            package_bytes: *terms.package_bytes,
            memory_mib: *terms.memory_mib,
        }
    }
}

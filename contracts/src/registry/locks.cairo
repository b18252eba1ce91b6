//! What a lease locks of its worker's stake, and at which audit rate. It moves no money.
#[starknet::component]
pub mod LocksComponent {
    use core::num::traits::Zero;
    use starknet::{ContractAddress, get_block_timestamp};
    use crate::registry::committees::CommitteesComponent;
    use crate::registry::committees::CommitteesComponent::InternalTrait as CommitteesTrait;
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::profiles::ProfilesComponent::InternalTrait as ProfilesTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::records::RecordsComponent;
    use crate::registry::records::RecordsComponent::InternalTrait as RecordsTrait;
    use crate::registry::roles::Errors::UNKNOWN_WORKER;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::stakes::StakesComponent;
    use crate::registry::stakes::StakesComponent::InternalTrait as StakesTrait;
    use crate::rules::terms::audit_rate;
    use crate::types::registry::{Board, LockGrant, LockRequest, LockTerms, VoteRequest, WorkerLock};

    pub mod Errors {
        pub const NOT_ITS_OPERATOR: felt252 = 'RC: not the worker operator';
        pub const TOO_FEW_VERIFIERS: felt252 = 'RC: too much without a jury';
    }

    /// With fewer owners besides the worker's own there are too few verifiers.
    const LEAST_OWNERS: u32 = 4;

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
        impl Entries: SeatEntriesComponent::HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        impl Committees: CommitteesComponent::HasComponent<TContractState>,
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
            let (mut grants, mut locks) = (array![], array![]);
            for request in requests {
                let operator = self.get_contract().holder_of(request.worker_id);
                let mut grant = LockGrant { refusal: 0, audit_exp: 0, operator };
                match self.lock(board, @terms, @request, operator, now_s) {
                    Ok((audit_exp, lock)) => {
                        grant.audit_exp = audit_exp;
                        locks.append(lock);
                    },
                    Err(refusal) => { grant.refusal = refusal; },
                }
                grants.append(grant);
            }
            let mut stakes = get_dep_component_mut!(ref self, Stakes);
            stakes.announce_locks(board, locks);
            grants
        }

        /// Whether a worker may not have so much locked in a family with too few verifiers, who are
        /// looked for as a draw does.
        fn is_too_much(
            self: @ComponentState<TContractState>,
            terms: @LockTerms,
            request: @LockRequest,
            locked_fri: u128,
        ) -> bool {
            if locked_fri <= self.get_contract().unjudged_fri() {
                return false;
            }
            let asked = VoteRequest {
                family: *terms.family,
                block: 0,
                seed: 0,
                wanted: LEAST_OWNERS,
                worker_id: *request.worker_id,
                requester: Zero::zero(),
                fee_fri: *request.fee_fri,
                package_bytes: *terms.package_bytes,
                memory_mib: *terms.memory_mib,
            };
            !get_dep_component!(self, Committees).has_verifiers(@asked)
        }

        /// The audit rate and what is locked of the worker then, or why nothing is.
        fn lock(
            ref self: ComponentState<TContractState>,
            board: Board,
            terms: @LockTerms,
            request: @LockRequest,
            operator: ContractAddress,
            now_s: u64,
        ) -> Result<(u8, WorkerLock), felt252> {
            let worker_id = *request.worker_id;
            let profiles = get_dep_component!(@self, Profiles);
            if operator.is_zero() {
                return Err(UNKNOWN_WORKER);
            }
            if (*terms.operator).is_zero() {
                if !profiles.is_offered(terms, request, now_s) {
                    return Err(ProfilesComponent::Errors::NOT_OFFERED);
                }
            } else if *terms.operator != operator {
                return Err(Errors::NOT_ITS_OPERATOR);
            }
            if !profiles.renders(worker_id, *terms.family) {
                return Err(ProfilesComponent::Errors::FAMILY_UNSUPPORTED);
            }
            let mut stakes = get_dep_component_mut!(ref self, Stakes);
            let stake = stakes.stake_of(worker_id);
            let free_fri = stake.stake_fri - stake.locked_fri;
            let (pay_fri, least_lock_fri) = (*request.pay_fri, *request.least_lock_fri);
            let floor_exp = *terms.audit_floor_exp;
            let fees_fri = if floor_exp == 0 {
                0
            } else {
                get_dep_component!(@self, Records).record_of(worker_id).fees_fri
            };
            match audit_rate(pay_fri, least_lock_fri, floor_exp, fees_fri, free_fri) {
                Some((audit_exp, lock_fri)) => if self
                    .is_too_much(terms, request, stake.locked_fri + lock_fri) {
                    Err(Errors::TOO_FEW_VERIFIERS)
                } else {
                    Ok((audit_exp, stakes.lock_for(board, worker_id, stake, lock_fri)))
                },
                None => Err(StakesComponent::Errors::STAKE_NOT_FREE),
            }
        }
    }
}

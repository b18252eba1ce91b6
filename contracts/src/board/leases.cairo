//! The leases of a board, in their workers' slots. It moves no money.
#[starknet::component]
pub mod LeasesComponent {
    use core::hash::{HashStateExTrait, HashStateTrait};
    use core::num::traits::Zero;
    use core::poseidon::PoseidonTrait;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_caller_address};
    use crate::events::board::{LeaseClaimed, ResultSubmitted, SpareGiven};
    use crate::interfaces::registry::{
        IProfilesDispatcher, IProfilesDispatcherTrait, ISeatsDispatcher, ISeatsDispatcherTrait,
        IWorkerRegistryDispatcher, IWorkerRegistryDispatcherTrait,
    };
    use crate::packing::board::{LeaseCell, LeasePacking, turn_of};
    use crate::packing::registry::LimitsPacking;
    use crate::rules::lease_id::{MAX_SLOTS, join, place_number, split, worker_of};
    use crate::rules::terms::{Errors as TermsErrors, has_passed, now};
    use crate::types::audit::DrawOutcome;
    use crate::types::board::{Lease, LeaseResult, LeaseState, Place, SignedResult};
    use crate::types::registry::{Limits, Signer};

    pub mod Errors {
        pub const NOT_OPERATOR: felt252 = 'RC: not the lease operator';
        pub const SLOT_TAKEN: felt252 = 'RC: slot holds a lease';
        pub const NO_SUCH_SLOT: felt252 = 'RC: no such slot';
        pub const WRONG_STATE: felt252 = 'RC: lease in another state';
        pub const PAID: felt252 = 'RC: lease is paid already';
        pub const OTHER_JOB: felt252 = 'RC: lease of another job';
        pub const OTHER_RESULT: felt252 = 'RC: not the submitted result';
        pub const ZERO_ROOT: felt252 = 'RC: empty result';
        pub const WRONG_COUNT: felt252 = 'RC: not so many of its tasks';
    }

    /// | desk_registry | 1 | address | set once |
    /// | desk_limits | 1 | packed | the registry's, set once |
    /// | desk_seat_unit_fri | 1 | fri | the registry's, set once |
    /// | desk_leases | 1 a slot | packed | used again by its next lease |
    /// | desk_twins | 1 a slot whose tasks were given twice | number | the other lease, used again
    /// |
    /// | desk_results | 1 a slot | felt | hash of the result, used again |
    #[storage]
    pub struct Storage {
        desk_registry: ContractAddress,
        desk_limits: Limits,
        pub desk_seat_unit_fri: u128,
        pub desk_leases: Map<u64, LeaseCell>,
        pub desk_twins: Map<u64, u64>,
        desk_results: Map<u64, felt252>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        LeaseClaimed: LeaseClaimed,
        ResultSubmitted: ResultSubmitted,
        SpareGiven: SpareGiven,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, registry: ContractAddress) {
            self.desk_registry.write(registry);
            self.desk_limits.write(self.known_registry().limits());
            let seats = ISeatsDispatcher { contract_address: registry };
            self.desk_seat_unit_fri.write(seats.seat_unit_fri());
        }

        fn known_registry(self: @ComponentState<TContractState>) -> IWorkerRegistryDispatcher {
            IWorkerRegistryDispatcher { contract_address: self.desk_registry.read() }
        }

        fn limits(self: @ComponentState<TContractState>) -> Limits {
            self.desk_limits.read()
        }

        /// Stake of one seat.
        fn seat_unit_fri(self: @ComponentState<TContractState>) -> u128 {
            self.desk_seat_unit_fri.read()
        }

        /// Zero for a lease of nobody.
        fn operator_of(self: @ComponentState<TContractState>, lease_id: u64) -> ContractAddress {
            self.known_registry().operator_of(worker_of(lease_id))
        }

        /// Panics unless the caller operates the lease's worker.
        fn assert_operator(self: @ComponentState<TContractState>, lease_id: u64) {
            let caller = get_caller_address();
            let is_operator = !caller.is_zero() && caller == self.operator_of(lease_id);
            assert(is_operator, Errors::NOT_OPERATOR);
        }

        /// Panics unless the caller operates that worker.
        fn assert_operates(self: @ComponentState<TContractState>, worker_id: u32) {
            let caller = get_caller_address();
            let operator = self.known_registry().operator_of(worker_id);
            assert(!caller.is_zero() && caller == operator, TermsErrors::NOT_ITS_OPERATOR);
        }

        /// A lease that was claimed and not submitted yet; panics unless the caller operates its
        /// worker.
        fn claimed(self: @ComponentState<TContractState>, lease_id: u64) -> Lease {
            self.assert_operator(lease_id);
            let lease = self.find(lease_id);
            assert(lease.state == LeaseState::CLAIMED, Errors::WRONG_STATE);
            lease
        }

        /// Of each result's lease, in one call.
        fn signers_of(
            self: @ComponentState<TContractState>, results: @Array<SignedResult>,
        ) -> Array<Signer> {
            let mut workers = array![];
            for signed in results {
                workers.append(worker_of(*signed.lease_id));
            }
            let profiles = IProfilesDispatcher { contract_address: self.desk_registry.read() };
            profiles.signers_of(workers)
        }

        /// State 0 (none) once the slot has been used again.
        fn find(self: @ComponentState<TContractState>, lease_id: u64) -> Lease {
            let (place, generation) = split(lease_id);
            let lease = LeasePacking::unpack(self.desk_leases.read(place));
            if lease.generation == generation {
                lease
            } else {
                Lease { state: 0, job_id: 0, ..lease }
            }
        }

        /// The lease if it is of that job and in that state.
        fn find_in(
            self: @ComponentState<TContractState>, job_id: u64, lease_id: u64, state: u8,
        ) -> Result<Lease, felt252> {
            let lease = self.find(lease_id);
            if lease.state != state {
                Err(Errors::WRONG_STATE)
            } else if lease.job_id != job_id {
                Err(Errors::OTHER_JOB)
            } else {
                Ok(lease)
            }
        }

        fn held_by(self: @ComponentState<TContractState>, worker_id: u32) -> Array<u64> {
            let mut found = array![];
            for slot in 0..MAX_SLOTS {
                let place = place_number(worker_id, slot);
                let (generation, state) = turn_of(self.desk_leases.read(place));
                if is_held(state) {
                    found.append(join(place, generation));
                }
            }
            found
        }

        /// Panics unless that is what the worker submitted.
        fn assert_result(
            self: @ComponentState<TContractState>, lease_id: u64, result: LeaseResult,
        ) {
            let hash = PoseidonTrait::new().update_with(result).finalize();
            assert(self.result_hash(lease_id) == hash, Errors::OTHER_RESULT);
        }

        fn result_hash(self: @ComponentState<TContractState>, lease_id: u64) -> felt252 {
            let (place, _) = split(lease_id);
            assert(self.find(lease_id).state >= LeaseState::SUBMITTED, Errors::WRONG_STATE);
            self.desk_results.read(place)
        }

        /// Whether a time is over since the claim or the submission.
        fn is_over(self: @ComponentState<TContractState>, lease: @Lease, seconds: u32) -> bool {
            let slowest_block_s = self.limits().slowest_block_s;
            has_passed(*lease.since_s, *lease.since_block, seconds, slowest_block_s)
        }

        /// The number of the slot's next lease.
        fn next_in(self: @ComponentState<TContractState>, place: Place) -> Result<u32, felt252> {
            if place.slot >= MAX_SLOTS {
                return Err(Errors::NO_SUCH_SLOT);
            }
            let last = self.desk_leases.read(place_number(place.worker_id, place.slot));
            let (generation, state) = turn_of(last);
            if is_held(state) {
                Err(Errors::SLOT_TAKEN)
            } else {
                Ok(generation + 1)
            }
        }

        /// Writes a new lease down and says so; `lease` starts now.
        fn open(
            ref self: ComponentState<TContractState>,
            place: Place,
            lease: Lease,
            operator: ContractAddress,
            assigned: bool,
        ) -> u64 {
            let place = place_number(place.worker_id, place.slot);
            self.desk_leases.write(place, LeasePacking::pack(lease));
            let lease_id = join(place, lease.generation);
            let Lease { job_id, first, count, attempt, audit_exp, draw_outcome, .. } = lease;
            let unjudged = draw_outcome == DrawOutcome::UNJUDGED;
            self
                .emit(
                    LeaseClaimed {
                        job_id,
                        lease_id,
                        operator,
                        first,
                        count,
                        attempt,
                        audit_exp,
                        assigned,
                        unjudged,
                    },
                );
            lease_id
        }

        /// Writes down what the draw made of it.
        fn mark(
            ref self: ComponentState<TContractState>, lease_id: u64, lease: Lease, draw_outcome: u8,
        ) {
            let (place, _) = split(lease_id);
            self.desk_leases.write(place, LeasePacking::pack(Lease { draw_outcome, ..lease }));
        }

        /// Writes down that it was paid before its end.
        fn mark_paid(ref self: ComponentState<TContractState>, lease_id: u64, lease: Lease) {
            let (place, _) = split(lease_id);
            self.desk_leases.write(place, LeasePacking::pack(Lease { paid: true, ..lease }));
        }

        /// Another state in which the lease goes on, from now on.
        fn turn(ref self: ComponentState<TContractState>, lease_id: u64, lease: Lease, state: u8) {
            let (place, _) = split(lease_id);
            let (since_s, since_block) = now();
            let lease = Lease { state, since_s, since_block, ..lease };
            self.desk_leases.write(place, LeasePacking::pack(lease));
        }

        /// From now on the lease has the `count` tasks of its result. `since` is now.
        fn put_result(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            lease: Lease,
            count: u32,
            result: LeaseResult,
            since: (u64, u64),
        ) -> Result<(), felt252> {
            if lease.state != LeaseState::CLAIMED {
                return Err(Errors::WRONG_STATE);
            }
            if count == 0 || count > lease.count {
                return Err(Errors::WRONG_COUNT);
            }
            if result.root == 0 || (result.results_hi == 0 && result.results_lo == 0) {
                return Err(Errors::ZERO_ROOT);
            }
            let (place, _) = split(lease_id);
            let (state, (since_s, since_block)) = (LeaseState::SUBMITTED, since);
            let submitted = Lease { count, state, since_s, since_block, ..lease };
            self.desk_leases.write(place, LeasePacking::pack(submitted));
            let hash = PoseidonTrait::new().update_with(result).finalize();
            self.desk_results.write(place, hash);
            self.emit(ResultSubmitted { job_id: lease.job_id, lease_id, count, result });
            Ok(())
        }

        /// A last state; the slot is free again.
        fn close(ref self: ComponentState<TContractState>, lease_id: u64, lease: Lease, state: u8) {
            let (place, _) = split(lease_id);
            self.desk_leases.write(place, LeasePacking::pack(Lease { state, ..lease }));
        }
    }

    pub fn is_held(state: u8) -> bool {
        state == LeaseState::CLAIMED || state == LeaseState::SUBMITTED
    }
}

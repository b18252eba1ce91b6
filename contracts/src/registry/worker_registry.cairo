//! Workers and their stake. The owner commands stake and payout; the operator, whose key lives on
//! the render machine, can do neither.
//!
//! Money: the registry holds every worker's stake and what was burned.
#[starknet::contract]
pub mod WorkerRegistry {
    use core::num::traits::Zero;
    use starknet::storage::{StoragePointerReadAccess, StoragePointerWriteAccess};
    use starknet::{ContractAddress, get_caller_address};
    use crate::interfaces::registry::IWorkerRegistry;
    use crate::packing::registry::LimitsPacking;
    use crate::registry::boards::BoardsComponent;
    use crate::registry::boards::BoardsComponent::InternalTrait as BoardsTrait;
    use crate::registry::committees::CommitteesComponent;
    use crate::registry::families::FamiliesComponent;
    use crate::registry::families::FamiliesComponent::InternalTrait as FamiliesTrait;
    use crate::registry::family_pays::FamilyPaysComponent;
    use crate::registry::family_pays::FamilyPaysComponent::InternalTrait as FamilyPaysTrait;
    use crate::registry::locks::LocksComponent;
    use crate::registry::locks::LocksComponent::InternalTrait as LocksTrait;
    use crate::registry::people::PeopleComponent;
    use crate::registry::people::PeopleComponent::InternalTrait as PeopleTrait;
    use crate::registry::profiles::ProfilesComponent;
    use crate::registry::profiles::ProfilesComponent::InternalTrait as ProfilesTrait;
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::records::RecordsComponent;
    use crate::registry::roles::Errors::UNKNOWN_WORKER;
    use crate::registry::roles::Roles;
    use crate::registry::seat_entries::SeatEntriesComponent;
    use crate::registry::seat_entries::SeatEntriesComponent::InternalTrait as EntriesTrait;
    use crate::registry::seats::SeatsComponent;
    use crate::registry::stakes::StakesComponent;
    use crate::registry::stakes::StakesComponent::InternalTrait as StakesTrait;
    use crate::registry::transfers::{collect, send};
    use crate::rules::limits::check_limits;
    use crate::types::registry::{
        Ages, Board, EndedPay, Limits, LockGrant, LockRequest, LockTerms, WorkerInfo, WorkerLock,
    };

    pub mod Errors {
        pub const STAKE_TOO_SMALL: felt252 = 'RC: stake below the minimum';
    }

    component!(path: PeopleComponent, storage: people, event: PeopleEvent);
    component!(path: RecordsComponent, storage: records, event: RecordsEvent);
    component!(path: BoardsComponent, storage: boards, event: BoardsEvent);
    component!(path: ProfilesComponent, storage: profiles, event: ProfilesEvent);
    component!(path: StakesComponent, storage: stakes, event: StakesEvent);
    component!(path: LocksComponent, storage: locks, event: LocksEvent);
    component!(path: PursesComponent, storage: purses, event: PursesEvent);
    component!(path: SeatEntriesComponent, storage: seat_entries, event: SeatEntriesEvent);
    component!(path: FamilyPaysComponent, storage: family_pays, event: FamilyPaysEvent);
    component!(path: SeatsComponent, storage: seats, event: SeatsEvent);
    component!(path: FamiliesComponent, storage: families, event: FamiliesEvent);
    component!(path: CommitteesComponent, storage: committees, event: CommitteesEvent);

    #[abi(embed_v0)]
    impl RecordsImpl = RecordsComponent::RecordsImpl<ContractState>;
    #[abi(embed_v0)]
    impl ProfilesImpl = ProfilesComponent::ProfilesImpl<ContractState>;
    #[abi(embed_v0)]
    impl SeatsImpl = SeatsComponent::SeatsImpl<ContractState>;
    #[abi(embed_v0)]
    impl FamiliesImpl = FamiliesComponent::FamiliesImpl<ContractState>;
    #[abi(embed_v0)]
    impl CommitteesImpl = CommitteesComponent::CommitteesImpl<ContractState>;

    /// | token | 1 | address | set once |
    /// | cooldown_s | 1 | s | until stake leaves, set once |
    /// | minimum_stake_fri | 1 | fri | to register, set once |
    /// | limits | 1 | packed | of jobs, set once |
    #[storage]
    pub struct Storage {
        token: ContractAddress,
        cooldown_s: u32,
        minimum_stake_fri: u128,
        limits: Limits,
        #[substorage(v0)]
        records: RecordsComponent::Storage,
        #[substorage(v0)]
        people: PeopleComponent::Storage,
        #[substorage(v0)]
        boards: BoardsComponent::Storage,
        #[substorage(v0)]
        stakes: StakesComponent::Storage,
        #[substorage(v0)]
        locks: LocksComponent::Storage,
        #[substorage(v0)]
        profiles: ProfilesComponent::Storage,
        #[substorage(v0)]
        purses: PursesComponent::Storage,
        #[substorage(v0)]
        pub seat_entries: SeatEntriesComponent::Storage,
        #[substorage(v0)]
        pub family_pays: FamilyPaysComponent::Storage,
        #[substorage(v0)]
        pub seats: SeatsComponent::Storage,
        #[substorage(v0)]
        families: FamiliesComponent::Storage,
        #[substorage(v0)]
        committees: CommitteesComponent::Storage,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        #[flat]
        RecordsEvent: RecordsComponent::Event,
        #[flat]
        PeopleEvent: PeopleComponent::Event,
        #[flat]
        BoardsEvent: BoardsComponent::Event,
        #[flat]
        StakesEvent: StakesComponent::Event,
        #[flat]
        LocksEvent: LocksComponent::Event,
        #[flat]
        ProfilesEvent: ProfilesComponent::Event,
        #[flat]
        PursesEvent: PursesComponent::Event,
        #[flat]
        SeatEntriesEvent: SeatEntriesComponent::Event,
        #[flat]
        FamilyPaysEvent: FamilyPaysComponent::Event,
        #[flat]
        SeatsEvent: SeatsComponent::Event,
        #[flat]
        FamiliesEvent: FamiliesComponent::Event,
        #[flat]
        CommitteesEvent: CommitteesComponent::Event,
    }

    #[constructor]
    fn constructor(
        ref self: ContractState,
        directory: ContractAddress,
        token: ContractAddress,
        cooldown_s: u32,
        minimum_stake_fri: u128,
        limits: Limits,
        seat_unit_fri: u128,
        epoch_blocks: u64,
        unjudged_cap_fri: u128,
        ages: Ages,
    ) {
        assert(!directory.is_zero() && !token.is_zero(), PeopleComponent::Errors::ZERO_ADDRESS);
        check_limits(limits, cooldown_s);
        self.boards.initialize(directory);
        self.token.write(token);
        self.cooldown_s.write(cooldown_s);
        self.minimum_stake_fri.write(minimum_stake_fri);
        self.limits.write(limits);
        self.families.initialize(unjudged_cap_fri);
        self.purses.initialize(seat_unit_fri, epoch_blocks);
        self.seat_entries.initialize(ages);
    }

    #[abi(embed_v0)]
    impl RegistryImpl of IWorkerRegistry<ContractState> {
        /// Caller: anyone, who becomes the owner; it must have approved the stake. An operator
        /// other than the owner works once it has accepted.
        fn register(
            ref self: ContractState,
            operator: ContractAddress,
            payout: ContractAddress,
            families: Array<felt252>,
            stake_fri: u128,
        ) -> u32 {
            let owner = get_caller_address();
            assert(stake_fri >= self.minimum_stake_fri.read(), Errors::STAKE_TOO_SMALL);
            let worker_id = self.people.enrol(owner, operator, payout);
            self.profiles.change_families(worker_id, families, true);
            self.stakes.add(worker_id, stake_fri);
            collect(self.token.read(), owner, stake_fri);
            worker_id
        }

        /// Caller: the worker's owner. Another operator than itself has to accept.
        fn set_operator(ref self: ContractState, worker_id: u32, operator: ContractAddress) {
            self.assert_owner_of(worker_id);
            self.people.name_operator(worker_id, operator);
            if operator == get_caller_address() {
                self.profiles.forget_signer(worker_id);
            }
        }

        /// Caller: the named operator. It takes over leases in work; the old one's key signs
        /// nothing more.
        fn accept_operator(ref self: ContractState, worker_id: u32) {
            self.people.accept_operator(worker_id);
            self.profiles.forget_signer(worker_id);
        }

        /// Caller: the worker's owner.
        fn set_payout(ref self: ContractState, worker_id: u32, payout: ContractAddress) {
            self.assert_owner_of(worker_id);
            self.people.change_payout(worker_id, payout);
        }

        /// Caller: anyone; the stake is the worker's from then on.
        fn add_stake(ref self: ContractState, worker_id: u32, amount_fri: u128) {
            assert(!self.people.owner(worker_id).is_zero(), UNKNOWN_WORKER);
            self.stakes.add(worker_id, amount_fri);
            collect(self.token.read(), get_caller_address(), amount_fri);
        }

        /// Caller: the worker's owner. Starts the cool-down anew for all that is unstaking.
        fn request_unstake(ref self: ContractState, worker_id: u32, amount_fri: u128) {
            self.assert_owner_of(worker_id);
            self.stakes.start_unstaking(worker_id, amount_fri);
        }

        /// Caller: the worker's owner. Moves free stake into the seat purse; the seats that it
        /// covers are taken by set_seats.
        fn stake_seats(ref self: ContractState, worker_id: u32, amount_fri: u128) {
            self.assert_owner_of(worker_id);
            self.stakes.take_free(worker_id, amount_fri);
            self.purses.put_in(worker_id, amount_fri);
        }

        /// Caller: the worker's owner. Starts a cool-down anew, in which it still answers for
        /// votes.
        fn unstake_seats(ref self: ContractState, worker_id: u32, amount_fri: u128) {
            self.assert_owner_of(worker_id);
            self.purses.start_leaving(worker_id, amount_fri);
        }

        /// Caller: the worker's owner. All that is unstaking stays after all, each in its purse.
        fn cancel_unstake(ref self: ContractState, worker_id: u32) {
            self.assert_owner_of(worker_id);
            let kept_fri = self.stakes.keep_unstaking(worker_id)
                + self.purses.keep_leaving(worker_id);
            assert(kept_fri != 0, StakesComponent::Errors::NOTHING_UNSTAKING);
        }

        /// Caller: the worker's owner, after the cool-down, for what cooled down of both purses.
        fn complete_unstake(ref self: ContractState, worker_id: u32) {
            self.assert_owner_of(worker_id);
            let slowest_block_s = self.limits.read().slowest_block_s;
            let cooldown_s = self.cooldown_s.read();
            let (_, work) = self.stakes.whole_of(worker_id);
            let (_, seats) = self.purses.whole_purse_of(worker_id);
            let leaving = work.unstaking_fri != 0 || seats.unstaking_fri != 0;
            assert(leaving, StakesComponent::Errors::NOTHING_UNSTAKING);
            let left_fri = self.stakes.finish_unstaking(worker_id, cooldown_s, slowest_block_s)
                + self.purses.finish_leaving(worker_id, cooldown_s, slowest_block_s);
            assert(left_fri != 0, StakesComponent::Errors::COOLING_DOWN);
            send(self.token.read(), self.people.owner(worker_id), left_fri);
        }

        /// Caller: an active board that is not retired. Chooses the audit rate of each lease and
        /// locks for it, or says why not; a refused one changes nothing.
        fn lock(
            ref self: ContractState, terms: LockTerms, requests: Array<LockRequest>,
        ) -> Array<LockGrant> {
            let board = self.assert_active_board();
            self.boards.assert_takes_leases(board);
            self.locks.lock_all(board, terms, requests)
        }

        /// Caller: the directory. The board takes no new leases.
        fn retire(ref self: ContractState, board: ContractAddress) {
            self.boards.retire(board);
        }

        /// Caller: an active board, for what it locked itself, and what ended with it of a family's
        /// open pay. Returns who is to be paid for each.
        fn unlock(
            ref self: ContractState, locks: Array<WorkerLock>, ended: EndedPay,
        ) -> Array<ContractAddress> {
            let board = self.assert_active_board();
            self.family_pays.end(ended);
            let (mut payouts, mut left) = (array![], array![]);
            for WorkerLock { worker_id, amount_fri } in locks {
                left.append(self.stakes.release(board, worker_id, amount_fri, 0));
                payouts.append(self.people.payout(worker_id));
            }
            self.stakes.announce_locks(board, left);
            payouts
        }

        /// Caller: an active board, for what it locked itself. The reward goes to the board, the
        /// rest is burned.
        fn slash(
            ref self: ContractState,
            worker_id: u32,
            amount_fri: u128,
            reward_fri: u128,
            ended: EndedPay,
        ) {
            let board = self.assert_active_board();
            self.family_pays.end(ended);
            self.stakes.burn(board, worker_id, amount_fri, reward_fri);
            if reward_fri != 0 {
                send(self.token.read(), board.address, reward_fri);
            }
        }

        /// Caller: an active board, for a verifier's fault. What is there of the seat stake is sent
        /// to the board.
        fn forfeit(ref self: ContractState, worker_id: u32, amount_fri: u128) -> u128 {
            let board = self.assert_active_board();
            let taken_fri = self.purses.take_out(board, worker_id, amount_fri);
            if taken_fri != 0 {
                send(self.token.read(), board.address, taken_fri);
            }
            taken_fri
        }

        fn worker_count(self: @ContractState) -> u32 {
            self.people.count()
        }

        fn worker(self: @ContractState, worker_id: u32) -> WorkerInfo {
            let (stake, unstaking) = self.stakes.whole_of(worker_id);
            let (seat_stake_fri, seat_unstaking) = self.purses.whole_purse_of(worker_id);
            WorkerInfo {
                owner: self.people.owner(worker_id),
                operator: self.people.operator(worker_id),
                payout: self.people.payout(worker_id),
                stake,
                unstaking,
                seat_stake_fri,
                seat_unstaking,
            }
        }

        fn worker_id_of(self: @ContractState, operator: ContractAddress) -> u32 {
            self.people.id_of(operator)
        }

        fn operator_of(self: @ContractState, worker_id: u32) -> ContractAddress {
            self.people.operator(worker_id)
        }

        fn payouts_of(self: @ContractState, worker_ids: Array<u32>) -> Array<ContractAddress> {
            let mut payouts = array![];
            for worker_id in worker_ids {
                payouts.append(self.people.payout(worker_id));
            }
            payouts
        }

        fn locked_by(self: @ContractState, board: ContractAddress, worker_id: u32) -> u128 {
            let number = self.boards.number_of(board);
            if number == 0 {
                0
            } else {
                self.stakes.locked_by(number, worker_id)
            }
        }

        fn burned_fri(self: @ContractState) -> u128 {
            self.stakes.stake_burned_fri.read()
        }

        fn limits(self: @ContractState) -> Limits {
            self.limits.read()
        }

        fn cooldown_s(self: @ContractState) -> u32 {
            self.cooldown_s.read()
        }

        fn minimum_stake_fri(self: @ContractState) -> u128 {
            self.minimum_stake_fri.read()
        }
    }

    impl RolesImpl of Roles<ContractState> {
        fn assert_owner_of(self: @ContractState, worker_id: u32) {
            self.people.assert_owner(worker_id);
        }

        fn assert_member_of(self: @ContractState, worker_id: u32) {
            self.people.assert_member(worker_id);
        }

        fn holder_of(self: @ContractState, worker_id: u32) -> ContractAddress {
            self.people.operator(worker_id)
        }

        fn assert_active_board(ref self: ContractState) -> Board {
            self.boards.assert_active()
        }

        fn owner_of(self: @ContractState, worker_id: u32) -> ContractAddress {
            self.people.owner(worker_id)
        }
    }
}

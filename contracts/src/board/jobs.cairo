//! The jobs of a board: terms, progress, and which tasks are free. It moves no money.
//!
//! A settled job leaves its place, and with it all its cells, to a later one: what a board stores
//! grows with the jobs that run at once.
#[starknet::component]
pub mod JobsComponent {
    use core::num::traits::Zero;
    use starknet::ContractAddress;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use crate::board::job::{Job, JobTrait};
    use crate::packing::board::{
        AuditPricePacking, JobIndexPacking, PackagePacking, PricePacking, ProgressPacking,
        RangePacking, TimesPacking,
    };
    use crate::rules::job_id::{LAST_GENERATION, job_id_of, place_of};
    use crate::rules::terms::{audit_price_of, blocks_of, least_lock, now, times};
    use crate::types::board::{
        AuditPrice, JobIndex, JobInfo, JobTerms, Package, Price, Progress, Range, Times,
    };

    pub mod Errors {
        pub const UNKNOWN_JOB: felt252 = 'RC: unknown job';
        pub const JOB_OVER: felt252 = 'RC: job is over';
        pub const NOTHING_OFFERED: felt252 = 'RC: nothing is improved';
        pub const NOTHING_TO_CLAIM: felt252 = 'RC: nothing left to claim';
        pub const NOT_OPEN: felt252 = 'RC: tasks are not open';
        pub const TOO_LONG: felt252 = 'RC: longer than a lease may be';
        pub const RAISED_TOO_OFTEN: felt252 = 'RC: price raised too often';
    }

    const MAX_LEVEL: u8 = 15;

    /// | book_index | 1 | packed | the newest job, and how many places there are |
    /// | book_free | 1 a place | number | a stack of free places, its cells used again |
    /// | book_requesters, book_schedulers | 1 a place | address | no scheduler where the requester
    /// is it |
    /// | book_families | 1 a place | felt | Blender version, engine, device |
    /// | book_packages, book_prices, book_audit_prices, book_times, book_progress | 1 a place |
    /// packed | see packing/board.cairo |
    /// | book_old_rewards | 1 a raise of a place | fri | a task, before it |
    /// | book_reopened | 1 a range of a place | packed | a stack, its cells used again |
    #[storage]
    pub struct Storage {
        book_index: JobIndex,
        book_free: Map<u32, u32>,
        book_requesters: Map<u32, ContractAddress>,
        book_families: Map<u32, felt252>,
        book_schedulers: Map<u32, ContractAddress>,
        book_packages: Map<u32, Package>,
        book_prices: Map<u32, Price>,
        book_audit_prices: Map<u32, AuditPrice>,
        book_times: Map<u32, Times>,
        book_progress: Map<u32, Progress>,
        book_old_rewards: Map<(u32, u8), u128>,
        pub book_reopened: Map<(u32, u32), Range>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn add(
            ref self: ComponentState<TContractState>,
            requester: ContractAddress,
            terms: JobTerms,
            slowest_block_s: u32,
        ) -> u64 {
            let (place, generation) = self.take_place();
            let (now_s, block) = now();
            self.book_requesters.write(place, requester);
            self.book_families.write(place, terms.family);
            let named = if terms.scheduler == requester {
                Zero::zero()
            } else {
                terms.scheduler
            };
            if named.is_non_zero() || generation != 0 {
                self.book_schedulers.write(place, named);
            }
            let package = Package {
                lo: terms.package_lo,
                bytes: terms.package_bytes,
                files: terms.package_files,
                audit_tiles: terms.audit_tiles,
                audit_floor_exp: terms.audit_floor_exp,
                longest_lease: terms.longest_lease,
                tiles: terms.tiles,
            };
            self.book_packages.write(place, package);
            let price = Price {
                package_hi: terms.package_hi, reward_fri: terms.reward_fri, tasks: terms.tasks,
            };
            self.book_prices.write(place, price);
            self.book_audit_prices.write(place, audit_price_of(@terms));
            let times = Times {
                audit_pool_fri: terms.audit_pool_fri,
                lease_timeout_s: terms.lease_timeout_s,
                window_s: terms.window_s,
                expires_at_s: now_s + terms.expires_in_s.into(),
                scheduler_grace_s: terms.scheduler_grace_s,
                pending: 0,
            };
            self.book_times.write(place, times);
            let progress = Progress {
                cursor: 0,
                accepted: 0,
                refunded: 0,
                held: 0,
                reopened_ranges: 0,
                stopped: false,
                level: 0,
                heard_at_s: now_s,
                heard_block: block,
                expires_block: block + blocks_of(terms.expires_in_s, slowest_block_s),
                generation,
            };
            self.book_progress.write(place, progress);
            job_id_of(place, generation)
        }

        /// The newest job becomes the one there: a place that a settled job left, or a new one.
        fn take_place(ref self: ComponentState<TContractState>) -> (u32, u32) {
            let mut index = self.book_index.read();
            let (place, generation) = if index.free == 0 {
                index.places += 1;
                (index.places, 0)
            } else {
                index.free -= 1;
                let place = self.book_free.read(index.free);
                (place, self.book_progress.read(place).generation + 1)
            };
            index.newest = job_id_of(place, generation);
            self.book_index.write(index);
            (place, generation)
        }

        /// For a job that is settled, once: what it had may be overwritten from now on.
        fn leave_place(ref self: ComponentState<TContractState>, job: @Job) {
            if *job.progress.generation != LAST_GENERATION {
                let mut index = self.book_index.read();
                self.book_free.write(index.free, *job.place);
                index.free += 1;
                self.book_index.write(index);
            }
        }

        fn newest(self: @ComponentState<TContractState>) -> u64 {
            self.book_index.read().newest
        }

        /// Without tasks for a job that never was or whose place another one has.
        fn find(self: @ComponentState<TContractState>, job_id: u64) -> Job {
            let (place, generation) = place_of(job_id);
            let progress = self.book_progress.read(place);
            let mut price = self.book_prices.read(place);
            if progress.generation != generation {
                price.tasks = 0;
            }
            Job {
                job_id,
                place,
                package: BoxTrait::new(self.book_packages.read(place)),
                price: BoxTrait::new(price),
                audit_price: BoxTrait::new(self.book_audit_prices.read(place)),
                times: self.book_times.read(place),
                progress,
                pool_moved: false,
            }
        }

        fn load(self: @ComponentState<TContractState>, job_id: u64) -> Job {
            let job = self.find(job_id);
            assert(job.price.tasks != 0, Errors::UNKNOWN_JOB);
            job
        }

        fn save(ref self: ComponentState<TContractState>, job: @Job) {
            self.book_progress.write(*job.place, *job.progress);
            if *job.pool_moved {
                self.book_times.write(*job.place, *job.times);
            }
        }

        fn requester_of(self: @ComponentState<TContractState>, job: @Job) -> ContractAddress {
            self.book_requesters.read(*job.place)
        }

        fn family_of(self: @ComponentState<TContractState>, job: @Job) -> felt252 {
            self.book_families.read(*job.place)
        }

        /// Zero if claiming is open from the start.
        fn scheduler_of(self: @ComponentState<TContractState>, job: @Job) -> ContractAddress {
            if *job.times.scheduler_grace_s == 0 {
                return Zero::zero();
            }
            let named = self.book_schedulers.read(*job.place);
            if named.is_zero() {
                self.requester_of(job)
            } else {
                named
            }
        }

        /// Pay and least lock of a lease that was claimed at that level.
        fn stakes_of(
            self: @ComponentState<TContractState>, job: @Job, level: u8, count: u32,
        ) -> (u128, u128) {
            let reward_fri = if level == *job.progress.level {
                job.price.reward_fri
            } else {
                self.book_old_rewards.read((*job.place, level))
            };
            let pay_fri = times(reward_fri, count);
            (pay_fri, least_lock(pay_fri, job.fee_fri(count)))
        }

        fn extend(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            more_s: u32,
            slowest_block_s: u32,
        ) {
            assert(job.takes_claims(), Errors::JOB_OVER);
            assert(more_s != 0, Errors::NOTHING_OFFERED);
            job.times.expires_at_s += more_s.into();
            job.progress.expires_block += blocks_of(more_s, slowest_block_s);
            self.book_times.write(job.place, job.times);
            self.save(@job);
        }

        /// A new price from now on, leases in work keep theirs; returns what it costs the
        /// requester.
        fn raise(
            ref self: ComponentState<TContractState>,
            ref job: Job,
            reward_fri: u128,
            more_pool_fri: u128,
        ) -> u128 {
            assert(job.takes_claims() && !job.is_settled(), Errors::JOB_OVER);
            let old_fri = job.price.reward_fri;
            let better = reward_fri > old_fri || more_pool_fri != 0;
            assert(reward_fri >= old_fri && better, Errors::NOTHING_OFFERED);
            if reward_fri != old_fri {
                assert(job.progress.level != MAX_LEVEL, Errors::RAISED_TOO_OFTEN);
                self.book_old_rewards.write((job.place, job.progress.level), old_fri);
                job.progress.level += 1;
            }
            job.price = BoxTrait::new(Price { reward_fri, ..job.price.unbox() });
            job.times.audit_pool_fri += more_pool_fri;
            self.book_prices.write(job.place, job.price.unbox());
            self.book_times.write(job.place, job.times);
            self.save(@job);
            let unsettled: u128 = (job.free() + job.progress.held + job.audit_price.spares).into();
            (reward_fri - old_fri) * unsettled + more_pool_fri
        }

        /// So many tasks fewer may be given a second time, or more again.
        fn keep_spares(ref self: ComponentState<TContractState>, ref job: Job, spares: u32) {
            job.audit_price = BoxTrait::new(AuditPrice { spares, ..job.audit_price.unbox() });
            self.book_audit_prices.write(job.place, job.audit_price.unbox());
        }

        fn info(self: @ComponentState<TContractState>, job_id: u64) -> JobInfo {
            let job = self.find(job_id);
            JobInfo {
                requester: self.requester_of(@job),
                family: self.family_of(@job),
                scheduler: self.scheduler_of(@job),
                package: job.package.unbox(),
                price: job.price.unbox(),
                audit_price: job.audit_price.unbox(),
                times: job.times,
                progress: job.progress,
            }
        }
    }
}

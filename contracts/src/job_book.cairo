//! The jobs of a board: terms, progress, and which tasks are free. It moves no money.
#[starknet::component]
pub mod JobBookComponent {
    use core::cmp::min;
    use core::num::traits::Zero;
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::{ContractAddress, get_block_timestamp};
    use crate::packing::{
        AuditPricePacking, PackagePacking, PricePacking, ProgressPacking, RangePacking,
        TimesPacking,
    };
    use crate::terms::{
        blocks_of, drawn_leaves, fee_of, has_passed, least_lock, now, seats_in, times,
    };
    use crate::types::{AuditPrice, JobInfo, JobTerms, Package, Price, Progress, Range, Times};

    /// After that many failures a range is closed and refunded.
    pub const MAX_ATTEMPTS: u8 = 3;

    pub mod Errors {
        pub const UNKNOWN_JOB: felt252 = 'RC: unknown job';
        pub const JOB_OVER: felt252 = 'RC: job is over';
        pub const NOTHING_OFFERED: felt252 = 'RC: nothing is improved';
        pub const NOTHING_TO_CLAIM: felt252 = 'RC: nothing left to claim';
        pub const RAISED_TOO_OFTEN: felt252 = 'RC: price raised too often';
    }

    const MAX_LEVEL: u8 = 15;

    /// | book_job_count | 1 | count | of jobs, so the last one's number |
    /// | book_requesters, book_schedulers | 1 a job | address | no cell for no scheduler, nor for
    /// a requester who is it |
    /// | book_families | 1 a job | felt | Blender version, engine, device |
    /// | book_packages, book_prices, book_audit_prices, book_times, book_progress | 1 a job |
    /// packed | see packing.cairo |
    /// | book_old_rewards | 1 a raise | fri | a task, before it |
    /// | book_reopened | 1 a range | packed | a stack, its cells used again |
    #[storage]
    pub struct Storage {
        pub book_job_count: u64,
        pub book_requesters: Map<u64, ContractAddress>,
        pub book_families: Map<u64, felt252>,
        book_schedulers: Map<u64, ContractAddress>,
        pub book_packages: Map<u64, Package>,
        pub book_prices: Map<u64, Price>,
        pub book_audit_prices: Map<u64, AuditPrice>,
        pub book_times: Map<u64, Times>,
        pub book_progress: Map<u64, Progress>,
        book_old_rewards: Map<(u64, u8), u128>,
        book_reopened: Map<(u64, u32), Range>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    /// A job in hand: what changes is written back at once by `save`.
    #[derive(Copy, Drop)]
    pub struct Job {
        pub job_id: u64,
        pub package: Package,
        pub price: Price,
        pub audit_price: AuditPrice,
        pub times: Times,
        pub progress: Progress,
        /// Whether `times` has to be written back.
        pool_moved: bool,
    }

    #[generate_trait]
    pub impl JobImpl of JobTrait {
        /// Tasks that no lease holds and that are not settled.
        fn free(self: @Job) -> u32 {
            let progress = *self.progress;
            *self.price.tasks - progress.accepted - progress.refunded - progress.held
        }

        fn is_settled(self: @Job) -> bool {
            *self.progress.accepted + *self.progress.refunded == *self.price.tasks
        }

        fn has_expired(self: @Job) -> bool {
            let (now_s, block) = now();
            now_s >= *self.times.expires_at_s && block >= *self.progress.expires_block
        }

        /// Whether operators may claim by themselves: the scheduler was silent for its grace.
        fn is_open(self: @Job, slowest_block_s: u32) -> bool {
            let Progress { heard_at_s, heard_block, .. } = *self.progress;
            has_passed(heard_at_s, heard_block, *self.times.scheduler_grace_s, slowest_block_s)
        }

        fn hear(ref self: Job) {
            let (now_s, block) = now();
            self.progress.heard_at_s = now_s;
            self.progress.heard_block = block;
        }

        /// Leaves that a first round on so many tasks draws.
        fn first_leaves(self: @Job, count: u32) -> u32 {
            let Package { tiles, audit_tiles, .. } = *self.package;
            drawn_leaves(count * tiles.into(), audit_tiles)
        }

        /// What the first audit of so many tasks costs.
        fn audit_fri(self: @Job, count: u32) -> u128 {
            times(fee_of(*self.audit_price, self.first_leaves(count)), seats_in(0).into())
        }

        /// Takes money out of the audit pool, as far as it goes; returns how much.
        fn take_from_pool(ref self: Job, wanted_fri: u128) -> u128 {
            let taken_fri = min(wanted_fri, self.times.audit_pool_fri);
            if taken_fri != 0 {
                self.times.audit_pool_fri -= taken_fri;
                self.pool_moved = true;
            }
            taken_fri
        }

        fn add_to_pool(ref self: Job, amount_fri: u128) {
            if amount_fri != 0 {
                self.times.audit_pool_fri += amount_fri;
                self.pool_moved = true;
            }
        }

        fn takes_claims(self: @Job) -> bool {
            !*self.progress.stopped && get_block_timestamp() < *self.times.expires_at_s
        }
    }

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
            let job_id = self.book_job_count.read() + 1;
            let (now_s, block) = now();
            self.book_job_count.write(job_id);
            self.book_requesters.write(job_id, requester);
            self.book_families.write(job_id, terms.family);
            if terms.scheduler.is_non_zero() && terms.scheduler != requester {
                self.book_schedulers.write(job_id, terms.scheduler);
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
            self.book_packages.write(job_id, package);
            let price = Price {
                package_hi: terms.package_hi, reward_fri: terms.reward_fri, tasks: terms.tasks,
            };
            self.book_prices.write(job_id, price);
            let audit_price = AuditPrice {
                fee_fri: terms.audit_fee_fri, tile_fri: terms.audit_tile_fri,
            };
            self.book_audit_prices.write(job_id, audit_price);
            let times = Times {
                audit_pool_fri: terms.audit_pool_fri,
                lease_timeout_s: terms.lease_timeout_s,
                window_s: terms.window_s,
                expires_at_s: now_s + terms.expires_in_s.into(),
                scheduler_grace_s: terms.scheduler_grace_s,
            };
            self.book_times.write(job_id, times);
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
            };
            self.book_progress.write(job_id, progress);
            job_id
        }

        /// None for a job that does not exist.
        fn find(self: @ComponentState<TContractState>, job_id: u64) -> Option<Job> {
            let price = self.book_prices.read(job_id);
            if price.tasks == 0 {
                return None;
            }
            Some(self.read(job_id, price))
        }

        fn read(self: @ComponentState<TContractState>, job_id: u64, price: Price) -> Job {
            Job {
                job_id,
                package: self.book_packages.read(job_id),
                price,
                audit_price: self.book_audit_prices.read(job_id),
                times: self.book_times.read(job_id),
                progress: self.book_progress.read(job_id),
                pool_moved: false,
            }
        }

        fn load(self: @ComponentState<TContractState>, job_id: u64) -> Job {
            self.find(job_id).expect(Errors::UNKNOWN_JOB)
        }

        fn save(ref self: ComponentState<TContractState>, job: @Job) {
            self.book_progress.write(*job.job_id, *job.progress);
            if *job.pool_moved {
                self.book_times.write(*job.job_id, *job.times);
            }
        }

        /// Zero if claiming is open from the start.
        fn scheduler_of(self: @ComponentState<TContractState>, job: @Job) -> ContractAddress {
            if *job.times.scheduler_grace_s == 0 {
                return Zero::zero();
            }
            let named = self.book_schedulers.read(*job.job_id);
            if named.is_zero() {
                self.book_requesters.read(*job.job_id)
            } else {
                named
            }
        }

        /// A reopened range, else the next tasks from the cursor; O(1).
        fn take_range(self: @ComponentState<TContractState>, ref job: Job) -> Option<Range> {
            let longest = job.package.longest_lease;
            let mut progress = job.progress;
            let range = if progress.reopened_ranges != 0 {
                progress.reopened_ranges -= 1;
                self.book_reopened.read((job.job_id, progress.reopened_ranges))
            } else {
                let first = progress.cursor;
                let left = job.price.tasks - first;
                if left == 0 {
                    return None;
                }
                let count = if left < longest {
                    left
                } else {
                    longest
                };
                progress.cursor += count;
                Range { first, count, attempt: 0 }
            };
            progress.held += range.count;
            job.progress = progress;
            Some(range)
        }

        /// Gives a range back; false if it may not be tried again.
        fn reopen(ref self: ComponentState<TContractState>, ref job: Job, range: Range) -> bool {
            job.progress.held -= range.count;
            if job.progress.stopped || range.attempt >= MAX_ATTEMPTS {
                return false;
            }
            self.book_reopened.write((job.job_id, job.progress.reopened_ranges), range);
            job.progress.reopened_ranges += 1;
            true
        }

        /// Pay and least lock of a lease that was claimed at that level.
        fn stakes_of(
            self: @ComponentState<TContractState>, job: @Job, level: u8, count: u32,
        ) -> (u128, u128) {
            let reward_fri = if level == *job.progress.level {
                *job.price.reward_fri
            } else {
                self.book_old_rewards.read((*job.job_id, level))
            };
            let pay_fri = times(reward_fri, count);
            (pay_fri, least_lock(pay_fri, job.audit_fri(count)))
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
            self.book_times.write(job.job_id, job.times);
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
                self.book_old_rewards.write((job.job_id, job.progress.level), old_fri);
                job.progress.level += 1;
            }
            job.price.reward_fri = reward_fri;
            job.times.audit_pool_fri += more_pool_fri;
            self.book_prices.write(job.job_id, job.price);
            self.book_times.write(job.job_id, job.times);
            self.save(@job);
            let unsettled: u128 = (job.free() + job.progress.held).into();
            (reward_fri - old_fri) * unsettled + more_pool_fri
        }

        fn info(self: @ComponentState<TContractState>, job_id: u64) -> JobInfo {
            let job = self.read(job_id, self.book_prices.read(job_id));
            JobInfo {
                requester: self.book_requesters.read(job_id),
                family: self.book_families.read(job_id),
                scheduler: self.scheduler_of(@job),
                package: job.package,
                price: job.price,
                audit_price: job.audit_price,
                times: job.times,
                progress: job.progress,
            }
        }
    }
}

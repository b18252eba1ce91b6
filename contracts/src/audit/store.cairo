//! What a board knows of the leases under audit: phase, seats, sealed votes. It moves no money.
#[starknet::component]
pub mod AuditStoreComponent {
    use core::poseidon::poseidon_hash_span;
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use starknet::{ContractAddress, get_contract_address};
    use crate::board::job::{Job, JobTrait};
    use crate::packing::audit::{AuditPacking, VerifierPacking};
    use crate::rules::draw::leaf_at;
    use crate::rules::lease_id::split;
    use crate::rules::terms::{fee_of, now, seats_in};
    use crate::types::audit::{Audit, AuditPhase, Verdict, Verifier, Vote};
    use crate::types::board::Lease;

    /// Votes where the answer is one of two.
    pub const YES: felt252 = 'yes';
    pub const NO: felt252 = 'no';
    /// Leaves that a challenge may name: they fit one cell.
    pub const MAX_NAMED: u32 = 8;

    const COMMIT_DOMAIN: felt252 = 'renderchain/commit/1';
    /// Above the largest leaf that can be named.
    pub const NAMED_BASE: u32 = 0x1000000;

    pub mod Errors {
        pub const WRONG_PHASE: felt252 = 'RC: case in another phase';
        pub const NO_SUCH_SEAT: felt252 = 'RC: no such seat in the round';
    }

    /// | case_cells | 1 a slot | packed | its next lease's audit uses all these again |
    /// | case_answers | 1 a slot | felt | hash of what the worker opened |
    /// | case_named | 1 a slot | felt | leaves that a challenge names, 24 bits each |
    /// | case_seeds | 1 a slot and round | felt | the draw |
    /// | case_payers | 1 a slot and round | address | who paid the bond |
    /// | case_members | 1 a slot and seat | packed | seats of round 0 from 0, 1 from 3, 2 from 10 |
    /// | case_purses | 1 a slot | fri | forfeits that the board holds for the audit |
    /// | case_marks | 1 a slot and seat | felt | the sealed vote, then the one shown |
    #[storage]
    pub struct Storage {
        case_cells: Map<u64, Audit>,
        case_answers: Map<u64, felt252>,
        case_named: Map<u64, felt252>,
        case_seeds: Map<(u64, u8), felt252>,
        case_payers: Map<(u64, u8), ContractAddress>,
        case_members: Map<(u64, u8), Verifier>,
        case_purses: Map<u64, u128>,
        case_marks: Map<(u64, u8), felt252>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl AuditImpl of AuditTrait {
        fn seats_of(self: @Audit, round: u8) -> u8 {
            let (first, second, third) = *self.seats;
            if round == 0 {
                first
            } else if round == 1 {
                second
            } else {
                third
            }
        }

        fn set_seats(ref self: Audit, count: u8) {
            let (first, second, _) = self.seats;
            self
                .seats =
                    if self.round == 0 {
                        (count, 0, 0)
                    } else if self.round == 1 {
                        (first, count, 0)
                    } else {
                        (first, second, count)
                    };
        }

        fn is_bonded(self: @Audit, round: u8) -> bool {
            *self.bonded & bit_of(round) != 0
        }

        fn set_bonded(ref self: Audit, yes: bool) {
            let bit = bit_of(self.round);
            self.bonded = if yes {
                self.bonded | bit
            } else {
                self.bonded - (self.bonded & bit)
            };
        }

        /// From now on it waits for something else.
        fn enter(ref self: Audit, phase: u8) {
            self.phase = phase;
            let (since_s, since_block) = now();
            self.since_s = since_s;
            self.since_block = since_block;
        }

        /// A round is called, and waits for its draw.
        fn call(ref self: Audit) {
            self.enter(AuditPhase::DRAW);
            self.draw_block = self.since_block;
        }

        /// How many votes the present round asks for.
        fn wanted(self: @Audit) -> u8 {
            seats_in(*self.round)
        }

        /// Leaves that a round looks at: the named and the first ones always, fresh ones on appeal.
        fn leaf_count(self: @Audit, job: @Job, lease: @Lease, round: u8) -> u32 {
            let drawn = job.first_leaves(*lease.count);
            let fresh = if round == 0 {
                0
            } else {
                drawn
            };
            (*self.named).into() + drawn + fresh
        }

        /// What each verifier of a round gets.
        fn fee_fri(self: @Audit, job: @Job, lease: @Lease, round: u8) -> u128 {
            fee_of(job.audit_price.unbox(), self.leaf_count(job, lease, round))
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        /// Phase 0 (none) for a lease that is not audited.
        fn find(self: @ComponentState<TContractState>, lease_id: u64) -> Audit {
            let (place, generation) = split(lease_id);
            let audit = self.case_cells.read(place);
            if audit.generation == generation {
                audit
            } else {
                fresh(lease_id, 0)
            }
        }

        fn save(ref self: ComponentState<TContractState>, lease_id: u64, audit: Audit) {
            let (place, _) = split(lease_id);
            self.case_cells.write(place, audit);
        }

        fn answer(self: @ComponentState<TContractState>, lease_id: u64) -> felt252 {
            let (place, _) = split(lease_id);
            self.case_answers.read(place)
        }

        fn set_answer(ref self: ComponentState<TContractState>, lease_id: u64, answer: felt252) {
            let (place, _) = split(lease_id);
            self.case_answers.write(place, answer);
        }

        fn seed(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            let (place, _) = split(lease_id);
            self.case_seeds.read((place, round))
        }

        fn set_seed(
            ref self: ComponentState<TContractState>, lease_id: u64, round: u8, seed: felt252,
        ) {
            let (place, _) = split(lease_id);
            self.case_seeds.write((place, round), seed);
        }

        /// What forfeits brought in so far; one more than that is stored.
        fn purse(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            let (place, _) = split(lease_id);
            let kept_fri = self.case_purses.read(place);
            if kept_fri == 0 {
                0
            } else {
                kept_fri - 1
            }
        }

        fn set_purse(ref self: ComponentState<TContractState>, lease_id: u64, amount_fri: u128) {
            let (place, _) = split(lease_id);
            self.case_purses.write(place, amount_fri + 1);
        }

        fn payer(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8,
        ) -> ContractAddress {
            let (place, _) = split(lease_id);
            self.case_payers.read((place, round))
        }

        fn set_payer(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            payer: ContractAddress,
        ) {
            let (place, _) = split(lease_id);
            self.case_payers.write((place, round), payer);
        }

        fn verifier(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8, seat: u8,
        ) -> Verifier {
            let (place, _) = split(lease_id);
            self.case_members.read((place, first_of(round) + seat))
        }

        fn set_verifier(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            seat: u8,
            verifier: Verifier,
        ) {
            let (place, _) = split(lease_id);
            self.case_members.write((place, first_of(round) + seat), verifier);
        }

        /// A sealed vote, later the vote itself of a verifier who differs.
        fn mark(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8, seat: u8,
        ) -> felt252 {
            let (place, _) = split(lease_id);
            self.case_marks.read((place, first_of(round) + seat))
        }

        fn set_mark(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            seat: u8,
            mark: felt252,
        ) {
            let (place, _) = split(lease_id);
            self.case_marks.write((place, first_of(round) + seat), mark);
        }

        /// The verifier at a seat of the present round; Err if there is none.
        fn seated(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, seat: u8,
        ) -> Result<Verifier, felt252> {
            if seat >= audit.seats_of(*audit.round) {
                Err(Errors::NO_SUCH_SEAT)
            } else {
                Ok(self.verifier(lease_id, *audit.round, seat))
            }
        }

        /// How many seats of the present round voted so.
        fn count_of(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, vote: u8,
        ) -> u8 {
            let mut count = 0;
            for seat in 0..audit.seats_of(*audit.round) {
                if self.verifier(lease_id, *audit.round, seat).vote == vote {
                    count += 1;
                }
            }
            count
        }

        /// What a verifier seals; nobody else can use it, nor for another round or draw.
        fn mark_of(
            self: @ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            worker_id: u32,
            nonce: felt252,
            vote: felt252,
        ) -> felt252 {
            let fields = array![
                COMMIT_DOMAIN, get_contract_address().into(), lease_id.into(), round.into(),
                self.seed(lease_id, round), worker_id.into(), nonce, vote,
            ];
            poseidon_hash_span(fields.span())
        }

        /// Keeps up to eight leaves in one cell.
        fn name_leaves(ref self: ComponentState<TContractState>, lease_id: u64, leaves: Span<u32>) {
            let mut packed: felt252 = 0;
            for leaf in leaves {
                packed = packed * NAMED_BASE.into() + (*leaf).into();
            }
            let (place, _) = split(lease_id);
            self.case_named.write(place, packed);
        }

        /// The leaves of the present round, numbered over the lease's tasks and their tiles.
        fn leaves_in(
            self: @ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) -> Array<u32> {
            let (place, _) = split(lease_id);
            let mut leaves = array![];
            let base: NonZero<u256> = 0x1000000;
            let mut packed: u256 = self.case_named.read(place).into();
            for _ in 0..*audit.named {
                let (rest, leaf) = DivRem::div_rem(packed, base);
                leaves.append(leaf.try_into().unwrap());
                packed = rest;
            }
            let total = *lease.count * job.package.tiles.into();
            let wanted = job.first_leaves(*lease.count);
            let mut round = 0;
            while round <= *audit.round {
                let seed = self.seed(lease_id, round);
                for index in 0..wanted {
                    leaves.append(leaf_at(seed, index, wanted, total));
                }
                // The first round's leaves again, and fresh ones of the present round.
                round = if round == *audit.round {
                    round + 1
                } else {
                    *audit.round
                };
            }
            leaves
        }
    }

    /// An audit that begins.
    pub fn fresh(lease_id: u64, kind: u8) -> Audit {
        let (_, generation) = split(lease_id);
        Audit {
            generation,
            kind,
            phase: 0,
            round: 0,
            verdict: Verdict::NONE,
            seats: (0, 0, 0),
            committed: 0,
            agreeing: 0,
            objecting: 0,
            shown: 0,
            named: 0,
            redraws: 0,
            bonded: 0,
            since_s: 0,
            since_block: 0,
            draw_block: 0,
        }
    }

    /// A verifier who may still come.
    pub fn newcomer(worker_id: u32) -> Verifier {
        Verifier { worker_id, vote: Vote::DRAWN }
    }

    fn first_of(round: u8) -> u8 {
        if round == 0 {
            0
        } else if round == 1 {
            3
        } else {
            10
        }
    }

    fn bit_of(round: u8) -> u8 {
        if round == 0 {
            1
        } else if round == 1 {
            2
        } else {
            4
        }
    }
}

//! What a board knows of the leases under audit: phase, seats, sealed votes. It moves no money.
#[starknet::component]
pub mod AuditStoreComponent {
    use core::poseidon::poseidon_hash_span;
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use starknet::{ContractAddress, get_contract_address};
    use crate::audit::course::{AuditTrait, fresh};
    use crate::packing::audit::{AuditPacking, VerifierPacking};
    use crate::rules::lease_id::split;
    use crate::rules::masks::{drawn_in, run};
    use crate::types::audit::{Audit, AuditKind, Verifier, Vote};

    /// Votes where the answer is one of two.
    pub const YES: felt252 = 'yes';
    pub const NO: felt252 = 'no';

    const COMMIT_DOMAIN: felt252 = 'renderchain/commit/1';
    /// All that a delivery has to see.
    pub const WHOLE_DELIVERY: u128 = 1;
    /// Among payers of rounds, who showed that objectors agree.
    pub const SHOWER: u8 = 3;
    /// And from here on, by round, who raised its fee.
    pub const RAISER: u8 = 4;

    pub mod Errors {
        pub const WRONG_PHASE: felt252 = 'RC: case in another phase';
        pub const NO_SUCH_SEAT: felt252 = 'RC: no such seat in the round';
        pub const TOO_LATE: felt252 = 'RC: step is over';
    }

    /// | case_cells | 1 a slot | packed | its next lease's audit uses all these again |
    /// | case_answers | 1 a slot | felt | hash of what the worker opened |
    /// | case_named | 1 a slot | felt | leaves that somebody named, 24 bits each, the first lowest
    /// |
    /// | case_purses | 1 a slot | fri | what forfeits brought; empty where no audit runs |
    /// | case_bad | 1 a slot | felt | positions of a rejection, and above them the mean |
    /// | case_seeds | 1 a slot and round | felt | the draw of the leaves |
    /// | case_saw | 1 a slot and round | felt | positions that it looks at, once there are two |
    /// | case_payers | 1 a slot and round | address | who paid the bond; at 3 who showed,
    /// from 4 on who raised a round's fee |
    /// | case_members | 1 a slot and seat | packed | seats of all rounds in a row |
    /// | case_marks | 1 a slot and seat | felt | the sealed vote, then the one shown |
    #[storage]
    pub struct Storage {
        case_cells: Map<u64, Audit>,
        case_answers: Map<u64, felt252>,
        case_named: Map<u64, felt252>,
        case_purses: Map<u64, u128>,
        case_bad: Map<u64, felt252>,
        case_seeds: Map<(u64, u8), felt252>,
        case_saw: Map<(u64, u8), felt252>,
        case_payers: Map<(u64, u8), ContractAddress>,
        case_members: Map<(u64, u8), Verifier>,
        case_marks: Map<(u64, u8), felt252>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

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
            self.case_cells.write(place_of(lease_id), audit);
        }

        fn answer(self: @ComponentState<TContractState>, lease_id: u64) -> felt252 {
            self.case_answers.read(place_of(lease_id))
        }

        fn set_answer(ref self: ComponentState<TContractState>, lease_id: u64, answer: felt252) {
            self.case_answers.write(place_of(lease_id), answer);
        }

        /// Leaves that somebody named.
        fn named(self: @ComponentState<TContractState>, lease_id: u64) -> felt252 {
            self.case_named.read(place_of(lease_id))
        }

        fn set_named(ref self: ComponentState<TContractState>, lease_id: u64, leaves: felt252) {
            self.case_named.write(place_of(lease_id), leaves);
        }

        fn purse(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            self.case_purses.read(place_of(lease_id))
        }

        fn set_purse(ref self: ComponentState<TContractState>, lease_id: u64, amount_fri: u128) {
            self.case_purses.write(place_of(lease_id), amount_fri);
        }

        fn add_to_purse(ref self: ComponentState<TContractState>, lease_id: u64, amount_fri: u128) {
            if amount_fri != 0 {
                self.set_purse(lease_id, self.purse(lease_id) + amount_fri);
            }
        }

        /// Positions of the rejection, and above them the mean.
        fn bad(self: @ComponentState<TContractState>, lease_id: u64) -> u128 {
            self.case_bad.read(place_of(lease_id)).try_into().unwrap()
        }

        fn set_bad(ref self: ComponentState<TContractState>, lease_id: u64, bad: u128) {
            self.case_bad.write(place_of(lease_id), bad.into());
        }

        fn seed(self: @ComponentState<TContractState>, lease_id: u64, round: u8) -> felt252 {
            self.case_seeds.read((place_of(lease_id), round))
        }

        fn set_seed(
            ref self: ComponentState<TContractState>, lease_id: u64, round: u8, seed: felt252,
        ) {
            self.case_seeds.write((place_of(lease_id), round), seed);
        }

        /// Positions that a round looks at, of an audit that draws so many leaves a round.
        fn saw(
            self: @ComponentState<TContractState>,
            lease_id: u64,
            audit: @Audit,
            round: u8,
            drawn: u32,
        ) -> u128 {
            if *audit.kind == AuditKind::DELIVERY {
                WHOLE_DELIVERY
            } else if *audit.round == 0 {
                run(0, (*audit.named).into()) + drawn_in(0, drawn)
            } else {
                self.case_saw.read((place_of(lease_id), round)).try_into().unwrap()
            }
        }

        fn set_saw(
            ref self: ComponentState<TContractState>, lease_id: u64, round: u8, positions: u128,
        ) {
            self.case_saw.write((place_of(lease_id), round), positions.into());
        }

        fn payer(
            self: @ComponentState<TContractState>, lease_id: u64, round: u8,
        ) -> ContractAddress {
            self.case_payers.read((place_of(lease_id), round))
        }

        fn set_payer(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            payer: ContractAddress,
        ) {
            self.case_payers.write((place_of(lease_id), round), payer);
        }

        fn verifier(self: @ComponentState<TContractState>, lease_id: u64, seat: u8) -> Verifier {
            self.case_members.read((place_of(lease_id), seat))
        }

        fn set_verifier(
            ref self: ComponentState<TContractState>, lease_id: u64, seat: u8, verifier: Verifier,
        ) {
            self.case_members.write((place_of(lease_id), seat), verifier);
        }

        /// A sealed vote, later the vote itself of a verifier who has other digests.
        fn mark(self: @ComponentState<TContractState>, lease_id: u64, seat: u8) -> felt252 {
            self.case_marks.read((place_of(lease_id), seat))
        }

        fn set_mark(
            ref self: ComponentState<TContractState>, lease_id: u64, seat: u8, mark: felt252,
        ) {
            self.case_marks.write((place_of(lease_id), seat), mark);
        }

        /// The verifier at a seat of the present draw; Err if there is none.
        fn seated(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, seat: u8,
        ) -> Result<Verifier, felt252> {
            if seat < *audit.first || seat >= audit.end_of(*audit.round) {
                Err(Errors::NO_SUCH_SEAT)
            } else {
                Ok(self.verifier(lease_id, seat))
            }
        }

        /// Seats of the present draw whose vote came so far.
        fn seats_with(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, vote: u8,
        ) -> Array<(u8, Verifier)> {
            let mut found = array![];
            for seat in *audit.first..audit.end_of(*audit.round) {
                let verifier = self.verifier(lease_id, seat);
                if verifier.vote == vote {
                    found.append((seat, verifier));
                }
            }
            found
        }

        /// Whether more than half of the present draw say so.
        fn most_say(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, word: u8,
        ) -> bool {
            2 * self.seats_with(lease_id, audit, word).len() > audit.votes().into()
        }

        /// Positions on which a counted vote of any round so far differs: all of them are judged.
        fn disputed(self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit) -> u128 {
            let mut positions = 0;
            for seat in 0..audit.end_of(*audit.round) {
                let verifier = self.verifier(lease_id, seat);
                if verifier.vote == Vote::COUNTED {
                    positions = positions | verifier.differs;
                }
            }
            positions
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
    }

    fn place_of(lease_id: u64) -> u64 {
        let (place, _) = split(lease_id);
        place
    }
}

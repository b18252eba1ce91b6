//! Who gets an audit's money when it ends: fees, reserves, bonds, the purse of forfeits.
#[starknet::component]
pub mod MoneyComponent {
    use core::cmp::min;
    use core::num::traits::{WideMul, Zero};
    use starknet::ContractAddress;
    use crate::audit::course::{APPEAL_PART, AuditTrait, VerifierTrait};
    use crate::audit::judging::{Judgement, JudgementTrait};
    use crate::audit::seating::SeatingComponent;
    use crate::audit::seating::SeatingComponent::InternalTrait as SeatingTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{InternalTrait as StoreTrait, RAISER, SHOWER};
    use crate::board::job::{Job, JobTrait};
    use crate::board::jobs::JobsComponent;
    use crate::board::leases::LeasesComponent;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::rules::terms::bond_of;
    use crate::types::audit::{Audit, AuditKind, Verdict, Verifier, Vote};
    use crate::types::board::Lease;

    /// Of what is left in the purse, for those who were right.
    const REWARD_SHARE: u128 = 10;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    /// An audit's money as it is shared out.
    #[derive(Drop)]
    pub struct Shares {
        pub purse_fri: u128,
        pub burned_fri: u128,
        /// Payouts of the votes that were right, and of who appealed rightly last.
        pub right: Array<ContractAddress>,
        pub appellant: ContractAddress,
        /// None where nobody is judged.
        pub judgement: Option<Judgement>,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Payouts: PayoutsComponent::HasComponent<TContractState>,
        impl Settlement: SettlementComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        impl Seating: SeatingComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Takes the audit's purse, which is empty then.
        fn open_shares(ref self: ComponentState<TContractState>, lease_id: u64) -> Shares {
            let mut store = get_dep_component_mut!(ref self, Store);
            let purse_fri = store.purse(lease_id);
            if purse_fri != 0 {
                store.set_purse(lease_id, 0);
            }
            let appellant = Zero::zero();
            Shares { purse_fri, burned_fri: 0, right: array![], appellant, judgement: None }
        }

        /// What votes are measured against: that is only where votes were counted.
        fn judgement(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit, drawn: u32,
        ) -> Option<Judgement> {
            let (verdict, decided) = (*audit.verdict, *audit.decided);
            if verdict == Verdict::UNDECIDED {
                return None;
            }
            let store = get_dep_component!(self, Store);
            let mut counted = false;
            for seat in audit.start_of(decided)..audit.end_of(decided) {
                if store.verifier(lease_id, seat).vote == Vote::COUNTED {
                    counted = true;
                    break;
                }
            }
            if !counted {
                return None;
            }
            let decided_saw = store.saw(lease_id, audit, decided, drawn);
            let bad = if verdict == Verdict::REJECTED {
                store.bad(lease_id)
            } else {
                0
            };
            Some(Judgement { verdict, decided, decided_saw, bad })
        }

        /// Pays or fines all votes; returns what was paid out of the money for each round's own
        /// votes. For each vote that did not decline the audit holds a fee: what batches and new
        /// draws moved out of the purse, and nobody gets, returns to it; and out of it the fees of
        /// those who declined return to what paid for the round, as far as others did not need
        /// them.
        fn settle_votes(
            ref self: ComponentState<TContractState>,
            ref shares: Shares,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) -> Span<u128> {
            let drawn = job.unbox().first_leaves(*lease.count);
            shares.judgement = self.judgement(lease_id, audit, drawn);
            let mut paid = array![];
            let seating = get_dep_component!(@self, Seating);
            let (verifiers, payouts) = seating.paid_seats(lease_id, audit);
            for round in 0..*audit.round + 1 {
                let fee_fri = audit.fee_fri(job, lease, round);
                let saw = get_dep_component!(@self, Store).saw(lease_id, audit, round, drawn);
                let (start, end) = (audit.start_of(round), audit.end_of(round));
                let (mut paid_fri, mut held_fri) = (0, 0);
                for seat in start..end {
                    let verifier = *verifiers[seat.into()];
                    let (payout, looked) = (*payouts[seat.into()], (round, saw));
                    paid_fri += self.settle_vote(ref shares, verifier, payout, looked, fee_fri);
                    if !verifier.has_declined() {
                        held_fri += fee_fri;
                    }
                }
                let raise_fri = audit.raise_fri(job, lease, round);
                let own_fri = if end == start {
                    0
                } else if audit.is_funded(round) {
                    audit.own_fees_fri(job, lease, round) + raise_fri
                } else {
                    raise_fri
                };
                let own_held_fri = min(own_fri, held_fri);
                let own_paid_fri = min(paid_fri, own_held_fri);
                shares.purse_fri += held_fri - own_held_fri - (paid_fri - own_paid_fri);
                let back_fri = min(own_fri - own_held_fri, shares.purse_fri);
                shares.purse_fri -= back_fri;
                let used_fri = own_paid_fri + own_fri - own_held_fri - back_fri;
                let used_of_raise_fri = self
                    .return_raise(lease_id, round, raise_fri, used_fri, own_fri);
                paid.append(used_fri - used_of_raise_fri);
            }
            paid.span()
        }

        /// Who raised a round's fee gets back what was not used of it; returns the rest.
        fn return_raise(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            round: u8,
            raise_fri: u128,
            used_fri: u128,
            own_fri: u128,
        ) -> u128 {
            if raise_fri == 0 {
                return 0;
            }
            let back_fri = if own_fri == 0 {
                raise_fri
            } else {
                part_of(own_fri - used_fri, raise_fri, own_fri)
            };
            let raiser = get_dep_component!(@self, Store).payer(lease_id, RAISER + round);
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.credit(raiser, back_fri);
            raise_fri - back_fri
        }

        /// Pays or fines a vote of a round that looked at so much; returns the fee if it is paid.
        fn settle_vote(
            ref self: ComponentState<TContractState>,
            ref shares: Shares,
            verifier: Verifier,
            payout: ContractAddress,
            round: (u8, u128),
            fee_fri: u128,
        ) -> u128 {
            let (vote, (number, saw)) = (verifier.vote, round);
            let (mut is_paid, mut fine_fri) = (vote == Vote::SEALED || vote == Vote::SPARE, 0);
            let mut is_right = false;
            if let Some(judgement) = shares.judgement {
                if vote == Vote::COUNTED {
                    is_right = judgement.is_right(verifier, number, saw);
                    is_paid = is_right;
                    if !is_right {
                        fine_fri = bond_of(fee_fri);
                    }
                } else if vote == Vote::NO_PACKAGE {
                    fine_fri = fee_fri;
                }
            } else if vote == Vote::COUNTED {
                is_paid = true;
            }
            if fine_fri != 0 {
                let seating = get_dep_component!(@self, Seating);
                shares.purse_fri += seating.take(verifier.worker_id, fine_fri);
            }
            if !is_paid {
                return 0;
            }
            if is_right {
                shares.right.append(payout);
            }
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            settlement.credit(payout, fee_fri);
            fee_fri
        }

        /// What the lease reserved for votes that were not paid returns to the job's pool. Where
        /// its tasks took most of the first votes too long, what is left of these votes' fees
        /// burns, so that a requester who declares too few seconds saves nothing by it. The rest is
        /// for a second look, which an honest requester would not have had here either.
        fn return_reserves(
            ref self: ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            paid: Span<u128>,
        ) -> Box<Job> {
            if !audit.is_by_chance() {
                return job;
            }
            let mut kept_fri = job.unbox().reserve_fri(*lease.count) - *paid[0];
            if audit.is_second_look(1) && paid.len() > 1 {
                kept_fri -= *paid[1];
            }
            let shares = *audit.round == 0 && *audit.verdict == Verdict::UNDECIDED;
            let store = get_dep_component!(@self, Store);
            if shares && store.most_say(lease_id, audit, Vote::OVER_TIME) {
                let burned_fri = audit.own_fees_fri(job, lease, 0) - *paid[0];
                let mut payouts = get_dep_component_mut!(ref self, Payouts);
                payouts.burn(burned_fri);
                kept_fri -= burned_fri;
            }
            let mut pooled = job.unbox();
            pooled.add_to_pool(kept_fri);
            BoxTrait::new(pooled)
        }

        /// Bonds: in full for who was right, without the fees of its round where nothing was
        /// decided, else nothing; of an appeal whose votes were not found the part that is no fee
        /// burns, where it undid a rejection. Fees of who was right come out of the purse, as far
        /// as it goes.
        fn settle_bonds(
            ref self: ComponentState<TContractState>,
            ref shares: Shares,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            paid: Span<u128>,
        ) {
            if *audit.bonded == 0 {
                return;
            }
            let settlement = get_dep_component!(@self, Settlement);
            let (pay_fri, _) = settlement.stakes_of(@job.unbox(), lease);
            for round in 0..*audit.round + 1 {
                if !audit.is_bonded(round) {
                    continue;
                }
                let bond_fri = audit.bond_fri(job, lease, round, pay_fri);
                let payer = get_dep_component!(@self, Store).payer(lease_id, round);
                let fees_fri = *paid[round.into()];
                let was_drawn = audit.end_of(round) != audit.start_of(round);
                let mut settlement = get_dep_component_mut!(ref self, Settlement);
                match outcome_of(audit, round) {
                    Outcome::Right => {
                        let helped_fri = min(fees_fri, shares.purse_fri);
                        shares.purse_fri -= helped_fri;
                        settlement.credit(payer, bond_fri - fees_fri + helped_fri);
                        if round != 0 {
                            shares.appellant = payer;
                        }
                    },
                    Outcome::Neither => {
                        let lost_fri = if was_drawn || round == 0 {
                            fees_fri
                        } else {
                            pay_fri / APPEAL_PART
                        };
                        shares.burned_fri += lost_fri - fees_fri;
                        settlement.credit(payer, bond_fri - lost_fri);
                    },
                    Outcome::Wrong => if was_drawn {
                        shares.burned_fri += bond_fri - fees_fri;
                    } else {
                        settlement.credit(payer, bond_fri);
                    },
                }
            }
        }

        /// One fee for who showed the rejection, a tenth of the rest for those who were right, half
        /// of it for who appealed; all else is burned.
        fn share_purse(
            ref self: ComponentState<TContractState>,
            shares: Shares,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
        ) {
            let Shares { purse_fri, burned_fri, right, appellant, judgement } = shares;
            let mut left_fri = purse_fri;
            let shown = *audit.verdict == Verdict::REJECTED
                && *audit.kind == AuditKind::PIXELS
                && judgement.is_some();
            let mut settlement = get_dep_component_mut!(ref self, Settlement);
            if shown {
                let fee_fri = min(audit.fee_fri(job, lease, *audit.decided), left_fri);
                left_fri -= fee_fri;
                let shower = get_dep_component!(@self, Store).payer(lease_id, SHOWER);
                settlement.credit(shower, fee_fri);
            }
            let mut reward_fri = left_fri / REWARD_SHARE;
            if appellant.is_non_zero() {
                let half_fri = reward_fri / 2;
                settlement.credit(appellant, half_fri);
                left_fri -= half_fri;
                reward_fri -= half_fri;
            }
            if !right.is_empty() {
                let each_fri = reward_fri / right.len().into();
                for payout in right {
                    settlement.credit(payout, each_fri);
                    left_fri -= each_fri;
                }
            }
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.burn(burned_fri + left_fri);
        }
    }

    /// Of an amount, what falls to one of those who together gave a whole.
    fn part_of(amount_fri: u128, share_fri: u128, whole_fri: u128) -> u128 {
        let product: u256 = amount_fri.wide_mul(share_fri);
        (product / whole_fri.into()).try_into().unwrap()
    }

    #[derive(Copy, Drop)]
    enum Outcome {
        Right,
        Neither,
        Wrong,
    }

    /// Whether who paid for a round was right: with another verdict than the one it was against.
    fn outcome_of(audit: @Audit, round: u8) -> Outcome {
        let (verdict, against) = (*audit.verdict, audit.against_in(round));
        if round == 0 {
            if verdict == Verdict::REJECTED {
                Outcome::Right
            } else if verdict == Verdict::UNDECIDED {
                Outcome::Neither
            } else {
                Outcome::Wrong
            }
        } else if verdict == against {
            Outcome::Wrong
        } else if verdict == Verdict::UNDECIDED {
            Outcome::Neither
        } else {
            Outcome::Right
        }
    }
}

//! Who doubts a verdict and pays a bond has more votes drawn.
#[starknet::component]
pub mod AppealsComponent {
    use starknet::{ContractAddress, get_caller_address};
    use crate::audit::course::AuditTrait;
    use crate::audit::judging::{Judgement, JudgementTrait};
    use crate::audit::leaves::LeavesTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::board::payouts::PayoutsComponent;
    use crate::board::payouts::PayoutsComponent::InternalTrait as PayoutsTrait;
    use crate::board::settlement::SettlementComponent;
    use crate::board::settlement::SettlementComponent::InternalTrait as SettlementTrait;
    use crate::events::audit::Appealed;
    use crate::interfaces::registry::IWorkerRegistryDispatcherTrait;
    use crate::rules::lease_id::worker_of;
    use crate::types::audit::{Audit, AuditPhase, Verdict};

    pub mod Errors {
        pub const MAY_NOT: felt252 = 'RC: seat may not appeal';
    }

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        Appealed: Appealed,
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
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        fn appeal(ref self: ComponentState<TContractState>, lease_id: u64, leaves: Array<u32>) {
            let caller = get_caller_address();
            let mut store = get_dep_component_mut!(ref self, Store);
            let mut audit = store.find(lease_id);
            assert(audit.phase == AuditPhase::APPEAL, AuditStoreComponent::Errors::WRONG_PHASE);
            let leases = get_dep_component!(@self, Leases);
            assert(!audit.is_late(leases.limits()), AuditStoreComponent::Errors::TOO_LATE);
            assert(self.may_appeal(lease_id, @audit, caller), Errors::MAY_NOT);
            let lease = leases.find(lease_id);
            let job = BoxTrait::new(get_dep_component!(@self, Jobs).load(lease.job_id));
            audit = store.begin_round(job, lease_id, @lease, audit, leaves.span()).unbox();
            audit.set_bonded(audit.round, audit.verdict);
            store.set_payer(lease_id, audit.round, caller);
            store.save(lease_id, audit);
            let (pay_fri, _) = get_dep_component!(@self, Settlement)
                .stakes_of(@job.unbox(), @lease);
            let (job_id, round) = (job.job_id, audit.round);
            let bond_fri = audit.bond_fri(job, @lease, round, pay_fri);
            self.emit(Appealed { job_id, lease_id, round, bond_fri, leaves });
            let mut payouts = get_dep_component_mut!(ref self, Payouts);
            payouts.collect(caller, bond_fri);
        }

        /// Anyone may doubt what is no rejection; that may its worker, and who did not vote for it.
        fn may_appeal(
            self: @ComponentState<TContractState>,
            lease_id: u64,
            audit: @Audit,
            caller: ContractAddress,
        ) -> bool {
            let verdict = *audit.verdict;
            if verdict != Verdict::REJECTED {
                return true;
            }
            let registry = get_dep_component!(self, Leases).known_registry();
            let worker = registry.worker(worker_of(lease_id));
            if caller == worker.owner || caller == worker.operator {
                return true;
            }
            let store = get_dep_component!(self, Store);
            let (decided, bad) = (*audit.decided, store.bad(lease_id));
            let judgement = Judgement { verdict, decided, decided_saw: 0, bad };
            let (worker_id, mut found) = (registry.worker_id_of(caller), false);
            for seat in 0..audit.end_of(*audit.round) {
                let verifier = store.verifier(lease_id, seat);
                let is_own = seat >= audit.start_of(decided);
                if worker_id != 0
                    && verifier.worker_id == worker_id
                    && !judgement.objects(verifier, is_own) {
                    found = true;
                    break;
                }
            }
            found
        }
    }
}

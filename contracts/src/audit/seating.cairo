//! Who sits in a round: the registry draws its verifiers from the seats of the job's family.
#[starknet::component]
pub mod SeatingComponent {
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::{
        AuditTrait, InternalTrait as StoreTrait, newcomer,
    };
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::events::audit::CommitteeDrawn;
    use crate::interfaces::registry::{ICommitteesDispatcher, ICommitteesDispatcherTrait};
    use crate::rules::lease_id::worker_of;
    use crate::rules::terms::bond_of;
    use crate::types::audit::{Audit, AuditPhase};
    use crate::types::board::Lease;
    use crate::types::registry::CommitteeRequest;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        CommitteeDrawn: CommitteeDrawn,
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Draws the present round's committee; false if there are not enough.
        fn seat(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            ref audit: Audit,
            seed: felt252,
        ) -> bool {
            let (wanted, least) = audit.wanted();
            let verifiers = self
                .draw_verifiers(job, lease_id, lease, @audit, (seed, wanted, least), array![]);
            if verifiers.is_empty() {
                return false;
            }
            let round = audit.round;
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_seed(lease_id, round, seed);
            for seat in 0..verifiers.len() {
                store
                    .set_verifier(
                        lease_id, round, seat.try_into().unwrap(), newcomer(*verifiers[seat]),
                    );
            }
            audit.set_seats(verifiers.len().try_into().unwrap());
            audit.committed = 0;
            audit.agreeing = 0;
            audit.objecting = 0;
            audit.shown = 0;
            audit.redraws = 0;
            audit.enter(AuditPhase::COMMIT);
            store.save(lease_id, audit);
            self.announce(job, lease_id, @audit, seed, verifiers);
            true
        }

        fn draw_verifiers(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            draw: (felt252, u8, u8),
            taken: Array<u32>,
        ) -> Array<u32> {
            let (seed, wanted, least) = draw;
            let worker_id = worker_of(lease_id);
            let fee_fri = audit.fee_fri(job, lease, *audit.round);
            let jobs = get_dep_component!(@self, Jobs);
            let leases = get_dep_component!(@self, Leases);
            let registry = ICommitteesDispatcher {
                contract_address: leases.known_registry().contract_address,
            };
            registry
                .draw_committee(
                    CommitteeRequest {
                        family: jobs.family_of(job),
                        block: *lease.since_block,
                        seed,
                        wanted: wanted.into(),
                        least: least.into(),
                        odd: taken.is_empty(),
                        worker_id,
                        requester: jobs.requester_of(job),
                        taken,
                        bond_fri: bond_of(fee_fri),
                        fee_fri,
                        package_bytes: job.package.bytes,
                    },
                )
        }

        fn announce(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            audit: @Audit,
            seed: felt252,
            verifiers: Array<u32>,
        ) {
            let (job_id, round, kind) = (*job.job_id, *audit.round, *audit.kind);
            self.emit(CommitteeDrawn { job_id, lease_id, round, kind, seed, verifiers });
        }
    }
}

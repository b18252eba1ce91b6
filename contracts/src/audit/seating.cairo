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
    use crate::types::audit::{Audit, AuditPhase};
    use crate::types::board::Lease;
    use crate::types::registry::VoteRequest;

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
        /// Draws the present round's votes; false if not all are found.
        fn seat(
            ref self: ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            ref audit: Audit,
            seed: felt252,
        ) -> bool {
            let wanted = audit.wanted();
            let verifiers = self.draw_votes(job, lease_id, lease, @audit, seed, wanted);
            if verifiers.len() != wanted.into() {
                return false;
            }
            let round = audit.round;
            let mut store = get_dep_component_mut!(ref self, Store);
            store.set_seed(lease_id, round, seed);
            for seat in 0..wanted {
                store.set_verifier(lease_id, round, seat, newcomer(*verifiers[seat.into()]));
            }
            audit.set_seats(wanted);
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

        /// Holders of drawn units, one as often as it was drawn; fewer than wanted where so many
        /// can't be found.
        fn draw_votes(
            self: @ComponentState<TContractState>,
            job: @Job,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            seed: felt252,
            wanted: u8,
        ) -> Array<u32> {
            let jobs = get_dep_component!(self, Jobs);
            let leases = get_dep_component!(self, Leases);
            let registry = ICommitteesDispatcher {
                contract_address: leases.known_registry().contract_address,
            };
            registry
                .draw_votes(
                    VoteRequest {
                        family: jobs.family_of(job),
                        block: *audit.draw_block,
                        seed,
                        wanted: wanted.into(),
                        worker_id: worker_of(lease_id),
                        requester: jobs.requester_of(job),
                        fee_fri: audit.fee_fri(job, lease, *audit.round),
                        package_bytes: job.package.bytes,
                        memory_mib: job.audit_price.memory_mib,
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

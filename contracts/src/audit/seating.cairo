//! What audits ask of the registry: votes, and what their holders lose.
#[starknet::component]
pub mod SeatingComponent {
    use starknet::ContractAddress;
    use crate::audit::course::AuditTrait;
    use crate::audit::store::AuditStoreComponent;
    use crate::audit::store::AuditStoreComponent::InternalTrait as StoreTrait;
    use crate::board::job::Job;
    use crate::board::jobs::JobsComponent;
    use crate::board::jobs::JobsComponent::InternalTrait as JobsTrait;
    use crate::board::leases::LeasesComponent;
    use crate::board::leases::LeasesComponent::InternalTrait as LeasesTrait;
    use crate::interfaces::registry::{
        ICommitteesDispatcher, ICommitteesDispatcherTrait, IWorkerRegistryDispatcherTrait,
    };
    use crate::rules::lease_id::worker_of;
    use crate::types::audit::{Audit, Verifier};
    use crate::types::board::Lease;
    use crate::types::registry::VoteRequest;

    #[storage]
    pub struct Storage {}

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {}

    #[generate_trait]
    pub impl InternalImpl<
        TContractState,
        +HasComponent<TContractState>,
        impl Jobs: JobsComponent::HasComponent<TContractState>,
        impl Leases: LeasesComponent::HasComponent<TContractState>,
        impl Store: AuditStoreComponent::HasComponent<TContractState>,
        +Drop<TContractState>,
    > of InternalTrait<TContractState> {
        /// Holders of drawn units, one as often as it was drawn, from those who could vote before
        /// `block`, which called the draw; fewer than wanted where so many can't be found.
        fn draw_votes(
            self: @ComponentState<TContractState>,
            job: Box<Job>,
            lease_id: u64,
            lease: @Lease,
            audit: @Audit,
            block: u64,
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
                        family: jobs.family_of(@job.unbox()),
                        block,
                        seed,
                        wanted: wanted.into(),
                        again: *audit.draw_block != *audit.since_block,
                        worker_id: worker_of(lease_id),
                        requester: jobs.requester_of(@job.unbox()),
                        fee_fri: audit.fee_fri(job, lease, *audit.round),
                        package_bytes: job.package.bytes,
                        memory_mib: job.audit_price.unbox().memory_mib,
                    },
                )
        }

        /// Takes what is there of a holder's seat stake; returns how much that was.
        fn take(self: @ComponentState<TContractState>, worker_id: u32, amount_fri: u128) -> u128 {
            let leases = get_dep_component!(self, Leases);
            leases.known_registry().forfeit(worker_id, amount_fri)
        }

        /// The same, into the audit's purse.
        fn forfeit(
            ref self: ComponentState<TContractState>,
            lease_id: u64,
            worker_id: u32,
            amount_fri: u128,
        ) {
            let taken_fri = self.take(worker_id, amount_fri);
            let mut store = get_dep_component_mut!(ref self, Store);
            store.add_to_purse(lease_id, taken_fri);
        }

        /// Who is paid for each seat so far, with its verifier, in the seats' order.
        fn paid_seats(
            self: @ComponentState<TContractState>, lease_id: u64, audit: @Audit,
        ) -> (Array<Verifier>, Array<ContractAddress>) {
            let store = get_dep_component!(self, Store);
            let (mut verifiers, mut numbers) = (array![], array![]);
            for seat in 0..audit.end_of(*audit.round) {
                let verifier = store.verifier(lease_id, seat);
                verifiers.append(verifier);
                numbers.append(verifier.worker_id);
            }
            (verifiers, get_dep_component!(self, Leases).known_registry().payouts_of(numbers))
        }
    }
}

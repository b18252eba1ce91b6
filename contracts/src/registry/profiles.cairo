//! What workers render, on what standing terms, and the key that scenes are wrapped for.
#[starknet::component]
pub mod ProfilesComponent {
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use crate::events::registry::{FamiliesChanged, KeyChanged, OfferChanged, SignerChanged};
    use crate::interfaces::registry::IProfiles;
    use crate::packing::registry::{AuditOfferPacking, WorkOfferPacking};
    use crate::registry::purses::PursesComponent;
    use crate::registry::purses::PursesComponent::InternalTrait as PursesTrait;
    use crate::registry::roles::Roles;
    use crate::types::registry::{
        AuditOffer, LockRequest, LockTerms, Signer, StandingOffer, VoteRequest, WorkOffer,
    };

    pub mod Errors {
        pub const FAMILY_UNSUPPORTED: felt252 = 'RC: family not supported';
        pub const NOT_OFFERED: felt252 = 'RC: worker does not offer that';
        pub const ZERO_KEY: felt252 = 'RC: key is zero';
    }

    /// | profile_families | 1 a worker and family | flag | whether it renders them |
    /// | profile_offers | 1 a worker | packed | on what terms it takes work |
    /// | profile_audit_offers, profile_old_audit_offers | 1 a worker | packed | on what terms it
    /// audits, and did before |
    /// | profile_keys | 2 a worker | bytes | 32 of an X25519 key |
    /// | profile_signers | 1 a worker | felt | a Stark key that signs its results |
    #[storage]
    pub struct Storage {
        profile_families: Map<(u32, felt252), bool>,
        profile_offers: Map<u32, WorkOffer>,
        profile_audit_offers: Map<u32, AuditOffer>,
        profile_old_audit_offers: Map<u32, AuditOffer>,
        profile_keys: Map<u32, u256>,
        profile_signers: Map<u32, felt252>,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        FamiliesChanged: FamiliesChanged,
        OfferChanged: OfferChanged,
        KeyChanged: KeyChanged,
        SignerChanged: SignerChanged,
    }

    #[embeddable_as(ProfilesImpl)]
    impl Profiles<
        TContractState,
        +HasComponent<TContractState>,
        impl Purses: PursesComponent::HasComponent<TContractState>,
        +Roles<TContractState>,
        +Drop<TContractState>,
    > of IProfiles<ComponentState<TContractState>> {
        /// Caller: the worker's owner.
        fn set_families(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            families: Array<felt252>,
            supported: bool,
        ) {
            self.get_contract().assert_owner_of(worker_id);
            self.change_families(worker_id, families, supported);
        }

        /// Caller: the worker's owner or operator. For audits it counts from the next epoch.
        fn set_offer(
            ref self: ComponentState<TContractState>, worker_id: u32, offer: StandingOffer,
        ) {
            self.get_contract().assert_member_of(worker_id);
            let StandingOffer {
                least_reward_fri, largest_package_bytes, slots, until_s, ..,
            } = offer;
            let work = WorkOffer { least_reward_fri, largest_package_bytes, slots, until_s };
            self.profile_offers.write(worker_id, work);
            let from_epoch = get_dep_component!(@self, Purses).this_epoch() + 1;
            let StandingOffer { audit_fee_fri, memory_mib, audits_until_epoch, .. } = offer;
            let until_epoch = audits_until_epoch;
            let audits = AuditOffer {
                audit_fee_fri, memory_mib, largest_package_bytes, until_epoch, from_epoch,
            };
            let before = self.profile_audit_offers.read(worker_id);
            if before.from_epoch != from_epoch {
                self.profile_old_audit_offers.write(worker_id, before);
            }
            self.profile_audit_offers.write(worker_id, audits);
            self.emit(OfferChanged { worker_id, offer });
        }

        /// Caller: the worker's owner or operator.
        fn set_key(ref self: ComponentState<TContractState>, worker_id: u32, key: u256) {
            self.get_contract().assert_member_of(worker_id);
            assert(key != 0, Errors::ZERO_KEY);
            self.profile_keys.write(worker_id, key);
            self.emit(KeyChanged { worker_id, key });
        }

        /// Caller: the worker's owner or operator. A Stark key that signs results in the operator's
        /// stead, which the board checks by itself: a call to the account costs more. 0 for none.
        fn set_signer(ref self: ComponentState<TContractState>, worker_id: u32, key: felt252) {
            self.get_contract().assert_member_of(worker_id);
            self.change_signer(worker_id, key);
        }

        fn supports(
            self: @ComponentState<TContractState>, worker_id: u32, family: felt252,
        ) -> bool {
            self.renders(worker_id, family)
        }

        fn offer(self: @ComponentState<TContractState>, worker_id: u32) -> StandingOffer {
            let work = self.profile_offers.read(worker_id);
            let WorkOffer { least_reward_fri, largest_package_bytes, slots, until_s } = work;
            let audits = self.profile_audit_offers.read(worker_id);
            let AuditOffer { audit_fee_fri, memory_mib, until_epoch, .. } = audits;
            StandingOffer {
                least_reward_fri,
                largest_package_bytes,
                slots,
                until_s,
                audit_fee_fri,
                memory_mib,
                audits_until_epoch: until_epoch,
            }
        }

        fn key(self: @ComponentState<TContractState>, worker_id: u32) -> u256 {
            self.profile_keys.read(worker_id)
        }

        /// No operator for a worker that does not exist.
        fn signers_of(
            self: @ComponentState<TContractState>, worker_ids: Array<u32>,
        ) -> Array<Signer> {
            let mut signers = array![];
            for worker_id in worker_ids {
                let operator = self.get_contract().holder_of(worker_id);
                signers.append(Signer { operator, key: self.profile_signers.read(worker_id) });
            }
            signers
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn change_families(
            ref self: ComponentState<TContractState>,
            worker_id: u32,
            families: Array<felt252>,
            supported: bool,
        ) {
            for family in families.span() {
                self.profile_families.write((worker_id, *family), supported);
            }
            self.emit(FamiliesChanged { worker_id, families, supported });
        }

        fn change_signer(ref self: ComponentState<TContractState>, worker_id: u32, key: felt252) {
            self.profile_signers.write(worker_id, key);
            self.emit(SignerChanged { worker_id, key });
        }

        fn forget_signer(ref self: ComponentState<TContractState>, worker_id: u32) {
            if self.profile_signers.read(worker_id) != 0 {
                self.change_signer(worker_id, 0);
            }
        }

        /// Whether the worker's offer of that epoch takes such a vote; not if none is known of it.
        fn is_willing(
            self: @ComponentState<TContractState>,
            worker_id: u32,
            epoch: u32,
            request: @VoteRequest,
        ) -> bool {
            let mut offer = self.profile_audit_offers.read(worker_id);
            if offer.from_epoch > epoch {
                offer = self.profile_old_audit_offers.read(worker_id);
            }
            offer.from_epoch <= epoch
                && epoch < offer.until_epoch
                && offer.audit_fee_fri != 0
                && offer.audit_fee_fri <= *request.fee_fri
                && offer.largest_package_bytes >= *request.package_bytes
                && offer.memory_mib >= *request.memory_mib
        }

        fn renders(self: @ComponentState<TContractState>, worker_id: u32, family: felt252) -> bool {
            self.profile_families.read((worker_id, family))
        }

        /// Whether a scheduler may give this to the worker without asking.
        fn is_offered(
            self: @ComponentState<TContractState>,
            terms: @LockTerms,
            request: @LockRequest,
            now_s: u64,
        ) -> bool {
            let offer = self.profile_offers.read(*request.worker_id);
            *request.slot < offer.slots
                && now_s < offer.until_s
                && *terms.reward_fri >= offer.least_reward_fri
                && *terms.package_bytes <= offer.largest_package_bytes
        }
    }
}

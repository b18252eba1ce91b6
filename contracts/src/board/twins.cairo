//! Leases of the same tasks: one that is held, and its spare.
use starknet::storage::{StorageMapReadAccess, StorageMapWriteAccess};
use crate::board::leases::LeasesComponent::{
    ComponentState, Event, HasComponent, InternalTrait, is_held,
};
use crate::events::board::SpareGiven;
use crate::packing::board::LeasePacking;
use crate::rules::lease_id::{split, worker_of};
use crate::types::board::{Lease, LeaseState, Place, Twin};

pub mod Errors {
    pub const HAS_SPARE: felt252 = 'RC: tasks are given twice';
    pub const OWN_SPARE: felt252 = 'RC: spare of its own worker';
    pub const NONE_LEFT: felt252 = 'RC: no spares left';
}

#[generate_trait]
pub impl TwinsImpl<T, +HasComponent<T>, +Drop<T>> of TwinsTrait<T> {
    /// The lease that a place may have a spare of: claimed by another worker. It may be given at
    /// once, as nothing is taken from who holds it.
    fn to_spare(self: @ComponentState<T>, job_id: u64, place: Place) -> Result<Lease, felt252> {
        let held = self.find_in(job_id, place.spare_of, LeaseState::CLAIMED)?;
        if held.twin != Twin::NONE {
            Err(Errors::HAS_SPARE)
        } else if worker_of(place.spare_of) == place.worker_id {
            Err(Errors::OWN_SPARE)
        } else {
            Ok(held)
        }
    }

    fn set_twin(ref self: ComponentState<T>, lease_id: u64, lease: Lease, twin: u8) {
        let (place, _) = split(lease_id);
        self.desk_leases.write(place, LeasePacking::pack(Lease { twin, ..lease }));
    }

    /// Each knows the other from now on.
    fn pair(ref self: ComponentState<T>, job_id: u64, held_id: u64, lease_id: u64) {
        let ((held, _), (place, _)) = (split(held_id), split(lease_id));
        self.desk_twins.write(held, lease_id);
        self.desk_twins.write(place, held_id);
        self.emit(Event::SpareGiven(SpareGiven { job_id, lease_id, held_id }));
    }

    fn twin_of(self: @ComponentState<T>, lease_id: u64) -> (u64, Lease) {
        let (place, _) = split(lease_id);
        let twin_id = self.desk_twins.read(place);
        (twin_id, self.find(twin_id))
    }

    /// A spare is paid: the lease that is held earns its pay all the same, so that nobody gains by
    /// being faster with a spare of its own; where it fails, nobody needs its tasks again.
    fn spare_is_paid(ref self: ComponentState<T>, spare_id: u64) {
        let (held_id, held) = self.twin_of(spare_id);
        if is_held(held.state) && held.twin == Twin::HELD {
            self.set_twin(held_id, held, Twin::SPARED);
        }
    }

    /// A spare ended without pay: the lease that is held is alone again.
    fn spare_is_lost(ref self: ComponentState<T>, spare_id: u64) {
        let (held_id, held) = self.twin_of(spare_id);
        if is_held(held.state) && held.twin == Twin::HELD {
            self.set_twin(held_id, held, Twin::NONE);
        }
    }

    /// The lease that is held ended without pay: its spare takes its place. Returns the spare.
    fn hand_over(ref self: ComponentState<T>, held_id: u64, rejections: u8) -> Lease {
        let (spare_id, spare) = self.twin_of(held_id);
        self.set_twin(spare_id, Lease { rejections, ..spare }, Twin::NONE);
        spare
    }

    /// One of the two was submitted in part: it is a spare of nobody's from now on, and the other
    /// has all of the tasks alone. Returns the spare as it was, whose pay was set aside.
    fn part(ref self: ComponentState<T>, lease_id: u64, lease: Lease) -> Lease {
        let spare = if lease.twin == Twin::SPARE {
            self.spare_is_lost(lease_id);
            lease
        } else {
            self.set_twin(lease_id, self.find(lease_id), Twin::SPARE);
            self.hand_over(lease_id, lease.rejections)
        };
        let (place, _) = split(lease_id);
        self.desk_twins.write(place, 0);
        spare
    }
}

//! Batches: one bad entry does not revert the others, but nothing done at all does.
use core::panic_with_felt252;

pub mod Errors {
    pub const BATCH_SIZE: felt252 = 'RC: batch is empty or too long';
}

const MAX_BATCH: u32 = 100;

#[derive(Copy, Drop)]
pub struct Batch {
    done: u32,
    first_reason: felt252,
}

#[generate_trait]
pub impl BatchImpl of BatchTrait {
    fn open(size: u32) -> Batch {
        assert(size != 0 && size <= MAX_BATCH, Errors::BATCH_SIZE);
        Batch { done: 0, first_reason: 0 }
    }

    fn count(ref self: Batch) {
        self.done += 1;
    }

    fn note(ref self: Batch, reason: felt252) {
        if self.first_reason == 0 {
            self.first_reason = reason;
        }
    }

    fn close(self: Batch) {
        if self.done == 0 {
            panic_with_felt252(self.first_reason);
        }
    }
}

//! Which tasks of a job are open: all from the cursor on, and a stack of ranges that came back.
use core::cmp::min;
use starknet::storage::{StorageMapReadAccess, StorageMapWriteAccess};
use crate::board::job::Job;
use crate::board::jobs::JobsComponent::{ComponentState, Errors, HasComponent};
use crate::packing::board::RangePacking;
use crate::types::board::Range;

/// With so many results found wrong a range is closed and refunded.
const MAX_REJECTIONS: u8 = 3;

#[generate_trait]
pub impl RangesImpl<T, +HasComponent<T>> of RangesTrait<T> {
    /// A reopened range, else the next tasks from the cursor; O(1). Of either at most the longest
    /// lease, and where `most` is not 0 at most so many; whether that left some that it could have.
    fn take_range(
        ref self: ComponentState<T>, ref job: Job, most: u32,
    ) -> Result<(Range, bool), felt252> {
        let longest = job.package.longest_lease;
        let reopened = job.progress.reopened_ranges;
        let open = if reopened != 0 {
            self.book_reopened.read((job.place, reopened - 1))
        } else {
            let first = job.progress.cursor;
            Range { first, count: job.price.tasks - first, attempt: 0, rejections: 0 }
        };
        if open.count == 0 {
            return Err(Errors::NOTHING_TO_CLAIM);
        }
        let whole = min(open.count, longest);
        let count = if most == 0 {
            whole
        } else {
            min(whole, most)
        };
        let range = Range { count, ..open };
        if reopened == 0 {
            job.progress.cursor += range.count;
        } else {
            self.cut(ref job, reopened - 1, open, range);
        }
        job.progress.held += count;
        Ok((range, count != whole))
    }

    /// These tasks, which must be open and of one range; what lies beside them stays open.
    fn take_tasks(
        ref self: ComponentState<T>, ref job: Job, first: u32, count: u32,
    ) -> Result<Range, felt252> {
        if count > job.package.longest_lease {
            return Err(Errors::TOO_LONG);
        }
        let tasks = job.price.tasks;
        if first >= tasks || count > tasks - first {
            return Err(Errors::NOT_OPEN);
        }
        let cursor = job.progress.cursor;
        let range = if first >= cursor {
            if first != cursor {
                let count = first - cursor;
                self.push(ref job, Range { first: cursor, count, attempt: 0, rejections: 0 });
            }
            job.progress.cursor = first + count;
            Range { first, count, attempt: 0, rejections: 0 }
        } else {
            let (index, open) = self.open_at(@job, first)?;
            if first + count > open.first + open.count {
                return Err(Errors::NOT_OPEN);
            }
            let range = Range { first, count, ..open };
            self.cut(ref job, index, open, range);
            range
        };
        job.progress.held += count;
        Ok(range)
    }

    /// The reopened range that has a task, and its place in the stack: who asks pays for each
    /// that is looked at.
    fn open_at(self: @ComponentState<T>, job: @Job, task: u32) -> Result<(u32, Range), felt252> {
        let mut index = *job.progress.reopened_ranges;
        while index != 0 {
            index -= 1;
            let open = self.book_reopened.read((*job.place, index));
            if open.first <= task && open.count > task - open.first {
                return Ok((index, open));
            }
        }
        Err(Errors::NOT_OPEN)
    }

    /// Takes tasks out of a reopened range.
    fn cut(ref self: ComponentState<T>, ref job: Job, index: u32, open: Range, range: Range) {
        let before = Range { count: range.first - open.first, ..open };
        let first = range.first + range.count;
        let after = Range { first, count: open.first + open.count - first, ..open };
        if before.count != 0 {
            self.book_reopened.write((job.place, index), before);
            if after.count != 0 {
                self.push(ref job, after);
            }
        } else if after.count != 0 {
            self.book_reopened.write((job.place, index), after);
        } else {
            let last = job.progress.reopened_ranges - 1;
            if index != last {
                let moved = self.book_reopened.read((job.place, last));
                self.book_reopened.write((job.place, index), moved);
            }
            job.progress.reopened_ranges = last;
        }
    }

    fn push(ref self: ComponentState<T>, ref job: Job, range: Range) {
        self.book_reopened.write((job.place, job.progress.reopened_ranges), range);
        job.progress.reopened_ranges += 1;
    }

    /// Opens a range again; false if it may not be tried again.
    fn reopen(ref self: ComponentState<T>, ref job: Job, range: Range) -> bool {
        job.progress.held -= range.count;
        if job.progress.stopped || range.rejections >= MAX_REJECTIONS {
            return false;
        }
        self.push(ref job, range);
        true
    }
}

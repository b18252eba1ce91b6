//! Whether two prints of a tile are of the same rendering: the same rule as core/prints.py.
//!
//! A print is 19 felts: | 0-15: 248 parity bits each | 16: 128 bits, above them the area in pixels
//! |
//! 17, 18: 24 levels of 10 bits each |
use core::cmp::max;

pub const PRINT_FELTS: u32 = 19;
const BIT_FELTS: u32 = 16;
const BLOCKS_PER_FELT: u32 = 8;
const LEVELS: NonZero<u256> = 1024;
/// Of a tile's pixels at most so many per cent may have another parity ...
pub const MAX_BIT_PERCENT: u64 = 40;
/// ... no level may be further off than this, but for one block of 16x16 pixels, ...
pub const MAX_LEVEL_STEPS: u128 = 3;
const MAX_BLOCKS_OFF: u32 = 1;
/// ... none of whose three levels may be further off than this.
const MAX_BLOCK_STEPS: u128 = 12;

const PAIRS: u128 = 0x55555555555555555555555555555555;
const FOURS: u128 = 0x33333333333333333333333333333333;
const BYTES: u128 = 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
const WORDS: u128 = 0x00ff00ff00ff00ff00ff00ff00ff00ff;

/// Whether the prints, 19 felts each, agree.
pub fn prints_agree(mine: Span<felt252>, theirs: Span<felt252>) -> bool {
    if mine.len() != PRINT_FELTS || theirs.len() != PRINT_FELTS {
        return false;
    }
    let (my_tail, their_tail): (u256, u256) = (
        (*mine[BIT_FELTS]).into(), (*theirs[BIT_FELTS]).into(),
    );
    if my_tail.high != their_tail.high {
        return false; // of tiles of another size
    }
    let mut words = Words { bytes: 0, sum: 0 };
    for index in 0..BIT_FELTS {
        let (one, other): (u256, u256) = ((*mine[index]).into(), (*theirs[index]).into());
        words.add(one.low ^ other.low);
        words.add(one.high ^ other.high);
        if index % 8 == 7 {
            words.fold();
        }
    }
    words.add(my_tail.low ^ their_tail.low);
    words.fold();
    let area: u64 = match my_tail.high.try_into() {
        Some(area) => area,
        None => { return false; },
    };
    if words.sum * 100 > area * MAX_BIT_PERCENT {
        return false;
    }
    match blocks_off(*mine[17], *theirs[17]) {
        Some(first) => match blocks_off(*mine[18], *theirs[18]) {
            Some(second) => first + second <= MAX_BLOCKS_OFF,
            None => false,
        },
        None => false,
    }
}

/// How many of eight blocks have a level that is further off than usual; None if one is too far.
fn blocks_off(mine: felt252, theirs: felt252) -> Option<u32> {
    let (mut mine, mut theirs): (u256, u256) = (mine.into(), theirs.into());
    let mut off = 0;
    let mut agree = true;
    for _ in 0..BLOCKS_PER_FELT {
        let mut most = 0;
        for _ in 0..3_u8 {
            let (left, one) = DivRem::div_rem(mine, LEVELS);
            let (rest, other) = DivRem::div_rem(theirs, LEVELS);
            most = max(most, distance(one.low, other.low));
            mine = left;
            theirs = rest;
        }
        if most > MAX_BLOCK_STEPS {
            agree = false;
            break;
        }
        if most > MAX_LEVEL_STEPS {
            off += 1;
        }
    }
    if agree {
        Some(off)
    } else {
        None
    }
}

fn distance(one: u128, other: u128) -> u128 {
    if one > other {
        one - other
    } else {
        other - one
    }
}

/// Counts bits: each byte of `bytes` holds a sum of at most 8 for every word added, so at most 31
/// words may be added before they are folded.
#[derive(Copy, Drop)]
struct Words {
    bytes: u128,
    sum: u64,
}

#[generate_trait]
impl WordsImpl of WordsTrait {
    fn add(ref self: Words, word: u128) {
        let pairs = (word & PAIRS) + (word / 2 & PAIRS);
        let fours = (pairs & FOURS) + (pairs / 4 & FOURS);
        self.bytes += (fours & BYTES) + (fours / 16 & BYTES);
    }

    fn fold(ref self: Words) {
        let mut words = (self.bytes & WORDS) + (self.bytes / 0x100 & WORDS);
        let mut sum: u128 = 0;
        while words != 0 {
            let (rest, word) = DivRem::div_rem(words, 0x10000);
            sum += word;
            words = rest;
        }
        self.sum += sum.try_into().unwrap();
        self.bytes = 0;
    }
}

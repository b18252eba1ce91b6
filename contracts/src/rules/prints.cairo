//! How far two prints of a leaf are apart: the same rule as core/prints.py.
//!
//! A print is 20 felts: | 0-15: 248 parity bits each | 16: 128 bits, above them the area in pixels
//! | 17-19: in each half nine levels of 12 bits, of three blocks |
use core::cmp::max;

pub const PRINT_FELTS: u32 = 20;
const BIT_FELTS: u32 = 16;
const BLOCKS_PER_HALF: u32 = 3;
const LEVELS: NonZero<u128> = 4096;
/// Levels but for the symbols below and above them: no block; mostly negative, mostly broken.
const LEAST_LEVEL: u128 = 1;
const LAST_LEVEL: u128 = 4093;
/// No level may be further off than this, but for one block of 16x16 pixels, ...
pub const MAX_LEVEL_STEPS: u128 = 3;
const MAX_BLOCKS_OFF: u32 = 1;
/// ... none of whose three levels may be further off than this.
const MAX_BLOCK_STEPS: u128 = 12;
/// Shares of bits are in ten-thousandths.
pub const WHOLE: u64 = 10_000;

const PAIRS: u128 = 0x55555555555555555555555555555555;
const FOURS: u128 = 0x33333333333333333333333333333333;
const BYTES: u128 = 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
const WORDS: u128 = 0x00ff00ff00ff00ff00ff00ff00ff00ff;

/// Whether two prints, 20 felts each, can be of the same rendering where so many per cent of a
/// leaf's bits may differ.
pub fn agree(mine: Span<felt252>, theirs: Span<felt252>, tile_percent: u8) -> bool {
    match bits_apart(mine, theirs) {
        Some((bits, area)) => bits
            * 100 <= area
            * tile_percent.into() && levels_agree(mine, theirs),
        None => false,
    }
}

/// The share of bits in which two prints differ, whatever may; all of them for other tiles.
pub fn share_apart(mine: Span<felt252>, theirs: Span<felt252>) -> u64 {
    match bits_apart(mine, theirs) {
        Some((bits, area)) => bits * WHOLE / area,
        None => WHOLE,
    }
}

/// Whether two prints agree by their levels of light, whatever their bits say.
pub fn levels_agree(mine: Span<felt252>, theirs: Span<felt252>) -> bool {
    let mut off = 0;
    for index in BIT_FELTS + 1..PRINT_FELTS {
        let (one, other): (u256, u256) = ((*mine[index]).into(), (*theirs[index]).into());
        off += blocks_off(one.low, other.low) + blocks_off(one.high, other.high);
    }
    off <= MAX_BLOCKS_OFF
}

/// How many bits differ, and the pixels of the tile; None for tiles of different sizes.
fn bits_apart(mine: Span<felt252>, theirs: Span<felt252>) -> Option<(u64, u64)> {
    if mine.len() != PRINT_FELTS || theirs.len() != PRINT_FELTS {
        return None;
    }
    let (my_tail, their_tail): (u256, u256) = (
        (*mine[BIT_FELTS]).into(), (*theirs[BIT_FELTS]).into(),
    );
    let area: u64 = my_tail.high.try_into()?;
    if area == 0 || my_tail.high != their_tail.high {
        return None;
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
    Some((words.sum, area))
}

/// How many of three blocks have a level that is further off than usual; more than all of them if
/// one is too far.
fn blocks_off(mine: u128, theirs: u128) -> u32 {
    let (mut mine, mut theirs) = (mine, theirs);
    let (mut off, mut most) = (0, 0);
    for _ in 0..BLOCKS_PER_HALF {
        most = 0;
        for _ in 0..3_u8 {
            let (left, one) = DivRem::div_rem(mine, LEVELS);
            let (rest, other) = DivRem::div_rem(theirs, LEVELS);
            most = max(most, distance(one, other));
            mine = left;
            theirs = rest;
        }
        if most > MAX_BLOCK_STEPS {
            break;
        }
        if most > MAX_LEVEL_STEPS {
            off += 1;
        }
    }
    if most > MAX_BLOCK_STEPS {
        BLOCKS_PER_HALF + 1
    } else {
        off
    }
}

/// A symbol is far from all but itself.
fn distance(one: u128, other: u128) -> u128 {
    let (low, high) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    if low != high && (low < LEAST_LEVEL || high > LAST_LEVEL) {
        MAX_BLOCK_STEPS + 1
    } else {
        high - low
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

//! Sets of leaves as masks over their positions in an audit: 0 to 7 those that somebody named, from
//! 8 on what each round drew.
use core::num::traits::{Bounded, Pow};

/// Leaves that may be named in an audit's life: they fit one cell.
pub const MAX_NAMED: u32 = 8;
/// Of what is counted for each position; a draw has fewer votes than fit.
const DIGITS: u32 = 5;

/// The mask of one position.
pub fn bit(position: u32) -> u128 {
    2_u128.pow(position)
}

/// So many positions from one on.
pub fn run(first: u32, count: u32) -> u128 {
    (bit(count) - 1) * bit(first)
}

/// Where the leaves stand that a round draws, of `drawn` a round.
pub fn drawn_in(round: u8, drawn: u32) -> u128 {
    run(MAX_NAMED + round.into() * drawn, drawn)
}

/// Positions in a mask, in ascending order.
pub fn positions_of(mask: u128) -> Array<u8> {
    let (mut rest, mut position, mut found) = (mask, 0, array![]);
    while rest != 0 {
        let (half, odd) = DivRem::div_rem(rest, 2);
        if odd == 1 {
            found.append(position);
        }
        rest = half;
        position += 1;
    }
    found
}

/// The first positions of a mask, at most so many.
pub fn lowest(mask: u128, most: u32) -> u128 {
    let mut found = 0;
    let mut left = most;
    for position in positions_of(mask) {
        if left == 0 {
            break;
        }
        found += bit(position.into());
        left -= 1;
    }
    found
}

/// Positions that more than so many of at most 31 masks have.
pub fn in_more_than(masks: Span<u128>, than: u32) -> u128 {
    // How many masks have each position, in binary: a mask for each digit, the lowest first.
    let mut digits = array![0_u128, 0, 0, 0, 0].span();
    for mask in masks {
        let (mut carry, mut sum) = (*mask, array![]);
        for digit in digits {
            sum.append(*digit ^ carry);
            carry = *digit & carry;
        }
        digits = sum.span();
    }
    let (mut more, mut equal): (u128, u128) = (0, Bounded::MAX);
    let mut weight: u32 = 2_u32.pow(DIGITS - 1);
    while let Some(digit) = digits.pop_back() {
        if than / weight % 2 == 1 {
            equal = equal & *digit;
        } else {
            more = more | (equal & *digit);
            equal = equal & ~*digit;
        }
        weight /= 2;
    }
    more
}

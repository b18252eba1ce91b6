//! How records become storage cells. A cell has a low and a high half of 128 and 123 bits; each
//! table in this folder gives a field's first bit, the high half's bits counted from 128.

pub const B1: NonZero<u128> = 0x2;
pub const B4: NonZero<u128> = 0x10;
pub const B6: NonZero<u128> = 0x40;
pub const B8: NonZero<u128> = 0x100;
pub const B15: NonZero<u128> = 0x8000;
pub const B16: NonZero<u128> = 0x10000;
pub const B24: NonZero<u128> = 0x1000000;
pub const B27: NonZero<u128> = 0x8000000;
pub const B32: NonZero<u128> = 0x100000000;
pub const B40: NonZero<u128> = 0x10000000000;
pub const B48: NonZero<u128> = 0x1000000000000;
pub const B72: NonZero<u128> = 0x1000000000000000000;
pub const B88: NonZero<u128> = 0x10000000000000000000000;
pub const B96: NonZero<u128> = 0x1000000000000000000000000;
pub const B104: NonZero<u128> = 0x100000000000000000000000000;
pub const B128: felt252 = 0x100000000000000000000000000000000;

pub mod Errors {
    pub const FIELD_TOO_WIDE: felt252 = 'RC: field too wide';
}

/// Adds a field below those packed so far; every field is asserted below its width. The widths of a
/// half add up to less than its bits, so the felt never wraps.
pub fn push(packed: felt252, field: u128, width: NonZero<u128>) -> felt252 {
    let width: u128 = width.into();
    assert(field < width, Errors::FIELD_TOO_WIDE);
    packed * width.into() + field.into()
}

/// A yes or no as a field of one bit.
pub fn flag(yes: bool) -> u128 {
    if yes {
        1
    } else {
        0
    }
}

/// Takes the lowest field off.
pub fn pull(ref packed: u128, width: NonZero<u128>) -> u128 {
    let (rest, field) = DivRem::div_rem(packed, width);
    packed = rest;
    field
}

pub fn pull32(ref packed: u128, width: NonZero<u128>) -> u32 {
    pull(ref packed, width).try_into().unwrap()
}

pub fn pull64(ref packed: u128, width: NonZero<u128>) -> u64 {
    pull(ref packed, width).try_into().unwrap()
}

pub fn pull8(ref packed: u128, width: NonZero<u128>) -> u8 {
    pull(ref packed, width).try_into().unwrap()
}

/// The field above all others needs no division.
pub fn rest<T, +TryInto<u128, T>>(packed: u128) -> T {
    packed.try_into().unwrap()
}

pub fn join(low: felt252, high: felt252) -> felt252 {
    low + high * B128
}

pub fn split(cell: felt252) -> (u128, u128) {
    let value: u256 = cell.into();
    (value.low, value.high)
}

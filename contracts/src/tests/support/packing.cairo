//! Records at the edges of their fields.
use starknet::storage_access::StorePacking;

pub const M24: u32 = 0xffffff;
pub const M32: u32 = 0xffffffff;
pub const M40: u64 = 0xffffffffff;
pub const M48: u64 = 0xffffffffffff;
pub const M88: u128 = 0xffffffffffffffffffffff;
pub const M96: u128 = 0xffffffffffffffffffffffff;
pub const M128: u128 = 0xffffffffffffffffffffffffffffffff;

pub fn survives<T, P, +StorePacking<T, P>, +Copy<T>, +Drop<T>, +PartialEq<T>>(value: T) -> bool {
    StorePacking::unpack(StorePacking::pack(value)) == value
}

//! What the directory tells the world.
use starknet::ContractAddress;

#[derive(Drop, starknet::Event)]
pub struct BoardAnnounced {
    #[key]
    pub board: ContractAddress,
    pub active_at_s: u64,
}

#[derive(Drop, starknet::Event)]
pub struct BoardRetired {
    #[key]
    pub board: ContractAddress,
}

#[derive(Drop, starknet::Event)]
pub struct OwnershipTransferred {
    #[key]
    pub new_owner: ContractAddress,
}

#[derive(Drop, starknet::Event)]
pub struct Paused {
    pub paused: bool,
}

//! What the court's test lease holds: prints, leaves and their tree.
use core::poseidon::poseidon_hash_span;
use starknet::get_tx_info;
use crate::case_types::{Content, LeafOpening};
use crate::interfaces::IJobBoardDispatcherTrait;
use crate::leaves::{LeafKey, tile_leaf};
use super::support::WORKER;
use super::trial::{OTHER, SAME, STRANGER, TASKS, TILES, Trial};

const AREA: felt252 = 4096;
const B128: felt252 = 0x100000000000000000000000000000000;
const ALL_BITS: felt252 = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;

pub fn print_of(leaf: u32, how: u8) -> Array<felt252> {
    let mut print = array![];
    for index in 0..16_u32 {
        let bits: felt252 = (1_000 * leaf + index).into();
        print
            .append(
                if how == OTHER {
                    ALL_BITS - bits
                } else if how == STRANGER {
                    bits + 0x100000000
                } else {
                    bits
                },
            );
    }
    print.append(AREA * B128 + leaf.into());
    print.append(if how == STRANGER {
        0x503
    } else {
        0x500
    });
    print.append(7);
    print
}

pub fn content_of(leaf: u32, how: u8) -> Content {
    Content {
        digest_hi: how.into(),
        digest_lo: leaf.into(),
        print_hash: poseidon_hash_span(print_of(leaf, how).span()),
    }
}

pub fn opening_of(leaf: u32) -> LeafOpening {
    LeafOpening { salt: 7, content: content_of(leaf, SAME) }
}

pub fn key_of(trial: Trial) -> LeafKey {
    LeafKey {
        chain_id: get_tx_info().unbox().chain_id,
        board: trial.net.board.contract_address.into(),
        job_id: trial.job_id,
        lease_id: trial.lease_id,
        attempt: trial.net.board.lease(trial.lease_id).attempt,
        worker_id: WORKER,
    }
}

/// The layers of the lease's tree from the leaves to the root: four tiles and a final image a task.
pub fn layers(trial: Trial) -> Array<Span<felt252>> {
    let key = key_of(trial);
    let mut layer = array![];
    for task in 0..TASKS {
        for tile in 0..TILES {
            layer.append(tile_leaf(key, task, tile, opening_of(task * TILES + tile)));
        }
        layer.append('final');
    }
    while layer.len() < 16 {
        layer.append(0);
    }
    let mut all = array![];
    while layer.len() > 1 {
        all.append(layer.span());
        let mut above = array![];
        for pair in 0..layer.len() / 2 {
            let fields = array!['renderchain/node/1', *layer[2 * pair], *layer[2 * pair + 1]];
            above.append(poseidon_hash_span(fields.span()));
        }
        layer = above;
    }
    all.append(layer.span());
    all
}

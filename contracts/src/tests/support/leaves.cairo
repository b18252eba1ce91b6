//! What an audited lease of the tests holds: prints, leaves and their tree.
use core::poseidon::poseidon_hash_span;
use starknet::get_tx_info;
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::rules::leaves::{LeaseIdentity, tile_leaf};
use crate::tests::support::audit::TestAudit;
use crate::tests::support::network::WORKER;
use crate::types::audit::{Content, LeafOpening};
use crate::types::board::LeaseResult;

/// How a rendering differs from the worker's: not at all, as on another machine, or for real.
pub const SAME: u8 = 0;
pub const ALIKE: u8 = 1;
pub const OTHER: u8 = 2;
/// Other than the other one; brighter than the worker's, in two ways; and so little else that only
/// the mean tells.
pub const FOREIGN: u8 = 3;
pub const BRIGHT: u8 = 4;
pub const BRIGHT_TOO: u8 = 5;
pub const SLIGHT: u8 = 6;
pub const TILES: u32 = 4;
pub const TASKS: u32 = 2;
const KEY_DOMAIN: felt252 = 'renderchain/key/1';
const AREA: felt252 = 4096;
const B128: felt252 = 0x100000000000000000000000000000000;
const ALL_BITS: felt252 = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;

pub fn result_of(audit: TestAudit) -> LeaseResult {
    let root = *(*layers(audit)[4])[0];
    let key_hash = poseidon_hash_span(array![KEY_DOMAIN, 8, 9].span());
    LeaseResult { root, results_hi: 1, results_lo: 2, key_hash }
}

pub fn print_of(leaf: u32, how: u8) -> Span<felt252> {
    let mut print = array![];
    for index in 0..16_u32 {
        let bits: felt252 = (1_000 * leaf + index).into();
        print
            .append(
                if how == OTHER || how == BRIGHT {
                    ALL_BITS - bits
                } else if (how == FOREIGN || how == BRIGHT_TOO) && index % 2 == 0 {
                    ALL_BITS - bits
                } else if how == SLIGHT {
                    bits + 0x3ffff0000000000
                } else if how == ALIKE {
                    bits + 0x100000000
                } else {
                    bits
                },
            );
    }
    print.append(AREA * B128 + leaf.into());
    print
        .append(
            if how == ALIKE {
                0x503
            } else if how == BRIGHT || how == BRIGHT_TOO {
                0x510
            } else {
                0x500
            },
        );
    print.append(7);
    print.append(7);
    print.span()
}

pub fn content_of(leaf: u32, how: u8) -> Content {
    Content {
        digest_hi: how.into(),
        digest_lo: leaf.into(),
        print_hash: poseidon_hash_span(print_of(leaf, how)),
    }
}

pub fn opening_of(leaf: u32) -> LeafOpening {
    LeafOpening { salt: 7, content: content_of(leaf, SAME) }
}

pub fn identity_of(audit: TestAudit) -> LeaseIdentity {
    LeaseIdentity {
        chain_id: get_tx_info().unbox().chain_id,
        board: audit.net.board.contract_address.into(),
        job_id: audit.job_id,
        lease_id: audit.lease_id,
        attempt: audit.net.board.lease(audit.lease_id).attempt,
        worker_id: WORKER,
    }
}

/// The layers of the lease's tree from the leaves to the root: four tiles and a final image a task.
pub fn layers(audit: TestAudit) -> Array<Span<felt252>> {
    let identity = identity_of(audit);
    let mut layer = array![];
    for task in 0..TASKS {
        for tile in 0..TILES {
            layer.append(tile_leaf(identity, task, tile, opening_of(task * TILES + tile)));
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

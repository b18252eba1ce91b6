"""The life cycle, the draw, prints and trees of the core as vectors for the contracts' own tests."""

from __future__ import annotations

from collections.abc import Iterable

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import is_audited, leaf_at, seed_of, unit_at
from renderchain.core.audit.state import Content, answer_of
from renderchain.core.cid import split_digest
from renderchain.core.lifecycle import TRANSITIONS, LeaseEvent, LeaseState, after
from renderchain.core.merkle import LeaseIdentity, final_leaf, proofs_of, root_of, tile_leaf

from tools.print_vectors import MEAN_ROW, PAIR_ROW, PrintTables, made_up

KEY = LeaseIdentity(chain_id=1, board=2, job_id=3, lease_id=4, attempt=1, worker=5)
TASKS, FIRST, TILES, SALT = 2, 6, 3, 7


def vectors() -> dict[str, str]:
    """Cairo text by the path of its module among the tests."""
    return {
        "board/lifecycle_vectors": _module(
            "lifecycle", _table("transitions", "(u8, felt252, u8)", _transitions())
        ),
        "rules/draw_vectors": _module("audit/draw", *_draws()),
        "rules/print_vectors": _module("prints", *_prints()),
        "rules/leaf_vectors": _module("merkle", *_leaves()),
    }


def _module(core: str, *functions: str) -> str:
    return "\n".join([f"//! Written from core/{core}.py by `make contracts`.", *functions])


def _table(name: str, row: str, rows: Iterable[object]) -> str:
    body = "\n".join(f"        {_cairo(one)}," for one in rows)
    return f"pub fn {name}() -> Array<{row}> {{\n    array![\n{body}\n    ]\n}}\n"


def _cairo(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_cairo, value))})"
    if isinstance(value, list):
        return f"array![{', '.join(map(_cairo, value))}]"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return str(value).lower()
    assert isinstance(value, int)
    return str(int(value))


def _transitions() -> Iterable[tuple[int, str, int]]:
    """State, event, and the next state or 0 for a refusal."""
    reachable = [LeaseState.CLAIMED, *dict.fromkeys(TRANSITIONS.values())]
    for state in sorted(reachable):
        for event in LeaseEvent:
            yield int(state), str(event), int(after(state, event) or LeaseState.NONE)


def _draws() -> list[str]:
    places = [(2**251 + 5, 99, 0x10200000003, 0, 0), (1, 2**250, 2**64 - 1, 2, 2), (0, 0, 1, 1, 1)]
    seeds = [(*place, seed_of(hash_many, *place)) for place in places]
    some = [seed_of(hash_many, number, 1, 1, 0, 0) for number in range(8)]
    audits = [(seed, exp, is_audited(seed, exp)) for seed in some for exp in range(6)]
    sizes = [(0, 1, 1), (15, 16, 1_020), (3, 7, 23), (31, 32, 2**32 - 1)]
    leaves = [(seed, *size, leaf_at(hash_many, seed, *size)) for seed in some[:3] for size in sizes]
    lists = [(0, 1), (1, 10), (179, 2**40 - 1)]
    units = [(seed, *one, unit_at(hash_many, seed, *one)) for seed in some[:3] for one in lists]
    return [
        _table("seeds", "(felt252, felt252, u64, u8, u8, felt252)", seeds),
        _table("audits", "(felt252, u8, bool)", audits),
        _table("leaves", "(felt252, u32, u32, u32, u32)", leaves),
        _table("units", "(felt252, u32, u64, u64)", units),
    ]


def _prints() -> list[str]:
    tables = PrintTables()
    pairs = _table("pairs", PAIR_ROW, list(tables.pairs()))
    means = _table("means", MEAN_ROW, list(tables.means()))
    return [_table("prints", "Array<felt252>", tables.prints), pairs, means]


def _leaves() -> list[str]:
    """A small lease's tree: contents of its drawable leaves, the root and every proof."""
    contents: list[tuple[int, int, int]] = []
    tree: list[int] = []
    places: list[int] = []
    for task in range(TASKS):
        for tile in range(TILES):
            shown = made_up(task * TILES + tile)
            content = Content(*split_digest(shown.digest), hash_many(shown.felts()))
            contents.append((content.digest_hi, content.digest_lo, content.print_hash))
            places.append(len(tree))
            tree.append(tile_leaf(hash_many, KEY, FIRST + task, tile, SALT, shown))
        tree.append(final_leaf(hash_many, KEY, FIRST + task, SALT, bytes(32)))
    siblings = [felt for proof in proofs_of(hash_many, tree, places) for felt in proof]
    answer = answer_of(hash_many, [Content(*one) for one in contents])
    return [
        _table("contents", "(u128, u128, felt252)", contents),
        _table("siblings", "felt252", siblings),
        _table("hashes", "felt252", [root_of(hash_many, tree), tree[0], answer]),
    ]

"""Which words of a .blend file are addresses, and which only look like it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .layout import Bytes, Layout, Longs, Words
from .structs import BlendStruct, Field, Structs, Wanted

Flags = NDArray[np.bool_]

POINTER_BYTES = 8
LEAST = 4096  # below it are small numbers in an address's place
PLAIN = 0  # the struct's number where a block has bytes that no struct describes
SCAN_BYTES = 2**24
HALF_BITS = 22  # of the upper half of an address: enough to tell nearly all other words at once


def read_words(raw: Bytes, at: Longs, order: str) -> Words:
    """The words at these places, which need not be even."""
    found = raw[at[:, None] + np.arange(POINTER_BYTES)]
    return found.view(f"{order}u8").reshape(-1).astype(np.uint64)


def write_words(raw: Bytes, at: Longs, values: Words, order: str) -> None:
    """Write the words at these places."""
    written = values.astype(f"{order}u8").view(np.uint8).reshape(-1, POINTER_BYTES)
    raw[at[:, None] + np.arange(POINTER_BYTES)] = written


def places(layout: Layout, structs: Structs, wanted: Wanted) -> Longs:
    """Where in the file all values are that are wanted: rows of place and size, not in order."""
    spots = structs.spots(wanted)
    found = [np.zeros((0, 2), np.int64)]
    for number in np.unique(layout.structs).tolist():
        if not PLAIN < number < len(spots) or not len(spots[number]):
            continue
        blocks = np.flatnonzero(layout.structs == number)
        size_bytes = structs.all[number].size_bytes
        counts = np.clip(layout.counts[blocks], 0, layout.lengths[blocks] // size_bytes)
        bases = np.repeat(layout.payloads[blocks], counts)
        within = np.arange(len(bases)) - np.repeat(np.cumsum(counts) - counts, counts)
        starts = bases + within * size_bytes
        found.append((starts[:, None, None] * np.array([1, 0]) + spots[number]).reshape(-1, 2))
    return np.concatenate(found)


def pointers(raw: Bytes, layout: Layout, structs: Structs) -> Longs:
    """The places of all words that are addresses, in the file's order."""
    at = places(layout, structs, _is_pointer)[:, 0]
    at = at[read_words(raw, at, layout.order) >= LEAST]
    found: Longs = np.unique(np.concatenate([at, _in_lists(raw, layout, structs)]))
    return found


def _is_pointer(_: BlendStruct, field: Field) -> bool:
    return field.stars > 0


def _in_lists(raw: Bytes, layout: Layout, structs: Structs) -> Longs:
    """The places of addresses in lists: plain bytes that a field points to as such."""
    at = places(layout, structs, lambda _, field: field.stars > 1)[:, 0]
    wanted = np.isin(layout.addresses, read_words(raw, at, layout.order)) & (layout.structs == PLAIN)
    found = [np.zeros(0, np.int64)]
    for block in np.flatnonzero(wanted).tolist():
        count = int(layout.lengths[block]) // POINTER_BYTES
        found.append(int(layout.payloads[block]) + POINTER_BYTES * np.arange(count))
    at = np.concatenate(found)
    values = read_words(raw, at, layout.order)
    found_at: Longs = at[(values >= LEAST) & np.isin(values, layout.addresses)]
    return found_at


def strays(raw: Bytes, layout: Layout, at: Longs) -> Words:
    """Addresses of blocks that also stand where an address may be but none is known to be, each once."""
    known: Words = np.unique(layout.addresses[layout.addresses >= LEAST])
    if not len(known):
        return known
    table = np.zeros(2**HALF_BITS, np.bool_)
    table[(known >> np.uint64(64 - HALF_BITS)).astype(np.int64)] = True
    found = [np.zeros(0, np.int64)]
    for start in np.unique(layout.payloads % 4).tolist():
        for first in range(start, len(raw) - POINTER_BYTES + 1, SCAN_BYTES):
            found.append(first + _suspects(raw[first : first + SCAN_BYTES + 4], layout.order, table))
    suspects = np.setdiff1d(np.concatenate(found), at)
    blocks = np.searchsorted(layout.starts, suspects, "right") - 1
    inside = suspects - layout.payloads[blocks]
    suspects = suspects[(blocks >= 0) & (inside >= 0) & (inside % POINTER_BYTES == 0)]
    both: Words = np.intersect1d(read_words(raw, suspects, layout.order), known)
    return both


def _suspects(raw: Bytes, order: str, table: Flags) -> Longs:
    """Where, every four bytes, a word starts whose upper bits are those of some address."""
    halves = raw[: len(raw) // 4 * 4].view(f"{order}u4")
    upper = halves[1:] if order == "<" else halves[:-1]
    return np.flatnonzero(table[upper >> np.uint32(32 - HALF_BITS)]) * 4

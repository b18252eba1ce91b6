"""A file is made the same in whatever session it was saved: canonical addresses, and nothing left over.

Blender writes each block under the address that it had in memory, other ones in every session, and so nearly
every block of a file differs from the one before. When it reads, addresses are names: a word is looked up
among the blocks behind the same data-block, then among the data-blocks. So they can be renamed all at once.
The new ones come from the data-block's name and the place behind it, whence a change to one data-block leaves
those of others alone. What leads nowhere gets a name that leads nowhere, equal ones behind one data-block the
same.

Nothing is renamed by guess. Where a known address stands at a place of which the structs don't say that it is
one, it may be a number, so that address keeps its value everywhere.

What else a session leaves in a file is set to zero: numbers that only count in it, and what happened to be in
memory behind the end of a text or between two fields, which may be anything that this Blender ever held.
"""

from __future__ import annotations

import hashlib

import numpy as np

from .layout import DATA, Bytes, Layout, Longs, NotUnderstood, Words
from .structs import BlendStruct, Field, Structs
from .words import LEAST, POINTER_BYTES, Flags, places, pointers, read_words, strays, write_words

# What a session numbers data-blocks, bones, strips and modifiers by, as it was called and is called now.
# Blender gives new ones when it reads a file.
SESSION_FIELDS = {
    ("ID", "session_uuid"),
    ("ID", "session_uid"),
    ("SessionUUID", "uuid_"),
    ("SessionUID", "uid_"),
}
TEXT_BYTES = 48  # a field of so many characters is a text; shorter ones may be numbers
NO_TEXT = {"MStringProperty"}  # has its length beside it
LEADING, DANGLING = 1 << 60, 1 << 61  # no machine's memory is there
SLOT_BITS, SLOT_SHIFT, PLACE_SHIFT = 40, 20, 4
PLACES = 2**16  # in a slot
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # makes numbers that follow each other far apart


def forget_session(raw: Bytes, layout: Layout, structs: Structs) -> None:
    """Write canonical addresses over those of the file in ``raw``, and zeros over what else is of a session.

    Raises NotUnderstood, and has written none then.
    """
    if layout.pointer_bytes != POINTER_BYTES:
        raise NotUnderstood("addresses of four bytes")
    groups, at = _Groups(raw, layout, structs), pointers(raw, layout, structs)
    _clear(raw, layout, structs)
    values, new = read_words(raw, at, layout.order), groups.addresses()
    keeps = strays(raw, layout, at)
    # As good as never, and then these blocks alone keep their addresses as well.
    keeps = np.union1d(keeps, layout.addresses[np.isin(new, keeps) | (layout.addresses < LEAST)])
    targets = groups.resolve(at, values, new)
    addresses = np.where(np.isin(layout.addresses, keeps), layout.addresses, new)
    write_words(raw, layout.starts + layout.address_at, addresses, layout.order)
    write_words(raw, at, np.where(np.isin(values, keeps), values, targets), layout.order)


def _clear(raw: Bytes, layout: Layout, structs: Structs) -> None:
    """Zeros over what counts in one session only, and over what a text or a gap has of older memory."""
    for place, size_bytes in places(layout, structs, _is_left_over).tolist():
        raw[place : place + size_bytes] = 0
    for place, size_bytes in places(layout, structs, _is_text).tolist():
        end = raw[place : place + size_bytes].tobytes().find(b"\0")
        if end >= 0:
            raw[place + end : place + size_bytes] = 0


def _is_left_over(struct: BlendStruct, field: Field) -> bool:
    return (struct.name, field.name) in SESSION_FIELDS or field.name.startswith("_pad")


def _is_text(struct: BlendStruct, field: Field) -> bool:
    is_long = field.kind == "char" and not field.stars and field.size_bytes >= TEXT_BYTES
    return is_long and struct.name not in NO_TEXT


class _Groups:
    """Data-blocks and what lies behind each: a group is named after its data-block."""

    def __init__(self, raw: Bytes, layout: Layout, structs: Structs) -> None:
        self._layout = layout
        leads = np.array([code != DATA for code in layout.codes])
        leads[0] = True
        self.leads: Flags = leads
        self.of_block: Longs = np.cumsum(leads) - 1
        self._keys = _keys(raw, layout, structs, np.flatnonzero(leads))

    def addresses(self) -> Words:
        """A canonical address for each block; two blocks of a group with one address keep having one."""
        first = _first(self.of_block, self._layout.addresses)
        behind = first - np.flatnonzero(self.leads)[self.of_block]
        pairs, which = np.unique(self.of_block * PLACES + behind // PLACES, return_inverse=True)
        slots, taken = np.zeros(len(pairs), np.uint64), set[int]()
        for number, pair in enumerate(pairs.tolist()):
            digest = hashlib.sha256(b"%s%d" % (self._keys[pair // PLACES], pair % PLACES)).digest()
            slot = int.from_bytes(digest[: SLOT_BITS // 8], "big")
            while slot in taken:
                slot = (slot + 1) % 2**SLOT_BITS
            taken.add(slot)
            slots[number] = slot
        inside = (behind % PLACES).astype(np.uint64) << np.uint64(PLACE_SHIFT)
        return np.uint64(LEADING) | (slots[which] << np.uint64(SLOT_SHIFT)) | inside

    def resolve(self, at: Longs, values: Words, new: Words) -> Words:
        """What words become: what Blender finds under them, else any block's, else a name for nothing."""
        known, ranks = np.unique(self._layout.addresses, return_inverse=True)
        word_ranks = np.minimum(np.searchsorted(known, values), len(known) - 1)
        is_known = known[word_ranks] == values
        blocks = np.searchsorted(self._layout.starts, at, "right") - 1
        word_groups = self.of_block[blocks]
        found, is_found = np.zeros_like(values), np.zeros(len(values), np.bool_)
        for keys, word_keys, among in (
            (self.of_block * len(known) + ranks, word_groups * len(known) + word_ranks, ~self.leads),
            (ranks, word_ranks, self.leads),
            (ranks, word_ranks, np.ones_like(self.leads)),
        ):
            if not among.any():
                continue
            there, first = np.unique(keys[among], return_index=True)
            place = np.minimum(np.searchsorted(there, word_keys), len(there) - 1)
            hit = is_known & ~is_found & (there[place] == word_keys)
            found[hit] = new[among][first][place[hit]]
            is_found |= hit
        lost = np.flatnonzero(~is_found)
        # Names for what leads nowhere, after the place behind the data-block that has it first.
        lost = lost[_first(word_groups[lost], values[lost])]
        within = (at[lost] - self._layout.payloads[blocks[lost]]).astype(np.uint64)
        found[~is_found] = np.uint64(DANGLING) | (new[blocks[lost]] + within * SPREAD) % np.uint64(LEADING)
        return found


def _first(groups: Longs, values: Words) -> Longs:
    """For each value the number of the first in its group that is equal."""
    kinds, ranks = np.unique(values, return_inverse=True)
    _, first, same = np.unique(groups * len(kinds) + ranks, return_index=True, return_inverse=True)
    found: Longs = first[same]
    return found


def _keys(raw: Bytes, layout: Layout, structs: Structs, leads: Longs) -> list[bytes]:
    """What each data-block is told by: code and name, and how many before it have both."""
    by_name = {one.name: number for number, one in enumerate(structs.all)}
    ident = by_name.get("ID", -1)
    name = (
        next((one for one in structs.all[ident].fields if one.name == "name"), None) if ident >= 0 else None
    )
    seen: dict[bytes, int] = {}
    keys = []
    for block in leads.tolist():
        number, key = int(layout.structs[block]), layout.codes[block]
        if name and 0 <= number < len(structs.all) and ident in (number, structs.all[number].starts_with):
            start = int(layout.payloads[block]) + name.at
            end = min(start + name.size_bytes, int(layout.payloads[block] + layout.lengths[block]))
            key += bytes(raw[start:end]).split(b"\0")[0]
        seen[key] = seen.get(key, 0) + 1
        keys.append(b"%d:%d:%s" % (seen[key], len(key), key))
    return keys

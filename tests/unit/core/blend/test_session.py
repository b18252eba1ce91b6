"""One scene has one canonical form, whatever addresses it was saved under, and leads to the same things."""

from __future__ import annotations

import random
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderchain.core.blend.layout import DATA, NotUnderstood, read_layout
from renderchain.core.blend.session import forget_session
from renderchain.core.blend.structs import read_structs

from .made import FORMS, NAME_BYTES, Addresses, Form, Item, Thing, scene

WIDE = [form for form in FORMS if form.pointer_bytes == 8]
ITEMS = st.builds(
    Item, st.tuples(st.integers(-3, 9), st.integers(-3, 9)), st.floats(0, 1, allow_subnormal=False)
)
THINGS = st.builds(
    Thing,
    st.sampled_from(["OBone", "OBtwo", "OBthree"]),
    st.lists(st.integers(0, 5), max_size=3).map(tuple),
    st.lists(ITEMS, max_size=4).map(tuple),
    st.binary(max_size=16),
)
SCENES = st.lists(THINGS, min_size=1, max_size=6)
MOST_PLACES = 80


def session_of(seed: int) -> list[int]:
    """Addresses as one session has them: different ones, and others than another's."""
    return [16 * one for one in random.Random(seed).sample(range(2**36, 2**43), MOST_PLACES)]


SESSIONS = st.integers(0, 2**32).map(session_of)


def canonical(raw: bytes) -> bytes:
    """The file under canonical addresses; raises NotUnderstood."""
    words = np.frombuffer(bytearray(raw), np.uint8)
    layout = read_layout(raw)
    forget_session(words, layout, read_structs(raw, layout))
    return words.tobytes()


def found(raw: bytes, form: Form) -> list[tuple[bytes, list[int]]]:
    """What a reader makes of the words of each block: numbers of blocks, where words lead to one.

    As Blender does: a word is looked up behind the same data-block, then among data-blocks; else -1.
    """
    layout = read_layout(raw)
    leads = {
        int(a): n
        for n, (a, code) in enumerate(zip(layout.addresses, layout.codes, strict=True))
        if code != DATA and int(a)
    }
    behind: dict[int, int] = {}
    ends = [number for number, code in enumerate(layout.codes) if code != DATA] + [len(layout.codes)]
    said = []
    for start, end in zip(ends, ends[1:], strict=False):
        behind = {int(layout.addresses[number]): number for number in range(start + 1, end)}
        for number in range(start, end):
            at, length = int(layout.payloads[number]), int(layout.lengths[number])
            words = struct.unpack_from(f"{form.order}{length // 8}Q", raw, at)
            said.append((layout.codes[number], [behind.get(word, leads.get(word, -1)) for word in words]))
    return said


@pytest.mark.parametrize("form", WIDE, ids=str)
@settings(max_examples=30)
@given(things=SCENES, first=SESSIONS, second=SESSIONS)
def test_a_scene_that_is_saved_in_two_sessions_has_one_form(
    form: Form, things: list[Thing], first: list[int], second: list[int]
) -> None:
    one, other = (scene(form, things, Addresses(given)) for given in (first, second))
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("form", WIDE, ids=str)
@settings(max_examples=30)
@given(things=SCENES, session=SESSIONS)
def test_every_address_leads_where_it_led(form: Form, things: list[Thing], session: list[int]) -> None:
    raw = scene(form, things, Addresses(session))
    assert found(canonical(raw), form) == found(raw, form)
    assert len(canonical(raw)) == len(raw)


@settings(max_examples=30)
@given(things=SCENES, session=SESSIONS)
def test_the_canonical_form_of_a_canonical_file_is_the_file(things: list[Thing], session: list[int]) -> None:
    raw = canonical(scene(Form(), things, Addresses(session)))
    assert canonical(raw) == raw


def test_what_another_data_block_has_more_leaves_addresses_alone() -> None:
    things = [Thing("OBone", items=(Item(),)), Thing("OBtwo", items=(Item((1, 1)),), plain=b"x" * 32)]
    more = [replace(things[0], items=(Item(), Item(), Item())), things[1]]
    session = session_of(0)
    texts = [canonical(scene(Form(), one, Addresses(session))) for one in (things, more)]
    tails = [text[text.index(b"OBtwo") :] for text in texts]
    assert tails[0] == tails[1]


def test_an_address_that_may_be_a_number_keeps_its_value() -> None:
    session = session_of(0)
    things = [Thing("OBone", mats=(1,)), Thing("OBtwo", plain=struct.pack("<QQ", 7, session[0]))]
    raw = scene(Form(), things, Addresses(session))
    told = canonical(raw)
    assert struct.pack("<QQ", 7, session[0]) in told
    assert session[0] in read_layout(told).addresses
    assert session[1] not in read_layout(told).addresses
    assert found(told, Form()) == found(raw, Form())


def test_what_leads_nowhere_goes_on_so_and_is_one_where_it_was_behind_a_data_block() -> None:
    session = session_of(0)
    things = [Thing("OBone", items=(Item((-1, -2)), Item((-1, -3)))), Thing("OBtwo", items=(Item((-2, -4)),))]
    told = canonical(scene(Form(), things, Addresses(session)))
    layout = read_layout(told)
    words = [
        struct.unpack_from("<QQ", told, int(at) + 8)
        for at, code in zip(layout.payloads, layout.codes, strict=True)
        if code == DATA
    ]
    (one, two), (again, three), (other, four) = words
    assert one == again
    assert len({one, two, three, other, four}) == 5
    assert not {one, two, three, other, four} & {0, *session, *layout.addresses.tolist()}


def test_what_was_in_memory_behind_a_text_and_between_fields_is_not_sent() -> None:
    addresses = Addresses(session_of(0))
    raw = scene(Form(), [Thing("OBone"), Thing("OBtwo", plain=addresses.left_over(8))], addresses)
    layout = read_layout(canonical(raw))
    for block in (0, 1):
        start = int(layout.payloads[block])
        ident = canonical(raw)[start + 16 : start + 16 + NAME_BYTES + 8]
        assert addresses.left_over(8) in raw[start : start + 16 + NAME_BYTES]
        assert ident.rstrip(b"\0") == (b"OBone", b"OBtwo")[block]
    assert addresses.left_over(8) in canonical(raw), "what an artist wrote stays"


@pytest.mark.parametrize("form", [form for form in FORMS if form.pointer_bytes == 4], ids=str)
def test_addresses_of_four_bytes_are_left_alone(form: Form) -> None:
    raw = scene(form, [Thing("OBone")], Addresses([16 * place for place in range(300, 400)]))
    with pytest.raises(NotUnderstood):
        canonical(raw)

"""The blocks of a .blend file are found in every form, and nothing else is taken for one."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.blend.layout import NotUnderstood, read_layout
from renderchain.core.blend.session import forget_session
from renderchain.core.blend.structs import read_structs

from .made import FORMS, NAME_BYTES, Addresses, Form, Item, Thing, scene

THINGS = [Thing("OBone", (1,), (Item((1, 2)), Item((-1, 0)))), Thing("OBtwo", plain=b"twelve bytes")]
# Two structs of four bytes, each of which holds the other.
CIRCLE = (
    b"SDNANAME\2\0\0\0one\0two\0TYPE\2\0\0\0One\0Two\0TLEN\4\0\4\0STRC\2\0\0\0"
    b"\0\0\1\0\1\0\1\0\1\0\1\0\0\0\0\0"
)
SESSION = [2**24 + 64 * place for place in range(50)]


def made(form: Form) -> bytes:
    return scene(form, THINGS, Addresses(SESSION))


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_all_blocks_of_a_file_are_found(form: Form) -> None:
    raw = made(form)
    layout = read_layout(raw)
    assert layout.codes == (b"OB\0\0", *[b"DATA"] * 3, b"OB\0\0", b"DATA", b"DNA1", b"ENDB")
    assert int(layout.starts[0]) == len(form.head)
    assert layout.end == len(raw)
    behind = layout.payloads + layout.lengths
    assert behind[:-1].tolist() == layout.starts[1:].tolist()
    assert set(layout.addresses[:6].tolist()) <= set(SESSION)
    plain = int(layout.payloads[5])
    assert raw[plain : plain + 12] == b"twelve bytes"


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_structs_say_where_addresses_are(form: Form) -> None:
    raw = made(form)
    structs = read_structs(raw, read_layout(raw))
    places = structs.spots(lambda _, field: field.stars > 0)
    word = form.pointer_bytes
    ident = 2 * word + NAME_BYTES + 8
    inside = ident + 2 * word  # of an object, up to its places
    step = word + 8
    assert places[3][:, 0].tolist() == [
        0, word, ident, ident + word, inside, inside + step, inside + 2 * step
    ]  # fmt: skip
    assert places[4][:, 0].tolist() == [0, word, 2 * word]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_file_that_ends_early_is_not_understood(form: Form) -> None:
    raw = made(form)
    for size in range(len(raw)):
        with pytest.raises(NotUnderstood):
            read_layout(raw[:size])


@given(form=st.sampled_from(FORMS), seed=st.integers(0, 2**32), count=st.integers(1, 8))
def test_a_damaged_file_is_understood_or_not_and_nothing_else_happens(
    form: Form, seed: int, count: int
) -> None:
    chance, raw = random.Random(seed), bytearray(made(form))
    for _ in range(count):
        raw[chance.randrange(len(raw))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    before = bytes(raw)
    try:
        layout = read_layout(raw)
        forget_session(np.frombuffer(raw, np.uint8), layout, read_structs(raw, layout))
    except NotUnderstood:
        assert bytes(raw) == before
    else:
        again = read_layout(raw)
        assert again.starts.tolist() == layout.starts.tolist()


@given(raw=st.binary(max_size=200), head=st.sampled_from([form.head for form in FORMS]))
def test_bytes_behind_a_header_are_understood_or_not(raw: bytes, head: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_layout(head + raw)


def test_structs_inside_themselves_are_not_understood() -> None:
    form = Form()
    raw = form.head + form.block(b"DNA1", 8, 0, 1, CIRCLE) + form.block(b"ENDB", 0, 0, 0, b"")
    structs = read_structs(raw, read_layout(raw))
    with pytest.raises(NotUnderstood):
        structs.spots(lambda _, field: field.stars > 0)

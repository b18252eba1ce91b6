"""What a record of a frame says of the package's, in which order, and which of it stops a submission."""

from __future__ import annotations

import math
import os

import pytest
from renderchain.core.proof import (
    MAX_SEEN,
    SENTENCES,
    Record,
    Seen,
    Value,
    compare,
    found,
    frames_to_prove,
    is_same,
)
from renderchain.core.scene_finding import Severity

PLACE = {"place": [1.0, 2.0, 3.0], "shape": [8.0]}


def kinds(seen: tuple[Seen, ...]) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.block, one.is_error) for one in seen]


def test_the_same_record_has_no_difference() -> None:
    assert compare({"Object 'a'": PLACE}, {"Object 'a'": dict(PLACE)}) == ()


@pytest.mark.parametrize(
    ("aspect", "mine", "theirs"),
    [
        ("place", [1.0, 2.0], [1.0, 2.1]),
        ("shape", [8.0], [8.0, 1.0]),
        ("shape", [8.0], [math.nan]),
        ("value:view_transform", "Odd", ""),
        ("value:energy", [3.0], [4.0]),
    ],
)
def test_what_differs_is_told_by_kind_and_data_block(aspect: str, mine: Value, theirs: Value) -> None:
    (one,) = compare({"Object 'a'": {aspect: mine}}, {"Object 'a'": {aspect: theirs}})
    assert (one.kind, one.block, one.is_error) == (aspect.split(":")[0], "Object 'a'", True)


def test_rounding_is_no_difference_and_nothing_odd_is_like_everything_odd() -> None:
    assert is_same([1.0, 1e6], [1.000001, 1e6 + 1]) and is_same([math.nan], [math.inf])
    assert not is_same([0.0], [0.001]) and not is_same("1", [1.0])


def test_what_the_artist_does_not_have_either_is_a_warning() -> None:
    image = "Image 'a'"
    both = compare({image: {"data": "a.png is missing"}}, {image: {"data": "0001.png is missing"}})
    lost = compare({image: {"data": ""}}, {image: {"data": "0001.png is missing"}})
    found_here = compare({image: {"data": "a.png is missing"}}, {image: {"data": ""}})
    assert kinds(both) == [("unreadable", image, False)] and kinds(lost) == [("data", image, True)]
    assert found_here == ()


def test_a_missing_file_of_any_name_can_be_told_to_another_process() -> None:
    name = os.fsdecode(b"w\xff.png")
    (one,) = compare({}, {f"Image '{name}'": {"data": f"{name} is missing"}}, is_whole=False)
    assert (one.block, one.detail) == (r"Image 'w\udcff.png'", r"w\udcff.png is missing")


def test_a_file_that_nobody_can_read_is_an_error_that_names_the_artists_own() -> None:
    """It was packed, with the advice to pack it."""
    image = "Image 'wood'"
    broken = {"data": "wood.png is no picture"}, {"data": "s1f.png is no picture"}
    (one,) = compare({image: broken[0]}, {image: broken[1]})
    assert (one.kind, one.detail, one.is_error) == ("unreadable", "wood.png is no picture", True)
    told = found(one.kind, block=one.block, frame=1, detail=one.detail, is_error=one.is_error)
    assert told.severity is Severity.ERROR and told.fix.startswith("Replace its file") and told.may_pass


@pytest.mark.parametrize(("aspect", "wrong"), [("node:X", "undefined"), ("driver:location", "[1][0]")])
def test_what_workers_never_run_is_an_error_even_where_it_does_nothing_here_either(
    aspect: str, wrong: str
) -> None:
    record: Record = {"Material 'm'": {aspect: wrong}}
    (one,) = compare(record, record)
    assert one.is_error and one.detail == aspect.split(":")[1]


def test_a_data_block_of_one_side_alone_is_named_once_unless_a_record_is_cut_short() -> None:
    only = {"Object 'a'": PLACE}
    assert kinds(compare(only, {})) == kinds(compare({}, only)) == [("shown", "Object 'a'", True)]
    assert compare(only, {}, is_whole=False) == ()


def test_causes_come_before_consequences_and_errors_before_warnings() -> None:
    artist: Record = {
        "A": {"place": [0.0], "driver:x": ""},
        "B": {"data": "it is missing"},
        "C": {"data": ""},
    }
    package: Record = {
        "A": {"place": [1.0], "driver:x": "y"},
        "B": {"data": "it is missing"},
        "C": {"data": "gone"},
    }
    seen = kinds(compare(artist, package))
    assert seen == [
        ("data", "C", True),
        ("driver", "A", True),
        ("place", "A", True),
        ("unreadable", "B", False),
    ]


def test_no_more_is_told_than_a_message_can_hold() -> None:
    artist = {f"Object '{number}'": {"place": [0.0]} for number in range(2 * MAX_SEEN)}
    package = {name: {"place": [1.0]} for name in artist}
    assert len(compare(artist, package)) == MAX_SEEN


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_has_a_sentence_and_something_to_do(kind: str) -> None:
    one = found(kind, block="Object 'a\n'", frame=3, detail="what it is\x1b")
    assert one.sentence.isprintable() and "{" not in one.sentence and one.fix.endswith(".")
    assert one.severity is (Severity.WARNING if kind in ("scripts", "time", "sandbox") else Severity.ERROR)
    assert found(kind, is_error=False).severity is Severity.WARNING


def test_all_frames_are_looked_at_once_the_weighty_ones_first_then_evenly() -> None:
    order = frames_to_prove(range(1, 10), (9, 1, 4))
    assert order[:3] == (9, 1, 4) and sorted(order) == list(range(1, 10))
    assert order[3:6] == (5, 3, 8)  # the middle, and those of both halves

"""Who made a known tile, how that is kept, and what counts as the same picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.job import family_name
from renderchain.core.known_tile import (
    MOST_BYTES,
    MOST_KEPT,
    Maker,
    kept_bytes,
    maker_of,
    parse_kept,
    shows_the_same,
)
from renderchain.core.messages import KnownRendered

from devkit.fakes.known import known_print
from devkit.fakes.renderer import Look

PRINT, OTHER_BITS, OTHER_PICTURE = (known_print(one) for one in (Look(), Look(machine=1), Look(scene=1)))
MAKER = Maker("4.5.15 LTS 5afeabba6097", "OPTIX", "a GPU", "570.1")


def test_a_build_on_a_device_makes_frames_of_one_family() -> None:
    assert family_name(MAKER.family) == "4.5/cycles/optix"
    assert replace(MAKER, build="5.2.2 LTS Unknown").version == (5, 2)


@pytest.mark.parametrize(
    "maker",
    [replace(MAKER, build=one) for one in ("", "LTS", "4", "-4.5", "4.5678", "4.5\0", "9" * 400)]
    + [replace(MAKER, device="ABACUS")],
)
def test_what_calls_itself_otherwise_is_refused(maker: Maker) -> None:
    if maker.build == "4.5\0":
        assert maker.version == (4, 5)
        return
    with pytest.raises(ContentError):
        _ = maker.family


def test_drivers_have_no_part_in_what_the_cpu_makes() -> None:
    made = KnownRendered("4.5.15", "4.5.15 a", "CPU", "Xeon", "", b"", 1)
    assert maker_of(made, "570.1").driver == ""
    assert maker_of(replace(made, device="HIP"), "570.1").driver == "570.1"


def test_another_device_makes_the_same_light_and_the_cpu_the_same_bits() -> None:
    assert shows_the_same(PRINT, PRINT, "CPU") and not shows_the_same(PRINT, OTHER_BITS, "CPU")
    assert shows_the_same(PRINT, OTHER_BITS, "OPTIX") and not shows_the_same(PRINT, OTHER_PICTURE, "OPTIX")


def test_what_is_kept_comes_back_and_the_newest_stay() -> None:
    kept = [(replace(MAKER, driver=str(number)), PRINT) for number in range(MOST_KEPT + 3)]
    raw = kept_bytes(kept)
    assert parse_kept(raw) == kept[3:] and len(raw) < MOST_BYTES


@pytest.mark.parametrize("part", [b'"OPTIX"', b'"record":"', b"known-tiles/1"])
def test_a_file_that_was_damaged_is_refused(part: bytes) -> None:
    raw = kept_bytes([(MAKER, PRINT)])
    with pytest.raises(ContentError):
        parse_kept(raw.replace(part, b'"record":"?' if b"record" in part else b"5"))

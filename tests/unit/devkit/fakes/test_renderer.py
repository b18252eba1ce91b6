"""Made-up pixels behave like rendered ones: the same work agrees on every machine, other work does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.print_limits import LEAST, MOST
from renderchain.core.prints import agree

from devkit.fakes.package import manifest_of
from devkit.fakes.renderer import Look, frame_of

MANIFEST = manifest_of(range(1, 4))


@pytest.mark.parametrize("frame", MANIFEST.frames)
def test_two_machines_agree_without_being_equal(frame: int) -> None:
    _, mine = frame_of(MANIFEST, frame, Look())
    _, theirs = frame_of(MANIFEST, frame, Look(machine=1))
    for one, other in zip(mine, theirs, strict=True):
        assert one.digest != other.digest
        assert agree(one, other, LEAST)


@pytest.mark.parametrize("frame", MANIFEST.frames)
def test_another_scene_or_frame_does_not_agree(frame: int) -> None:
    _, mine = frame_of(MANIFEST, frame, Look())
    for _, theirs in (frame_of(MANIFEST, frame, Look(scene=1)), frame_of(MANIFEST, frame + 1, Look())):
        assert not any(agree(one, other, MOST) for one, other in zip(mine, theirs, strict=True))


def test_a_machine_always_renders_the_same() -> None:
    assert frame_of(MANIFEST, 1, Look()) == frame_of(replace(MANIFEST, samples=2), 1, Look())

"""A worker does not submit images that nobody would pay for, and says what is wrong with them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from renderchain.core.errors import RenderFailed
from renderchain.core.images import ImageFacts, counts_of, fault_of
from renderchain.core.messages import Rendered
from renderchain.core.notices.leases import LeaseFailed, LeaseGivenBack
from renderchain.core.pixel_prints import Pixels
from renderchain.ports.renderer import OnProgress

from devkit.fakes.package import HEIGHT, WIDTH, manifest_of
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import BLACK, FakeRenderer, _Session
from devkit.fakes.world import World
from tests.unit.app.bench import FIRST, UseCaseBench

Change = Callable[[Pixels], Pixels]


def one_nan(pixels: Pixels) -> Pixels:
    pixels[3, 5, 1] = np.nan
    return pixels


def one_infinite(pixels: Pixels) -> Pixels:
    pixels[0, 0, 3] = np.inf
    return pixels


def pink(pixels: Pixels) -> Pixels:
    light = pixels[..., :1]
    return np.concatenate([light, 0 * light, light, pixels[..., 3:]], axis=-1)


def narrow(pixels: Pixels) -> Pixels:
    return pixels[:, :-1]


def colourless(pixels: Pixels) -> Pixels:
    return pixels[..., :3]


@dataclass
class Spoiling(FakeRenderer):
    """Spoils what it writes of one frame."""

    frame: int
    change: Change = field(default=lambda pixels: pixels)
    is_black: bool = False

    def __post_init__(self) -> None:
        FakeRenderer.__init__(self)


async def spoil(session: _Session, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
    one = await RENDER(session, frame, on_progress, then)
    by = session.by
    if isinstance(by, Spoiling) and frame == by.frame:
        noisy = session.output / one.noisy
        raw = io.BytesIO()
        np.save(raw, by.change(np.load(noisy)))
        noisy.write_bytes(raw.getvalue())
        if by.is_black:
            (session.output / one.final).write_bytes(BLACK)
    return one


RENDER = _Session.render
FAULTS = [
    (one_nan, False, "1 of its 8192 pixels hold no numbers"),
    (one_infinite, False, "1 of its 8192 pixels hold no numbers"),
    (pink, False, "pink: its textures are missing"),
    (narrow, False, "its noisy pass has 127x64 pixels, not 128x64"),
    (colourless, False, "channels|no noisy pass"),
    (lambda pixels: pixels, True, "its final image is entirely black, and its noisy pass is not"),
]


@pytest.fixture(autouse=True)
def _spoiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Session, "render", spoil)


@pytest.mark.parametrize(("change", "is_black", "words"), FAULTS)
def test_a_frame_that_is_broken_is_not_submitted(
    disk: Path, change: Change, is_black: bool, words: str
) -> None:
    bench = UseCaseBench(disk)
    bench.renderer = Spoiling(FIRST + 1, change, is_black)
    with pytest.raises(RenderFailed, match=f"Frame {FIRST + 1} is not submitted: .*({words})"):
        bench.submit()
    assert bench.chain.sent == [] and bench.journal.frames(bench.entry) == []


def test_the_frames_before_a_broken_one_are_submitted_and_the_rest_is_given_back(disk: Path) -> None:
    bench = UseCaseBench(disk)
    bench.renderer = Spoiling(FIRST + 2, pink)
    bench.submit()
    ((_, count, _),) = bench.chain.of("submit")
    assert count == 1


def test_a_lease_of_a_broken_frame_is_given_back_with_the_reason(
    world: World, artist: Artist, machine: Machine
) -> None:
    machine.renderer = Spoiling(1, is_black=True)

    async def life() -> None:
        await artist.submit(1, OFFER)
        async with machine.working():
            while len(machine.reporter.heard(LeaseGivenBack)) < 2:
                await asyncio.sleep(10)

    world.live(life())
    reasons = {one.reason for one in machine.reporter.heard(LeaseFailed)}
    assert reasons == {
        "Frame 1 is not submitted: its final image is entirely black, and its noisy pass is not."
    }


def black(pixels: Pixels) -> Pixels:
    return pixels * 0


def in_part(pixels: Pixels) -> Pixels:
    half = WIDTH // 2
    return np.concatenate([pink(pixels[:, :half]), pixels[:, half:]], axis=1)


def dim(pixels: Pixels) -> Pixels:
    return pink(pixels) / 100


@pytest.mark.parametrize(("change", "is_black"), [(black, True), (in_part, False), (dim, True)])
def test_a_picture_is_not_judged(change: Change, is_black: bool) -> None:
    size = (WIDTH, HEIGHT)
    pixels = change(np.full((HEIGHT, WIDTH, 4), 0.5, np.float32))
    assert fault_of(ImageFacts(size, is_black, size, 4, *counts_of(pixels)), manifest_of([1])) == ""


def test_what_is_broken_lit_and_pink_is_counted_in_each_layer() -> None:
    pixels = np.zeros((2, 3, 8), np.float32)
    pixels[0, 0, :3] = (0.5, 0.0, 0.5)  # pink
    pixels[0, 1, 4:7] = (0.5, 0.2, 0.5)
    pixels[1, 1, 4:7] = (0.01, 0.0, 0.01)  # too dark to be lit
    pixels[1, 2, 7] = -np.inf
    assert counts_of(pixels) == (1, 2, 1)

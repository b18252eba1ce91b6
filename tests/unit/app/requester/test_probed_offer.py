"""Before an artist pays, the packed scene is probed: a refusal costs nothing, limits go into the terms."""

from __future__ import annotations

import pytest
from renderchain.core.errors import SceneError
from renderchain.core.print_limits import LEAST, MOST, PrintLimits

from devkit.fakes.people import FUNDS_FRI, Artist
from devkit.fakes.prober import CAUSE
from devkit.fakes.world import World


def test_what_is_refused_is_neither_pinned_nor_paid(world: World, artist: Artist) -> None:
    artist.prober.scene.remembers = frozenset({6})
    with pytest.raises(SceneError) as refused:
        world.live(artist.submit(6))
    assert f"Frame 6 depends on the frames before it ({CAUSE}): bake it." in str(refused.value)
    assert str(refused.value).endswith("Nothing was sent or paid.")
    assert not world.store.folders and artist.journal.jobs() == []
    assert world.network.model.tokens[artist.address] == FUNDS_FRI


def test_limits_that_were_not_measured_are_the_widest(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist.prober.scene.leaf_s = 90.0
    assert limits_asked(world, artist, monkeypatch) == MOST
    assert artist.reporter.telling("The probe:", "is not measured, so the widest limits hold")


def test_how_long_a_frame_takes_is_said(world: World, artist: Artist) -> None:
    world.live(artist.submit(6))
    assert artist.reporter.telling("The probe: a frame takes", "s on this machine's CPU")


def test_what_is_doubtful_is_said_and_sent(world: World, artist: Artist) -> None:
    artist.prober.scene.step_s = 30.0
    assert world.live(artist.submit(6)) == 1
    assert artist.reporter.telling("The probe:", "earlier ones is open", "more seconds")


def test_the_limits_of_the_scene_are_those_of_the_job(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    artist.prober.scene.off_percent = 3
    assert limits_asked(world, artist, monkeypatch) == PrintLimits(LEAST.tile_percent, 8)


def limits_asked(world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch) -> PrintLimits:
    """The limits in the terms that the artist's client asks the contract for."""
    terms = []

    async def create_job(chain: object, asked: object, intent_name: str = "") -> int:
        terms.append(asked)
        return 1

    monkeypatch.setattr("devkit.board.chain.MemoryChain.create_job", create_job)
    world.live(artist.submit(6))
    (asked,) = terms
    return PrintLimits(asked.tile_limit_percent, asked.mean_limit_percent)  # type: ignore[attr-defined]


def test_a_scene_that_is_not_probed_is_sent_and_that_is_said(world: World, artist: Artist) -> None:
    artist.prober.scene.remembers = frozenset({6})
    artist.probe_seconds = 0
    assert world.live(artist.submit(6)) == 1
    assert artist.prober.opened == 0 and artist.reporter.telling("The scene is not probed")

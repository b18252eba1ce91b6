"""What came of results whose fetch broke off: used by the next try, and never more than there is room for."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.fetched_parts import (
    LONGEST_UNUSED_S,
    FetchedParts,
    drop_unused,
    place_of,
)
from renderchain.core.errors import AgentRunsAlready, ContentError, StoreError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import JobState
from renderchain.ports.content_store import BytesDone

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

SHORT = replace(OFFER, longest_lease=1, window_s=1500, lease_timeout_s=1000)


class BreaksOff(MemoryStore):
    """Sends one file of each results, then none for a while, and says what of them was there already."""

    def __init__(self) -> None:
        super().__init__()
        self.there: dict[str, list[set[str]]] = {}

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        if "sealed.json" in self.folders[cid]:
            tries = self.there.setdefault(cid, [])
            tries.append({path.name for path in folder.glob("*")})
            if len(tries) < 3:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "sealed.json").write_bytes(self.folders[cid]["sealed.json"])
                raise StoreError("Its worker sends no more now.")
        await super().fetch_folder(cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes)


def test_the_next_try_goes_on_with_what_came_and_nothing_stays(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Each began with an empty folder: of a slow worker the last bytes never came."""
    world.store = store = BreaksOff()
    artist.own_checks = 1

    async def life() -> JobState:
        job = await artist.submit(2, SHORT)
        async with machine.working():
            return (await artist.watching(job)).state

    assert world.live(life()) is JobState.COMPLETED
    assert list(store.there.values()) == [[set(), {"sealed.json"}, {"sealed.json"}]] * 2


FIRST, SECOND, THIRD = LeaseId(1), LeaseId(2), LeaseId(3)
CID = "bafya"


def broken_off(parts: FetchedParts, lease_id: LeaseId, size: int, cid: str = CID) -> Path:
    """A try of which so many bytes came; where they lie, if they do."""
    with pytest.raises(StoreError), parts.used(lease_id, cid) as place:
        place.mkdir(parents=True)
        (place / "0001.bin").write_bytes(bytes(size))
        raise StoreError("Its worker sends no more now.")
    return place


def test_what_is_over_the_bound_begins_anew(tmp_path: Path) -> None:
    parts = FetchedParts(tmp_path, most_bytes=100)
    first, second, third = (
        broken_off(parts, lease_id, size) for lease_id, size in ((FIRST, 60), (SECOND, 50), (THIRD, 40))
    )
    assert first.is_dir() and not second.exists() and third.is_dir()
    with parts.used(FIRST, CID):  # it counts no more
        assert broken_off(parts, SECOND, 50).is_dir() and first.is_dir()
    assert not first.exists()


def test_the_bound_holds_for_what_an_earlier_process_left(tmp_path: Path) -> None:
    """The newest stays: a killed process had no time to look."""
    before = FetchedParts(tmp_path)
    old, new = broken_off(before, FIRST, 60), broken_off(before, SECOND, 70)
    os.utime(old.parent, (1, 1))
    parts = FetchedParts(tmp_path, most_bytes=100)
    assert new.is_dir() and not old.exists()
    assert not broken_off(parts, THIRD, 40).exists(), "what was left does not count"


def test_what_came_under_another_cid_is_not_gone_on_with(tmp_path: Path) -> None:
    parts = FetchedParts(tmp_path)
    broken_off(parts, FIRST, 9)
    place = broken_off(parts, FIRST, 9, "bafyb")
    assert list(place.parent.iterdir()) == [place]


def test_what_is_not_what_was_promised_does_not_stay(tmp_path: Path) -> None:
    with pytest.raises(ContentError), FetchedParts(tmp_path).used(FIRST, CID) as place:
        place.mkdir(parents=True)
        raise ContentError("It is another one: refused.")
    assert not place.exists()


@pytest.mark.parametrize("is_used", [True, False])
def test_of_a_lost_lease_nothing_stays_but_while_a_try_uses_it(tmp_path: Path, is_used: bool) -> None:
    """A try that was stopped since the lease is lost left what it had."""
    parts = FetchedParts(tmp_path)
    place = broken_off(parts, FIRST, 9)
    if is_used:
        with pytest.raises(StoreError), parts.used(FIRST, CID):
            parts.drop_all()
            assert place.exists()
            raise StoreError("It was stopped.")
    else:
        parts.drop_all()
    assert not place.exists()
    assert broken_off(parts, FIRST, 9).exists(), "it was told again, and may break off again"


@pytest.mark.parametrize("is_followed", [True, False])
def test_what_nobody_goes_on_with_goes_after_a_week(tmp_path: Path, is_followed: bool) -> None:
    @asynccontextmanager
    async def turn_of(board: int, job_id: JobId) -> AsyncIterator[None]:
        assert (board, job_id) == (0xB0A, JobId(7))
        if is_followed:
            raise AgentRunsAlready("Another program follows it.")
        yield

    mine = place_of(tmp_path, 0xB0A, JobId(7))
    place = broken_off(FetchedParts(mine), FIRST, 9)
    (tmp_path / "no-job").mkdir()
    long_ago_s = time.time() - LONGEST_UNUSED_S - 1
    for path in (*mine.rglob("*"), mine):
        assert place.exists()
        run(drop_unused(tmp_path, turn_of))
        os.utime(path, (long_ago_s, long_ago_s))
    run(drop_unused(tmp_path, turn_of))
    assert place.exists() is is_followed and mine.exists() is is_followed

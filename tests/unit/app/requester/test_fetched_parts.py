"""What came of results whose fetch broke off: used by the next try, and never more than there is room for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.fetched_parts import FetchedParts
from renderchain.core.errors import StoreError
from renderchain.core.lifecycle import JobState
from renderchain.ports.content_store import BytesDone

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


def part(folder: Path, lease: int, size: int, cid: str = "bafya") -> Path:
    """A lease's folder, of which so many bytes came."""
    made = folder / f"lease-{lease}" / cid
    made.mkdir(parents=True)
    (made / "0001.bin").write_bytes(bytes(size))
    return made.parent


def test_what_is_over_the_bound_begins_anew(tmp_path: Path) -> None:
    parts = FetchedParts(most_bytes=100)
    first, second, third = (part(tmp_path, lease, size) for lease, size in ((1, 60), (2, 50), (3, 40)))
    for one in (first, second, third):
        parts.keep(one)
    assert first.is_dir() and not second.exists() and third.is_dir()
    parts.begin(first, "bafya")  # it is used now, and counts no more
    parts.keep(part(tmp_path, 2, 50))
    assert first.is_dir() and second.is_dir()


def test_what_came_under_another_cid_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = part(tmp_path, 1, 9)
    part(tmp_path, 1, 9, "bafyb")
    FetchedParts().begin(folder, "bafyb")
    assert [path.name for path in folder.iterdir()] == ["bafyb"]


@pytest.mark.parametrize("is_used", [True, False])
def test_of_a_lost_lease_nothing_stays_but_what_a_try_uses_and_deletes_itself(
    tmp_path: Path, is_used: bool
) -> None:
    folder, parts = part(tmp_path, 1, 9), FetchedParts()
    parts.keep(folder)
    if is_used:
        parts.begin(folder, "bafya")
    parts.drop_all()
    assert folder.exists() is is_used

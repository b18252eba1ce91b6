"""What our own store does not find is read elsewhere, and everything else is the store's."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.app.exchange.fallback import FallbackStore
from renderchain.core.errors import ContentError, DiskFull, StoreAway, StoreError
from renderchain.core.notices.storage import FetchedElsewhere
from renderchain.ports.content_store import BytesDone

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.reporter import RecordingReporter

LIMITS = {"max_bytes": 100, "max_files": 9}


class Elsewhere(MemoryStore):
    """A store that says who it is."""

    async def fetch_folder(  # type: ignore[override]
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> str:
        await super().fetch_folder(cid, folder, max_bytes=max_bytes, max_files=max_files, on_bytes=on_bytes)
        return "https://gateway.example"


class Bench:
    def __init__(self, folder: Path) -> None:
        self.own, self.elsewhere, self.reporter = MemoryStore(), Elsewhere(), RecordingReporter()
        self.store = FallbackStore(self.own, self.elsewhere, self.reporter)
        (folder / "source").mkdir()
        (folder / "source" / "one").write_bytes(b"one")
        self.cid = run(self.elsewhere.add_folder(folder / "source", lambda _: None))
        self.target = folder / "got"

    def fetch(self) -> bytes:
        run(self.store.fetch_folder(self.cid, self.target, **LIMITS, on_bytes=lambda _: None))
        return (self.target / "one").read_bytes()


@pytest.fixture
def bench(disk: Path) -> Bench:
    return Bench(disk)


def test_what_the_node_does_not_find_comes_from_elsewhere_and_that_is_told(bench: Bench) -> None:
    assert bench.fetch() == b"one"
    (told,) = bench.reporter.heard(FetchedElsewhere)
    assert (told.cid, told.gateway) == (bench.cid, "https://gateway.example") and "Nobody has" in told.reason
    assert run(bench.store.read_file(bench.cid, "one", 9)) == b"one"


def test_what_the_node_has_is_not_asked_for_elsewhere(bench: Bench) -> None:
    bench.own.folders = bench.elsewhere.folders
    bench.elsewhere.fail("fetch_folder", StoreError("asked"))
    bench.elsewhere.fail("read_file", StoreError("asked"))
    assert bench.fetch() == b"one" and run(bench.store.read_file(bench.cid, "one", 9)) == b"one"
    assert not bench.reporter.told


@pytest.mark.parametrize("error", [ContentError("too large"), DiskFull("full")])
def test_what_is_wrong_everywhere_is_not_asked_for_elsewhere(bench: Bench, error: Exception) -> None:
    bench.own.fail("fetch_folder", error)
    with pytest.raises(type(error), match=str(error)):
        bench.fetch()


def test_where_nobody_has_it_the_nodes_own_error_decides_what_is_waited_for(bench: Bench) -> None:
    bench.own.fail("fetch_folder", StoreAway("The node is away."))
    bench.elsewhere.lose(bench.cid)
    with pytest.raises(StoreAway, match=r"The node is away\. Elsewhere: Nobody has"):
        bench.fetch()
    with pytest.raises(StoreError, match="Nobody has .* Elsewhere: Nobody has") as raised:
        run(bench.store.read_file(bench.cid, "one", 9))
    assert not isinstance(raised.value, StoreAway)


def test_storing_and_pinning_are_the_nodes_alone(bench: Bench, disk: Path) -> None:
    cid = run(bench.store.add_folder(disk / "source", lambda _: None))
    run(bench.store.unpin(cid))
    assert not run(bench.store.is_pinned(cid))
    run(bench.store.pin(cid))
    assert bench.own.pinned == {cid} and bench.elsewhere.pinned == {cid}

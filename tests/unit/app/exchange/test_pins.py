"""What a worker pinned stays pinned as long as its evidence is kept, and no longer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from renderchain.app.audit.proof_store import KEEP_S
from renderchain.app.exchange.pins import Pins
from renderchain.core.errors import StoreError
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.ports.journal import LeaseEntry

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.scripted_chain import BOARD
from tests.unit.app.bench import LEASE, UseCaseBench

NEXT = join_lease_id(WorkerId(1), 0, 2)
OTHER_BOARD = BOARD + 1


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.pinned |= {"one", "two", "other"}
    return made


def test_what_no_lease_needs_is_unpinned_also_after_a_restart(tmp_path: Path, store: MemoryStore) -> None:
    needed = {LeaseId(1), LeaseId(2)}

    def pins() -> Pins:
        return Pins(store, tmp_path / "folder" / "pins.json", BOARD, needed.__contains__)

    pins().note("one", LeaseId(1))
    pins().note("two", LeaseId(2))
    run(pins().prune())
    assert store.pinned == {"one", "two", "other"}
    needed.remove(LeaseId(1))
    store.fail("unpin", StoreError("away"))
    run(pins().prune())
    assert store.pinned == {"one", "two", "other"}
    run(pins().prune())
    assert store.pinned == {"two", "other"}
    store.pinned.add("one")  # by somebody else: it is not ours any more
    run(pins().prune())
    assert "one" in store.pinned


def test_content_stays_pinned_as_long_as_one_of_several_leases_needs_it(
    tmp_path: Path, store: MemoryStore
) -> None:
    store.folders["package"] = {}
    needed = {LeaseId(1), LeaseId(2)}
    pins = Pins(store, tmp_path / "pins.json", BOARD, needed.__contains__)
    for lease_id in (LeaseId(1), LeaseId(2)):
        assert run(pins.pin("package", lease_id)) == ""
    needed.remove(LeaseId(1))
    run(pins.prune())
    assert "package" in store.pinned
    needed.remove(LeaseId(2))
    run(pins.prune())
    assert "package" not in store.pinned


@pytest.mark.parametrize("first", [BOARD, OTHER_BOARD])
def test_what_a_lease_of_another_board_needs_is_not_unpinned(
    tmp_path: Path, store: MemoryStore, first: int
) -> None:
    """It took what the first one had pinned for somebody else's, and lost it with the first one's evidence.

    Both boards number leases by themselves.
    """
    store.folders["package"] = {}
    needed = {BOARD: {LeaseId(1)}, OTHER_BOARD: {LeaseId(1)}}
    pins = {
        one: Pins(store, tmp_path / "pins.json", one, leases.__contains__) for one, leases in needed.items()
    }
    last = BOARD + OTHER_BOARD - first

    def prune() -> bool:
        for one in pins.values():
            run(one.prune())
        return "package" in store.pinned

    for board in (first, last):
        assert run(pins[board].pin("package", LeaseId(1))) == ""
    assert prune()
    needed[first].clear()
    assert prune() and prune()
    needed[last].clear()
    assert not prune()
    assert "other" in store.pinned


def test_what_somebody_else_pinned_is_never_unpinned(tmp_path: Path, store: MemoryStore) -> None:
    """An artist and a worker may use one node."""
    pins = Pins(store, tmp_path / "pins.json", BOARD, lambda _: False)
    assert run(pins.pin("other", LeaseId(1))) == ""
    run(pins.prune())
    assert "other" in store.pinned


def test_what_the_store_does_not_have_is_not_noted_as_pinned(tmp_path: Path, store: MemoryStore) -> None:
    pins = Pins(store, tmp_path / "pins.json", BOARD, lambda _: False)
    assert "Nobody has gone" in run(pins.pin("gone", LeaseId(1)))
    store.pinned.add("gone")  # by somebody else, later
    run(pins.prune())
    assert "gone" in store.pinned


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"one": "x"}', b'{"one": [1]}', b"\xff"])
def test_a_broken_file_is_begun_anew(tmp_path: Path, store: MemoryStore, raw: bytes) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(raw)
    pins = Pins(store, path, BOARD, lambda _: False)
    run(pins.prune())
    pins.note("two", LeaseId(2))
    run(pins.prune())
    assert store.pinned == {"one", "other"}


def test_a_leases_results_are_unpinned_once_its_evidence_is_gone(disk: Path) -> None:
    bench = UseCaseBench(disk)
    bench.submit()
    ((_, _, first),) = bench.chain.of("submit")
    bench.set_lease(NEXT)
    bench.proof_store.settle(LEASE, 1000)
    assert first.results_cid in bench.store.pinned
    bench.proof_store.prune(1000 + KEEP_S + 1)
    assert not bench.proof_store.knows(LEASE)
    work = bench.render_lease()
    bench.entry = LeaseEntry(bench.entry.board, NEXT, bench.entry.job_id, 77, "claimed")
    run(work.run(bench.turn(), bench.chain.leases[NEXT], bench.chain.jobs[bench.entry.job_id]))
    (_, (_, _, second)) = bench.chain.of("submit")
    assert first.results_cid not in bench.store.pinned and second.results_cid in bench.store.pinned
    assert bench.package.cid in bench.store.pinned, "the package is the requester's pin"


def test_a_leases_package_is_pinned_as_long_as_its_evidence_is_kept(disk: Path) -> None:
    bench = UseCaseBench(disk)
    bench.store.pinned.discard(bench.package.cid)  # the requester has another node
    bench.submit()
    assert bench.package.cid in bench.store.pinned
    bench.proof_store.settle(LEASE, 1000)
    bench.proof_store.prune(1000 + KEEP_S + 1)
    run(bench.pins().prune())
    assert bench.package.cid not in bench.store.pinned


class SlowStore(MemoryStore):
    """What it is asked for takes a while, in which others ask too."""

    async def unpin(self, cid: str) -> None:
        """Later."""
        await asyncio.sleep(1)
        await super().unpin(cid)

    async def pin(self, cid: str) -> None:
        """Later."""
        await asyncio.sleep(1)
        await super().pin(cid)


@pytest.mark.parametrize("board", [BOARD, OTHER_BOARD])
@pytest.mark.parametrize("after_s", [0.5, 1.5])
def test_what_a_lease_begins_to_need_while_others_are_unpinned_stays(
    tmp_path: Path, after_s: float, board: int
) -> None:
    """Another lane, a verifier, or another board pins the package anew: it was unpinned behind its back."""
    store, needed = SlowStore(), {LeaseId(2)}
    store.folders |= {"one": {}, "two": {}}
    store.pinned |= {"one", "two"}

    def pins(board: int = BOARD) -> Pins:
        return Pins(store, tmp_path / "pins.json", board, needed.__contains__)

    for cid in ("one", "two"):
        pins().note(cid, LeaseId(1))

    async def life() -> None:
        pruning = asyncio.create_task(pins().prune())
        await asyncio.sleep(after_s)
        assert [await pins(board).pin(cid, LeaseId(2)) for cid in ("one", "two")] == ["", ""]
        await pruning
        await pins().prune()

    run(life())
    assert store.pinned == {"one", "two"}

"""The node behind the store: its room is bounded and told, its peers are connected."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from renderchain.app.upkeep.store_upkeep import COLLECT_S, CONNECT_S, LOOK_S, StoreUpkeep
from renderchain.core.errors import StoreError
from renderchain.core.notices.storage import GIB, GarbageCollected, PeerAway, ReachableAt, StoreMeasured

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.reporter import RecordingReporter

PEER = "/ip4/192.0.2.1/tcp/4001/p2p/peer"


class Bench:
    """A node whose folders are given by their sizes."""

    def __init__(self, most_bytes: int, *peers: str) -> None:
        self.store, self.reporter, self.now_s = MemoryStore(), RecordingReporter(), 10.0**9
        self.upkeep = StoreUpkeep(
            self.store, self.reporter, lambda: self.now_s, most_bytes=most_bytes, peers=peers
        )

    def put(self, cid: str, size_bytes: int, *, pinned: bool) -> None:
        self.store.folders[cid] = {"file": bytes(size_bytes)}
        if pinned:
            self.store.pinned.add(cid)


def test_over_its_limit_what_nobody_pinned_goes_and_no_more_often_than_each_hour() -> None:
    bench = Bench(1000)
    bench.put("kept", 600, pinned=True)
    bench.put("left", 500, pinned=False)
    run(bench.upkeep.look())
    assert set(bench.store.folders) == {"kept"} and not bench.upkeep.lacks_room()
    assert bench.reporter.heard(GarbageCollected) == [GarbageCollected(1100, 600)]
    bench.put("more", 500, pinned=False)
    run(bench.upkeep.look())
    assert "more" in bench.store.folders and "more than store_bytes" in bench.upkeep.lacks_room()
    bench.now_s += COLLECT_S
    run(bench.upkeep.look())
    assert "more" not in bench.store.folders and not bench.upkeep.lacks_room()
    bench.put("last", 500, pinned=False)
    bench.now_s -= 365 * 86400  # the clock is set
    run(bench.upkeep.look())
    assert "last" not in bench.store.folders


def test_where_all_is_pinned_no_leases_are_taken_until_there_is_room() -> None:
    bench = Bench(1000)
    bench.put("kept", 1001, pinned=True)
    run(bench.upkeep.look())
    assert "what is pinned is needed" in bench.upkeep.lacks_room()
    bench.store.folders.clear()
    run(bench.upkeep.look())
    assert not bench.upkeep.lacks_room()


def test_without_a_limit_nothing_of_anybodys_is_ever_deleted() -> None:
    bench = Bench(0)
    bench.put("left", 10**6, pinned=False)
    bench.store.fail("collect_garbage", AssertionError("asked"))
    run(bench.upkeep.look())
    run(bench.upkeep.need(10**15))
    assert not bench.upkeep.lacks_room()


def test_the_size_is_told_at_first_and_when_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, sizes = Bench(0), [4 * GIB, 4 * GIB + 1, 4 * GIB + GIB // 3, 2 * GIB]

    async def stored_bytes() -> int:
        return sizes[0]

    monkeypatch.setattr(bench.store, "stored_bytes", stored_bytes)
    while sizes:
        run(bench.upkeep.look())
        sizes.pop(0)
    told = [one.stored_bytes for one in bench.reporter.heard(StoreMeasured)]
    assert told == [4 * GIB, 4 * GIB + GIB // 3, 2 * GIB]


def test_a_package_that_does_not_fit_is_not_stored_and_nothing_pinned_is_lost_for_it() -> None:
    bench = Bench(1000)
    bench.put("kept", 600, pinned=True)
    bench.put("left", 300, pinned=False)
    run(bench.upkeep.need(100))
    assert "left" in bench.store.folders
    run(bench.upkeep.need(400))
    assert set(bench.store.folders) == {"kept"}
    with pytest.raises(StoreError, match=r"store_bytes\)\. Raise it, or unpin"):
        run(bench.upkeep.need(401))


def test_others_are_told_addresses_that_they_can_use_and_a_silent_node_costs_nothing() -> None:
    bench = Bench(0)
    run(bench.upkeep.say_addresses("bafy"))
    assert not bench.reporter.told
    bench.store.swarm = ["/ip4/127.0.0.1/tcp/4001/p2p/me", "/ip6/::1/tcp/4001/p2p/me", PEER]
    run(bench.upkeep.say_addresses("bafy"))
    assert bench.reporter.told == [ReachableAt("bafy", PEER)]
    bench.store.fail("addresses", StoreError("away"))
    run(bench.upkeep.say_addresses("bafy"))


def test_peers_are_connected_again_and_one_that_is_away_is_told_once(disk: Path) -> None:
    bench = Bench(0, PEER)

    async def minutes(count: int) -> None:
        running = asyncio.create_task(bench.upkeep.run())
        for _ in range(count):
            await asyncio.sleep(LOOK_S)
            bench.now_s += LOOK_S
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    tries = int(CONNECT_S / LOOK_S)
    for _ in range(2):
        bench.store.fail("connect", StoreError("No answer."))
    bench.store.fail("stored_bytes", StoreError("away"))  # which ends nothing
    run(minutes(tries + 2))
    assert [one.peer for one in bench.reporter.heard(PeerAway)] == [PEER]
    assert not bench.store.connected
    run(minutes(tries + 2))
    assert bench.store.connected == {PEER} and len(bench.reporter.heard(PeerAway)) == 1
    assert bench.reporter.heard(StoreMeasured)

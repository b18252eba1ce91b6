"""Folders on their way between two real Kubo nodes, by the network of IPFS, by a gateway, behind TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.adapters.ipfs.gateways import Gateways
from renderchain.adapters.ipfs.kubo import ADD_OPTIONS, KuboStore
from renderchain.app.exchange.fallback import FallbackStore
from renderchain.core.errors import ContentError, StoreAway, StoreError
from renderchain.core.notices.storage import FetchedElsewhere

from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.tls_front import tls_front
from devkit.network.services import SwarmKubo, run_ipfs, start_swarm_kubo, stop

MANY = 8000  # names that do not fit into one block, so that Kubo spreads them
NOBODY = "12D3KooWR38p1DYjHeXqsHfzNqyVyMbqqgnp8FnGyYQWik3TZURj"
NOWHERE = "/ip4/127.0.0.1/tcp/9"


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def fill(root: Path, many: int = 30) -> Path:
    """Large files, small ones, one twice, names that an address has to spell otherwise."""
    (root / "f" / "deep").mkdir(parents=True)
    (root / "manifest.json").write_bytes(b"{}")
    (root / "large.bin").write_bytes(os.urandom(5 * 2**20 + 17))
    (root / "f" / "deep" / "same.bin").write_bytes((root / "large.bin").read_bytes())
    (root / "f" / "ä #?% b.png").write_bytes(b"odd name")
    for number in range(many):
        (root / "f" / f"{number:06}.png").write_bytes(f"{number} {root}".encode())
    return root


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SwarmKubo, SwarmKubo]]:
    """The artist's node, which has a gateway, and a worker's."""
    started = [start_swarm_kubo(tmp_path_factory.mktemp(name)) for name in ("artist", "worker")]
    yield started[0], started[1]
    for node in started:
        stop(node.pid)


async def get(store: KuboStore | Gateways | FallbackStore, cid: str, folder: Path) -> dict[str, bytes]:
    await store.fetch_folder(cid, folder, max_bytes=2**26, max_files=MANY + 9, on_bytes=lambda _: None)
    return await asyncio.to_thread(contents, folder)


def test_the_cid_is_the_one_that_ipfs_itself_gives(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    artist, root = nodes[0], fill(tmp_path / "scene")
    cid = asyncio.run(KuboStore(artist.api).add_folder(root, lambda _: None))
    options = [f"--{name}={ADD_OPTIONS[name]}" for name in ("cid-version", "raw-leaves", "chunker")]
    assert run_ipfs(artist.folder, "add", "-r", "-Q", "--hidden", *options, str(root)).strip() == cid


def test_a_large_folder_goes_from_node_to_node_and_what_is_there_is_not_moved_again(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    artist, worker = (KuboStore(one.api, patience_s=20) for one in nodes)
    root, target = fill(tmp_path / "scene", MANY), tmp_path / "got"

    async def run() -> None:
        cid = await artist.add_folder(root, lambda _: None)
        await worker.connect(nodes[0].swarm)
        fetching = asyncio.create_task(get(worker, cid, target))
        while not (target / "f").is_dir() or len(os.listdir(target / "f")) < MANY // 20:
            await asyncio.sleep(0.02)
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        there = {path: path.stat().st_mtime_ns for path in target.rglob("*.png") if path.stat().st_size}
        assert there and len(there) < MANY
        assert await get(worker, cid, target) == contents(root)
        rewritten = [path for path, time_ns in there.items() if path.stat().st_mtime_ns != time_ns]
        assert len(rewritten) <= 16, "of those only what was being written"
        whole = tmp_path / "whole"
        assert await get(worker, cid, whole) == contents(root), "in one stream, for the node has it now"

    asyncio.run(run())


def test_a_fetch_that_finds_nobody_goes_on_once_its_node_is_connected_to_who_has_it(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    artist, worker = KuboStore(nodes[0].api), KuboStore(nodes[1].api, patience_s=60)
    root, target = fill(tmp_path / "scene"), tmp_path / "got"
    name = nodes[0].swarm.rsplit("/", 1)[1]

    async def run() -> None:
        cid = await artist.add_folder(root, lambda _: None)
        peers = await asyncio.to_thread(run_ipfs, nodes[1].folder, "swarm", "peers")
        if name in peers:
            run_ipfs(nodes[1].folder, "swarm", "disconnect", nodes[0].swarm)
        fetching = asyncio.create_task(get(worker, cid, target))
        while cid not in await asyncio.to_thread(run_ipfs, nodes[1].folder, "bitswap", "wantlist"):
            assert not fetching.done()
        await worker.connect(nodes[0].swarm)
        assert await fetching == contents(root)

    asyncio.run(run())


def test_a_gateway_has_what_our_node_does_not_find(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    artist, root, reporter = KuboStore(nodes[0].api), fill(tmp_path / "scene", MANY), RecordingReporter()
    gateways = Gateways(["http://127.0.0.1:9", nodes[0].gateway])
    store = FallbackStore(KuboStore(NOWHERE), gateways, reporter)

    async def run() -> None:
        cid = await artist.add_folder(root, lambda _: None)
        assert await get(store, cid, tmp_path / "got") == contents(root)
        assert [one.gateway for one in reporter.heard(FetchedElsewhere)] == [nodes[0].gateway]
        for path in ("manifest.json", "f/ä #?% b.png", f"f/{MANY - 1:06}.png", "f/deep/same.bin"):
            assert await store.read_file(cid, path, 2**23) == (root / path).read_bytes()
        with pytest.raises(ContentError, match="over 100 bytes"):
            await store.read_file(cid, "large.bin", 100)
        with pytest.raises(ContentError, match="is no file"):
            await store.read_file(cid, "f/deep", 100)
        with pytest.raises(StoreAway, match="tcp/9 can't be reached.*Elsewhere: .*:9 can't be reached"):
            await store.read_file(cid, "nothing", 100)
        with pytest.raises(ContentError, match="over 7 files"):
            await store.fetch_folder(
                cid, tmp_path / "less", max_bytes=2**26, max_files=7, on_bytes=lambda _: None
            )
        assert not (tmp_path / "less").exists()

    asyncio.run(run())


def test_what_is_pinned_stays_and_the_rest_goes_when_the_node_collects(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    store = KuboStore(nodes[1].api, patience_s=5)
    for name in ("kept", "left"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one").write_bytes(os.urandom(2**21))

    async def run() -> None:
        kept, left = [await store.add_folder(tmp_path / name, lambda _: None) for name in ("kept", "left")]
        assert await store.is_pinned(kept) and await store.is_pinned(left)
        before = await store.stored_bytes()
        assert before > 2**22
        await store.unpin(left)
        await store.unpin(left)
        assert not await store.is_pinned(left)
        await store.collect_garbage()
        assert await store.stored_bytes() < before - 2**20
        assert contents(tmp_path / "kept") == await get(store, kept, tmp_path / "got")
        began_s = time.monotonic()
        with pytest.raises(StoreError):
            await store.pin(left)
        assert time.monotonic() - began_s < 3, "a pin looks for nothing"
        await store.pin(kept)

    asyncio.run(run())


def test_others_are_told_where_a_node_is_and_one_that_is_not_there_is_named(
    nodes: tuple[SwarmKubo, SwarmKubo],
) -> None:
    store = KuboStore(nodes[0].api, patience_s=20)
    assert nodes[0].swarm in asyncio.run(store.addresses())
    with pytest.raises(StoreError):
        asyncio.run(store.connect(f"/ip4/127.0.0.1/tcp/9/p2p/{NOBODY}"))


def test_a_node_behind_tls_lets_in_who_knows_the_secret_and_nobody_says_it(
    nodes: tuple[SwarmKubo, SwarmKubo], tmp_path: Path
) -> None:
    root, secret = fill(tmp_path / "scene"), "Bearer it-is-secret"
    behind = int(nodes[0].api.rpartition("/")[2])
    with tls_front(behind, secret, tmp_path / "front") as (port, ca):
        api = f"/ip4/127.0.0.1/tcp/{port}/https"

        async def run() -> None:
            store = KuboStore(api, headers={"Authorization": secret}, ca=ca)
            cid = await store.add_folder(root, lambda _: None)
            assert await get(store, cid, tmp_path / "got") == contents(root)
            assert await store.read_file(cid, "manifest.json", 9) == b"{}"
            assert await store.version() and await store.is_pinned(cid)
            for wrong, said in (
                (KuboStore(api, headers={"Authorization": secret + "!"}, ca=ca), r"\(401\).*ipfs_headers"),
                (KuboStore(api, headers={"Authorization": secret}), "nobody whom this machine trusts"),
            ):
                for asked in (wrong.version(), get(wrong, cid, tmp_path / "nothing")):
                    with pytest.raises(StoreError, match=said) as raised:
                        await asked
                    assert "it-is-secret" not in str(raised.value)
                    assert not isinstance(raised.value, StoreAway)

        asyncio.run(run())
    shutil.rmtree(tmp_path / "front")

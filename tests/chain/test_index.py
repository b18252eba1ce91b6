"""The index on a real chain: killed at any time, it holds in the end what a fresh one would."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any

from renderchain.adapters.starknet.feed import StarknetFeed
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.ports.event_feed import Block

from devkit.made_up_job import TERMS
from devkit.network.clients import Views
from devkit.network.services import REPO, free_port
from services.common.engine import open_engine
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.project import board_named
from services.index.store import Network, Store
from tests.services.tables import all_rows

PATIENCE_S = 60
TRY_S = 0.1


@contextmanager
def index(config: Path, database: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process, killed in the end if it is still there."""
    command = [sys.executable, "-m", "services.index", "--config", str(config)]
    with (config.parent / "index.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--database", database, "--port", str(port)], cwd=REPO, stderr=log, stdout=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE_S)


async def asked(port: int, path: str, is_it: Callable[[Any], bool]) -> Any:
    """What the index answers, once it is as it should be."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(OSError, urllib.error.HTTPError):
                found = await asyncio.to_thread(_get, f"http://127.0.0.1:{port}{path}")
                if is_it(found):
                    return found
            await asyncio.sleep(TRY_S)


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def config_of(net: Views, folder: Path) -> Path:
    file = folder / "index.toml"
    node = net.node
    file.write_text(
        f'rpc_url = "{node.rpc_url}"\nws_url = "{node.ws_url}"\ndirectory = "{net.deployed.directory:#x}"\n'
        f'folder = "{folder}"\n'
    )
    return file


async def fresh(net: Views, folder: Path, until: int) -> dict[str, Any]:
    """The tables of an index that read all at once."""
    engine = open_engine(f"sqlite:///{folder / 'fresh.sqlite'}")
    migrate(engine, MIGRATIONS)
    nodes = await Nodes.connect(net.node)
    try:
        store = Store(engine)
        store.open(Network(nodes.chain, net.deployed.directory, net.deployed.registry))
        async with aclosing(StarknetFeed(nodes).follow(store.addresses(), [], 0, board_named)) as told:
            async for one in told:
                if isinstance(one, Block):
                    store.apply(one)
                    if one.number >= until:
                        return all_rows(engine)
        raise AssertionError("a feed ended")
    finally:
        await nodes.close()
        engine.dispose()


def test_killed_again_and_again_it_misses_nothing_and_has_nothing_twice(
    chains: Callable[[], Any], tmp_path: Path
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            config, database, port = (
                config_of(net, tmp_path),
                f"sqlite:///{tmp_path / 'i.sqlite'}",
                free_port(),
            )
            for round_ in range(3):
                with index(config, database, port):
                    job_id = await net.artist.create_job(TERMS)
                    lease_id = await net.worker.claim_lease(job_id, 0)
                    await asked(
                        port, f"/v1/jobs/{net.artist.board:#x}/{job_id}", lambda found: bool(found["item"])
                    )
                    await net.worker.give_back(lease_id, f"away {round_}")
                # killed while it may be at a block; what happens meanwhile it must find later
                await net.artist.create_job(TERMS)
            until = await net.artist.block_number()
            with index(config, database, port) as process:
                await asked(port, "/v1/network", lambda found: found["as_of"]["block"] >= until)
                jobs = await asked(port, "/v1/jobs", lambda found: True)
                process.terminate()
                assert process.wait(PATIENCE_S) == 0
            assert len(jobs["items"]) == 6
            engine = open_engine(database)
            try:
                found = all_rows(engine)
            finally:
                engine.dispose()
            again = await fresh(net, tmp_path, until)
            # Of long stretches only blocks in which something was told are kept.
            assert {**found, "block": []} == {**again, "block": []}

    asyncio.run(run())


def test_what_is_wrong_at_the_start_is_said_and_ends_it(tmp_path: Path) -> None:
    config = tmp_path / "index.toml"
    config.write_text('rpc_url = "http://127.0.0.1:1/rpc"\ndirectory = "0x1"\n')
    command = [
        sys.executable,
        "-m",
        "services.index",
        "--config",
        str(config),
        "--database",
        "mysql://me:secret@x/y",
    ]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    said = json.loads(done.stderr.splitlines()[-1])
    assert done.returncode == 78 and "sqlite:/// or postgresql://" in said["sentence"]
    assert "secret" not in done.stderr

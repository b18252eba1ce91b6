"""The notifier on a real chain, beside a real index: an artist is told, and what an account holds is seen."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from devkit.made_up_job import TERMS
from devkit.network.clients import Views
from devkit.network.services import REPO, free_port
from tests.chain.test_index import PATIENCE_S, TRY_S, asked, config_of, index
from tests.services.notifier.receivers import SECRET, Received, Request, http_server
from tests.services.notifier.written import hooked, write_operator

MUCH_STRK = 10**9


@contextmanager
def notifier(file: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process, killed in the end if it is still there."""
    command = [sys.executable, "-m", "services.notifier", "--config", str(file), "--port", str(port)]
    with file.with_name("notifier.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=REPO, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE_S)


async def until_it_hears(port: int) -> None:
    """Until it is ready."""
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(TRY_S)


def rules_of(net: Views, folder: Path, port: int, received: Received, more: str = "") -> Path:
    more = more or f'accounts = ["{net.artist.address:#x}"]\nlow_strk = "{MUCH_STRK}"'
    person = hooked(f"{received.url}/hook", more=more)
    settings = 'settings = "index.toml"\ndashboard = "https://d/"'
    return write_operator(folder, index=f"http://127.0.0.1:{port}", more=settings, person=person)


def titles(requests: list[Request]) -> dict[str, str]:
    """What came, by kind; each signed as it should be."""
    found = {}
    for one in requests:
        told = told_in(one)
        found[told["type"]] = told["data"]["title"]
    return found


def test_an_artist_is_told_of_a_job_s_end_and_of_an_account_that_holds_little(
    chains: Callable[[], Any], tmp_path: Path
) -> None:
    async def run(received: Received) -> None:
        async with chains() as opened:
            net, port, own_port = await opened.network(), free_port(), free_port()
            database = f"sqlite:///{tmp_path / 'i.sqlite'}"
            with index(config_of(net, tmp_path), database, port):
                await asked(port, "/v1/network", lambda found: bool(found["item"]))
                with notifier(rules_of(net, tmp_path, port, received), own_port) as process:
                    await until_it_hears(own_port)
                    job_id = await net.artist.create_job(TERMS)
                    await net.artist.cancel(job_id)
                    await asyncio.to_thread(received.wait, lambda came: len(titles(came)) >= 2)
                    process.terminate()
                    assert process.wait(PATIENCE_S) == 0
            told = titles(received.requests)
            assert told["job_done"].startswith(f"Job {job_id} is over")
            held_fri = await net.artist.tokens_fri(net.artist.address)
            assert told["money_low"].startswith(f"Account {net.artist.address:#x}"[:16]) and held_fri > 0

    with http_server() as received:
        asyncio.run(run(received))


def test_a_provider_is_told_for_which_job_stake_was_lost(chains: Callable[[], Any], tmp_path: Path) -> None:
    """The registry says how much, and not for what."""

    async def run(received: Received) -> None:
        async with chains() as opened:
            net, port, own_port = await opened.network(), free_port(), free_port()
            await net.artist.create_job(TERMS)
            job_id = await net.artist.create_job(TERMS)
            database, more = f"sqlite:///{tmp_path / 'i.sqlite'}", f"workers = [{net.worker_id}]"
            with index(config_of(net, tmp_path), database, port):
                await asked(port, "/v1/network", lambda found: bool(found["item"]))
                with notifier(rules_of(net, tmp_path, port, received, more), own_port) as process:
                    await until_it_hears(own_port)
                    lease_id = await net.worker.claim_lease(job_id, 0)
                    net.pass_time(TERMS.lease_timeout_s + 1)
                    assert await net.outsider.expire(job_id, [lease_id]) == []
                    await asyncio.to_thread(received.wait, lambda came: "stake_shrank" in titles(came))
                    process.terminate()
                    assert process.wait(PATIENCE_S) == 0
            texts = [one["data"]["text"] for one in map(told_in, received.requests)]
            assert any(f"a lease of job {job_id} that was lost" in text for text in texts), texts

    with http_server() as received:
        asyncio.run(run(received))


def told_in(request: Request) -> dict[str, Any]:
    """What came, signed as it should be."""
    found: dict[str, Any] = Webhook(SECRET).verify(request.body, request.headers)
    return found

"""Whoever allowed an address did not allow what it leads to: nobody is asked there, whatever asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import renderchain
from aiohttp import web
from renderchain.adapters.heartbeat_http import SchedulerAway, send_heartbeat
from renderchain.adapters.index.http import RemoteIndex
from renderchain.adapters.ipfs.dag import DAG_PB, text_of
from renderchain.adapters.ipfs.gateways import Gateways
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.ipfs.kubo_download import download_kubo
from renderchain.adapters.starknet.member import Member, Node
from renderchain.core.errors import IndexAway, NodeAway, StoreError

CID = text_of(DAG_PB + bytes(32))
LIMITS = {"max_bytes": 1000, "max_files": 9}
Ask = Callable[[int, Path], Awaitable[object]]
ROOT = Path(renderchain.__file__).parent
# What opens a connection by HTTP in our package, and where: each is tried below.
OPENS = re.compile(
    r"ClientSession\(|ipfshttpclient\.Client\(|HTTPS?Connection\(|urlopen\(|import connect$", re.M
)
OPENERS = {
    "adapters/heartbeat_http.py",
    "adapters/index/http.py",
    "adapters/ipfs/http.py",
    "adapters/ipfs/kubo.py",
    "adapters/ipfs/kubo_call.py",
    "adapters/ipfs/own_kubo.py",  # http.client follows nothing
    "adapters/starknet/member.py",
}


@asynccontextmanager
async def leading(status: int, asked: list[str]) -> AsyncIterator[int]:
    """The port of a server that sends all on to another one, which notes what it is asked."""

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"Version": "0", "result": "0x1", "id": 0, "jsonrpc": "2.0"})

    runners = list[web.AppRunner]()

    async def serve(handler: Callable[[web.Request], Awaitable[web.Response]]) -> int:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return int(runners[-1].addresses[0][1])

    target = await serve(note)

    async def lead(request: web.Request) -> web.Response:
        place = f"http://127.0.0.1:{target}{request.path_qs}"
        return web.Response(status=status, headers={"Location": place})

    try:
        yield await serve(lead)
    finally:
        for runner in runners:
            await runner.cleanup()


async def question(port: int, folder: Path) -> None:
    member = Member(Node(f"http://127.0.0.1:{port}", ""))
    try:
        await member.ask({"id": 1, "jsonrpc": "2.0", "method": "starknet_chainId", "params": []})
    finally:
        await member.session.close()


async def look(port: int, folder: Path) -> None:
    member = Member(Node(f"http://127.0.0.1:{port}", ""))
    try:
        await member.look()
    finally:
        await member.session.close()


async def listen(port: int, folder: Path) -> None:
    async with Node("", f"ws://127.0.0.1:{port}/ws").socket(5.0):
        """Nothing is said."""


def kubo(port: int) -> KuboStore:
    return KuboStore(f"/ip4/127.0.0.1/tcp/{port}", patience_s=5)


def gateways(port: int) -> Gateways:
    return Gateways([f"http://127.0.0.1:{port}"], patience_s=5)


async def store(port: int, folder: Path) -> None:
    (folder / "given").mkdir()
    (folder / "given" / "a").write_bytes(b"a")
    await kubo(port).add_folder(folder / "given", lambda *_: None)


ASKING: dict[str, Ask] = {
    "a node's question": question,
    "a node's newest block": look,
    "a node's WebSocket": listen,
    "Kubo's version": lambda port, folder: kubo(port).version(),
    "a file in Kubo": lambda port, folder: kubo(port).read_file(CID, "a", 9),
    "a folder in Kubo": lambda port, folder: kubo(port).fetch_folder(
        CID, folder / "got", **LIMITS, on_bytes=lambda _: None
    ),
    "storing in Kubo": store,
    "a gateway's file": lambda port, folder: gateways(port).read_file(CID, "a", 9),
    "a gateway's folder": lambda port, folder: gateways(port).fetch_folder(
        CID, folder / "got", **LIMITS, on_bytes=lambda _: None
    ),
    "a scheduler's heartbeats": lambda port, folder: send_heartbeat(1, f"http://127.0.0.1:{port}", b"{}"),
    "an index": lambda port, folder: RemoteIndex(f"http://127.0.0.1:{port}").network(),
    "the program Kubo": lambda port, folder: download_kubo(
        f"http://127.0.0.1:{port}/kubo", "a" * 64, folder, lambda *_: None
    ),
}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("asking", ASKING)
def test_where_an_answer_leads_nobody_is_asked(asking: str, status: int, tmp_path: Path) -> None:
    asked = list[str]()

    async def run() -> None:
        async with leading(status, asked) as port:
            await ASKING[asking](port, tmp_path)

    with pytest.raises(
        (StoreError, NodeAway, SchedulerAway, IndexAway),
        match=r"sends us on to http://127.*give that address",
    ):
        asyncio.run(run())
    assert asked == []


def test_nothing_else_in_the_package_opens_a_connection_by_http() -> None:
    found = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if OPENS.search(path.read_text())
    }
    assert found == OPENERS

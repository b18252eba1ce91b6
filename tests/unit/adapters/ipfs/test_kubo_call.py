"""Calls that move many bytes, of a node that answers as it likes: whoever waits for it is never held."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.ipfs.kubo_call import KuboApi, KuboCall
from renderchain.core.errors import StoreAway, StoreError

MIB = 2**20
OK = b"HTTP/1.0 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
Answer = Callable[[socket.socket], None]


@contextmanager
def node(answer: Answer, over: threading.Event | None = None) -> Iterator[int]:
    """The port of one that answers each connection so, after the head of what it is asked.

    ``over`` is what an answer waits for: a test that fails must not wait for it as well.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    link, _ = listening.accept()
                    with link, suppress(OSError):
                        asked = b""
                        while b"\r\n\r\n" not in asked and (came := link.recv(1)):
                            asked += came
                        answer(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            if over:
                over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def call_of(port: int) -> KuboCall:
    api = KuboApi(f"/ip4/127.0.0.1/tcp/{port}", f"http://127.0.0.1:{port}/api/v0/", patience_s=3600)
    return KuboCall(api, "Trying")


def folder_of(folder: Path, size: int) -> Path:
    (folder / "package").mkdir()
    (folder / "package" / "large").touch()
    os.truncate(folder / "package" / "large", size)
    return folder / "package"


def store(port: int, folder: Path, on_bytes: Callable[[int], None] = lambda _: None) -> str:
    return asyncio.run(KuboStore(f"/ip4/127.0.0.1/tcp/{port}").add_folder(folder, on_bytes))


def test_all_of_an_answer_comes_however_it_is_cut() -> None:
    def answer(link: socket.socket) -> None:
        link.sendall(OK)
        for _ in range(300):
            link.sendall(b"x" * 1000)

    with node(answer) as port:
        call, buffer = call_of(port), memoryview(bytearray(MIB))
        call.ask("cat", {})
        assert call.read_into(buffer[:7]) == 7
        assert call.read_into(buffer) == 300_000 - 7 and bytes(buffer[:9]) == b"x" * 9
        assert call.read_into(buffer) == 0
        call.close()


def test_all_of_an_answer_in_chunks_comes() -> None:
    def answer(link: socket.socket) -> None:
        link.sendall(CHUNKED)
        for _ in range(300):
            link.sendall(b"4;it is small\r\nxxxx\r\n")
        link.sendall(b"0\r\nLast: one\r\n\r\n")

    with node(answer) as port:
        call, buffer = call_of(port), memoryview(bytearray(MIB))
        call.ask("cat", {})
        assert call.read_into(buffer) == 1200 and call.read_into(buffer) == 0
        call.close()


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED, b"1;" + bytes(60_000).replace(b"\0", b"x") + b"\r\nx\r\n"),
        (CHUNKED + b"0\r\n", b"And: another\r\n"),
    ],
    ids=["going to answer", "a byte with a long name", "nothing more"],
)
def test_a_node_that_speaks_without_end_and_sends_nothing_is_left(begin: bytes, again: bytes) -> None:
    """It was listened to for ever."""

    def answer(link: socket.socket) -> None:
        link.sendall(begin)
        while True:
            link.sendall(again)

    def read(call: KuboCall) -> None:
        call.ask("cat", {})
        while call.read_into(memoryview(bytearray(MIB))):
            """More may come."""

    with node(answer) as port:
        call = call_of(port)
        with pytest.raises(StoreError, match="broke off"):
            read(call)
        call.close()


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("size", [9, 300_007, 2 * MIB, 2 * MIB + 9])
def test_bytes_of_a_known_number_are_here_also_where_the_node_keeps_the_connection(
    size: int, is_told: bool
) -> None:
    """For the last ones the system waited as for many, until patience was over."""
    over = threading.Event()

    def answer(link: socket.socket) -> None:
        link.sendall(OK + bytes(size))
        over.wait()

    with node(answer, over) as port:
        call = call_of(port)
        call.ask("cat", {}, answer_bytes=size if is_told else 0)
        for left in range(size, 0, -MIB):
            assert call.read_into(memoryview(bytearray(min(left, MIB)))) == min(left, MIB)
        call.close()


@pytest.mark.parametrize("said", [b"", OK, OK + bytes(MIB)], ids=["nothing", "a head", "a part"])
def test_who_waits_for_a_silent_node_is_stopped_at_once(said: bytes) -> None:
    waiting, over = threading.Event(), threading.Event()

    def answer(link: socket.socket) -> None:
        link.sendall(said)
        waiting.set()
        over.wait()

    with node(answer, over) as port:
        call, heard = call_of(port), list[str]()

        def read() -> None:
            try:
                call.ask("cat", {})
                while call.read_into(memoryview(bytearray(2 * MIB))):
                    """More may come."""
            except Exception as error:  # noqa: BLE001 - the test looks at it
                heard.append(type(error).__name__)
            finally:
                call.close()

        thread = threading.Thread(target=read)
        thread.start()
        waiting.wait()
        call.stop()
        thread.join()
        call.stop()
    assert heard in (["Cancelled"], [])  # an answer that ends by closing has ended


def test_what_was_stopped_before_it_began_asks_nobody() -> None:
    asked = list[int]()
    with node(lambda link: asked.append(1)) as port:
        call = call_of(port)
        call.stop()
        with pytest.raises(Exception, match="was stopped"):
            call.ask("cat", {})
        call.close()
    assert not asked


def test_storing_that_is_cancelled_sends_no_more(tmp_path: Path) -> None:
    """The node takes nothing, and the sender waits for it."""
    full, over = threading.Event(), threading.Event()

    def answer(link: socket.socket) -> None:
        link.recv(MIB)
        full.set()
        over.wait()

    async def run(port: int) -> None:
        adding = asyncio.create_task(
            KuboStore(f"/ip4/127.0.0.1/tcp/{port}").add_folder(folder, lambda _: None)
        )
        await asyncio.to_thread(full.wait)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding

    folder = folder_of(tmp_path, 64 * MIB)
    with node(answer, over) as port:
        before = set(threading.enumerate())
        asyncio.run(run(port))
        begun = set(threading.enumerate()) - before
        assert not [one for one in begun if one.name.startswith("asyncio")]


def test_why_a_node_refuses_in_the_midst_of_a_folder_is_said(tmp_path: Path) -> None:
    body = json.dumps({"Message": "no room left for that", "Code": 0, "Type": "error"}).encode()

    def answer(link: socket.socket) -> None:
        link.recv(MIB)
        link.sendall(b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        link.shutdown(socket.SHUT_WR)
        while link.recv(MIB):
            """Whoever closes what others still write to takes back what it said."""

    with node(answer) as port, pytest.raises(StoreError, match="says no room left for that"):
        store(port, folder_of(tmp_path, 8 * MIB))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (b"", "nothing that makes sense"),
        (b"\xff\n{]\n", "nothing that makes sense"),
        (b'{"Hash":"bafy"}\n{"Message":"out of order"}\n', "says out of order"),
        (b"[" * 60_000, "nothing that makes sense"),
    ],
)
def test_an_answer_without_a_cid_is_an_error(tmp_path: Path, said: bytes, heard: str) -> None:
    def answer(link: socket.socket) -> None:
        left = b""
        while not left.endswith(b"--\r\n") and (came := link.recv(MIB)):
            left = left[-9:] + came
        link.sendall(OK + said)

    with node(answer) as port, pytest.raises(StoreError, match=heard):
        store(port, folder_of(tmp_path, 9))


def test_a_node_that_closes_before_it_answers_is_away(tmp_path: Path) -> None:
    with node(lambda link: None) as port, pytest.raises(StoreAway, match=f"tcp/{port} can't be reached"):
        store(port, folder_of(tmp_path, 9))


def test_a_header_that_can_not_be_sent_is_not_shown(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 9)
    with node(lambda link: None) as port:
        kubo = KuboStore(f"/ip4/127.0.0.1/tcp/{port}", headers={"Authorization": "secret\n"})
        with pytest.raises(StoreError, match="Check ipfs_api and ipfs_headers") as raised:
            asyncio.run(kubo.add_folder(folder, lambda _: None))
    assert "secret" not in str(raised.value) and raised.value.__cause__ is None

"""An IPFS node that is there, and breaks off at what somebody stored."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.ipfs.dag import DAG_PB, text_of
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.core.errors import StoreAway, StoreError

CID = text_of(DAG_PB + bytes(32))


class Broken(BaseHTTPRequestHandler):
    """Says its version, and ends the connection in the midst of whatever else it is asked for."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if "/version" not in self.path:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"a\r\n0123456789\r\n")
            self.close_connection = True
            return
        body = json.dumps({"Version": "0.30"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Nonsense(BaseHTTPRequestHandler):
    """Answers all that it is asked with one text."""

    body = b""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def fetch(port: int, folder: Path) -> None:
    store = KuboStore(f"/ip4/127.0.0.1/tcp/{port}")
    asyncio.run(store.fetch_folder(CID, folder, max_bytes=1000, max_files=9, on_bytes=lambda _: None))


def test_a_node_that_breaks_off_at_some_content_is_not_away(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    """A node that is away is waited for without end: whoever stored such content had every worker wait."""
    with pytest.raises(StoreError, match="broke off") as raised:
        fetch(server.server_port, tmp_path / "got")
    assert not isinstance(raised.value, StoreAway)
    assert not (tmp_path / "got").exists()


def test_a_node_that_is_not_there_is_away(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(StoreAway):
        fetch(server.server_port, tmp_path / "got")


NOT_ANSWERED = (b"", b"{}", b"[]", b"7", b"null", b"{", b"\xff", b"[" * 200_000)
NO_FIELD = tuple(
    json.dumps({name: value}).encode()
    for name in ("Version", "Keys", "RepoSize", "Addresses")
    for value in (None, 7, "x", [None], {"a": None})
)


@pytest.fixture
def guard() -> Iterator[None]:
    """Python's own against what nests too deep, which adapters keep: tests that import starknet-py by
    themselves take it from their process, and brackets ended that.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("guard")
def test_a_node_that_answers_anything_else_than_was_asked_is_told_as_a_store_error(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.RequestHandlerClass = Nonsense
    store = KuboStore(f"/ip4/127.0.0.1/tcp/{server.server_port}")
    for body in (*NOT_ANSWERED, *NO_FIELD):
        monkeypatch.setattr(Nonsense, "body", body)
        for ask in (store.version, lambda: store.is_pinned(CID), store.stored_bytes, store.addresses):
            with suppress(StoreError):  # some are an answer to one of these
                asyncio.run(ask())
        for change in (store.pin, store.unpin, store.connect):
            with suppress(StoreError):
                asyncio.run(change(CID))

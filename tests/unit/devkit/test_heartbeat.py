"""A devnet's blocks go on as long as it is there, and what is done when it is not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from devkit.network import composed, heartbeat

HICCUPS = ["no answer", "half an answer", "an error", "no JSON"]


class Node(BaseHTTPRequestHandler):
    """Answers as it is told, and ends after the last of it."""

    plan: list[str]
    blocks: int

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert asked["method"] == "devnet_createBlock"
        how = self.plan.pop(0)
        if how == "no answer":
            return
        answer = {"block": b'{"result": {}}', "no JSON": b"?"}.get(how, b"{}")
        self.send_response(500 if how == "an error" else 200)
        self.send_header("Content-Length", str(len(answer) + (how == "half an answer")))
        self.end_headers()
        self.wfile.write(answer)
        type(self).blocks += how == "block"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def node(plan: list[str]) -> Iterator[tuple[str, type[Node]]]:
    """A server's address, and what it made; it is gone once the plan is done."""
    kind = type("Planned", (Node,), {"plan": plan, "blocks": 0})
    server = HTTPServer(("127.0.0.1", 0), kind)

    def serve() -> None:
        while plan:
            server.handle_request()
        server.server_close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/rpc", kind
    thread.join()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next block, and the environment's proxy is of no use."""
    monkeypatch.setattr(heartbeat, "EVERY_S", 0)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.mark.parametrize("hiccup", HICCUPS)
def test_what_fails_now_and_then_does_not_end_the_blocks(hiccup: str) -> None:
    few = [hiccup] * (heartbeat.GONE_AFTER - 1)
    with node([*few, "block", *few, "block", "block"]) as (url, made):
        heartbeat.beat(url)
    assert made.blocks == 3


def test_a_composed_network_whose_devnet_ends_says_what_to_do_and_ends_as_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(composed, "prepare", lambda root: True)
    with node(["block"]) as (url, made):
        monkeypatch.setattr(composed, "RPC_URL", url)
        assert composed.main([str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert made.blocks == 1 and "makes no more blocks" in said and "down --volumes" in said


def test_where_no_devnet_comes_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(composed, "RPC_URL", "http://127.0.0.1:1/rpc")
    monkeypatch.setattr(composed, "NODE_TIMEOUT_S", 0)
    assert composed.main([str(tmp_path)]) == 1
    assert "No devnet answers at http://127.0.0.1:1/rpc." in capsys.readouterr().err

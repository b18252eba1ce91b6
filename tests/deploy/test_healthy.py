"""What an engine asks a container's program by."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from devkit.network.services import free_port
from tests.unit.docs.pages import REPO


class Page(BaseHTTPRequestHandler):
    """Says what it is told to."""

    says = 200

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.send_response(self.says if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """One that answers."""

    class OwnPage(Page):
        """With an answer of its own."""

    with HTTPServer(("127.0.0.1", 0), OwnPage) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def is_well(*ports: int, own: int = 0) -> bool:
    """By the program's exit code."""
    proxy = {"http_proxy": f"http://127.0.0.1:{free_port()}"}  # as engines put theirs into containers
    environment = os.environ | proxy | ({"RENDERCHAIN_METRICS_PORT": str(own)} if own else {})
    environment.pop("no_proxy", None)
    command = [sys.executable, str(REPO / "deploy" / "healthy.py"), *map(str, ports)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and done.stderr == "", done.stderr
    return done.returncode == 0


def test_what_answers_at_one_of_the_ports_is_well(server: HTTPServer) -> None:
    assert is_well(free_port(), server.server_port) and not is_well(free_port(), free_port())


def test_what_says_that_it_stands_still_is_not(server: HTTPServer) -> None:
    server.RequestHandlerClass.says = 503  # type: ignore[attr-defined]
    assert not is_well(server.server_port)


def test_a_workers_port_is_that_of_its_settings(server: HTTPServer) -> None:
    assert is_well(own=server.server_port) and not is_well(own=free_port())

"""The local pages: answered at once or not at all, whoever asks however."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import pytest
from renderchain.adapters import metrics_http
from renderchain.adapters.metrics_http import MOST_BYTES, MOST_CLIENTS, Page, serving
from renderchain.core.errors import SettingsError


def broken() -> Page:
    raise RuntimeError("It broke.")


@pytest.fixture
def port() -> Iterator[int]:
    pages = {"/metrics": lambda: Page("frames 3\n"), "/sick": lambda: Page("no\n", HTTPStatus(503))}
    with serving(0, {**pages, "/broken": broken}) as found:
        yield found


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def send(port: int, request: bytes) -> bytes:
    """What comes back until the other end closes."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        parts = []
        try:
            client.sendall(request)
            while part := client.recv(65536):
                parts.append(part)
        except ConnectionError:
            pass  # cut off
        return b"".join(parts)


def test_pages_by_their_paths(port: int) -> None:
    status, body, headers = ask(port, "/metrics?debug=1")
    assert (status, body) == (200, "frames 3\n")
    assert headers["content-type"] == "text/plain; charset=utf-8" and headers["cache-control"] == "no-store"
    assert ask(port, "/sick")[:2] == (503, "no\n")
    assert ask(port, "/nothing")[0] == 404
    assert ask(port, "/metrics", "HEAD")[:2] == (200, "")
    assert ask(port, "/metrics", "POST")[0] == 405
    assert ask(port, "/broken")[0] == 500 and ask(port, "/metrics")[0] == 200


def test_a_page_elsewhere_can_not_read_it_by_a_name_of_its_own(port: int) -> None:
    for host, status in (("evil.example", 403), (f"localhost:{port}", 200), (f"127.0.0.1:{port}", 200)):
        assert ask(port, "/metrics", Host=host)[0] == status


@pytest.mark.parametrize(
    "request_",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /metrics\r\n\r\n",
        b"GET /metrics HTTP/2.0\r\n\r\n",
        b"\xff\xfe\x00 \x00 \x00\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * MOST_BYTES,
        b"x" * (MOST_BYTES * 4),
    ],
    ids=["empty", "method", "old", "http2", "binary", "many headers", "no end"],
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(port: int, request_: bytes) -> None:
    answer = send(port, request_)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert ask(port, "/metrics")[0] == 200


def test_who_is_slow_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_http, "MOST_S", 0.2)
    with serving(0, {"/": lambda: Page("fine\n")}) as port:
        assert send(port, b"GET / HTTP/1.1\r\nHost: localh") == b""
        assert ask(port, "/")[0] == 200


def test_no_more_than_some_are_kept_waiting_and_the_rest_is_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics_http, "MOST_S", 1.0)
    with serving(0, {"/": lambda: Page("fine\n")}) as port:
        idle = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(MOST_CLIENTS)]
        assert send(port, b"GET / HTTP/1.1\r\n\r\n") == b""
        for one in idle:
            one.settimeout(10)
            with one, suppress(ConnectionError):
                assert one.recv(1) == b""  # its time is over
        assert ask(port, "/")[0] == 200


def test_a_port_that_another_has_is_a_matter_of_the_settings(port: int) -> None:
    with pytest.raises(SettingsError, match=f"port {port} .*metrics_port"), serving(port, {}):
        pass


def test_only_this_machine_is_answered_and_nothing_is_left_behind() -> None:
    before = threading.active_count()
    with serving(0, {}) as port, socket.create_connection(("127.0.0.1", port), 10), pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), 2)
    assert threading.active_count() == before
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 2)


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "127.0.0.2"), ("::", "127.0.0.1"), ("::1", "::1")])
def test_where_others_are_to_reach_it_they_may_call_it_what_they_like(host: str, address: str) -> None:
    if ":" in host and not Path("/proc/net/if_inet6").exists():
        pytest.skip("This machine has no IPv6.")
    pages = {"/": lambda: Page("fine\n")}
    with serving(0, pages, host) as port, socket.create_connection((address, port), 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: worker-0.example:9464\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_an_address_that_this_machine_lacks_is_a_matter_of_the_settings() -> None:
    for host in ("192.0.2.1", "no address", ""):
        with pytest.raises(SettingsError, match="metrics_host"), serving(0, {}, host):
            pass

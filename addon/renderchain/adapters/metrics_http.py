"""A few pages by HTTP, on this machine alone unless somebody wants it otherwise: metrics, and whether the
worker is well.

In a thread with a loop of its own, so that it answers also while the worker's loop stands still.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address

from ..core.errors import SettingsError

HOST = "127.0.0.1"
MOST_BYTES = 8 << 10  # of a request
MOST_S = 5.0  # for a request and its answer
MOST_CLIENTS = 16
LOOK_S = 0.1  # whether it is over
PLAIN = "text/plain; charset=utf-8"
NAMES = (HOST, "localhost")


@dataclass(frozen=True)
class Page:
    """What is answered."""

    body: str
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = PLAIN


NOT_FOUND = Page("There is no such page.\n", HTTPStatus.NOT_FOUND)
BAD = Page("This is no request that is answered here.\n", HTTPStatus.BAD_REQUEST)
METHOD = Page("Only GET and HEAD are answered here.\n", HTTPStatus.METHOD_NOT_ALLOWED)
# A web page elsewhere may have its name lead here, to read what it must not.
STRANGE_HOST = Page("Ask by the name localhost or 127.0.0.1.\n", HTTPStatus.FORBIDDEN)
BROKEN = Page("The page could not be made.\n", HTTPStatus.INTERNAL_SERVER_ERROR)


@contextmanager
def serving(port: int, pages: Mapping[str, Callable[[], Page]], host: str = HOST) -> Iterator[int]:
    """Serve pages by their paths inside of this; gives the port, which 0 leaves to the system.

    Raises SettingsError where the port is another program's, or the host no address of this machine.
    """
    try:
        listener = _listener(host, port)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"Metrics can't be served at {host!r:.80}, port {port} ({why}): set metrics_port to a free one, "
            "or to 0 for none, and metrics_host to an address of this machine."
        ) from error
    with listener:
        server = _Server(pages, NAMES if host == HOST else None)
        thread = threading.Thread(
            target=asyncio.run, args=[server.serve(listener)], name="metrics", daemon=True
        )
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.is_over.set()
            thread.join(MOST_S)


def _listener(host: str, port: int) -> socket.socket:
    """Raises OSError, and ValueError for what is no address: a name could lead anywhere."""
    if ip_address(host).version == 4:
        return socket.create_server((host, port), backlog=MOST_CLIENTS)
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(
        (host, port), family=socket.AF_INET6, dualstack_ipv6=both, backlog=MOST_CLIENTS
    )


class _Server:
    def __init__(self, pages: Mapping[str, Callable[[], Page]], names: Sequence[str] | None) -> None:
        self._pages = pages
        self._names = names  # by which it is asked; None: any, where whoever reaches it may read it
        self._clients: set[asyncio.Task[object]] = set()
        self.is_over = threading.Event()

    async def serve(self, listener: socket.socket) -> None:
        """Answer until it is over, and leave no connection behind: also none that is just being made."""
        listening = await asyncio.start_server(self.answer, sock=listener, limit=MOST_BYTES)
        while not self.is_over.is_set():
            await asyncio.sleep(LOOK_S)
        listening.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for one in self._clients:
                one.cancel()
            await asyncio.wait(others, timeout=LOOK_S)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, then close; who is slow, too long or one too many is cut off."""
        try:
            if not self.is_over.is_set() and len(self._clients) < MOST_CLIENTS:
                await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # it is one of the server's
        self._clients.add(task)
        try:
            async with asyncio.timeout(MOST_S):
                writer.write(self._response(await reader.readuntil(b"\r\n\r\n")))
                await writer.drain()
        except asyncio.LimitOverrunError:
            writer.write(_encode(BAD, with_body=True))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._clients.discard(task)

    def _response(self, request: bytes) -> bytes:
        first, *headers = request.decode("latin-1").split("\r\n")
        method, _, rest = first.partition(" ")
        target, _, version = rest.rpartition(" ")
        fields = dict(one.lower().split(":", 1) for one in headers if ":" in one)
        host = fields.get("host", HOST).strip().rsplit(":", 1)[0]
        if not version.startswith("HTTP/1."):
            page = BAD
        elif method not in ("GET", "HEAD"):
            page = METHOD
        elif self._names and host not in self._names:
            page = STRANGE_HOST
        else:
            page = self._page(target.partition("?")[0])
        return _encode(page, with_body=method != "HEAD")

    def _page(self, path: str) -> Page:
        make = self._pages.get(path)
        if make is None:
            return NOT_FOUND
        try:
            return make()
        except Exception:  # noqa: BLE001 - who asks is told; the worker is not disturbed
            return BROKEN


def _encode(page: Page, *, with_body: bool) -> bytes:
    body = page.body.encode(errors="backslashreplace")
    head = (
        f"HTTP/1.1 {page.status.value} {page.status.phrase}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + (body if with_body else b"")

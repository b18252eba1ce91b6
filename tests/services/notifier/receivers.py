"""What notices are sent to: servers of this machine that keep what came."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

PATIENCE_S = 600
LOGIN = ("render", "mail-password")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


Answer = tuple[int, dict[str, str]]


@dataclass
class Received:
    """What came so far, to a server that answers as ``answer`` says."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Answer] = lambda request: (200, {})
    more: threading.Condition = field(default_factory=threading.Condition)

    def take(self, one: Request) -> Answer:
        """Keep one."""
        with self.more:
            self.requests.append(one)
            found = self.answer(one)
            self.more.notify_all()
        return found

    def wait(self, until: Callable[[list[Request]], bool]) -> list[Request]:
        """All that came, once they are such."""
        with self.more:
            assert self.more.wait_for(lambda: until(self.requests), PATIENCE_S), f"{len(self.requests)} came"
            return list(self.requests)


@contextmanager
def http_server() -> Iterator[Received]:
    """A server on this machine."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = received.take(Request(self.command, self.path, headers, body))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_PUT = do_GET = _take  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join(PATIENCE_S)


@dataclass
class Mailbox:
    """A mail server that keeps what came; ``refuses``: it takes nothing for these."""

    port: int = 0
    letters: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    given: list[tuple[str, str]] = field(default_factory=list)  # names and passwords

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Whether it takes something for somebody."""
        if address in self.refuses:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one."""
        self.letters.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Take who has the password, and keep what they gave."""
        self.given.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.given[-1] == LOGIN, handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, from_the_start: bool = False) -> Iterator[Mailbox]:
    """A server on this machine; with ``tls`` it wants STARTTLS and LOGIN, or speaks TLS from the start."""
    box, is_there, end = Mailbox(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def speak() -> SMTP:
        upgrade = None if from_the_start else tls
        wants: dict[str, Any] = {"require_starttls": upgrade is not None, "tls_context": upgrade}
        if tls:
            secure = dict.fromkeys(("auth_required", "auth_require_tls"), upgrade is not None)
            wants |= {"authenticator": box.authenticate, **secure}
        return SMTP(box, loop=loop, hostname="localhost", **wants)

    async def serve() -> None:
        server = await loop.create_server(speak, "127.0.0.1", 0, ssl=tls if from_the_start else None)
        async with server:
            box.port = server.sockets[0].getsockname()[1]
            is_there.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        assert is_there.wait(PATIENCE_S)
        yield box
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(PATIENCE_S)
        loop.close()

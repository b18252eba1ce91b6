"""Calls of Kubo's API that move many bytes, by http.client: each is made in a thread.

An event loop that is woken for every few KiB takes ten times as long for them as the node does.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from ...core.errors import Cancelled, StoreError
from ...core.reader import shallow_json
from .failures import FORBIDDEN, away, broke_off, failed, message_of, not_let_in, refused, silent, untrusted
from .http import CONNECT_TIMEOUT_S, MOST_ERROR_BYTES, elsewhere, trust

WAKE_BYTES = 2**16
LAST_BYTES = 2 * WAKE_BYTES  # of what is asked for: TLS may have taken a part of them off the socket before
MOST_HEAD_BYTES = 2**16  # of the lines around an answer's bytes, beyond as many as it has of these


@dataclass(frozen=True)
class KuboApi:
    """Where a node is asked: ``address`` is a multiaddress, ``base_url`` ends with the API's path.

    ``headers`` let us in; ``unix_socket`` is the file that it listens at, where it does.
    """

    address: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: Path | None = None
    patience_s: float = 300.0
    unix_socket: str = ""

    @property
    def where(self) -> str:
        """The node in errors."""
        return f"the IPFS node at {self.address}"

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Whose signatures count; raises SettingsError."""
        trusted = trust(self.ca)
        return trusted if isinstance(trusted, ssl.SSLContext) else ssl.create_default_context()


class _Plain(HTTPConnection):
    """Asks by HTTP 1.0, in which an answer is not cut into chunks: Kubo's have 4 KiB.

    Whoever reads has to know himself whether all came.
    """

    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


class HeadTooMuch(HTTPException):
    """The node says much about an answer of which nothing comes."""


class _Lines(BufferedReader):
    """What comes from a node: http.client reads in lines all that is no part of the answer itself.

    It waits for ever where a node goes on saying that it will answer, cuts an answer into chunks of a byte
    with long names, or never ends what follows the last one.
    """

    _said = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(-1 if size is None else size)
        self._said += len(line)
        if self._said > MOST_HEAD_BYTES:
            raise HeadTooMuch
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        came = super().read(-1 if size is None else size)
        self._said -= len(came)
        return came

    def readinto(self, buffer: Any, /) -> int:
        size = super().readinto(buffer)
        self._said -= size
        return size


class _Answer(HTTPResponse):
    """One that ends where nothing of it comes."""

    def __init__(self, link: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(link, *arguments, **named)
        self.fp = _Lines(self.fp.detach())


class KuboCall:
    """One call, made by one thread at a time; ``stop`` and ``close`` are for any. Raises StoreError.

    Nobody is asked where an answer leads: http.client follows nothing.
    """

    def __init__(self, api: KuboApi, action: str) -> None:
        parts = urlsplit(api.base_url)
        self._api = api
        self._place = (action, api.where)
        self._host, self._path = parts.netloc, parts.path
        name, port, timeout = parts.hostname or "", parts.port, CONNECT_TIMEOUT_S
        self._link: HTTPConnection
        if parts.scheme == "https":  # what stands before Kubo may know only HTTP 1.1
            self._link = HTTPSConnection(name, port, timeout=timeout, context=api.tls)
        else:
            self._link = _Plain(name, port, timeout=timeout)
        self._link.response_class = _Answer
        self._socket: socket.socket | None = None
        self._answer: HTTPResponse | None = None
        self._ends_by_closing = False
        self._coming = 0
        self._wakes_seldom = False
        self._is_stopped = False

    def ask(
        self,
        call: str,
        options: Mapping[str, str],
        body: Iterable[bytes | bytearray] = (),
        body_bytes: int = 0,
        kind: str = "application/octet-stream",
        answer_bytes: int = 0,
    ) -> None:
        """Begin; what the body's iterator raises is not about the node.

        An answer of ``answer_bytes``, if that is known, wakes us the more seldom.
        """
        self._coming = answer_bytes
        with self._asked():
            self._connect()
            self._link.putrequest(
                "POST", f"{self._path}{call}?{urlencode(options)}", skip_host=True, skip_accept_encoding=True
            )
            headers = {"Host": self._host, "Content-Type": kind, "Content-Length": str(body_bytes)}
            for name, value in {**headers, **self._api.headers}.items():
                self._link.putheader(name, value.encode())
            self._link.endheaders()
        for piece in body:
            with self._asked():
                try:
                    self._link.send(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break  # it may have said why before it closed
        with self._asked():
            self._answer = self._link.getresponse()
        self._check(self._answer)

    def read(self, size: int) -> bytes:
        """So many bytes of the answer, less only at its end."""
        assert self._answer is not None, "ask() comes first"
        with self._asked():
            return self._answer.read(size)

    def read_into(self, buffer: memoryview) -> int:
        """Fill it with what comes next of the answer; less only at its end."""
        assert self._answer is not None, "ask() comes first"
        with self._asked():
            if not self._ends_by_closing:
                return self._answer.readinto(buffer)
            self._coming = max(self._coming - len(buffer), 0)  # after these
            first = max(len(buffer) - max(LAST_BYTES - self._coming, 0), 0)
            if first:
                self._wake(seldom=True)
                size = self._answer.readinto(buffer[:first])
                if size < first or first == len(buffer):
                    return size
            self._wake(seldom=False)
            return first + self._answer.readinto(buffer[first:])

    def last_line(self, name: str) -> str:
        """Of an answer in lines of JSON, this of the last one."""
        line = (self.read(MOST_ERROR_BYTES).splitlines() or [b""])[-1]
        with suppress(ValueError, KeyError, TypeError):
            return str(shallow_json(line)[name])
        raise refused(*self._place, message_of(line) or "nothing that makes sense")

    def stop(self) -> None:
        """Whoever waits for the node waits no longer, and hears Cancelled."""
        self._is_stopped = True
        if self._socket is not None:
            with suppress(OSError):
                # Not that of TLS: it would talk, and change what the other thread uses.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """The connection ends; nobody uses it any more."""
        if self._answer:
            self._answer.close()
        self._link.close()

    def _connect(self) -> None:
        if self._is_stopped:
            raise ConnectionAbortedError
        if self._api.unix_socket:
            self._link.sock = socket.socket(socket.AF_UNIX)
            self._link.sock.settimeout(CONNECT_TIMEOUT_S)
            self._link.sock.connect(self._api.unix_socket)
        else:
            self._link.connect()
        self._socket = self._link.sock  # the connection forgets it where an answer ends by closing
        self._socket.settimeout(self._api.patience_s)
        if self._is_stopped:
            raise ConnectionAbortedError

    def _wake(self, *, seldom: bool) -> None:
        """Whether the system waits for more bytes than one: Kubo sends each part of a block by itself.

        Not for the last ones: they need not be followed by any more, nor by the connection's end.
        """
        if self._socket and seldom != self._wakes_seldom and hasattr(socket, "SO_RCVLOWAT"):
            least = WAKE_BYTES if seldom else 1
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
            self._wakes_seldom = seldom

    def _check(self, answer: HTTPResponse) -> None:
        if answer.status == 200:
            self._ends_by_closing = answer.will_close and not answer.chunked and answer.length is None
            return
        if 300 <= answer.status < 400:
            raise elsewhere(failed(*self._place), answer.headers.get("Location", ""))
        if answer.status in FORBIDDEN:
            raise not_let_in(*self._place, answer.status)
        said = message_of(self.read(MOST_ERROR_BYTES)) or f"status {answer.status}"
        raise refused(*self._place, said)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """What http.client raises inside of this, as our errors; no header is part of one."""
        try:
            yield
        except ValueError as error:  # what http.client can't write in a header, which it says with it
            raise StoreError(
                f"{failed(*self._place)} was not asked: {type(error).__name__}. Check ipfs_api and "
                "ipfs_headers."
            ) from None
        except (OSError, HTTPException) as error:
            if self._is_stopped:
                raise Cancelled("The transfer was stopped.") from None
            if isinstance(error, ssl.SSLError) and self._socket is None:
                raise untrusted(*self._place, error) from error
            if isinstance(error, TimeoutError) and self._socket is not None:
                raise silent(*self._place) from error
            if self._answer is None and isinstance(error, OSError):
                raise away(*self._place, error) from error
            raise broke_off(*self._place, error) from error

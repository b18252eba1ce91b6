"""A server that falls silent: it takes connections and answers nothing, from the start or from a word on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 2**16


@dataclass
class Silent:
    """``heard`` is set once it was asked what it never answers."""

    port: int
    heard: threading.Event = field(default_factory=threading.Event)


@contextmanager
def silent_server(behind: int = 0, word: bytes = b"") -> Iterator[Silent]:
    """One that is silent from the first, or passes all on to the port ``behind`` until a client says a word.

    From then on that connection is dead in both directions, and stays open.
    """
    links = list[socket.socket]()
    threads = list[threading.Thread]()
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = Silent(server.getsockname()[1])

        def carry(one: socket.socket, other: socket.socket, until: bytes) -> None:
            with suppress(OSError):
                while piece := one.recv(PIECE):
                    if until and until in piece:
                        silent.heard.set()
                        return
                    other.sendall(piece)
                other.shutdown(socket.SHUT_WR)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = server.accept()
                    links.append(near)
                    if not behind:
                        silent.heard.set()
                        continue
                    far = socket.create_connection(("127.0.0.1", behind))
                    links.append(far)
                    for parts in ((near, far, word), (far, near, b"")):
                        threads.append(threading.Thread(target=carry, args=parts))
                        threads[-1].start()

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        try:
            yield silent
        finally:
            for link in (server, *links):
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)  # closing alone wakes nobody who reads
                link.close()
            for thread in threads:
                thread.join()

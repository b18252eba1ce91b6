"""The index's API on a port of this machine, out of a database that blocks were written to."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine

from services.index.api import make_app
from services.index.api.dashboard import DIST
from services.index.store import Store

PATIENCE_S = 60


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """As JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Served:
    """Where it is, and who writes."""

    url: str
    store: Store
    engine: Engine

    def get(self, path: str, **headers: str) -> Answer:
        """An answer, also one that refuses."""
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as found:
                return Answer(found.status, dict(found.headers), found.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read().decode())

    def all_of(self, path: str, limit: int) -> list[Any]:
        """The items of all pages."""
        items: list[Any] = []
        page = ""
        while True:
            mark = "&" if "?" in path else "?"
            found = self.get(f"{path}{mark}limit={limit}&page={page}").json
            items += found["items"]
            page = found["next"]
            if page is None:
                return items


@contextmanager
def serving(
    engine: Engine,
    store: Store,
    port: int = 0,
    previews: Path | None = None,
    dist: Path = DIST,
    *,
    send_bytes: int = 0,
) -> Iterator[Served]:
    """Serve inside of this, on a port of the system's choice where none is named.

    With ``send_bytes`` the system holds no more of what clients have not read.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        if send_bytes:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_bytes)
        server = uvicorn.Server(
            uvicorn.Config(make_app(engine, dist, previews), log_config=None, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, args=[[listener]])
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", store, engine)
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
    assert not thread.is_alive()

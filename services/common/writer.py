"""Of several copies of a service that share a database, the one that writes."""

from __future__ import annotations

import asyncio
import fcntl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

TRY_S = 1.0


@asynccontextmanager
async def only_writer(engine: Engine, name: str) -> AsyncIterator[None]:
    """Wait until no other process holds the part ``name`` of the database; it ends with its holder."""
    if engine.dialect.name == "postgresql":
        async with _postgres(engine, name):
            yield
    else:
        async with _file(Path(f"{engine.url.database}.{name}.lock")):
            yield


@asynccontextmanager
async def _file(path: Path) -> AsyncIterator[None]:
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(TRY_S)
        yield


@asynccontextmanager
async def _postgres(engine: Engine, name: str) -> AsyncIterator[None]:
    key = lock_key(name)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        while not await asyncio.to_thread(_try, connection, key):
            await asyncio.sleep(TRY_S)
        yield
    finally:
        connection.invalidate()  # the lock goes with the connection, not back into the pool
        connection.close()


def lock_key(name: str) -> int:
    """The number of PostgreSQL's advisory lock of that part of a database."""
    return zlib.crc32(f"renderchain {name}".encode())


def _try(connection: Connection, key: int) -> bool:
    return bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())

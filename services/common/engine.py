"""Databases of services: SQLite in a file, or PostgreSQL where one machine is outgrown.

Felts and amounts are bytes of one length, so that they sort rightly and never become floating point.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from renderchain.core.errors import SettingsError
from sqlalchemy import Connection, Dialect, Engine, LargeBinary, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.types import TypeDecorator

BUSY_MS = 30_000  # how long a connection to SQLite waits for another one's transaction
READERS = 16  # connections at once


class _Whole(TypeDecorator[int]):
    """A whole number of 0 or more as bytes of a fixed length."""

    impl = LargeBinary
    cache_ok = True
    octets = 0

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.to_bytes(self.octets, "big")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:
        return None if value is None else int.from_bytes(value, "big")


class Felt(_Whole):
    """An address, a hash or another value of up to 256 bits."""

    cache_ok = True
    octets = 32


class Fri(_Whole):
    """An amount in fri: up to 128 bits."""

    cache_ok = True
    octets = 16


class U64(_Whole):
    """The number of a job or a lease: up to 64 bits, of which a signed column holds 63."""

    cache_ok = True
    octets = 8


def shown_database(url: str) -> str:
    """Its address in sentences, without the password."""
    return make_url(url).render_as_string(hide_password=True)


def open_engine(url: str) -> Engine:
    """The database at an address such as ``sqlite:////var/lib/index.sqlite`` or ``postgresql://host/name``.

    Raises SettingsError where that is none, or it can't be reached.
    """
    try:
        made = make_url(url)
        if made.get_backend_name() == "postgresql":
            engine = _postgres(made.set(drivername="postgresql+psycopg"))
        elif made.get_backend_name() == "sqlite" and made.database:
            engine = _sqlite(made)
        else:
            raise ArgumentError(made.get_backend_name())
    except ArgumentError:
        raise SettingsError(
            "The database's address must begin with sqlite:/// or postgresql://; correct it."
        ) from None
    try:
        engine.connect().close()
    except OperationalError as error:
        engine.dispose()
        raise SettingsError(
            f"The database {shown_database(url)} can't be opened ({_first_line(error)}). Nothing was "
            "changed; see that it is there and that this user may write to it."
        ) from error
    return engine


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().split("\n", 1)[0]


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, pool_size=READERS, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says so, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"busy_timeout={BUSY_MS}",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: Any) -> Engine:
    return create_engine(url, pool_size=READERS, max_overflow=0, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database from beginning to end, and changes nothing."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is kept whole or not at all."""
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection

"""The journal in one sqlite3 file, readable by its user only: it holds the salts' secrets."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core.errors import JournalError
from ..ports.journal import JobEntry, LeaseEntry

SCHEMA_VERSION = 1
# Felts and secrets are over 64 bits, so they are kept as hexadecimal text.
TABLES = """
CREATE TABLE jobs (
    entry_id INTEGER PRIMARY KEY, board TEXT NOT NULL, job_id INTEGER NOT NULL, name TEXT NOT NULL,
    package_cid TEXT NOT NULL, output TEXT NOT NULL, from_block INTEGER NOT NULL, state TEXT NOT NULL
);
CREATE TABLE leases (
    board TEXT NOT NULL, lease_id INTEGER NOT NULL, job_id INTEGER NOT NULL, secret TEXT NOT NULL,
    state TEXT NOT NULL, PRIMARY KEY (board, lease_id)
);
"""


class SqliteJournal:
    """Each call opens the file, so any thread may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        os.chmod(path, 0o600)
        ((version,),) = self._run("PRAGMA user_version")
        if version == 0:
            self._run(f"{TABLES} PRAGMA user_version = {SCHEMA_VERSION};", script=True)
        elif version != SCHEMA_VERSION:
            raise JournalError(f"{path} was written by another version of RenderChain ({version}); update.")

    def add_job(self, board: int, name: str, package_cid: str, output: str, from_block: int) -> int:
        """Note a job that is about to be created; returns the entry's id."""
        values = (hex(board), name, package_cid, output, from_block)
        insert = "INSERT INTO jobs VALUES (NULL, ?, 0, ?, ?, ?, ?, 'sending') RETURNING entry_id"
        ((entry_id,),) = self._run(insert, values)
        return int(entry_id)

    def set_job(self, entry_id: int, *, job_id: int, state: str) -> None:
        """Note what became of it."""
        self._run("UPDATE jobs SET job_id = ?, state = ? WHERE entry_id = ?", (job_id, state, entry_id))

    def jobs(self, board: int) -> list[JobEntry]:
        """All jobs on that board, the newest first."""
        rows = self._run("SELECT * FROM jobs WHERE board = ? ORDER BY entry_id DESC", (hex(board),))
        return [JobEntry(entry_id, int(found, 16), *rest) for entry_id, found, *rest in rows]

    def save_lease(self, entry: LeaseEntry) -> None:
        """Note a lease or its new state."""
        values = (hex(entry.board), entry.lease_id, entry.job_id, hex(entry.secret), entry.state)
        self._run("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)", values)

    def leases(self, board: int) -> list[LeaseEntry]:
        """All leases on that board, the oldest first."""
        rows = self._run("SELECT * FROM leases WHERE board = ? ORDER BY lease_id", (hex(board),))
        return [
            LeaseEntry(int(found, 16), lease, job, int(secret, 16), state)
            for found, lease, job, secret, state in rows
        ]

    def _run(self, sql: str, values: Sequence[Any] = (), *, script: bool = False) -> list[Any]:
        try:
            connection = sqlite3.connect(self._path, timeout=30)
            try:
                with connection:
                    if script:
                        connection.executescript(sql)
                        return []
                    return connection.execute(sql, values).fetchall()
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise JournalError(
                f"The journal {self._path} can't be used ({error}); check the disk."
            ) from error

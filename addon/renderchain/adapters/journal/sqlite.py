"""The journal in one sqlite3 file, readable by its user only: it holds the leases' secrets.

Waiting for the disk is most of what a transaction takes here. So the file has a write-ahead log, which is
synced once a commit, and two things wait for the next commit that is: an intent of which nothing was
sent yet, and that a transaction is in a block, which is found out again.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ...core.artist_job import SENDING, JobEntry, KeptFrame
from ...core.errors import JournalError
from ...core.frame_names import USUAL
from ...core.ids import JobId, LeaseId
from ...ports.journal import AppealEntry, FrameEntry, LeaseEntry
from ...ports.outbox import Intent, IntentState
from .entries import DAMAGED, appeal_of, frame_of, intent_of, job_of, kept_of, lease_of, line_of
from .tables import MIGRATIONS

OWNER = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"  # this process
FOREIGN_S = 600.0
KEPT_INTENTS = 200  # that have ended
KEPT_LINES = 300  # of one job
# Twice what a lease with its window and all rounds of its audit can take; its evidence outlives it anyway.
KEPT_LEASES_S = 40 * 86400.0
KEPT_LEASES = 10_000  # the newest, whatever the clock says: each row has the secret of a lease
OPEN = (IntentState.INTENDED, IntentState.SIGNED)
Answer = TypeVar("Answer")
Entry = TypeVar("Entry")


class SqliteJournal:
    """Journal and outbox. Any thread and process may use it, the threads of one in turn.

    ``now`` gives seconds since 1970.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        os.chmod(path, 0o600)
        self._turn = threading.Lock()
        self._connection = self._open()
        weakref.finalize(self, self._connection.close)
        self._transact(self._migrate)

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._version(connection)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        except JournalError:
            connection.close()
            raise
        # A file system or another process may be in the way; without it all is slower, and as safe.
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """Asked before anything is changed: what a newer one wrote stays as it is, to the byte."""
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise JournalError(
                f"{self._path} was written by a newer RenderChain ({version}); nothing was changed. Update."
            )
        return int(version)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        for step in MIGRATIONS[self._version(connection) :]:
            for statement in step.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def add_job(
        self,
        board: int,
        name: str,
        package_cid: str,
        output: str,
        from_block: int,
        frames: str = "",
        names: str = USUAL,
    ) -> int:
        """Note a job that is about to be created; returns the entry's id."""
        values = (hex(board), name, package_cid, _as_stored(output), from_block, SENDING, frames, names)
        insert = "INSERT INTO jobs VALUES (NULL, ?, 0, ?, ?, ?, ?, ?, ?, ?) RETURNING entry_id"
        ((entry_id,),) = self._run(insert, values)
        return int(entry_id)

    def set_job(self, entry_id: int, *, job_id: JobId, state: str) -> None:
        """Note what became of it."""
        self._run("UPDATE jobs SET job_id = ?, state = ? WHERE entry_id = ?", (job_id, state, entry_id))

    def jobs(self, board: int | None = None) -> list[JobEntry]:
        """All jobs on that board or on all boards, the newest first."""
        select = "SELECT * FROM jobs WHERE board = ? OR ? IS NULL ORDER BY entry_id DESC"
        named = None if board is None else hex(board)
        return self._read(job_of, self._run(select, (named, named)))

    def set_output(self, entry_id: int, output: str) -> None:
        """Note where a job's frames go."""
        self._run("UPDATE jobs SET output = ? WHERE entry_id = ?", (_as_stored(output), entry_id))

    def keep_frame(self, entry_id: int, kept: KeptFrame) -> None:
        """Note a frame that is on the disk; without the note it is only fetched again."""
        values = (entry_id, kept.frame, json.dumps({**asdict(kept), "root": hex(kept.root)}))
        self._run("INSERT OR REPLACE INTO kept_frames VALUES (?, ?, ?)", values, synced=False)

    def kept_frames(self, entry_id: int) -> list[KeptFrame]:
        """The frames of a job that were kept, by their numbers."""
        rows = self._run("SELECT body FROM kept_frames WHERE entry_id = ? ORDER BY frame", (entry_id,))
        return self._read(kept_of, rows, skips=True)

    def note_line(self, entry_id: int, line: str) -> None:
        """Keep a line that is to stay with a job."""

        def note(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR IGNORE INTO job_lines VALUES (NULL, ?, ?)", (entry_id, line))
            oldest = (
                "SELECT line_id FROM job_lines WHERE entry_id = ? ORDER BY line_id DESC LIMIT -1 OFFSET ?"
            )
            connection.execute(f"DELETE FROM job_lines WHERE line_id IN ({oldest})", (entry_id, KEPT_LINES))

        self._transact(note, synced=False)

    def lines(self, entry_id: int) -> list[str]:
        """The lines that stay with a job, the oldest first."""
        rows = self._run("SELECT line FROM job_lines WHERE entry_id = ? ORDER BY line_id", (entry_id,))
        return self._read(line_of, rows)

    def save_appeal(self, entry: AppealEntry) -> None:
        """Note an appeal before it is paid for."""
        self._run("INSERT OR IGNORE INTO appeals VALUES (?, ?, ?, ?, ?)", _values_of(entry))

    def forget_appeal(self, entry: AppealEntry) -> None:
        """It was not made."""
        which = "board = ? AND job_id = ? AND lease_id = ? AND kind = ? AND round = ?"
        self._run(f"DELETE FROM appeals WHERE {which}", _values_of(entry))

    def appeals(self, board: int, job_id: JobId) -> list[AppealEntry]:
        """The appeals against verdicts on a job's leases that were noted."""
        select = "SELECT lease_id, kind, round FROM appeals WHERE board = ? AND job_id = ? ORDER BY rowid"
        rows = self._run(select, (hex(board), job_id))
        return self._read(partial(appeal_of, board, job_id), rows)

    def save_lease(self, entry: LeaseEntry) -> None:
        """Note a lease or its new state; what was noted so long ago that nobody can ask for it goes.

        A clock that is years ahead for a moment takes no lease that is under way with it.
        """
        named = hex(entry.board), entry.lease_id, entry.job_id, hex(entry.secret)
        kept = (*named, entry.state, self._now(), entry.package_cid)
        changing = ("job_id", "state", "since_s", "package_cid")
        anew = f"ON CONFLICT DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in changing)}"

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(f"INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?, ?) {anew}", kept)
            old = "since_s < ? AND rowid <= (SELECT max(rowid) FROM leases) - ?"
            connection.execute(f"DELETE FROM leases WHERE {old}", (self._now() - KEPT_LEASES_S, KEPT_LEASES))

        self._transact(save)

    def leases(self, board: int) -> list[LeaseEntry]:
        """All leases on that board, the oldest first."""
        columns = "lease_id, job_id, secret, state, package_cid"
        rows = self._run(f"SELECT {columns} FROM leases WHERE board = ? ORDER BY rowid", (hex(board),))
        return self._read(partial(lease_of, board), rows)

    def save_frame(self, entry: FrameEntry) -> None:
        """Note a finished frame, once its files are on the disk; it replaces an earlier one."""
        one = entry.lease
        files = [file.as_dict() for file in entry.files]
        body = json.dumps(
            {"rendered": asdict(entry.rendered), "loaded": asdict(entry.loaded), "files": files}
        )
        values = (hex(one.board), one.lease_id, hex(one.secret), entry.frame, body)
        self._run("INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?, ?)", values)

    def frames(self, lease: LeaseEntry) -> list[FrameEntry]:
        """The finished frames of a lease under that secret."""
        select = (
            "SELECT frame, body FROM frames WHERE board = ? AND lease_id = ? AND secret = ? ORDER BY frame"
        )
        rows = self._run(select, (hex(lease.board), lease.lease_id, hex(lease.secret)))
        return self._read(partial(frame_of, lease), rows, skips=True)

    def leases_with_frames(self, board: int) -> list[LeaseId]:
        """Leases of which frames are noted."""
        select = "SELECT DISTINCT lease_id FROM frames WHERE board = ? ORDER BY lease_id"
        return [LeaseId(lease_id) for (lease_id,) in self._run(select, (hex(board),))]

    def forget_frames(self, board: int, lease_id: LeaseId) -> None:
        """The lease is over."""
        values = (hex(board), lease_id)
        self._run("DELETE FROM frames WHERE board = ? AND lease_id = ?", values, synced=False)

    def intend(self, name: str, account: int, action: str, calls: list[tuple[int, int, list[int]]]) -> Intent:
        """Write an intent down; the one that is there already if the name was used before.

        Synced with its bytes, before they are sent.
        """
        insert = "INSERT OR IGNORE INTO outbox VALUES (NULL, ?, ?, ?, ?, ?, NULL, '[]', NULL, ?, ?)"
        texts = (name, hex(account), action, json.dumps(calls), IntentState.INTENDED)
        self._run(insert, (*texts, OWNER, self._now()), synced=False)
        return self._intents("account = ? AND key = ?", (hex(account), name))[0]

    def note_signed(self, intent: Intent, nonce: int, tx_hash: int, signed: dict[str, Any]) -> Intent:
        """Keep a form's bytes before they are sent; refused if the intent is another process's by now."""
        hashes = json.dumps([hex(one) for one in (*intent.hashes, tx_hash)])
        update = (
            "UPDATE outbox SET state = ?, nonce = ?, hashes = ?, signed = ?"
            " WHERE intent_id = ? AND owner = ? RETURNING intent_id"
        )
        texts = (IntentState.SIGNED, nonce, hashes, json.dumps(signed))
        if not self._run(update, (*texts, intent.intent_id, OWNER)):
            raise JournalError(
                f"{intent.action} is finished by another process of this account; wait for it."
            )
        return self._intents("intent_id = ?", (intent.intent_id,))[0]

    def note_end(self, intent: Intent, state: IntentState) -> None:
        """Note that it is in a block, or never will be."""
        values = (state, intent.intent_id)
        update = "UPDATE outbox SET state = ?, signed = NULL WHERE intent_id = ?"
        self._run(update, values, synced=state is not IntentState.CONFIRMED)
        # Nobody asks for a name by chance again; calls of months would fill the disk.
        forget = (
            "DELETE FROM outbox WHERE intent_id < ? AND state NOT IN (?, ?)"
            " AND length(key) = 32 AND key NOT GLOB '*[^0-9a-f]*'"
        )
        self._run(forget, (intent.intent_id - KEPT_INTENTS, *OPEN), synced=False)

    def is_open(self, name: str, account: int) -> bool:
        """Whether an account's intent of that name is written down and has not ended."""
        return any(
            one.state in OPEN for one in self._intents("account = ? AND key = ?", (hex(account), name))
        )

    def adopt(self, account: int) -> list[Intent]:
        """Take over open intents whose process is gone, the oldest first."""
        select = "SELECT intent_id, owner, since_s FROM outbox WHERE account = ? AND state IN (?, ?)"

        def take(connection: sqlite3.Connection) -> list[int]:
            rows = connection.execute(select, (hex(account), *OPEN)).fetchall()
            left = [intent_id for intent_id, is_gone in self._read(_left_of, rows) if is_gone]
            for intent_id in left:
                connection.execute("UPDATE outbox SET owner = ? WHERE intent_id = ?", (OWNER, intent_id))
            return left

        adopted = self._transact(take)
        return [one for number in adopted for one in self._intents("intent_id = ?", (number,))]

    def _intents(self, where: str, values: Sequence[Any]) -> list[Intent]:
        select = f"SELECT * FROM outbox WHERE {where} ORDER BY intent_id"
        return self._read(intent_of, self._run(select, values, synced=False))

    def _read(self, made: Callable[[Any], Entry], rows: list[Any], *, skips: bool = False) -> list[Entry]:
        """What the rows stand for. One that is damaged is left out where it ``skips``, as what it says can be
        had again; else it raises JournalError.
        """
        found = []
        for row in rows:
            try:
                found.append(made(row))
            except DAMAGED as error:
                if not skips:
                    raise JournalError(
                        f"The journal {self._path} has an entry that is damaged ({error!s:.80}). Check the "
                        "disk, and bring a copy of the journal back, or move it away to begin anew."
                    ) from error
        return found

    def _run(self, sql: str, values: Sequence[Any] = (), *, synced: bool = True) -> list[Any]:
        return self._transact(lambda connection: connection.execute(sql, values).fetchall(), synced=synced)

    def _transact(self, work: Callable[[sqlite3.Connection], Answer], *, synced: bool = True) -> Answer:
        """All of it or nothing, and no other process in between."""
        connection = self._connection
        try:
            with self._turn:
                connection.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    answer = work(connection)
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
                return answer
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> JournalError:
        return JournalError(f"The journal {self._path} can't be used ({error}); check the disk.")


def _left_of(row: Sequence[Any]) -> tuple[int, bool]:
    intent_id, owner, since_s = row
    return int(intent_id), _is_gone(owner, float(since_s))


def _is_gone(owner: str, since_s: float) -> bool:
    """Whether the process that wrote something down has ended."""
    host, pid, _ = owner.split("/")
    if host != socket.gethostname() or os.name != "posix":
        return time.time() - since_s > FOREIGN_S  # it can't be asked
    if owner == OWNER:
        return False
    if int(pid) == os.getpid():
        return True  # an earlier process of our number
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _values_of(entry: AppealEntry) -> tuple[str, int, int, int, int]:
    return hex(entry.board), entry.job_id, entry.lease_id, int(entry.kind), entry.round


def _as_stored(folder: str) -> str | bytes:
    """A folder's name, which may be no Unicode."""
    return folder if folder.isprintable() else os.fsencode(folder)

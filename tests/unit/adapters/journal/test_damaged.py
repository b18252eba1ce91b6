"""A journal whose values are damaged, each in turn: it is said, or what can be had again is left out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.core.artist_job import KeptFrame
from renderchain.core.audit.state import AuditKind
from renderchain.core.errors import JournalError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.manifest import PackedFile
from renderchain.core.messages import Loaded, Rendered
from renderchain.ports.journal import AppealEntry, FrameEntry, LeaseEntry

BOARD, ACCOUNT = 0xB0A2D, 0xACC
LEASE = LeaseEntry(BOARD, LeaseId(7), JobId(5), 9, "claimed", "bafy")
RUBBISH = ("", "rubbish", "[" * 3000, "{}", "[[1]]", 5, -1.5, b"\xff\x00", None)


def journal_in(path: Path) -> SqliteJournal:
    """One with a row in each table."""
    journal = SqliteJournal(path)
    entry = journal.add_job(BOARD, "film", "bafy", "/frames", 7, "1-8", "film_####")
    journal.set_job(entry, job_id=JobId(5), state="active")
    journal.keep_frame(entry, KeptFrame(1, LeaseId(7), 3, 4, "/frames/1.png", "ab", 10))
    journal.note_line(entry, "a line")
    journal.save_appeal(AppealEntry(BOARD, JobId(5), LeaseId(7), AuditKind.PIXELS, 0))
    journal.save_lease(LEASE)
    said = Rendered(1, "1.png", "1.noisy", "1.leaves", 5, 6), Loaded("4.5", "CPU", "a processor", 7)
    journal.save_frame(FrameEntry(LEASE, 1, (PackedFile("1.png", "ab", 10),), *said))
    journal.note_signed(journal.intend("one", ACCOUNT, "Doing it", [(1, 2, [3])]), 4, 5, {"a": 1})
    return journal


READS: dict[str, Callable[[SqliteJournal], Any]] = {
    "jobs": lambda journal: journal.jobs(),
    "kept_frames": lambda journal: journal.kept_frames(1),
    "job_lines": lambda journal: journal.lines(1),
    "appeals": lambda journal: journal.appeals(BOARD, JobId(5)),
    "leases": lambda journal: journal.leases(BOARD),
    "frames": lambda journal: journal.frames(LEASE),
    "outbox": lambda journal: (journal.is_open("one", ACCOUNT), journal.adopt(ACCOUNT)),
}


def columns() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as memory:
        from renderchain.adapters.journal.tables import MIGRATIONS

        memory.executescript(";".join(MIGRATIONS))
        return [
            (table, name) for table in READS for _, name, *_ in memory.execute(f"PRAGMA table_info({table})")
        ]


@pytest.mark.parametrize(("table", "column"), columns())
def test_whatever_a_value_has_become_it_is_said_or_left_out(tmp_path: Path, table: str, column: str) -> None:
    """An entry that could be no number, or no JSON, ended whoever read it as a fault that nobody foresaw."""
    path = tmp_path / "journal.sqlite"
    journal = journal_in(path)
    whole = READS[table](journal)
    (kept,) = journal._run(f"SELECT {column} FROM {table}")[0]
    for rubbish in RUBBISH:
        with closing(sqlite3.connect(path, isolation_level=None)) as damaging:
            try:
                damaging.execute(f"UPDATE {table} SET {column} = ?", (rubbish,))
            except sqlite3.Error:
                continue  # SQLite itself takes no such value there
        try:
            found = READS[table](journal)
        except JournalError as error:
            assert str(path) in str(error) and str(error).endswith("."), error
            assert "Check the disk" in str(error) or "check the disk" in str(error)
        else:
            assert type(found) is type(whole)
            for one in found if table == "jobs" else ():
                assert isinstance(one.name, str) and isinstance(one.job_id, int) and "#" in one.names
        with closing(sqlite3.connect(path, isolation_level=None)) as mending:
            mending.execute(f"UPDATE {table} SET {column} = ?", (kept,))


def test_a_frame_whose_note_is_damaged_is_only_had_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = journal_in(path)
    journal.keep_frame(1, KeptFrame(2, LeaseId(7), 3, 4, "/frames/2.png", "ab", 10))
    with closing(sqlite3.connect(path, isolation_level=None)) as damaging:
        damaging.execute("UPDATE kept_frames SET body = '{' WHERE frame = 1")
    assert [one.frame for one in journal.kept_frames(1)] == [2]

"""The journal on a real disk."""

from __future__ import annotations

import secrets
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.journal import sqlite
from renderchain.adapters.journal.sqlite import KEPT_INTENTS, KEPT_LEASES_S, SqliteJournal
from renderchain.adapters.journal.tables import MIGRATIONS
from renderchain.core.errors import JournalError
from renderchain.core.ids import JobId, LeaseId
from renderchain.ports.journal import LeaseEntry
from renderchain.ports.outbox import IntentState


def test_the_journal_keeps_what_it_was_told_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    entry = SqliteJournal(path).add_job(2**250, "name", "cid", "/out", 7)
    SqliteJournal(path).set_job(entry, job_id=JobId(5), state="active")
    lease = LeaseEntry(2**250, LeaseId(1), JobId(5), 2**247, "claimed")
    SqliteJournal(path).save_lease(lease)
    (job,) = SqliteJournal(path).jobs(2**250)
    assert (job.job_id, job.state, job.output, job.from_block) == (5, "active", "/out", 7)
    assert SqliteJournal(path).leases(2**250) == [lease] and SqliteJournal(path).jobs(1) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_newer_version_wrote_is_left_as_it_is_to_the_byte(tmp_path: Path) -> None:
    """It was said so, and the file's way of writing was changed all the same."""
    path = tmp_path / "journal.sqlite"
    made = sqlite3.connect(path)
    made.execute("PRAGMA user_version = 99")
    made.commit()
    made.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"a newer RenderChain \(99\); nothing was changed"):
        SqliteJournal(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_lease_that_comes_again_keeps_both_secrets(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    first, second = (
        LeaseEntry(1, LeaseId(7), JobId(job), secret, "claimed") for job, secret in ((5, 9), (6, 3))
    )
    later = replace(first, state="submitted", package_cid="bafy")
    for entry in (first, second, later):
        journal.save_lease(entry)
    assert journal.leases(1) == [later, second]


def test_leases_of_an_older_journal_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    connection = sqlite3.connect(path)
    for step in MIGRATIONS[:2]:
        connection.executescript(step)
    connection.execute("INSERT INTO leases VALUES ('0x1', 7, 5, '0x9', 'claimed')")
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    assert SqliteJournal(path).leases(1) == [LeaseEntry(1, LeaseId(7), JobId(5), 9, "claimed")]


def test_the_journal_is_private_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    journal.add_job(1, "name", "cid", "/out", 7)
    files = list(tmp_path.iterdir())
    assert len(files) > 1, "no write-ahead log: each commit waits several times for the disk"
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_threads_and_connections_take_turns_in_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    shared = SqliteJournal(path)

    def write(number: int) -> None:
        for journal in (shared, SqliteJournal(path)):
            for step in range(10):
                intent = journal.intend(f"{number} {step} {id(journal)}", number, "action", [(1, 2, [3])])
                journal.note_signed(intent, step, 2**250, {"nonce": step})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM outbox WHERE state = 'signed'").fetchone() == (80,)
    connection.close()


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_text("no database, however long it is " * 40)
    with pytest.raises(JournalError, match="journal.sqlite can't be used .* check the disk"):
        SqliteJournal(path)


def test_transactions_that_have_ended_do_not_fill_the_disk_and_named_ones_stay(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    named = journal.intend("job 1", 7, "Creating the job", [(1, 2, [3])])
    journal.note_end(named, IntentState.CONFIRMED)
    waiting = journal.intend(secrets.token_hex(16), 7, "waiting", [(1, 2, [3])])
    for _ in range(KEPT_INTENTS + 20):
        intent = journal.intend(secrets.token_hex(16), 7, "action", [(1, 2, [3])])
        journal.note_end(intent, IntentState.FAILED)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as raw:
        kept = [number for (number,) in raw.execute("SELECT intent_id FROM outbox")]
    assert {named.intent_id, waiting.intent_id} < {*kept}
    assert len(kept) <= KEPT_INTENTS + 3
    assert journal.intend("job 1", 7, "Creating the job", [(1, 2, [3])]).state is IntentState.CONFIRMED


def test_leases_of_years_do_not_fill_the_disk_and_those_that_audits_may_need_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "KEPT_LEASES", 10)
    day_s, now_s = 86400.0, [0.0]
    journal = SqliteJournal(tmp_path / "journal.sqlite", lambda: now_s[0])
    for number in range(3 * 365):
        now_s[0] += day_s
        entry = LeaseEntry(1 + number % 2, LeaseId(number), JobId(1), number, "claimed")
        journal.save_lease(entry)
        journal.save_lease(replace(entry, state="submitted"))
    kept = {one.lease_id for board in (1, 2) for one in journal.leases(board)}
    assert kept == set(range(3 * 365 - int(KEPT_LEASES_S / day_s) - 1, 3 * 365))


def test_a_clock_that_is_years_ahead_takes_no_lease_with_it(tmp_path: Path) -> None:
    """Each had its secret there, without which it can't be opened."""
    now_s = [0.0]
    journal = SqliteJournal(tmp_path / "journal.sqlite", lambda: now_s[0])
    held, other = (LeaseEntry(1, LeaseId(number), JobId(1), number, "claimed") for number in (1, 2))
    journal.save_lease(held)
    now_s[0] = 10 * 365 * 86400.0
    journal.save_lease(other)
    now_s[0] = 60.0
    assert journal.leases(1) == [held, other]


def test_a_lease_whose_state_changes_late_stays(tmp_path: Path) -> None:
    now_s = [0.0]
    journal = SqliteJournal(tmp_path / "journal.sqlite", lambda: now_s[0])
    old, other = (LeaseEntry(1, LeaseId(number), JobId(1), number, "claimed") for number in (1, 2))
    journal.save_lease(old)
    now_s[0] = 0.9 * KEPT_LEASES_S
    journal.save_lease(replace(old, state="submitted"))
    now_s[0] = 1.5 * KEPT_LEASES_S
    journal.save_lease(other)
    assert journal.leases(1) == [replace(old, state="submitted"), other]


@pytest.mark.parametrize("output", ["/film/caf\udce9", "/film/é 木\n\x1b[31m", "//film", "/film/\u202e"])
def test_a_folder_of_any_name_is_noted_and_found_again(tmp_path: Path, output: str) -> None:
    """A name that is no Unicode ended a submission when all was packed and uploaded."""
    journal = SqliteJournal(tmp_path / "journal.sqlite")
    journal.add_job(5, "film", "cid", output, 7)
    assert [one.output for one in SqliteJournal(tmp_path / "journal.sqlite").jobs(5)] == [output]

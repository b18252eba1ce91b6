"""Settings, journal and keystore on a real disk."""

from __future__ import annotations

import json
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from renderchain.adapters import keys
from renderchain.adapters.journal_sqlite import SqliteJournal
from renderchain.adapters.keys import KeystoreFile
from renderchain.core.errors import JournalError, KeyStoreError, SettingsError
from renderchain.core.ids import JobId, LeaseId
from renderchain.ports.journal import LeaseEntry
from renderchain.settings import load_settings

FILE = 'rpc_url = "a"\nws_url = "b"\ndirectory = "0x1"\nboard = "0x2"\naccount = "0x3"\nfolder = "data"\n'
ROUNDS = 1000  # a real keystore has so many that a test of it would take seconds


def settings_file(folder: Path, more: str = "") -> Path:
    path = folder / "renderchain.toml"
    path.write_text(FILE + more)
    return path


def test_the_command_line_wins_over_the_environment_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_file(tmp_path, 'device = "CUDA"\n')
    assert load_settings(file).device == "CUDA"
    monkeypatch.setenv("RENDERCHAIN_DEVICE", "HIP")
    assert load_settings(file).device == "HIP"
    assert load_settings(file, {"device": "CPU"}).device == "CPU"
    assert load_settings(file, {"device": None}).device == "HIP"
    assert load_settings(file).folder == tmp_path / "data"


@pytest.mark.parametrize(
    ("more", "named"),
    [('colour = "red"\n', "colour"), ('device = "ABACUS"\n', "device"), ("from_block = true_\n", "not TOML")],
)
def test_a_wrong_setting_is_named(tmp_path: Path, more: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(settings_file(tmp_path, more))


def test_missing_settings_are_named(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.touch()
    with pytest.raises(SettingsError, match="rpc_url, directory, account"):
        load_settings(file)


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


def test_a_keystore_gives_the_key_back_only_for_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.PBKDF2_ROUNDS >= 600_000
    monkeypatch.setattr(keys, "PBKDF2_ROUNDS", ROUNDS)
    password = tmp_path / "password"
    password.write_text("right")
    store = KeystoreFile(tmp_path / "key.json", password)
    store.save(3, 12345)
    assert store.private_key(3) == 12345
    assert json.loads((tmp_path / "key.json").read_text())["crypto"]["kdfparams"]["c"] == ROUNDS
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    with pytest.raises(KeyStoreError, match="there already"):
        store.save(3, 1)
    password.write_text("wrong")
    with pytest.raises(KeyStoreError, match="can't be opened") as refused:
        store.private_key(3)
    assert refused.value.__cause__ is None and "wrong" not in str(refused.value)

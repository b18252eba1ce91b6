"""Journals, evidence and keystores in one file and back: nothing is lost, and nothing written over."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from renderchain.adapters.backup import MARK, Restored, restore_backup, write_backup
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.app.audit.kept_content import KeptContent
from renderchain.core.errors import ChangeRefused, JournalError
from renderchain.core.ids import JobId, LeaseId
from renderchain.ports.journal import LeaseEntry

BOARD = 0xB0A2D


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A worker's, with a lease, its evidence, and a package that no backup needs."""
    made = tmp_path / "worker"
    made.mkdir()
    add_lease(made, 5)
    evidence = made / "evidence" / "0x7"
    evidence.mkdir(parents=True)
    (made / "evidence" / "5.json").write_text('{"salt": 1}')
    (evidence / "6.bin").write_bytes(b"\0\1\2")
    (made / "pins.json").write_text("{}")
    (made / "packages").mkdir()
    (made / "packages" / "large").write_text("fetched again")
    (tmp_path / "operator.json").write_text("sealed")
    return made


def lease(number: int) -> LeaseEntry:
    return LeaseEntry(BOARD, LeaseId(number), JobId(3), 77, "claimed")


def add_lease(folder: Path, number: int) -> None:
    SqliteJournal(folder / "journal.sqlite").save_lease(lease(number))


def leases(folder: Path) -> set[int]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as journal:
        return {number for (number,) in journal.execute("SELECT lease_id FROM leases")}


def test_what_is_copied_comes_back_whole_and_for_its_user_alone(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.tar.gz", tmp_path / "other"
    os.utime(folder / "evidence" / "5.json", (1000.25, 1000.25))
    assert write_backup(folder, tmp_path / "operator.json", file) == 5
    assert file.stat().st_mode & 0o777 == 0o600
    assert restore_backup(file, other, other / "operator.json") == Restored(5, False)
    assert leases(other) == {5}
    assert (other / "evidence" / "0x7" / "6.bin").read_bytes() == b"\0\1\2"
    assert (other / "evidence" / "5.json").read_text() == '{"salt": 1}'
    assert (other / "evidence" / "5.json").stat().st_mtime == 1000.25, "of several, the newest is known by it"
    assert (other / "operator.json").read_text() == "sealed"
    assert {path.name for path in other.iterdir()} == {
        "journal.sqlite",
        "evidence",
        "pins.json",
        "operator.json",
    }
    assert (other / "journal.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_journal_is_whole_also_while_somebody_writes_it(folder: Path, tmp_path: Path) -> None:
    journal = SqliteJournal(folder / "journal.sqlite")
    for number in range(6, 20):
        journal.save_lease(lease(number))  # in the write-ahead log yet
    write_backup(folder, None, tmp_path / "backup.tar.gz")
    journal.save_lease(lease(20))
    restore_backup(tmp_path / "backup.tar.gz", tmp_path / "other", None)
    assert leases(tmp_path / "other") == set(range(5, 20))


def test_a_package_that_two_boards_keep_comes_back_for_both(folder: Path, tmp_path: Path) -> None:
    ours, theirs = folder / "evidence" / "content", folder / "evidence" / "0x7" / "content"
    KeptContent(ours).keep("bafy", folder / "packages")
    KeptContent(theirs).keep("bafy", folder / "packages")
    assert (ours / "bafy" / "large").samefile(theirs / "bafy" / "large"), "one file by two names"
    write_backup(folder, None, tmp_path / "backup.tar.gz")
    other = tmp_path / "other"
    restore_backup(tmp_path / "backup.tar.gz", other, None)
    for kept in (ours, theirs):
        assert (other / kept.relative_to(folder) / "bafy" / "large").read_text() == "fetched again"


def test_nothing_is_written_over(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    write_backup(folder, tmp_path / "operator.json", file)
    with pytest.raises(ChangeRefused, match="is there already"):
        write_backup(folder, None, file)
    with pytest.raises(ChangeRefused, match="has journal.sqlite already"):
        restore_backup(file, folder, None)
    (tmp_path / "theirs.json").write_text("another")
    with pytest.raises(ChangeRefused, match="is another keystore"):
        restore_backup(file, tmp_path / "other", tmp_path / "theirs.json")
    assert list((tmp_path / "other").iterdir()) == []
    with pytest.raises(ChangeRefused, match="has no journal"):
        write_backup(tmp_path / "other", None, tmp_path / "empty.tar.gz")
    assert not (tmp_path / "empty.tar.gz").exists()


def test_what_another_journal_left_is_not_mixed_into_the_restored_one(folder: Path, tmp_path: Path) -> None:
    file, half = tmp_path / "backup.tar.gz", tmp_path / "half"
    write_backup(folder, None, file)
    with closing(sqlite3.connect(folder / "journal.sqlite")) as journal:
        journal.execute("CREATE TABLE later (x)")
        journal.commit()
        half.mkdir()
        for name in ("journal.sqlite-wal", "journal.sqlite-shm"):  # as where journal.sqlite alone was moved
            shutil.copy(folder / name, half / name)
    with pytest.raises(
        ChangeRefused, match=r"has journal.sqlite-wal and journal.sqlite-shm already.* all of"
    ):
        restore_backup(file, half, None)
    assert {path.name for path in half.iterdir()} == {"journal.sqlite-wal", "journal.sqlite-shm"}
    (half / "journal.sqlite-shm").unlink()
    with pytest.raises(ChangeRefused, match="journal.sqlite-wal already.* move that file away"):
        restore_backup(file, half, None)
    (half / "journal.sqlite-wal").unlink()
    restore_backup(file, half, None)
    assert leases(half) == {5}


def test_files_that_are_there_are_kept_and_only_the_same_ones_are_in_no_way(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar.gz"
    write_backup(folder, None, file)
    (folder / "journal.sqlite").unlink()
    (folder / "pins.json").write_text('{"newer": 1}')
    (folder / "evidence" / "5.json").write_text('{"salt": 2}')
    with pytest.raises(
        ChangeRefused, match=r"other files than the backup: evidence/5.json, pins.json\. Nothing"
    ):
        restore_backup(file, folder, None)
    assert (folder / "pins.json").read_text() == '{"newer": 1}'
    assert (folder / "evidence" / "5.json").read_text() == '{"salt": 2}'
    assert not (folder / "journal.sqlite").exists()
    (folder / "pins.json").unlink()
    (folder / "evidence" / "5.json").write_text('{"salt": 1}')  # as where a restore was cut off
    assert restore_backup(file, folder, None) == Restored(4, False)
    assert (folder / "pins.json").read_text() == "{}" and leases(folder) == {5}


def test_a_keystore_without_a_place_is_left_out_and_said(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.tar.gz", tmp_path / "other"
    write_backup(folder, tmp_path / "operator.json", file)
    assert restore_backup(file, other, None) == Restored(4, True)
    assert not list(other.rglob("*keystore*"))


def test_a_keystore_on_another_disk_is_there_whole_or_not_at_all(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "backup.tar.gz", tmp_path / "other"
    write_backup(folder, tmp_path / "operator.json", file)
    keystore = tmp_path / "disk" / "operator.json"
    replace = os.replace

    def on_two_disks(source: Path, target: Path) -> None:
        if source.parent != target.parent and target == keystore:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(source, target)

    def full(source: Path, target: Path) -> None:
        target.write_text("sea")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", on_two_disks)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", full)
        with pytest.raises(ChangeRefused, match="No space left"):
            restore_backup(file, other, keystore)
    assert list(keystore.parent.iterdir()) == [] and not (other / "journal.sqlite").exists()
    assert restore_backup(file, other, keystore) == Restored(5, False)
    assert [path.name for path in keystore.parent.iterdir()] == ["operator.json"]
    assert keystore.read_text() == "sealed" and keystore.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name", ["../out", "/etc/out", "evidence/../../out", "packages/x", "journal.sqlite-wal"]
)
def test_an_archive_with_anything_else_is_refused_whole(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.tar.gz"
    archive_of(file, {MARK: b"", "pins.json": b"{}", name: b"x"})
    with pytest.raises(ChangeRefused, match="does not belong into a backup"):
        restore_backup(file, tmp_path / "other", None)
    assert list((tmp_path / "other").iterdir()) == [] and not (tmp_path / "out").exists()


def test_links_other_archives_and_damaged_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.tar.gz", tmp_path / "other"
    link = tarfile.TarInfo("evidence/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(file, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(MARK))
        archive.addfile(link)
    with pytest.raises(ChangeRefused, match="does not belong"):
        restore_backup(file, other, None)
    archive_of(file, {"something": b"else"})
    with pytest.raises(ChangeRefused, match="no backup of RenderChain"):
        restore_backup(file, other, None)
    archive_of(file, {MARK: b"", "journal.sqlite": b"no database at all" * 100})
    with pytest.raises(JournalError, match="can't be opened"):
        restore_backup(file, other, None)
    file.unlink()
    write_backup(folder, None, file)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ChangeRefused, match="could not be restored"):
        restore_backup(file, other, None)
    assert list(other.iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"mtime": "1e300"}, "no possible time"),
        ({"mtime": "nan"}, "no possible time"),
        ({"mtime": "-inf"}, "no possible time"),
        ({"path": "evidence/a\0b"}, "does not belong"),
        ({"size": "-5"}, "could not be restored"),
    ],
)
def test_headers_that_make_no_sense_are_refused(headers: dict[str, str], why: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.tar.gz"
    with tarfile.open(file, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(MARK))
        entry = tarfile.TarInfo("evidence/a")
        entry.size, entry.pax_headers = 1, headers
        archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(ChangeRefused, match=why):
        restore_backup(file, tmp_path / "other", None)
    assert list((tmp_path / "other").iterdir()) == []


def test_a_bit_that_changed_is_found_wherever_it_is(folder: Path, tmp_path: Path) -> None:
    evidence = random.Random(5).randbytes(100_000)
    (folder / "evidence" / "7.leaves").write_bytes(evidence)
    file, rotten, other = tmp_path / "backup.tar.gz", tmp_path / "rotten.tar.gz", tmp_path / "other"
    write_backup(folder, None, file)
    whole = file.read_bytes()
    assert evidence[60_000:60_100] in whole, "so that content alone is changed there"
    middle = whole.index(evidence[60_000:60_100])
    rotten.write_bytes(with_a_bit_changed(whole, middle))
    with pytest.raises(ChangeRefused, match="CRC check failed"):
        restore_backup(rotten, other, None)
    assert list(other.iterdir()) == []
    for index in range(10, len(whole), 997):
        rotten.write_bytes(with_a_bit_changed(whole, index))
        try:
            restore_backup(rotten, other, None)
        except ChangeRefused:
            assert list(other.iterdir()) == [], index
        else:  # a few bits between gzip's blocks mean nothing
            assert (other / "evidence" / "7.leaves").read_bytes() == evidence and leases(other) == {5}, index
            shutil.rmtree(other)
            other.mkdir()


def with_a_bit_changed(raw: bytes, index: int) -> bytes:
    return raw[:index] + bytes([raw[index] ^ 0x10]) + raw[index + 1 :]


def archive_of(file: Path, entries: dict[str, bytes]) -> None:
    with tarfile.open(file, "w:gz") as archive:
        for name, raw in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))

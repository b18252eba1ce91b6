"""A folder's journals, evidence and small files in one archive, and back.

A journal is copied by the database itself, so it is whole also while somebody writes it. Files of evidence
are never changed once they are there.
"""

from __future__ import annotations

import errno
import filecmp
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..core.errors import ChangeRefused, JournalError

KEPT = ("journal.sqlite", "pins.json", "known_tiles.json", "bonds.json", "fees.json")  # in the folder itself
# Beside a journal, while it is open or after a crash: SQLite takes up what it finds there.
JOURNAL_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite-journal")
TREES = ("evidence",)  # all that is below
MOST_BYTES = 2**40
MOST_NAMES = 10**6
MOST_SAID = 3
MARK = "renderchain-backup-1"  # the first entry, by which an archive is known


def write_backup(folder: Path, keystore: Path | None, file: Path) -> int:
    """Put them, and the keystore, into a new archive that its user alone may read; how many files there were.

    Raises ChangeRefused, and leaves nothing behind then.
    """
    if not (folder / "journal.sqlite").is_file():
        raise ChangeRefused(
            f"{folder} has no journal, so nothing was written; name the folder with --config."
        )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ChangeRefused(f"{file} is there already; move it away first, or name another file.") from None
    except OSError as error:
        raise ChangeRefused(f"{file} can't be written ({error.strerror}); name another file.") from error
    try:
        with os.fdopen(handle, "wb") as target:
            count = _pack(target, folder, keystore)
            target.flush()
            os.fsync(target.fileno())
    except (OSError, sqlite3.Error) as error:
        file.unlink(missing_ok=True)
        raise ChangeRefused(
            f"The backup {file} could not be written ({error}); make room and try again."
        ) from error
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return count


def _pack(target: io.BufferedWriter, folder: Path, keystore: Path | None) -> int:
    count = 0
    # Dereferenced: of a package that two boards' leases keep, each name is a file of its own, and no link.
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1, dereference=True) as archive:
        archive.addfile(tarfile.TarInfo(MARK))
        for name in KEPT:
            path = folder / name
            if path.suffix == ".sqlite":
                with tempfile.TemporaryDirectory(dir=folder) as scratch:
                    _copy_journal(path, Path(scratch) / name)
                    count += _add(archive, Path(scratch) / name, name)
            else:
                count += _add(archive, path, name)
        for tree in TREES:
            for path in sorted((folder / tree).rglob("*")):
                count += _add(archive, path, path.relative_to(folder).as_posix())
        if keystore is not None:
            count += _add(archive, keystore, "keystore.json")
    return count


def _copy_journal(journal: Path, copy: Path) -> None:
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> int:
    """1 if there is such a file; what went away meanwhile was settled."""
    with suppress(FileNotFoundError):
        if path.is_file() and not path.is_symlink():
            archive.add(path, name, recursive=False)
            return 1
    return 0


@dataclass(frozen=True)
class Restored:
    """How many files are back, and whether the archive has a keystore that nobody said the place of."""

    files: int
    keystore_left_out: bool


def restore_backup(file: Path, folder: Path, keystore: Path | None) -> Restored:
    """Bring back into a folder what such an archive has.

    Nothing is written over: raises ChangeRefused where a journal, or a part of one, or another file of one's
    name is there, or where the archive is none of ours.
    """
    if there := [name for name in JOURNAL_FILES if os.path.lexists(folder / name)]:
        raise ChangeRefused(
            f"{folder} has {' and '.join(there)} already, and nothing was restored. Name another folder, or "
            f"move {'that file' if len(there) == 1 else 'all of these'} away: one journal's files together."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = Path(tempfile.mkdtemp(prefix=".restored-", dir=folder))
    try:
        _unpack(file, scratch)
        _check_journal(scratch / "journal.sqlite", file)
        return _move(scratch, folder, keystore)
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise ChangeRefused(
            f"{file} could not be restored ({error}); {folder} has no journal of it. Use another copy."
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _unpack(file: Path, scratch: Path) -> None:
    left_bytes = MOST_BYTES
    with tarfile.open(file, "r:gz") as archive:
        for number, one in enumerate(archive):
            if number == 0:
                if one.name != MARK:
                    raise tarfile.TarError("it is no backup of RenderChain")
                continue
            left_bytes -= one.size
            is_bad = number > MOST_NAMES or one.size < 0 or left_bytes < 0 or not one.isreg()
            if is_bad or not _is_ours(one.name):
                raise tarfile.TarError(f"{one.name!r:.80} does not belong into a backup")
            path = scratch / one.name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            source = archive.extractfile(one)
            assert source is not None  # a regular file has content
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                shutil.copyfileobj(source, target)
            try:
                os.utime(path, (one.mtime, one.mtime))  # of several results of a lease, which was the last
            except (ValueError, OverflowError) as error:
                raise tarfile.TarError(f"{one.name!r:.80} has no possible time") from error
        _check_end(archive)


def _check_end(archive: tarfile.TarFile) -> None:
    """Read what follows the last entry: at gzip's end are the sum and the length of all, and nothing else
    tells of a bit that has changed in the middle. An entry whose header is broken ends an archive, too.
    """
    assert archive.fileobj is not None
    rest = archive.fileobj.read(tarfile.RECORDSIZE + 1)
    if len(rest) > tarfile.RECORDSIZE or any(rest):
        raise tarfile.TarError("something follows its last file")


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        return False
    return name in (*KEPT, "keystore.json") or (parts[0] in TREES and len(parts) > 1)


def _check_journal(journal: Path, file: Path) -> None:
    if not journal.is_file():
        raise tarfile.TarError("it has no journal")
    try:
        with closing(sqlite3.connect(journal)) as opened:
            (verdict,) = opened.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise JournalError(f"The journal in {file} can't be opened ({error}). Use another copy.") from error
    if verdict != "ok":
        raise JournalError(f"The journal in {file} is damaged ({verdict:.80}). Use another copy.")


def _move(scratch: Path, folder: Path, keystore: Path | None) -> Restored:
    """The journal last: with it the folder counts as restored."""
    moves = dict(_moves(scratch, folder))
    journal = moves.pop(scratch / "journal.sqlite")
    kept = scratch / "keystore.json"
    left_out = kept.exists() and keystore is None
    if kept.exists() and keystore is not None:
        if os.path.lexists(keystore) and not _is_same(kept, keystore):
            raise ChangeRefused(
                f"{keystore} is another keystore, and nothing was restored; move it away first."
            )
        moves[kept] = keystore
    if others := [to for path, to in moves.items() if os.path.lexists(to) and not _is_same(path, to)]:
        named = ", ".join(str(one.relative_to(folder)) for one in others[:MOST_SAID])
        more = f" and {len(others) - MOST_SAID} more" if len(others) > MOST_SAID else ""
        raise ChangeRefused(
            f"{folder} has other files than the backup: {named}{more}. Nothing was restored, and nothing "
            "written over. Move them away, or name another folder."
        )
    for path, target in (*moves.items(), (scratch / "journal.sqlite", journal)):
        _place(path, target)
    return Restored(len(moves) + 1, left_out)


def _moves(scratch: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """What goes into the folder itself, and where."""
    for path in sorted(scratch.rglob("*")):
        name = path.relative_to(scratch)
        if path.is_file() and name.parts != ("keystore.json",):
            yield path, folder / name


def _is_same(path: Path, there: Path) -> bool:
    return there.is_file() and filecmp.cmp(path, there, shallow=False)


def _place(path: Path, target: Path) -> None:
    """In one step: a crash leaves no half file, which the next restore would take for another one."""
    for parent in reversed([one for one in target.parents if not one.exists()]):
        parent.mkdir(mode=0o700, exist_ok=True)
    try:
        os.replace(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # the keystore or the evidence is on another disk
            raise
        partial = target.parent / ".restored.partial"
        try:
            shutil.copy2(path, partial)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)

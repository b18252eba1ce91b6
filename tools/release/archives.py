"""Archives that depend on nothing but what is in them: names in order, one date, one owner."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

LONG_AGO = (2020, 1, 1, 0, 0, 0)
LONG_AGO_S = 1_577_836_800
STORED = (".whl", ".gz", ".blend")  # they are packed already


def write_zip(target: Path, files: Mapping[str, bytes]) -> None:
    """A zip of these."""
    with ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = ZIP_STORED if name.endswith(STORED) else ZIP_DEFLATED
            archive.writestr(entry, files[name])


def canonical_zip(path: Path) -> None:
    """The same zip without anything of when and where it was made."""
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    write_zip(path, files)


def write_tar(target: Path, top: str, files: Mapping[str, tuple[bytes, bool] | str]) -> None:
    """A tar.gz of these below a folder; of each its bytes, and whether it is a program, or where it leads."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            found = files[name]
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.mtime = LONG_AGO_S
            if isinstance(found, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, found
                archive.addfile(entry)
                continue
            raw, is_program = found
            entry.size, entry.mode = len(raw), 0o755 if is_program else 0o644
            archive.addfile(entry, io.BytesIO(raw))
    with target.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(body.getvalue())

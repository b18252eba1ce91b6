"""Fetching the program Kubo once, from where its user says, if it has the checksum that its user knows."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ...core.addresses import is_loopback, shown_address
from ...core.errors import ContentError, SettingsError, StoreError
from .http import asked, check_answer, open_session

MOST_BYTES = 200 * 2**20  # of what is fetched
MOST_PROGRAM_BYTES = 400 * 2**20
PIECE_BYTES = 2**16
PATIENCE_S = 60.0
KINDS = {64: "sha256", 128: "sha512"}  # by hexadecimal digits
NAMES = ("ipfs", "ipfs.exe")


async def download_kubo(url: str, checksum: str, folder: Path, on_bytes: Callable[[int, int], None]) -> Path:
    """Put the program of an archive, or the file itself, into the folder; where it is.

    Raises SettingsError, StoreError, ContentError; then nothing is left.
    """
    if not (url.startswith("https://") or is_loopback(url)):
        raise SettingsError(f"{shown_address(url)} is no https:// address; nothing was fetched.")
    digits = checksum.strip().lower()
    if len(digits) not in KINDS or any(one not in "0123456789abcdef" for one in digits):
        raise SettingsError("The checksum must be SHA-256 or SHA-512, in hexadecimal; nothing was fetched.")
    raw = await _fetched(url, on_bytes)
    if hashlib.new(KINDS[len(digits)], raw).hexdigest() != digits:
        raise ContentError(
            f"What {shown_address(url)} sent has another checksum than you gave; it was thrown away. Compare "
            "both with what Kubo's makers say."
        )
    program = _program_of(raw)
    target = folder / ("ipfs.exe" if os.name == "nt" else "ipfs")
    partial = target.with_suffix(".partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(program)
        partial.chmod(0o700)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"{target} can't be written ({error.strerror}); make room.") from error
    return target


async def _fetched(url: str, on_bytes: Callable[[int, int], None]) -> bytes:
    action, where, raw = "Fetching Kubo", shown_address(url), bytearray()
    async with (
        asked(action, where),
        open_session(PATIENCE_S) as session,
        session.get(url) as response,
    ):
        await check_answer(response, action, where)
        total = int(response.headers.get("Content-Length") or 0)
        async for piece in response.content.iter_chunked(PIECE_BYTES):
            raw += piece
            if len(raw) > MOST_BYTES:
                raise ContentError(f"{where} sends more than Kubo can have; nothing was kept.")
            on_bytes(len(raw), total)
    return bytes(raw)


def _program_of(raw: bytes) -> bytes:
    """The program in an archive of Kubo's makers, or what was fetched itself."""
    try:
        if zipfile.is_zipfile(io.BytesIO(raw)):
            with zipfile.ZipFile(io.BytesIO(raw)) as zipped:
                for entry in zipped.infolist():
                    if PurePosixPath(entry.filename).name in NAMES and entry.file_size <= MOST_PROGRAM_BYTES:
                        return zipped.read(entry)
        elif raw[:2] == b"\x1f\x8b":
            with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as tar:
                for member in tar:
                    if member.isfile() and PurePosixPath(member.name).name in NAMES:
                        file = tar.extractfile(member)
                        if file is not None and member.size <= MOST_PROGRAM_BYTES:
                            return file.read()
        else:
            return raw
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise ContentError(f"The archive can't be read ({type(error).__name__}); take another.") from error
    raise ContentError("There is no program of Kubo in the archive; take the one for this system.")

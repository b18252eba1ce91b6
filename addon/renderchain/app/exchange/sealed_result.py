"""A lease's result on its way through other hands: sealed by the worker, opened by whoever has its key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import ContentError
from ...core.merkle import HashMany, LeaseIdentity
from ...core.result import MAX_RESULT_BYTES, RESULT_NAME, Result, parse_result
from ...core.sealed import (
    HEADER_NAME,
    MAX_HEADER_BYTES,
    SealedHeader,
    file_seal,
    key_hash_of,
    opened_size,
    parse_header,
)
from ...ports.sealer import Sealer, Unwrapper

# What is one file on every system, and not another one's name in other letters.
NAME = re.compile(r"[0-9A-Za-z_-]([0-9A-Za-z._-]{0,126}[0-9A-Za-z_-])?")


def seal_result(
    sealer: Sealer,
    folder: Path,
    target: Path,
    *,
    key: bytes,
    requester_key: bytes,
    identity: LeaseIdentity,
    frames: Sequence[int],
) -> None:
    """Write the sealed form of a folder with a result into ``target``, which is made."""
    document = (folder / RESULT_NAME).read_bytes()
    result = parse_result(document, frames)
    header = sealer.wrap(key, requester_key, identity, document)
    target.mkdir()
    for number, name in enumerate((RESULT_NAME, *(file.path for file in result.files))):
        sealer.seal(folder / name, target / str(number), file_seal(key, header, identity, number))
    (target / HEADER_NAME).write_bytes(header.to_bytes())


def unwrap_key(
    unwrapper: Unwrapper, folder: Path, identity: LeaseIdentity, *, key_hash: int, hash_many: HashMany
) -> bytes:
    """A fetched sealed folder's key, as its requester; raises ContentError unless it is the posted one."""
    key = unwrapper.unwrap(_header(folder), identity)
    if key_hash_of(hash_many, key) != key_hash:
        raise ContentError("The results' key is not the one whose hash was posted on-chain: refused.")
    return key


def check_wrapped(
    sealer: Sealer,
    folder: Path,
    opened: Path,
    *,
    key: bytes,
    requester_key: bytes,
    identity: LeaseIdentity,
) -> None:
    """Raise ContentError unless the requester can unwrap the key of what was opened from a sealed folder."""
    document = (opened / RESULT_NAME).read_bytes()
    if sealer.wrap(key, requester_key, identity, document) != _header(folder):
        raise ContentError("The results' key was wrapped for somebody else than the requester: refused.")


def open_sealed(
    sealer: Sealer, folder: Path, target: Path, *, key: bytes, identity: LeaseIdentity, frames: Sequence[int]
) -> None:
    """Write the result in a fetched sealed folder into ``target``, which is made; raises ContentError.

    ``key`` may come from ``unwrap_key`` or from the worker's answer to a delivery challenge.
    """
    header = _header(folder)
    target.mkdir()
    size_bytes = opened_size(_sealed(folder, 0).stat().st_size)
    if not 0 < size_bytes <= MAX_RESULT_BYTES:
        raise ContentError("The sealed file 0 has not the size of a result document: refused.")
    document = target / RESULT_NAME
    sealer.open(_sealed(folder, 0), document, file_seal(key, header, identity, 0), size_bytes)
    result = parse_result(document.read_bytes(), frames)
    _check_names(result)
    for number, file in enumerate(result.files, 1):
        seal = file_seal(key, header, identity, number)
        sealer.open(_sealed(folder, number), target / file.path, seal, file.size_bytes)


def _check_names(result: Result) -> None:
    """Raise ContentError unless the files can lie side by side: the names are the worker's."""
    for file in result.files:
        if not NAME.fullmatch(file.path) or file.path.casefold() == RESULT_NAME:
            raise ContentError(f"The result can't have a file named {file.path!r}: refused.")


def _header(folder: Path) -> SealedHeader:
    path = folder / HEADER_NAME
    if not path.is_file() or path.stat().st_size > MAX_HEADER_BYTES:
        raise ContentError(f"The sealed result has no {HEADER_NAME} of a sensible size: refused.")
    return parse_header(path.read_bytes())


def _sealed(folder: Path, number: int) -> Path:
    path = folder / str(number)
    if not path.is_file():
        raise ContentError(f"The sealed result lacks its file {number}: refused.")
    return path

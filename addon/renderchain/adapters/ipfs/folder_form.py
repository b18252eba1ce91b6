"""A folder as Kubo's ``add`` takes it: a form (multipart/form-data) of known length, read while it is sent.

ipfshttpclient makes one too, of seven pieces for each file, each of which is sent by itself.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

from ...core.errors import StoreError
from ...ports.content_store import BytesDone

PIECE_BYTES = 2**20
_END = b"\r\n"


class FolderForm:
    """It has the names and sizes of when it was made. Raises StoreError, or OSError of this machine."""

    def __init__(self, folder: Path) -> None:
        boundary = secrets.token_hex(16)
        self.kind = f"multipart/form-data; boundary={boundary}"
        self._between = f"--{boundary}\r\n".encode()
        self._last = f"--{boundary}--\r\n".encode()
        self._parts = list[tuple[bytes, str, int]]()  # what stands before a file, where it lies, its size
        root = os.path.abspath(folder)
        self._add_folder(root, os.fsencode(os.path.basename(root)))
        self.size = sum(len(head) + size + len(_END) for head, _, size in self._parts) + len(self._last)

    def pieces(self, on_bytes: BytesDone) -> Iterator[bytes | bytearray]:
        """All of it, small files together; ``on_bytes`` hears what was taken so far."""
        done = 0
        for piece in self._pieces():
            yield piece
            done += len(piece)
            on_bytes(done)

    def _pieces(self) -> Iterator[bytes | bytearray]:
        held = bytearray()
        for head, path, size in self._parts:
            held += head
            if size >= PIECE_BYTES:
                yield held
                yield from _read(path, size)
                held = bytearray()
            elif path:
                held += b"".join(_read(path, size))
            held += _END
            if len(held) >= PIECE_BYTES:
                yield held
                held = bytearray()
        yield held + self._last

    def _add_folder(self, folder: str, name: bytes) -> None:
        self._parts.append((self._head(name, "application/x-directory"), "", 0))
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda one: one.name)
        for one in entries:
            inside = name + b"/" + os.fsencode(one.name)
            if one.is_symlink():
                raise StoreError(
                    f"{one.path} is a symbolic link and would be left out; replace it by the file."
                )
            if one.is_dir():
                self._add_folder(one.path, inside)
            elif one.is_file():
                head = self._head(inside, "application/octet-stream")
                self._parts.append((head, one.path, one.stat().st_size))
            else:
                raise StoreError(f"{one.path} is neither a file nor a folder; take it away.")

    def _head(self, name: bytes, kind: str) -> bytes:
        said = f'Content-Disposition: form-data; name="file"; filename="{quote_from_bytes(name)}"\r\n'
        return self._between + f"{said}Content-Type: {kind}\r\n\r\n".encode()


def _read(path: str, size: int) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        left = size
        while piece := file.read(min(left, PIECE_BYTES) or 1):
            left -= len(piece)
            if left < 0:
                break
            yield piece
    if left:
        raise StoreError(f"{path} was changed while it was stored; try again.")

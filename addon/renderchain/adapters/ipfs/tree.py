"""A folder that is written block by block, within the bytes and files that were announced.

Nothing is written that is not checked: no block before it was compared with its CID, no name that leaves the
folder or that some disk takes for another one, no byte more than its file has.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from ...core.errors import ContentError, StoreError
from ...core.reader import as_one_file, check_path
from .dag import FILES, FOLDERS, MAX_BLOCK_BYTES, RAW, SHARD, Link, Node, check_block, root_of

SPARE_NODES = 64
NODES_PER_FILE = 34  # itself and the folders above it
LEAST_CHUNK_BYTES = 1024  # smaller parts no file is cut into
_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Want(NamedTuple):
    """A block and what it is for: a file or a folder, or where ``at`` is given, bytes of a file there."""

    cid: bytes
    path: str
    at: int = -1
    size: int = 0
    is_shard: bool = False  # another part of a large folder's names


class Tree:
    """Not to be used by two threads at once, but for ``find``. All methods raise ContentError, or OSError.

    What was opened may be opened again, where a source broke off.
    """

    def __init__(self, cid: str, folder: Path, max_bytes: int, max_files: int) -> None:
        self._cid = cid
        # With names as text: a Path for each file takes as long as it does.
        self._folder = os.path.join(folder, "")
        self.max_bytes = max_bytes
        self.max_files = max_files
        self._nodes_left = SPARE_NODES + NODES_PER_FILE * max_files + max_bytes // LEAST_CHUNK_BYTES
        self._bytes = 0  # of the files begun
        self._names: defaultdict[str, dict[str, Link]] = defaultdict(dict)
        self._ends = 0  # names that are no folder's, as far as they were looked at: each has a file or more
        self._begun: dict[str, int] = {}  # how many of a file's bytes are done
        self._made: set[str] = set()
        self._path = ""  # what was written last
        self._file = -1
        self._at = 0
        self.root = Want(root_of(cid), "")
        self.done_bytes = 0

    def open(self, want: Want, node: Node, *, is_there: bool = False) -> list[Want]:
        """Write what a node holds, unless it is there; returns what else belongs to it, in order."""
        self._nodes_left -= 1
        if self._nodes_left < len(node.links):  # each of which is opened too
            raise ContentError(f"{self._cid} has more blocks than so many files need: refused.")
        if want.at < 0 and node.kind in FOLDERS:
            return self._open_folder(want, node)
        if node.kind not in FILES or not want.path or want.is_shard:
            raise ContentError(f"{want.path!r} in {self._cid} is neither a file nor a folder: refused.")
        if want.at < 0:
            self._begin(want.path, node.size, is_there=is_there)
        elif node.size != want.size:
            raise ContentError(f"{want.path!r} has other bytes than its folder says: refused.")
        at = max(want.at, 0)
        if node.data and not is_there:
            self._write(want.path, at, node.data)
        self._begun[want.path] += len(node.data)
        self.done_bytes += len(node.data)
        at += len(node.data)
        parts = []
        for link, size in zip(node.links, node.sizes, strict=True):
            parts.append(Want(link.cid, want.path, at, size))
            at += size
        return parts

    def find(self, want: Want) -> bytes | None:
        """A block of plain bytes that is on the disk already; None if it is not, or not as it should be."""
        if want.cid[:4] != RAW:
            return None
        try:
            if want.at >= 0:
                block = self.read(want.path, want.at, want.size)
            else:
                block = self.read(want.path, 0, MAX_BLOCK_BYTES + 1)
            check_block(want.cid, block)
        except (OSError, StoreError):
            return None
        return block

    def read(self, path: str, at: int, size: int) -> bytes:
        """Bytes that were written."""
        with open(self._folder + path, "rb", buffering=0) as file:
            file.seek(at)
            return file.read(min(size, MAX_BLOCK_BYTES + 1))

    def close(self) -> None:
        """Nothing more is written for now."""
        if self._file >= 0:
            os.close(self._file)
        self._path, self._file = "", -1

    def _open_folder(self, want: Want, node: Node) -> list[Want]:
        if want.is_shard and node.kind != SHARD:
            raise ContentError(f"A part of the folder {want.path!r} in {self._cid} is none: refused.")
        if not node.links and want.path:  # so that there are no more folders than files have names above them
            raise ContentError(f"The folder {want.path + '/'!r} in {self._cid} is empty: refused.")
        found, here = [], set[str]()
        for link in node.links:
            name = link.name[node.padding :]
            if node.kind == SHARD and not name:
                found.append(Want(link.cid, want.path, is_shard=True))
                continue
            if "/" in name:
                raise ContentError(f"The content has the name {name[:80]!r}, which is a path: refused.")
            path = check_path(f"{want.path}/{name}" if want.path else name)
            one = as_one_file(name)
            if one in here or self._known(want.path, one, link) != link:
                raise ContentError(f"{self._cid} name one file twice, {path!r}: refused.")
            here.add(one)
            found.append(Want(link.cid, path))
        return found

    def _known(self, path: str, name: str, link: Link) -> Link:
        """What a name in a folder was when it came first."""
        names = self._names[path]
        if name not in names:
            self._ends += 1 if names or not path else 0  # a folder was one itself, until it had a name
            if self._ends > self.max_files:
                raise self._too_many()
            names[name] = link
        return names[name]

    def _too_many(self) -> ContentError:
        return ContentError(f"{self._cid} has over {self.max_files} files, more than was announced: refused.")

    def _begin(self, path: str, size: int, *, is_there: bool) -> None:
        if path in self._begun:
            self.done_bytes -= self._begun[path]
        else:
            self._bytes += size
        self._begun[path] = 0
        if len(self._begun) > self.max_files:
            raise self._too_many()
        if self._bytes > self.max_bytes:
            raise ContentError(
                f"{self._cid} has over {self.max_bytes} bytes, more than was announced: refused."
            )
        if not is_there:
            file = self._opened(path)
            if os.fstat(file).st_size > size:  # an earlier try left another file there
                os.truncate(file, size)

    def _write(self, path: str, at: int, data: bytes | memoryview) -> None:
        file = self._opened(path)
        if at != self._at:
            os.lseek(file, at, os.SEEK_SET)
        self._at, left = -1, memoryview(data)  # wherever it is, should the disk be full
        while left:
            left = left[os.write(file, left) :]
        self._at = at + len(data)

    def _opened(self, path: str) -> int:
        if self._path != path:
            self.close()
            parent = path.rpartition("/")[0]
            if parent not in self._made:
                os.makedirs(self._folder + parent, exist_ok=True)
                self._made.add(parent)
            self._path, self._file, self._at = path, os.open(self._folder + path, _FLAGS, 0o666), 0
        return self._file

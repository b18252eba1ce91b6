"""A content store in memory. Its CIDs look like those of a real one and are other ones.

Each call takes effect between two awaits: what ends at the first finds nothing done, at the second all.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from renderchain.core.canonical import dump_canonical
from renderchain.core.cid import cid_of
from renderchain.core.errors import ContentError, StoreError
from renderchain.core.reader import check_path
from renderchain.ports.content_store import BytesDone

from .faults import Faults

Folder = dict[str, bytes]


class MemoryStore(Faults):
    """Folders as paths and bytes; ``fail`` takes the port's method names."""

    def __init__(self) -> None:
        super().__init__()
        self.folders: dict[str, Folder] = {}
        self.pinned: set[str] = set()
        self.swarm: list[str] = []
        self.connected: set[str] = set()

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Store and pin a folder."""
        await self._turn("add_folder")
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
        cid = cid_of(hashlib.sha256(dump_canonical(digests)).digest())
        self.folders[cid] = files
        self.pinned.add(cid)
        on_bytes(sum(map(len, files.values())))
        await asyncio.sleep(0)
        return cid

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        """Write the folder's files below ``folder``, which is made."""
        await self._turn("fetch_folder")
        files = self._known(cid)
        if len(files) > max_files or sum(map(len, files.values())) > max_bytes:
            raise ContentError(f"{cid} is larger than was announced: refused.")
        folder.mkdir(parents=True, exist_ok=True)
        for name, raw in files.items():
            target = folder / check_path(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        on_bytes(sum(map(len, files.values())))
        await asyncio.sleep(0)

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        await self._turn("read_file")
        files = self._known(cid)
        if path not in files:
            raise StoreError(f"There is no {cid}/{path}.")
        if len(files[path]) > max_bytes:
            raise ContentError(f"{cid}/{path} has over {max_bytes} bytes: refused.")
        return files[path]

    async def is_pinned(self, cid: str) -> bool:
        """Whether it is kept."""
        await self._turn("is_pinned")
        return cid in self.pinned

    async def pin(self, cid: str) -> None:
        """Keep what is already stored."""
        await self._turn("pin")
        self._known(cid)
        self.pinned.add(cid)

    async def unpin(self, cid: str) -> None:
        """No longer keep it."""
        await self._turn("unpin")
        self.pinned.discard(cid)

    async def stored_bytes(self) -> int:
        """All that it has."""
        await self._turn("stored_bytes")
        return sum(len(raw) for files in self.folders.values() for raw in files.values())

    async def collect_garbage(self) -> None:
        """Lose what is not pinned."""
        await self._turn("collect_garbage")
        self.folders = {cid: files for cid, files in self.folders.items() if cid in self.pinned}

    async def addresses(self) -> list[str]:
        """Where others reach it."""
        await self._turn("addresses")
        return list(self.swarm)

    async def connect(self, address: str) -> None:
        """Know another node."""
        await self._turn("connect")
        self.connected.add(address)

    async def _turn(self, method: str) -> None:
        await asyncio.sleep(0)
        self.meet(method)

    def lose(self, cid: str) -> None:
        """Nobody has it any more."""
        self.folders.pop(cid, None)
        self.pinned.discard(cid)

    def _known(self, cid: str) -> Folder:
        if cid not in self.folders:
            raise StoreError(f"Nobody has {cid}.")
        return self.folders[cid]

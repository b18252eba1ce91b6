"""The content store on a Kubo node, through ipfshttpclient.

CIDs are reproducible: version 1, raw leaves, chunks of 1 MiB, sha2-256. The library's ``get``
unpacks other people's folders without looking, so files are listed and read one by one here.
"""

from __future__ import annotations

import asyncio
import errno
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ..core.errors import Cancelled, ContentError, DiskFull, StoreAway, StoreError
from ..core.reader import check_path, check_side_by_side
from ..ports.content_store import BytesDone

ADD_OPTIONS = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": "size-1048576",
    "pin": "true",
    # Kubo answers while it reads, the library reads only after it sent: many progress lines would
    # fill both socket buffers and stop both sides. Sent bytes are counted here instead.
    "silent": "true",
}
DIRECTORY, FILE, RAW_FILE = 1, 2, 0
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 300
MAX_DEPTH = 32
Answer = TypeVar("Answer")


class _Counter:
    """Counts bytes in the library's thread and reports them in the caller's; can be stopped."""

    def __init__(self, on_bytes: BytesDone) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_bytes = on_bytes
        self._done = 0
        self.stopped = threading.Event()

    def add(self, count: int) -> None:
        if self.stopped.is_set():
            raise Cancelled("The transfer was stopped.")
        self._done += count
        self._loop.call_soon_threadsafe(self._on_bytes, self._done)


class KuboStore:
    """``api`` is the node's RPC address as a multiaddress, such as /ip4/127.0.0.1/tcp/5001."""

    def __init__(self, api: str) -> None:
        self._api = api

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Store and pin a folder; returns its CID."""
        links = [path for path in folder.rglob("*") if path.is_symlink()]
        if links:
            raise StoreError(f"{links[0]} is a symbolic link and would be left out; replace it by the file.")
        counter = _Counter(on_bytes)

        def add(client: Any) -> str:
            from ipfshttpclient.multipart import stream_directory

            body, headers = stream_directory(str(folder), recursive=True, period_special=False)

            def counted() -> Iterator[bytes]:
                for chunk in body:
                    counter.add(len(chunk))
                    yield chunk

            # The library's own add() has no place to count bytes at.
            answer = client._client.request(
                "/add", (), decoder="json", data=counted(), headers=headers, opts=dict(ADD_OPTIONS)
            )
            return str(answer[-1]["Hash"])

        return await self._call(f"Storing {folder.name}", add, counter)

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        """Write the folder's files; raises ContentError at the first that breaks a limit."""
        counter = _Counter(on_bytes)

        def fetch(client: Any) -> None:
            def ls(folder_cid: str) -> Any:
                counter.add(0)  # nobody waits for this thread any more: it must not ask on
                return client.ls(folder_cid)["Objects"][0]["Links"]

            files = list(_walk(ls, cid, "", 0, max_files))
            check_side_by_side([path for path, _, _ in files], cid)
            if sum(size for _, _, size in files) > max_bytes:
                raise ContentError(f"{cid} has over {max_bytes} bytes, more than was announced: refused.")
            folder.mkdir(parents=True)
            try:
                for path, one, size in files:
                    _write(client, one, folder / path, size, counter)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)  # half of it would stand in the next try's way
                raise

        await self._call(f"Fetching {cid}", fetch, counter)

    async def read_file(self, cid: str, path: str, max_bytes: int) -> bytes:
        """One small file of a folder."""
        where = f"{cid}/{check_path(path)}"

        def read(client: Any) -> bytes:
            raw: bytes = client.cat(where, length=max_bytes + 1)
            if len(raw) > max_bytes:
                raise ContentError(f"{where} has over {max_bytes} bytes: refused.")
            return raw

        return await self._call(f"Reading {where}", read)

    async def version(self) -> str:
        """What the node says that it is."""
        return await self._call(
            "Asking the IPFS node for its version", lambda client: str(client.version()["Version"])
        )

    async def pin(self, cid: str) -> None:
        """Keep what is already stored."""
        await self._call(f"Pinning {cid}", lambda client: client.pin.add(cid))

    async def unpin(self, cid: str) -> None:
        """No longer keep it."""

        def remove(client: Any) -> None:
            if cid in client.pin.ls(type="recursive")["Keys"]:
                client.pin.rm(cid)

        await self._call(f"Unpinning {cid}", remove)

    async def _call(
        self, action: str, work: Callable[[Any], Answer], counter: _Counter | None = None
    ) -> Answer:
        def run() -> Answer:
            import ipfshttpclient
            from ipfshttpclient.exceptions import ConnectionError as NoConnection
            from ipfshttpclient.exceptions import Error as IpfsError
            from ipfshttpclient.exceptions import ErrorResponse
            from ipfshttpclient.exceptions import TimeoutError as NoAnswer
            from requests.exceptions import RequestException

            timeouts = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
            try:
                # connect() would refuse every Kubo newer than the library; the calls used here work.
                with ipfshttpclient.Client(self._api, timeout=timeouts) as client:
                    return work(client)
            except ErrorResponse as error:
                raise StoreError(f"{action} failed: the IPFS node says {error}.") from error
            except NoAnswer as error:
                raise StoreError(
                    f"{action} failed: the IPFS node at {self._api} did not answer in time. It may not "
                    "find the content; check its connection to others."
                ) from error
            except NoConnection as error:
                raise StoreAway(
                    f"{action} failed: the IPFS node at {self._api} can't be reached or broke off "
                    f"({type(error).__name__}). Start it, or correct its address in the settings."
                ) from error
            except IpfsError as error:
                raise StoreError(
                    f"{action} failed: the IPFS node at {self._api} answered nonsense "
                    f"({type(error).__name__}). Check its address in the settings."
                ) from error
            except RequestException as error:  # in the midst of a file, where the library does not look
                raise StoreError(
                    f"{action} failed: the IPFS node at {self._api} broke off ({type(error).__name__}). It "
                    "may not find all of the content; check its connection to others."
                ) from error
            except OSError as error:
                raise _of_disk(action, error) from error

        try:
            return await asyncio.to_thread(run)
        except asyncio.CancelledError:
            if counter:
                counter.stopped.set()
            raise


def _of_disk(action: str, error: OSError) -> Exception:
    """A file of ours that can't be read or written; the store has no part in it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"{action} failed: there is no room left on the disk. Make some; nothing was lost.")
    return StoreError(f"{action} failed on this machine: {error}. Check the disk and its permissions.")


def _walk(
    ls: Callable[[str], Any], cid: str, prefix: str, depth: int, max_files: int
) -> Iterator[tuple[str, str, int]]:
    """Path, CID and size of every file below a folder."""
    if depth > MAX_DEPTH:
        raise ContentError(f"{cid} is nested over {MAX_DEPTH} folders deep: refused.")
    count = 0
    links = ls(cid)
    if not links and depth:  # so that there are no more folders than files have names in their paths
        raise ContentError(f"The folder {prefix!r} in {cid} is empty: refused.")
    for link in links:
        path = check_path(prefix + link["Name"])
        if link["Type"] == DIRECTORY:
            found = list(_walk(ls, link["Hash"], path + "/", depth + 1, max_files - count))
        elif link["Type"] in (FILE, RAW_FILE):
            found = [(path, link["Hash"], int(link["Size"]))]
        else:
            raise ContentError(f"{path!r} in {cid} is neither a file nor a folder: refused.")
        count += len(found)
        if count > max_files:
            raise ContentError(f"{cid} has over {max_files} files, more than was announced: refused.")
        yield from found


def _write(client: Any, cid: str, target: Path, size: int, counter: _Counter) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = size
    with target.open("xb") as file:
        for chunk in client.cat(cid, stream=True):
            left -= len(chunk)
            if left < 0:
                raise ContentError(f"{target.name!r} has more bytes than its folder says: refused.")
            file.write(chunk)
            counter.add(len(chunk))
    if left:
        raise ContentError(f"{target.name!r} ended {left} bytes early: fetch it again.")

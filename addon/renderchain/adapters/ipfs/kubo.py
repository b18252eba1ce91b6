"""The content store on a Kubo node.

CIDs are reproducible: version 1, raw leaves, chunks of 1 MiB, sha2-256. ipfshttpclient speaks to the node,
except where folders are moved: its ``add`` sends each file in seven pieces, and its ``get`` unpacks other
people's files without looking, so blocks are read and checked here (``fetch_tree``).
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ...core.addresses import is_loopback
from ...core.errors import ContentError, SettingsError
from ...core.reader import check_path
from ...ports.content_store import BytesDone
from .dag import text_of
from .folder_blocks import blocks_of
from .folder_form import FolderForm
from .http import CONNECT_TIMEOUT_S, open_session
from .in_thread import Progress, in_thread
from .kubo_blocks import KuboBlocks
from .kubo_call import KuboApi, KuboCall
from .kubo_errors import asked_library, of_disk
from .kubo_upload import KuboUpload
from .own_kubo import OwnKubo, Place
from .transfer import AT_ONCE, fetch_tree

ADD_OPTIONS = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": "size-1048576",
    "pin": "true",
    # Kubo answers while it reads, and we read only after we sent: many progress lines would fill both
    # socket buffers and stop both sides. Sent bytes are counted here instead.
    "silent": "true",
}
PATIENCE_S = 300.0
LONGEST_CONNECT_S = 15  # whoever is there answers sooner
Answer = TypeVar("Answer")


class KuboStore:
    """``api`` is the node's RPC address as a multiaddress, such as /ip4/127.0.0.1/tcp/5001.

    ``headers`` let us in where it asks who we are, and never are part of an error. ``ca`` is a PEM file of
    who signed its certificate. ``patience_s`` is how long it may look for more bytes. ``own`` is a node that
    is started when it is needed, in the place of ``api`` and ``headers``.
    """

    def __init__(
        self,
        api: str,
        *,
        headers: Mapping[str, str] | None = None,
        ca: Path | None = None,
        patience_s: float = PATIENCE_S,
        own: OwnKubo | None = None,
    ) -> None:
        self._elsewhere = Place(api, dict(headers or {}))
        self._own = own
        self._ca = ca
        self._patience_s = patience_s
        # ipfshttpclient hands urllib3 2 what only urllib3 1 knew; nobody who runs a worker can mend that.
        warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Store and pin a folder; returns its CID."""
        action = f"Storing {folder.name}"
        api = await asyncio.to_thread(self._asked_api)
        try:
            form = await in_thread(partial(FolderForm, folder))
            if cid := await self._sent(api, action, folder, on_bytes):
                return cid
            call, progress = KuboCall(api, action), Progress(on_bytes)

            def add() -> str:
                try:
                    call.ask("add", ADD_OPTIONS, form.pieces(progress.tell), form.size, form.kind)
                    return call.last_line("Hash")
                finally:
                    call.close()

            return await in_thread(add, stop=call.stop)
        except OSError as error:
            raise of_disk(action, error) from error

    async def _sent(self, api: KuboApi, action: str, folder: Path, on_bytes: BytesDone) -> str:
        """To a node elsewhere only what it lacks; returns the CID, or "" where all of it has to be sent."""
        if is_loopback(api.address):
            return ""
        blocks = await asyncio.to_thread(blocks_of, folder)
        if not blocks:
            return ""
        async with open_session(api.patience_s, api.headers, api.ca) as session:
            upload = KuboUpload(session, api.base_url, action, api.where)
            root = blocks[-1].cid
            return text_of(root) if await upload.send(blocks, root, on_bytes) else ""

    async def fetch_folder(
        self, cid: str, folder: Path, *, max_bytes: int, max_files: int, on_bytes: BytesDone
    ) -> None:
        """Write the folder's files, or go on with that; raises ContentError at what breaks a limit."""
        action, limits = f"Fetching {cid}", {"max_bytes": max_bytes, "max_files": max_files}
        api = await asyncio.to_thread(self._asked_api)
        try:
            async with open_session(api.patience_s, api.headers, api.ca, api.unix_socket) as session:
                with ThreadPoolExecutor(AT_ONCE, "kubo") as pool:
                    blocks = KuboBlocks(session, api, action, pool)
                    await fetch_tree(blocks, cid, folder, **limits, on_bytes=on_bytes)
        except OSError as error:
            raise of_disk(action, error) from error

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

    async def is_pinned(self, cid: str) -> bool:
        """Whether it is kept, for us or anybody else who uses the node."""
        return await self._call(f"Asking for {cid}", lambda client: _is_pinned(client, cid))

    async def pin(self, cid: str) -> None:
        """Keep what is already stored; raises StoreError where a part of it is not."""
        await self._call(f"Pinning {cid}", lambda client: client.pin.add(cid, opts={"offline": "true"}))

    async def unpin(self, cid: str) -> None:
        """No longer keep it."""

        def remove(client: Any) -> None:
            if _is_pinned(client, cid):
                client.pin.rm(cid)

        await self._call(f"Unpinning {cid}", remove)

    async def stored_bytes(self) -> int:
        """What the node's repository takes, whoever's it is."""
        return await self._call(
            "Asking the IPFS node for its size",
            lambda client: int(client.repo.stat(opts={"size-only": "true"})["RepoSize"]),
        )

    async def collect_garbage(self) -> None:
        """Have the node delete all that nobody pinned, whoever's it was."""
        await self._call(
            "Asking the IPFS node to delete what is not pinned", lambda client: client.repo.gc(quiet=True)
        )

    async def addresses(self) -> list[str]:
        """Where other nodes reach this one, each with its name."""
        return await self._call(
            "Asking the IPFS node for its addresses",
            lambda client: list(map(str, client.id()["Addresses"] or ())),
        )

    async def connect(self, address: str) -> None:
        """Have the node open a connection to another one."""

        def connect(client: Any) -> None:
            # The library's own connect() sends each letter of the address as another one.
            client._client.request(
                "/swarm/connect", (address,), decoder="json", opts={"timeout": f"{LONGEST_CONNECT_S}s"}
            )

        await self._call(f"Connecting to {address}", connect)

    def _place(self) -> Place:
        """Where the node is; one of our own may have to be started, which takes seconds."""
        return self._own.place() if self._own else self._elsewhere

    def _asked_api(self) -> KuboApi:
        place = self._place()
        base_url, unix_socket = _url(place.api)
        return KuboApi(place.api, base_url, place.headers, self._ca, self._patience_s, unix_socket)

    async def _call(self, action: str, work: Callable[[Any], Answer]) -> Answer:
        def run() -> Answer:
            import ipfshttpclient

            timeouts = (CONNECT_TIMEOUT_S, self._patience_s)
            api, headers = self._place()
            with asked_library(action, api):
                # connect() would refuse every Kubo newer than the library; the calls used here work.
                client = ipfshttpclient.Client(api, timeout=timeouts, headers=headers or None)
                # It has no settings for these. Proxies, netrc and authorities of the environment don't count.
                trusted = str(self._ca) if self._ca else True
                client._client._session_props |= {
                    "trust_env": False,
                    "verify": trusted,
                    "max_redirects": 0,
                }
                with client:
                    return work(client)

        return await asyncio.to_thread(run)


def _url(api: str) -> tuple[str, str]:
    """The API's address as HTTP has it, and the socket it is behind, if it is behind one."""
    from ipfshttpclient.exceptions import AddressError
    from ipfshttpclient.http_common import multiaddr_to_url_data

    try:
        base_url, socket, _, _ = multiaddr_to_url_data(api, "api/v0")
    except AddressError as error:
        raise SettingsError(f"ipfs_api can't be {api!r}; correct it.") from error
    return str(base_url), str(socket or "")


def _is_pinned(client: Any, cid: str) -> bool:
    from ipfshttpclient.exceptions import ErrorResponse

    try:
        return cid in client.pin.ls(cid, type="recursive")["Keys"]
    except ErrorResponse as error:
        if "not pinned" in str(error):
            return False
        raise

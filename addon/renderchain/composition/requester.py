"""The artist's use cases."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from ..adapters.blender_process.exr_reader import SandboxedReader
from ..adapters.blender_process.finals import BlenderFinals
from ..adapters.blender_process.second_child import SecondChild
from ..adapters.locks import hold
from ..adapters.poseidon import hash_many
from ..adapters.sealing import AccountUnwrapper, ChaChaSealer, ViewUnwrapper
from ..adapters.starknet.signatures import KeySigner
from ..app.requester.final_check import FinalCheck
from ..app.requester.own_check import OwnCheck
from ..app.requester.own_keys import OwnKeys
from ..app.requester.requester import Requester
from ..app.requester.requester_parts import RequesterParts
from ..core.ids import JobId
from ..core.private_package import package_key_of
from ..ports.boards import Boards
from ..ports.reporter import Reporter
from ..settings import Settings
from .index import open_indexed_artist
from .keys import open_keys
from .network import open_boards, open_journal
from .rendering import make_renderer, make_scene_probe
from .storage import open_store, open_upkeep


class Shared:
    """One connection for all that an artist's Blender does at once: it opens with the first use that begins,
    and is closed after the last one's end. Own checks take turns.

    So one sender has the account's nonces, however many jobs are followed. On one event loop.
    """

    def __init__(self, settings: Settings, reporter: Reporter) -> None:
        self._settings = settings
        self._reporter = reporter
        self.checking = asyncio.Lock()
        self.index = open_indexed_artist(settings, reporter.tell, is_asked_again=True)
        self._turn = asyncio.Lock()
        self._users = 0
        self._stack = AsyncExitStack()
        self._boards: Boards | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Boards]:
        """The network; raises what opening it does."""
        async with self._turn:
            if self._boards is None:
                opening = open_boards(self._settings, self._reporter)
                self._boards = await self._stack.enter_async_context(opening)
            self._users += 1
            boards = self._boards
        try:
            yield boards
        finally:
            self._users -= 1
            await asyncio.shield(self._close_if_unused())

    async def _close_if_unused(self) -> None:
        async with self._turn:
            if not self._users and self._boards is not None:
                self._boards = None
                await self._stack.aclose()


def make_requester(
    settings: Settings,
    reporter: Reporter,
    blender: str = "",
    shared: Shared | None = None,
    view_key: bytes = b"",
) -> Requester:
    """The artist's use cases; ``blender`` checks leases and final images, "" for the bpy module.

    ``shared`` is what others use as well; without it each use case has a connection of its own. With a
    ``view_key`` the results of whose it is are opened, and not those of the settings' account.
    """
    turn = shared.checking if shared else None
    parts = RequesterParts(
        open_boards=shared.open if shared else lambda: open_boards(settings, reporter),
        store=open_store(settings, reporter),
        journal=open_journal(settings),
        unwrapper=lambda chain: ViewUnwrapper(view_key) if view_key else _unwrapper(settings, chain.chain_id),
        sealer=ChaChaSealer(),
        final_check=lambda told: _final_check(settings, told, blender),
        own_check=lambda told: _own_check(settings, told, blender, turn),
        turn_of=lambda board, job_id: _turn_of(settings, board, job_id),
        most_challenges=settings.own_challenges,
        package_sealer=ChaChaSealer(),
        package_keys=lambda chain: _package_keys(settings, chain.chain_id),
        most_private_workers=settings.most_private_workers,
        # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
        probe=make_scene_probe(reporter, blender, settings.folder, allow_unsandboxed=True),
        hash_many=hash_many,
        # Where there is no sandbox, a process of its own still has limits.
        read_noisy=SandboxedReader(SecondChild(allow_unsandboxed=True)),
        packages=settings.folder / "own-packages",
        fetched_parts=settings.folder / "fetched-parts",
        receipt_parts=settings.folder / "receipt-parts",
        signer=lambda chain: KeySigner(open_keys(settings).private_key(chain.address)),
        from_block=settings.from_block,
        upkeep=open_upkeep(settings, reporter),
        now=time.time,
        index=shared.index if shared else open_indexed_artist(settings, reporter.tell, is_asked_again=False),
    )
    return Requester(parts, reporter)


def _turn_of(settings: Settings, board: int, job_id: JobId) -> AbstractAsyncContextManager[None]:
    lock = settings.folder / "following" / f"{board:x}-{job_id}.lock"
    advice = "It fetches the frames and pays for them; end it first, or only look: renderchain_jobs."
    return hold(lock, f"job {job_id}", advice)


def _unwrapper(settings: Settings, chain_id: int) -> AccountUnwrapper:
    return AccountUnwrapper(open_keys(settings).private_key(settings.account), chain_id)


def _package_keys(settings: Settings, chain_id: int) -> OwnKeys:
    return OwnKeys(partial(package_key_of, open_keys(settings).private_key(settings.account), chain_id))


def _final_check(settings: Settings, reporter: Reporter, blender: str) -> FinalCheck:
    # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
    renderer = make_renderer(settings, blender, allow_unsandboxed=True)
    # Workers must not know which frames are looked at.
    chance = random.SystemRandom()
    return FinalCheck(BlenderFinals(renderer), reporter, settings.final_checks, chance)


def _own_check(settings: Settings, reporter: Reporter, blender: str, turn: asyncio.Lock | None) -> OwnCheck:
    # Where leaves of others are judged the sandbox is not left out unasked.
    renderer = make_renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    return OwnCheck(
        lambda device: replace(renderer, device=device),
        reporter,
        random.SystemRandom(),
        per_lease=settings.own_checks,
        most_s=settings.own_check_seconds,
        turn=turn,
    )

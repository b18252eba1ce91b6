"""The artist's check-up, of whatever is chosen already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf

from ..adapters.starknet.look import StarknetLook
from ..adapters.starknet.node import close_account, open_reader
from ..app.requester.checkup import Checkup
from ..core.finding import Finding
from ..settings import Settings
from .index import open_asking
from .keys import open_keys, public_key
from .network import node_of, oldest_head_s
from .provider import ask_store


async def check_up(settings: Settings, missing: tuple[str, ...], has_denoiser: bool | None) -> list[Finding]:
    """A finding for each thing that an artist needs; ``missing`` names settings that are to be chosen."""
    checkup = Checkup(
        missing,
        open_keys(settings).place,
        lambda: asyncio.to_thread(public_key, settings),
        lambda: look_at_network(settings),
        lambda: ask_store(settings),
        has_denoiser,
        time.time(),
        oldest_head_s(settings),
        open_asking(settings),
    )
    return await checkup.run()


@asynccontextmanager
async def look_at_network(settings: Settings) -> AsyncIterator[StarknetLook]:
    """The settings' nodes, however old their newest block is; raises NodeAway, ChainError or WrongNetwork."""
    reader = await open_reader(replace(node_of(settings), oldest_head_s=inf), settings.account)
    try:
        yield StarknetLook(reader, settings.directory, settings.board, settings.fee_limit_fri)
    finally:
        await close_account(reader)

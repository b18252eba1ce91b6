"""What a provider changes on the chain, and how its accounts are made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

from ..adapters.blender_process.process import BlenderRenderer
from ..adapters.blender_process.sandbox_start import try_sandbox as try_sandbox
from ..adapters.starknet.accounts import Deployment
from ..adapters.starknet.node import close_account, open_account, open_reader
from ..adapters.starknet.nodes import Nodes
from ..adapters.starknet.provider import StarknetProvider
from ..core.notices.process import BoardLeftOut
from ..core.notices.storage import GIB
from ..ports.renderer import Renderer
from ..ports.reporter import Reporter
from ..settings import Settings
from .keys import open_keys
from .network import node_of, open_sender
from .network import oldest_head_s as oldest_head_s
from .storage import open_node


@asynccontextmanager
async def open_provider(
    settings: Settings, reporter: Reporter, *, signs: bool = True
) -> AsyncIterator[StarknetProvider]:
    """The network as the settings' account uses it; without ``signs`` its key is not needed, nor used."""
    node = node_of(settings) if signs else replace(node_of(settings), oldest_head_s=inf)  # to look is no harm

    def leave_out(board: int) -> None:
        reporter.tell(BoardLeftOut(board))

    connect = partial(
        StarknetProvider.connect,
        directory=settings.directory,
        board=settings.board,
        from_block=settings.from_block,
        limit_fri=settings.fee_limit_fri,
        leave_out=leave_out,
    )
    if signs:
        async with open_sender(settings, reporter) as (account, sender):
            await sender.recover()
            yield await connect(account, sender)
        return
    reader = await open_reader(node, settings.account)
    try:
        yield await connect(reader, None)
    finally:
        await close_account(reader)


@asynccontextmanager
async def open_deployment(settings: Settings) -> AsyncIterator[Deployment]:
    """Bringing the settings' account onto its chain. Raises KeyStoreError, ChangeRefused or ChainError."""
    key = open_keys(settings).private_key(settings.account)
    account = await open_account(node_of(settings), settings.account, key)
    try:
        yield Deployment(account, key)
    finally:
        await close_account(account)


async def ask_store(settings: Settings) -> str:
    """What the settings' IPFS node says of itself; raises StoreError."""
    node = open_node(settings)
    size, most = await node.stored_bytes() / GIB, settings.store_bytes / GIB
    limit = f" of {most:.1f} (store_bytes)" if most else ", without a limit (store_bytes)"
    where = f"started from {settings.ipfs_program}" if settings.ipfs_program else f"at {settings.ipfs_api}"
    return f"Kubo {await node.version()} {where}; its repository takes {size:.1f} GiB{limit}"


async def look_at_nodes(settings: Settings) -> list[tuple[str, str, int]]:
    """Of each node its address, what is wrong with it ("": nothing), and its newest block."""
    return await Nodes.examine(node_of(settings))


def make_renderer(blender: str, device: str, folder: Path, *, allow_unsandboxed: bool) -> Renderer:
    """What leases are rendered by; ``blender`` is the application, or "" for the bpy module."""
    logs = folder / "logs"
    return BlenderRenderer(
        blender=blender, device=device, log_folder=logs, allow_unsandboxed=allow_unsandboxed
    )

"""What a provider changes on the chain, and how its accounts are made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from pathlib import Path

from ..adapters.blender_process.process import BlenderRenderer
from ..adapters.blender_process.sandbox_start import try_sandbox as try_sandbox
from ..adapters.keys import KeyringStore, KeystoreFile, make_password
from ..adapters.kubo import KuboStore
from ..adapters.starknet.accounts import Deployment, address_of, new_key, public_key_of
from ..adapters.starknet.node import close_account, open_account, open_reader
from ..adapters.starknet.nodes import Nodes
from ..adapters.starknet.provider import StarknetProvider
from ..ports.key_store import KeyStore
from ..ports.renderer import Renderer
from ..ports.reporter import Reporter
from ..settings import Settings
from .network import node_of, open_keys, open_sender
from .network import oldest_head_s as oldest_head_s


@asynccontextmanager
async def open_provider(
    settings: Settings, reporter: Reporter, *, signs: bool = True
) -> AsyncIterator[StarknetProvider]:
    """The network as the settings' account uses it; without ``signs`` its key is not needed, nor used."""
    node = node_of(settings) if signs else replace(node_of(settings), oldest_head_s=inf)  # to look is no harm
    place = {"from_block": settings.from_block, "limit_fri": settings.fee_limit_fri}
    if signs:
        async with open_sender(settings, reporter) as (account, sender):
            await sender.recover()
            yield await StarknetProvider.connect(account, sender, settings.directory, settings.board, **place)
        return
    reader = await open_reader(node, settings.account)
    try:
        yield await StarknetProvider.connect(reader, None, settings.directory, settings.board, **place)
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


def new_private_key() -> int:
    """A key for a new account."""
    return new_key()


def derived_address(private_key: int) -> int:
    """Where the account of a key is that was made here."""
    return address_of(private_key)


def public_key(settings: Settings) -> int:
    """The public key of the settings' account; raises KeyStoreError."""
    return public_key_of(open_keys(settings).private_key(settings.account))


def key_place(keystore: Path | None, password_file: Path | None, *, may_make_password: bool) -> KeyStore:
    """A keystore file, with a new password where there is none yet, or the system's keyring."""
    if keystore is None:
        return KeyringStore()
    password_file = password_file or keystore.with_suffix(".password")
    if may_make_password:
        make_password(password_file)
    return KeystoreFile(keystore, password_file)


def secret_files(settings: Settings) -> tuple[Path, ...]:
    """The files that the settings' key is kept in, if it is in files."""
    if settings.keystore is None:
        return ()
    return settings.keystore, settings.password_file or settings.keystore.with_suffix(".password")


def noted_account(keystore: Path) -> int:
    """The account that a keystore file says it is of; 0 without one."""
    return KeystoreFile(keystore, keystore).account()


def store_key(settings: Settings, private_key: int) -> None:
    """Keep the key of the settings' account where they say; raises KeyStoreError."""
    open_keys(settings).save(settings.account, private_key)


async def ask_store(settings: Settings) -> str:
    """What the settings' IPFS node says of itself; raises StoreError."""
    return f"Kubo {await KuboStore(settings.ipfs_api).version()} at {settings.ipfs_api}"


async def look_at_nodes(settings: Settings) -> list[tuple[str, str, int]]:
    """Of each node its address, what is wrong with it ("": nothing), and its newest block."""
    return await Nodes.examine(node_of(settings))


def make_renderer(blender: str, device: str, folder: Path, *, allow_unsandboxed: bool) -> Renderer:
    """What leases are rendered by; ``blender`` is the application, or "" for the bpy module."""
    logs = folder / "logs"
    return BlenderRenderer(
        blender=blender, device=device, log_folder=logs, allow_unsandboxed=allow_unsandboxed
    )

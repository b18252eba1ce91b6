"""The content store that the settings say."""

from __future__ import annotations

import time
from pathlib import Path

from ..adapters.ipfs.gateways import Gateways
from ..adapters.ipfs.kubo import KuboStore
from ..adapters.ipfs.kubo_download import download_kubo
from ..adapters.ipfs.own_kubo import OwnKubo
from ..app.exchange.fallback import FallbackStore
from ..app.exchange.told_addresses import Beside, ToldAddresses
from ..app.upkeep.store_upkeep import StoreUpkeep
from ..ports.content_store import ContentStore
from ..ports.package_keys import KeyChain
from ..ports.reporter import Reporter
from ..settings import Settings
from .keys import ipfs_headers

_own: dict[tuple[str, Path, bool], OwnKubo] = {}
SHORT_PATIENCE_S = 60.0  # of our own node, where there is somebody else to ask


def open_node(settings: Settings) -> KuboStore:
    """The settings' IPFS node alone; raises SettingsError."""
    if settings.ipfs_program:
        return KuboStore("", own=own_kubo(settings))
    headers = ipfs_headers(settings)
    if settings.gateways:
        return KuboStore(settings.ipfs_api, headers=headers, ca=settings.ipfs_ca, patience_s=SHORT_PATIENCE_S)
    return KuboStore(settings.ipfs_api, headers=headers, ca=settings.ipfs_ca)


def own_kubo(settings: Settings) -> OwnKubo:
    """The node that the settings have us start, the same for all that is done in this process."""
    is_private = not settings.far_addresses
    repository = settings.folder / ("ipfs-local" if is_private else "ipfs")
    key = (settings.ipfs_program, repository, is_private)
    return _own.setdefault(key, OwnKubo(*key))


def stop_own_kubos() -> None:
    """End the nodes that this process started."""
    while _own:
        _own.popitem()[1].stop()


async def fetch_kubo(url: str, checksum: str, folder: Path, reporter: Reporter) -> Path:
    """Have the program Kubo in a folder; raises SettingsError, StoreError, ContentError."""
    return await download_kubo(
        url, checksum, folder, lambda done, total: reporter.progress("bytes", done, total)
    )


def open_store(settings: Settings, reporter: Reporter) -> ContentStore:
    """The settings' IPFS node, and gateways for what it does not find; raises SettingsError."""
    node = open_node(settings)
    if not settings.gateways:
        return node
    return FallbackStore(node, Gateways(settings.gateways, ca=settings.ipfs_ca), reporter)


def open_upkeep(settings: Settings, reporter: Reporter) -> StoreUpkeep:
    """Care for the settings' IPFS node; raises SettingsError."""
    return StoreUpkeep(
        open_node(settings),
        reporter,
        time.time,
        most_bytes=settings.store_bytes,
        peers=settings.ipfs_peers,
        tells=settings.tell_addresses,
    )


def dialling(settings: Settings, reporter: Reporter, chain: KeyChain) -> Beside:
    """Connect the settings' IPFS node to those that jobs name, while their packages are fetched."""
    which, from_block = settings.dial_addresses, settings.from_block
    return ToldAddresses(chain, open_node(settings), reporter, which=which, from_block=from_block).beside

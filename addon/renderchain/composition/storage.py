"""The content store that the settings say."""

from __future__ import annotations

import time

from ..adapters.ipfs.gateways import Gateways
from ..adapters.ipfs.kubo import KuboStore
from ..app.exchange.fallback import FallbackStore
from ..app.upkeep.store_upkeep import StoreUpkeep
from ..ports.content_store import ContentStore
from ..ports.reporter import Reporter
from ..settings import Settings
from .keys import ipfs_headers

SHORT_PATIENCE_S = 60.0  # of our own node, where there is somebody else to ask


def open_node(settings: Settings) -> KuboStore:
    """The settings' IPFS node alone; raises SettingsError."""
    headers = ipfs_headers(settings)
    if settings.gateways:
        return KuboStore(settings.ipfs_api, headers=headers, ca=settings.ipfs_ca, patience_s=SHORT_PATIENCE_S)
    return KuboStore(settings.ipfs_api, headers=headers, ca=settings.ipfs_ca)


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
    )

"""A packed scene becomes a job: pinned, then paid for."""

from __future__ import annotations

from pathlib import Path

from ...core.ids import JobId
from ...core.manifest import Manifest
from ...ports.content_store import ContentStore
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.package import pin_package
from .create_job import Offer, create_job


async def submit(
    chain: RequesterChain,
    store: ContentStore,
    journal: Journal,
    reporter: Reporter,
    *,
    folder: Path,
    manifest: Manifest,
    requester_key: bytes,
    offer: Offer,
    name: str,
    output: Path,
) -> JobId:
    """Pin a packed folder and create its job; returns the job's id.

    Results are sealed for ``requester_key``. Raises StoreError, InsufficientFunds, ContractError
    or ChainError.
    """
    package = await pin_package(store, folder, manifest, requester_key, reporter)
    return await create_job(chain, journal, package, offer, name=name, output=output, reporter=reporter)

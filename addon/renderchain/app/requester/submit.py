"""A packed scene becomes a job: probed, pinned, then paid for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from ...core.errors import Cancelled, InsufficientFunds, SceneError
from ...core.frame_names import USUAL
from ...core.ids import JobId
from ...core.manifest import Manifest
from ...core.probe_report import ProbeVerdict
from ...ports.content_store import ContentStore
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.package import Sealing, pin_package
from ..exchange.probe import Probe
from ..upkeep.store_upkeep import StoreUpkeep
from .create_job import create_job
from .offer import Offer
from .own_check import OwnCheck
from .package_pin import unpin_unneeded
from .told_addresses import tell_addresses


async def probed_offer(
    probe: Probe,
    own_check: OwnCheck,
    reporter: Reporter,
    folder: Path,
    manifest: Manifest,
    offer: Offer,
    seconds: int,
) -> Offer:
    """The offer with the limits that the scene needs; raises SceneError where others can't render it alike.

    It may say by now that the artist's own check of a lease takes too long.

    Nothing was pinned or paid then. The offer keeps its own limits where none were measured.
    """
    if not seconds:
        reporter.say(
            "The scene is not probed: whether others render the same frames is open, and workers "
            "that find they don't leave the job alone."
        )
        return offer
    reporter.say(f"Probing the scene, for at most {seconds} s")
    report = await probe.run(folder, manifest, seconds)
    if report.verdict is ProbeVerdict.REFUSED:
        raise SceneError(f"{report.sentences} Nothing was sent or paid.")
    for reason in report.reasons:
        reporter.say(f"The probe: {reason.sentence}")
    if report.frame_ms:
        least_s, most_s = report.least_frame_ms / 1000, report.frame_ms / 1000
        reporter.say(f"The probe: a frame takes {least_s:.1f} to about {most_s:.1f} s on this machine's CPU.")
    if report.limits is None:
        reporter.say(
            "The probe: how far honest renderings differ is not measured, so the widest limits hold."
        )
    if (
        offer.looks_if_unchecked
        and not (offer.second_look or offer.unchecked)
        and offer.device_group == "CPU"
    ):
        too_slow = own_check.why_too_slow(report.frame_ms / 1000, len(manifest.regions))
        offer = replace(offer, unchecked=too_slow)
    return replace(offer, limits=report.limits or offer.limits)


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
    upkeep: StoreUpkeep,
    sealing: Sealing | None = None,
    names: str = USUAL,
) -> JobId:
    """Pin a packed folder and create its job, a private one with ``sealing``; returns the job's id.

    Results are sealed for ``requester_key``. Raises SceneError, StoreError, InsufficientFunds, ContractError
    or ChainError.
    """
    await upkeep.need(sum(file.size_bytes for file in manifest.files))
    await upkeep.connect()
    package = await pin_package(store, folder, manifest, requester_key, reporter, sealing)
    try:
        job_id = await create_job(
            chain, journal, package, offer, name=name, output=output, reporter=reporter, names=names
        )
    # There is no job, and will be none; one that is noted as sent keeps its package.
    except (SceneError, InsufficientFunds, asyncio.CancelledError):
        await unpin_unneeded(store, journal, reporter, package.cid)
        raise
    except Cancelled:  # too late
        await upkeep.say_addresses(package.cid)
        raise
    await upkeep.say_addresses(package.cid)
    await tell_addresses(chain, upkeep, reporter, job_id)
    return job_id

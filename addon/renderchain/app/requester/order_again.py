"""Some frames of a job once more, as a job of their own: out of the same package, on the same terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...core.artist_job import JobEntry
from ...core.errors import LocalError
from ...core.frames import format_frames
from ...core.ids import JobId
from ...core.job import JobInfo, family_name
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from ...core.private_package import is_private
from ...ports.content_store import ContentStore
from ...ports.requester_chain import RequesterChain
from .offer import Offer
from .quote import Quote, quote_of

MOST_NAME = 80  # letters of a job's


async def read_job(chain: RequesterChain, store: ContentStore, job_id: JobId) -> tuple[JobInfo, Manifest]:
    """A job and its package's manifest; raises UnknownJob, StoreError, ContentError, or LocalError if it is
    private: its package is sealed for that job alone.
    """
    job = await chain.job(job_id)
    raw = await store.read_file(job.package_cid, MANIFEST_NAME, MAX_MANIFEST_BYTES)
    if is_private(raw):
        raise LocalError(f"Nothing was paid: job {job_id} is private; submit its scene for these frames.")
    return job, parse_manifest(raw)


def manifest_for(manifest: Manifest, job_id: JobId, frames: Sequence[int]) -> Manifest:
    """The manifest for these frames alone; raises LocalError where they are none of the job's."""
    strange = sorted(set(frames) - set(manifest.frames))
    if strange or not frames:
        named = format_frames(tuple(strange)) if strange else "none"
        raise LocalError(f"Nothing was paid: frames {named} are not of job {job_id}; name some that are.")
    return replace(manifest, frames=tuple(sorted(set(frames))))


def name_of(entry: JobEntry, frames: Sequence[int]) -> str:
    """What the job that orders these frames of another one is called."""
    return f"{entry.name} {format_frames(tuple(frames))}"[:MOST_NAME]


def offer_of(job: JobInfo) -> Offer:
    """What was offered for the job, with what follows from the price of gas left open."""
    return Offer(
        job.reward_fri,
        device_group=family_name(job.family).rsplit("/", 1)[-1].upper(),
        audit_tiles=job.audit_tiles,
        longest_lease=job.longest_lease,
        lease_timeout_s=job.lease_timeout_s,
        window_s=job.window_s,
        limits=job.limits,
        takes_unjudged=job.takes_unjudged,
        second_look=job.second_look,
        scheduler=job.scheduler,
        scheduler_grace_s=job.scheduler_grace_s,
    )


async def order_quote(
    chain: RequesterChain, store: ContentStore, job_id: JobId, frames: Sequence[int]
) -> Quote:
    """What ordering these frames once more costs; raises LocalError or SceneError."""
    job, manifest = await read_job(chain, store, job_id)
    wanted = manifest_for(manifest, job_id, frames)
    shape = (len(wanted.frames), wanted.leaves_per_frame, len(wanted.view_layers))
    return quote_of(offer_of(job), *shape, await chain.gas_price_fri(), await chain.seat_unit_fri())

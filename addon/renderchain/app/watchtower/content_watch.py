"""Results and packages of a worker's leases: can they be fetched still, and if not, are they kept here?

Without results a challenge of their delivery is lost, and without its package nobody can verify a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from ...core.audit.state import DrawOutcome
from ...core.errors import ContentError, StoreError
from ...core.ids import LeaseId
from ...core.job import LeaseInfo
from ...core.lifecycle import LeaseState
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES
from ...core.notices.watching import ContentLost, ContentProvided
from ...core.sealed import HEADER_NAME, MAX_HEADER_BYTES
from ...ports.audit_chain import AuditChain
from ...ports.content_store import ContentStore
from ...ports.reporter import Reporter
from ..audit.proof_store import ProofStore
from ..audit.prover import ProverDuties

LOOK_S = 3600.0  # while nobody doubts a lease
LOOKS_A_STEP = 4
FETCH_S = 60.0  # a look that takes longer has found nothing
MOST_BYTES = 2**24  # of a file that is read to see whether it is there

Choose = Callable[[list[Path]], Path]


class ContentWatch:
    """``choose`` picks one of several files by chance: what was read once may lie in our own node's cache."""

    def __init__(
        self,
        chain: AuditChain,
        store: ContentStore,
        prover: ProverDuties,
        proof_store: ProofStore,
        reporter: Reporter,
        now: Callable[[], float],
        patience_s: float,
        choose: Choose,
    ) -> None:
        self._chain = chain
        self._store = store
        self._prover = prover
        self._proof_store = proof_store
        self._reporter = reporter
        self._now = now
        self._patience_s = patience_s
        self._choose = choose
        self._said: dict[tuple[LeaseId, str], str] = {}

    async def look(self, lease_id: LeaseId) -> float | None:
        """Look for a lease's content; the seconds until the next look, None if it is not a submitted lease.

        Raises RenderChainError.
        """
        lease = await self._chain.lease(lease_id)
        if lease.state is not LeaseState.SUBMITTED:
            return None
        is_doubted = lease.draw_outcome is DrawOutcome.IN_AUDIT
        left_s = lease.since_s + self._patience_s - self._now()
        if left_s > 0 and not is_doubted:
            return min(left_s, LOOK_S)  # what was pinned just now may not be known everywhere yet
        package_cid = (await self._chain.job(lease.job_id)).package_cid
        results_cid = (await self._prover.evidence(lease_id)).result.results_cid
        for cid, name, most_bytes in (
            (results_cid, HEADER_NAME, MAX_HEADER_BYTES),
            (package_cid, MANIFEST_NAME, MAX_MANIFEST_BYTES),
        ):
            await self._see_to(lease, cid, name, most_bytes)
        return await self._chain.phase_s() / LOOKS_A_STEP if is_doubted else LOOK_S

    async def _see_to(self, lease: LeaseInfo, cid: str, name: str, most_bytes: int) -> None:
        kept = self._proof_store.content.find(cid)
        lost = await self._why_lost(cid, name, most_bytes, kept)
        if not lost:
            self._said.pop((lease.lease_id, cid), None)
            return
        lacking = f"{lost} It is not in the evidence folder." if kept is None else await self._pin(cid, kept)
        if not lacking:
            self._reporter.tell(ContentProvided(lease.job_id, lease.lease_id, cid))
        elif self._said.get((lease.lease_id, cid)) != lacking:
            self._said[lease.lease_id, cid] = lacking
            self._reporter.tell(ContentLost(lease.job_id, lease.lease_id, cid, lacking))

    async def _why_lost(self, cid: str, name: str, most_bytes: int, kept: Path | None) -> str:
        """Why the content can't be fetched; "" if it can, as far as one file tells."""
        files = [path for path in kept.rglob("*") if path.is_file()] if kept else []
        files = [path for path in files if path.stat().st_size <= MOST_BYTES]
        if kept and files:
            chosen = self._choose(files)
            name, most_bytes = chosen.relative_to(kept).as_posix(), chosen.stat().st_size
        try:
            async with asyncio.timeout(FETCH_S):
                await self._store.read_file(cid, name, most_bytes)
        except (StoreError, ContentError) as error:
            return str(error)
        except TimeoutError:
            return f"Nobody sent {cid}/{name} in {FETCH_S:.0f} s."
        return ""

    async def _pin(self, cid: str, kept: Path) -> str:
        """Pin what is kept; why that did not help, "" if it did."""
        try:
            pinned = await self._store.add_folder(
                kept, lambda done: self._reporter.progress("bytes pinned", done, 0)
            )
        except StoreError as error:
            return str(error)
        if pinned == cid:
            return ""
        await self._store.unpin(pinned)
        return f"The copy in {kept} is not complete. Copy it again from the worker's machine."

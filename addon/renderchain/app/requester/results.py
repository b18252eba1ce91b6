"""A lease's results on their way to the artist: fetched, opened, and checked against the root."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...core.board_events import LeaseClaimed, ResultSubmitted
from ...core.errors import WrongKey
from ...core.ids import JobId
from ...core.manifest import Manifest
from ...core.merkle import HashMany, LeaseIdentity
from ...core.receipt.document import FrameProof
from ...core.receipt.frame_proofs import frame_proofs
from ...core.result import Result
from ...ports.content_store import ContentStore
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ...ports.sealer import Sealer, Unwrapper
from ..exchange.lease_result import ReadNoisy, check_result, most_bytes
from ..exchange.sealed_result import open_sealed, unwrap_key


@dataclass(frozen=True)
class Results:
    """What fetching them takes."""

    chain: RequesterChain
    store: ContentStore
    hash_many: HashMany
    read_noisy: ReadNoisy
    sealer: Sealer
    unwrapper: Unwrapper
    reporter: Reporter

    def check_key(self, manifest: Manifest, job_id: JobId) -> None:
        """Raise WrongKey unless they are sealed for us."""
        if manifest.requester_key != self.unwrapper.public_key.hex():
            raise WrongKey(
                f"The results of job {job_id} are sealed for another key than this account's; "
                "use the account that submitted it."
            )

    async def fetch(
        self, event: ResultSubmitted, claim: LeaseClaimed, manifest: Manifest, sealed: Path, opened: Path
    ) -> tuple[Result, tuple[FrameProof, ...]]:
        """What is in a lease's results, fetched into one folder and opened in another, and what proves it.

        ``claim`` has the tasks that were submitted. Raises ContentError, or what else hinders it, after which
        another try goes on with what is in the first folder.
        """
        frames = manifest.frames_of(claim)
        await self.store.fetch_folder(
            event.result.results_cid,
            sealed,
            max_bytes=most_bytes(manifest, len(frames)),
            max_files=3 * len(frames) + 2,
            on_bytes=lambda done: self.reporter.progress("bytes fetched", done, 0),
        )
        identity = LeaseIdentity.of(self.chain.chain_id, self.chain.board, claim)
        posted = event.result.key_hash
        key = unwrap_key(self.unwrapper, sealed, identity, key_hash=posted, hash_many=self.hash_many)
        unseal = partial(open_sealed, self.sealer, sealed, opened, key=key, identity=identity, frames=frames)
        await asyncio.to_thread(unseal)
        result, leaves = await asyncio.to_thread(
            check_result,
            opened,
            identity=identity,
            first_task=claim.first,
            root=event.result.root,
            manifest=manifest,
            frames=frames,
            hash_many=self.hash_many,
            read_noisy=self.read_noisy,
        )
        proofs = await asyncio.to_thread(frame_proofs, self.hash_many, result, claim.first, leaves)
        return result, proofs

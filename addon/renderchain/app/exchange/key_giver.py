"""Giving workers the key of a private package, by whoever has it: its artist, or a worker in an audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...core.errors import ContentError
from ...core.ids import JobId, WorkerId
from ...core.notices.private import PackageKeyRefused, PackageKeysGiven
from ...core.private_package import KeyPlace, WrappedKey
from ...ports.package_keys import KeyChain, PackageSealer
from ...ports.reporter import Reporter

MOST_AT_ONCE = 50  # in one transaction
MOST_OF_ONE = 3  # keys of a worker that a job's is wrapped for by one process


class KeyGiver:
    """Gives nobody what was given before: of a job and a worker's key the wrapping is always the same.

    What was given is looked for from ``from_block`` on.
    """

    def __init__(self, chain: KeyChain, sealer: PackageSealer, reporter: Reporter, from_block: int) -> None:
        self._chain = chain
        self._sealer = sealer
        self._reporter = reporter
        self._from_block = from_block
        self._times: Counter[tuple[JobId, WorkerId]] = Counter()

    async def give(self, job_id: JobId, key: bytes, workers: Iterable[WorkerId]) -> None:
        """See that these workers have it, as far as they published keys of theirs.

        Raises ContractError or ChainError.
        """
        due = [
            (worker_id, wrapped)
            for worker_id in sorted(set(workers))
            if (wrapped := await self._wrapped(job_id, key, worker_id)) is not None
        ]
        for first in range(0, len(due), MOST_AT_ONCE):
            some = due[first : first + MOST_AT_ONCE]
            await self._chain.give_keys(job_id, some)
            self._times.update((job_id, worker_id) for worker_id, _ in some)
            self._reporter.tell(PackageKeysGiven(job_id, len(some)))

    async def _wrapped(self, job_id: JobId, key: bytes, worker_id: WorkerId) -> WrappedKey | None:
        """The key for that worker; None where it has it, or can't be given it."""
        scene_key = await self._chain.scene_key(worker_id)
        if scene_key is None:
            return None
        place = KeyPlace(self._chain.chain_id, self._chain.board, job_id, worker_id)
        try:
            wrapped = self._sealer.wrap_package_key(key, scene_key, place)
        except ContentError as error:
            self._reporter.tell(PackageKeyRefused(job_id, worker_id, str(error)))
            return None
        if (worker_id, wrapped) in await self._chain.given_keys(job_id, self._from_block, worker_id):
            return None
        if self._times[job_id, worker_id] >= MOST_OF_ONE:
            self._reporter.tell(PackageKeyRefused(job_id, worker_id, "It changes its own key too often."))
            return None
        return wrapped

"""Keys of private packages for a watchtower, which has to give them to verifiers where its worker is down.

They lie in the evidence, wrapped for the watchtower's own key: who has the evidence alone opens no package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...core.ids import JobId, WorkerId
from ...core.job import LeaseInfo
from ...core.lease_id import split_lease_id
from ...core.private_package import KeyPlace, WrappedKey
from ...ports.package_keys import KeyChain, PackageSealer, SceneKey
from .asked_keys import AskedKeys
from .key_giver import KeyGiver


@dataclass(frozen=True)
class KeysForWatchtower:
    """What a worker keeps beside its evidence: of jobs whose key it was given, for that X25519 key."""

    chain: KeyChain
    keys: AskedKeys
    sealer: PackageSealer
    watchtower_key: bytes

    async def wrapped(self, job_id: JobId) -> WrappedKey | None:
        """The key of a job's package; None of one that is open to all. Raises ContentError."""
        key = self.keys.known(job_id)
        if key is None:
            return None
        place = KeyPlace(self.chain.chain_id, self.chain.board, job_id, await self.chain.worker_id())
        return self.sealer.wrap_package_key(key, self.watchtower_key, place)


@dataclass(frozen=True)
class KeysOfWorker:
    """What a watchtower makes of it."""

    chain: KeyChain
    scene_key: SceneKey
    giver: KeyGiver

    async def give(self, lease: LeaseInfo, wrapped: WrappedKey, workers: Iterable[WorkerId]) -> bool:
        """See that these workers have the key of a lease's package; False where it was for another."""
        worker_id = split_lease_id(lease.lease_id)[0]
        place = KeyPlace(self.chain.chain_id, self.chain.board, lease.job_id, worker_id)
        key = self.scene_key.unwrap_package_key(wrapped, place)
        if key is not None:
            await self.giver.give(lease.job_id, key, workers)
        return key is not None

"""The key of a private package for those who verify own leases: without it they would vote *no package*.

The artist's client or watchtower gives it to them too; but it is the worker's stake that hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core.audit.events import VotesDrawn
from ...core.audit.state import AuditPhase, Vote
from ...core.board_events import BoardEvent, KeyAsked
from ...core.ids import JobId, LeaseId
from ...core.lifecycle import LeaseState
from ...core.private_package import PrivateHeader
from ...ports.audit_chain import AuditChain
from ...ports.content_store import ContentStore
from ...ports.package_keys import PackageKeys
from ..exchange.key_giver import KeyGiver
from ..exchange.private_package import read_header
from ..upkeep.keeping import Tending

Hindered = Callable[[LeaseId, str], None]


class KeyDuty:
    """Stands by for own leases while they wait for votes. ``hindered`` is told what is in the way."""

    def __init__(
        self,
        chain: AuditChain,
        store: ContentStore,
        keys: PackageKeys,
        giver: KeyGiver,
        hindered: Hindered,
    ) -> None:
        self._chain = chain
        self._store = store
        self._keys = keys
        self._giver = giver
        self._own: dict[LeaseId, JobId | None] = {}  # with their jobs, as far as they are known
        self._headers: dict[str, PrivateHeader | None] = {}  # by the package's CID
        self._tending = Tending[LeaseId](self._look, hindered)
        self._is_running = False

    def own(self, lease_id: LeaseId) -> None:
        """Stand by for a lease that was submitted."""
        self._own.setdefault(lease_id, None)
        self._look_now(lease_id)

    def forget(self, lease_id: LeaseId) -> None:
        """The lease is settled."""
        self._own.pop(lease_id, None)

    def note(self, event: BoardEvent) -> None:
        """Hear who is drawn, and who asks."""
        if isinstance(event, VotesDrawn) and event.lease_id in self._own:
            self._look_now(event.lease_id)
        elif isinstance(event, KeyAsked):
            for lease_id, job_id in self._own.items():
                if job_id in (None, event.job_id):
                    self._look_now(lease_id)

    def begin(self) -> None:
        """Do what is due from now on."""
        self._is_running = True
        for lease_id in self._own:
            self._tending.tend(lease_id)

    async def end(self) -> None:
        """Leave everything."""
        self._is_running = False
        await self._tending.end()

    def _look_now(self, lease_id: LeaseId) -> None:
        if self._is_running:
            self._tending.tend(lease_id)

    async def _look(self, lease_id: LeaseId) -> None:
        """Give the key to those who are to vote on a lease; what changes that is heard of."""
        lease = await self._chain.lease(lease_id)
        if lease.state is not LeaseState.SUBMITTED or lease_id not in self._own:
            return
        self._own[lease_id] = lease.job_id
        if (await self._chain.audit(lease_id)).phase is not AuditPhase.COMMIT:
            return
        job = await self._chain.job(lease.job_id)
        header = await self._header(job.package_cid)
        if header is None:
            return
        found = await self._chain.verifiers(lease_id)
        drawn = [one.worker_id for one in found if one.vote is Vote.DRAWN]
        await self._giver.give(job.job_id, await self._keys.key_of(job, header), drawn)

    async def _header(self, cid: str) -> PrivateHeader | None:
        """Of a private package; None for one that is open to all."""
        if cid not in self._headers:
            self._headers[cid] = await read_header(self._store, cid)
        return self._headers[cid]

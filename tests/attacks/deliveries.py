"""Results that an artist doubts: they may be spoiled, and a committee looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renderchain.adapters.sealing import AccountUnwrapper, ChaChaSealer
from renderchain.core.audit.state import Verdict
from renderchain.core.merkle import LeaseIdentity
from renderchain.core.sealed import SealedHeader
from renderchain.ports.content_store import BytesDone, ContentStore

from tests.attacks.arena import Arena, Worker
from tests.attacks.lease_audit import LeaseAudit


@dataclass(frozen=True)
class Spoiling:
    """A store into which the files go spoiled."""

    store: ContentStore

    async def add_folder(self, folder: Path, on_bytes: BytesDone) -> str:
        """Only for the results of a lease: the package is read from the true store."""
        if folder.name.endswith(".sealed"):
            last = max(folder.iterdir(), key=lambda path: path.stat().st_size)
            raw = bytearray(last.read_bytes())
            raw[len(raw) // 2] ^= 1
            last.write_bytes(raw)
        return await self.store.add_folder(folder, on_bytes)

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


class MisWrapping(ChaChaSealer):
    """Wraps the key of results for another account than their requester's."""

    def wrap(
        self, key: bytes, requester_key: bytes, identity: LeaseIdentity, document: bytes
    ) -> SealedHeader:
        """For account 7."""
        other = AccountUnwrapper(7, identity.chain_id)
        return super().wrap(key, other.public_key, identity, document)


async def delivery_audit(
    field: Arena, worker: Worker, *, how: str = "honest", audit_s: int = 0
) -> LeaseAudit:
    """A lease whose pixels a committee found good, so late, and which is not yet accepted."""
    lease_id = await worker.claim(await field.job())
    store: ContentStore = Spoiling(field.store) if how == "spoiled" else field.store  # type: ignore[assignment]
    sealer = MisWrapping() if how == "wrapped for somebody else" else None
    await worker.render(lease_id, store=store, sealer=sealer)
    subject = LeaseAudit(field, lease_id)
    await subject.draw()
    field.late(audit_s)
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    return subject


async def challenged(field: Arena, subject: LeaseAudit) -> Verdict:
    """What a committee finds when the artist doubts the delivery."""
    await field.artist.challenge_delivery(subject.lease_id)
    await subject.prove()
    await subject.draw()
    await subject.play_round()
    return await subject.close()

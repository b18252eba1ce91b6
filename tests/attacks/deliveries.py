"""Results that an artist doubts: they may be spoiled, and a committee looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renderchain.core.audit.state import Verdict
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


async def delivery_audit(
    field: Arena, worker: Worker, *, spoiled: bool = False, audit_s: int = 0
) -> LeaseAudit:
    """A lease whose pixels a committee found good, so late, and which is not yet accepted."""
    lease_id = await worker.claim(await field.job())
    store: ContentStore = Spoiling(field.store) if spoiled else field.store  # type: ignore[assignment]
    await worker.render(lease_id, store=store)
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

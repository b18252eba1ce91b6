"""Both sides of an audit, on the board in memory."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.events import ContentsShown, KeyRevealed, LeavesOpened, PrintShown
from renderchain.core.audit.state import AuditInfo, Content, Verifier
from renderchain.core.board_events import ResultSubmitted
from renderchain.core.contract_errors import ContractError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.ports.audit_chain import Reveal

from devkit.board import view
from devkit.board.account import MemoryView


class MemoryAudits(MemoryView):
    """Implements AuditChain."""

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Draw what chance decides about these leases; anyone may."""
        wanted = list(lease_ids)
        return await self._batch(
            f"Drawing leases {wanted}", lambda model: model.draw(self.address, job_id, wanted)
        )

    async def commit(self, marks: Sequence[tuple[int, int, int]]) -> list[ContractError]:
        """As a verifier, seal votes: (lease, seat, mark) each."""
        wanted = [(LeaseId(lease), seat, mark) for lease, seat, mark in marks]
        action = f"Sealing votes on leases {[one[0] for one in wanted]}"
        return await self._batch(action, lambda model: model.commit(self.address, wanted))

    async def open_leaves(
        self,
        lease_id: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
    ) -> None:
        """As the lease's operator, show the drawn leaves and their proofs."""
        shown = (lease_id, seed, result, list(openings), list(siblings))
        action = f"Opening the leaves of lease {lease_id}"
        await self._do(action, lambda model: model.open(self.address, *shown))

    async def reveal(self, reveals: Sequence[Reveal]) -> list[ContractError]:
        """As a verifier, show votes."""
        wanted = list(reveals)
        action = f"Revealing votes on leases {[one.lease_id for one in wanted]}"
        return await self._batch(action, lambda model: model.reveal(self.address, wanted))

    async def reveal_prints(
        self,
        reveal: Reveal,
        contents: Sequence[Content],
        answer: Sequence[Content],
        prints: Sequence[Sequence[int]],
    ) -> None:
        """As a verifier, show a vote that differs."""
        place = (reveal.lease_id, reveal.seat, reveal.nonce)
        shown = (list(contents), list(answer), list(prints))
        action = f"Showing prints on lease {reveal.lease_id}"
        await self._do(action, lambda model: model.reveal_prints(self.address, *place, *shown))

    async def compare(
        self,
        lease_id: LeaseId,
        seat: int,
        contents: Sequence[Content],
        answer: Sequence[Content],
        prints: Sequence[Sequence[int]],
        answer_prints: Sequence[Sequence[int]],
    ) -> None:
        """Count a verifier that differs by its prints and the worker's."""
        shown = (list(contents), list(answer), list(prints), list(answer_prints))
        action = f"Comparing prints of lease {lease_id}"
        await self._do(action, lambda model: model.compare(self.address, lease_id, seat, *shown))

    async def advance(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Go on where everybody voted or a deadline passed; anyone may."""
        wanted = list(lease_ids)
        action = f"Advancing leases {wanted}"
        return await self._batch(action, lambda model: model.advance(self.address, job_id, wanted))

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        return await self._ask("Reading bond_to_appeal_fri", lambda model: model.appeal_bond_fri(lease_id))

    async def appeal(self, lease_id: LeaseId) -> None:
        """As who lost the last round, pay a bond and ask for more verifiers."""
        await self.appeal_bond_fri(lease_id)
        await self._do(f"Appealing for lease {lease_id}", lambda model: model.appeal(self.address, lease_id))

    async def reveal_key(self, lease_id: LeaseId, result: LeaseResult, key: bytes) -> None:
        """As the lease's operator, reveal the key of its results."""
        halves = (int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big"))
        action = f"Revealing the key of lease {lease_id}"
        await self._do(action, lambda model: model.reveal_key(self.address, lease_id, result, *halves))

    async def audit(self, lease_id: LeaseId) -> AuditInfo:
        """The lease's audit."""
        return await self._ask("Reading audit_of", lambda model: view.audit_info(model, lease_id))

    async def seed(self, lease_id: LeaseId, round_: int) -> int:
        """The draw of a round."""
        return await self._ask("Reading seed_of", lambda model: view.seed(model, lease_id, round_))

    async def drawn_leaves(self, lease_id: LeaseId) -> list[int]:
        """The leaves of the present round."""
        return await self._ask("Reading drawn_leaves", lambda model: view.drawn_leaves(model, lease_id))

    async def verifiers(self, lease_id: LeaseId, round_: int) -> list[Verifier]:
        """The seats of a round."""
        return await self._ask("Reading verifiers_of", lambda model: view.verifiers(model, lease_id, round_))

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> list[Content]:
        """What the worker's leaves hold."""
        found = [one for one in await self._past(LeavesOpened, from_block, lease_id) if one.round == round_]
        return list(found[0].contents) if found else []

    async def shown(
        self, lease_id: LeaseId, round_: int, seat: int, from_block: int
    ) -> tuple[list[Content], dict[int, tuple[int, ...]]]:
        """What a verifier that differs has."""
        place = (round_, seat)
        contents = await self._past(ContentsShown, from_block, lease_id)
        prints = await self._past(PrintShown, from_block, lease_id)
        last = [one.contents for one in contents if (one.round, one.seat) == place][-1:]
        shown = {one.index: one.print for one in prints if (one.round, one.seat) == place}
        return list(last[0]) if last else [], shown

    async def result_hash(self, lease_id: LeaseId) -> int:
        """What the board keeps of a submitted lease's result."""
        action = f"Reading result_hash of lease {lease_id}"
        return await self._ask(action, lambda model: model.result_hash(lease_id))

    async def submitted(self, lease_id: LeaseId, from_block: int) -> LeaseResult | None:
        """What the worker submitted."""
        found = await self._past(ResultSubmitted, from_block, lease_id)
        return found[0].result if found else None

    async def revealed_key(self, lease_id: LeaseId, from_block: int) -> bytes | None:
        """The results' key, if it was revealed."""
        found = await self._past(KeyRevealed, from_block, lease_id)
        return found[0].key_hi.to_bytes(16, "big") + found[0].key_lo.to_bytes(16, "big") if found else None

    async def phase_s(self) -> int:
        """Seconds that a step of an audit may take."""
        return await self._ask("Reading limits", lambda model: model.rules.phase_s)

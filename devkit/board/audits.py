"""Both sides of an audit, on the board in memory."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.events import KeyRevealed, LeavesOpened, PrintsShown, opened_of, shown_of
from renderchain.core.audit.state import AuditInfo, Content, DrawnLeaf, Verifier, Vote
from renderchain.core.board_events import ResultSubmitted
from renderchain.core.contract_errors import ContractError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult
from renderchain.core.prints import split_prints
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

from devkit.board import view
from devkit.board.account import MemoryView
from devkit.model.challenges import Model


class MemoryAudits(MemoryView):
    """Implements AuditChain."""

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Draw what chance decides about these leases; anyone may."""
        wanted = list(lease_ids)
        return await self._batch(
            f"Drawing leases {wanted}", lambda model: model.draw(self.address, job_id, wanted)
        )

    async def commit(
        self, marks: Sequence[tuple[int, int, int]], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """As a verifier, seal votes: (lease, seat, mark) each."""
        wanted = [(LeaseId(lease), seat, mark) for lease, seat, mark in marks]
        action = f"Sealing votes on leases {[one[0] for one in wanted]}"
        return await self._batch(action, lambda model: model.commit(self.address, wanted))

    async def decline(self, lease_id: LeaseId, seat: int, word: Vote) -> None:
        """As a verifier, say why there is no vote."""
        action = f"Declining a vote on lease {lease_id}"
        await self._do(action, lambda model: model.decline(self.address, lease_id, seat, word))

    async def open_leaves(
        self,
        lease_id: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
        prints: Sequence[Sequence[int]],
    ) -> None:
        """Show the drawn leaves, their proofs and their prints."""
        shown = (lease_id, seed, result, list(openings), list(siblings), list(prints))
        action = f"Opening the leaves of lease {lease_id}"
        await self._do(action, lambda model: model.open(self.address, *shown))

    async def reveal(self, reveals: Sequence[Reveal], company_until_s: float = 0.0) -> list[ContractError]:
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
        *,
        differs: int,
        mean: bool,
        company_until_s: float = 0.0,
    ) -> None:
        """As a verifier, show a vote with other digests."""
        place = (reveal.lease_id, reveal.seat, reveal.nonce)
        shown = (list(contents), list(answer), list(prints))
        action = f"Showing prints on lease {reveal.lease_id}"
        await self._do(
            action,
            lambda model: model.reveal_prints(self.address, *place, *shown, differs=differs, mean=mean),
        )

    async def strike(self, lease_id: LeaseId, leaf: int, vote: ShownVote, answer: Opened) -> None:
        """Show that a vote's own prints contradict it."""
        place = (lease_id, vote.seat, leaf)
        contents, prints = (vote.contents, answer.contents), (vote.prints, answer.prints)
        action = f"Striking a vote on lease {lease_id}"
        await self._do(action, lambda model: model.strike(self.address, *place, *contents, *prints))

    async def show(
        self, lease_id: LeaseId, leaf: int, votes: Sequence[ShownVote], answer: Opened, *, by_levels: bool
    ) -> None:
        """Show that votes which differ from the worker agree with the first of them."""
        shown = (list(votes), list(answer.contents), list(answer.prints))
        action = f"Showing the rejection of lease {lease_id}"
        await self._do(action, lambda model: model.show(self.address, lease_id, leaf, by_levels, *shown))

    async def advance(
        self, job_id: JobId, lease_ids: Sequence[LeaseId], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """Go on where everybody voted or a deadline passed; anyone may."""
        wanted = list(lease_ids)
        action = f"Advancing leases {wanted}"
        return await self._batch(action, lambda model: model.advance(self.address, job_id, wanted))

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        return await self._ask("Reading bond_to_appeal_fri", lambda model: model.appeal_bond_fri(lease_id))

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        """Pay a bond and ask for more votes."""
        await self.appeal_bond_fri(lease_id)
        action, named = f"Appealing for lease {lease_id}", list(leaves)
        await self._do(action, lambda model: model.appeal(self.address, lease_id, named))

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        """What raising the fee of the present round's votes by so many notches takes."""
        action = "Reading price_to_raise_fri"
        return await self._ask(action, lambda model: model.price_to_raise_fri(lease_id, notches))

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        """Pay that, so that votes which could not be found are looked for at a higher fee."""
        await self.price_to_raise_fri(lease_id, notches)
        action = f"Raising the fee of votes on lease {lease_id}"
        await self._do(action, lambda model: model.raise_fee(self.address, lease_id, notches))

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        """Whether draws of the present round's votes would stand now at its fee raised so."""

        def question(model: Model) -> bool:
            model.now_s, model.block = self._network.now_s, self._network.block  # a view of the newest
            return view.has_voters(model, lease_id, notches)

        return await self._ask("Reading draw_votes", question)

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

    async def drawn_leaves(self, lease_id: LeaseId) -> list[DrawnLeaf]:
        """The leaves of the present round."""
        return await self._ask("Reading drawn_leaves", lambda model: view.drawn_leaves(model, lease_id))

    async def verifiers(self, lease_id: LeaseId) -> list[Verifier]:
        """All seats so far."""
        return await self._ask("Reading verifiers_of", lambda model: view.verifiers(model, lease_id))

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> Opened | None:
        """What the worker's leaves hold."""
        found = opened_of(await self._past(LeavesOpened, from_block, lease_id), round_)
        return Opened(found[0], split_prints(found[1])) if found else None

    async def shown(self, lease_id: LeaseId, round_: int, from_block: int) -> list[ShownVote]:
        """What verifiers revealed with prints."""
        found = shown_of(await self._past(PrintsShown, from_block, lease_id), round_)
        return [ShownVote(seat, contents, split_prints(prints)) for seat, (contents, prints) in found.items()]

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

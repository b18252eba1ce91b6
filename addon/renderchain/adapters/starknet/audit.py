"""Both sides of an audit: draws, votes, openings, verdicts, appeals."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.audit.economics import PHASES, SEATS, fee_in
from ...core.audit.events import KeyRevealed, opened_of, shown_of
from ...core.audit.state import (
    AuditInfo,
    AuditKind,
    AuditPhase,
    Content,
    DrawnLeaf,
    Verdict,
    Verifier,
    Vote,
)
from ...core.board_events import ResultSubmitted
from ...core.contract_errors import ContractError
from ...core.ids import JobId, LeaseId
from ...core.job import LeaseResult
from ...core.lease_id import split_lease_id
from ...core.prints import split_prints
from ...ports.audit_chain import Opened, Reveal, ShownVote
from .view import StarknetView, ask


class StarknetAudits(StarknetView):
    """The part of StarknetChain that provers and verifiers call."""

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Draw what chance decides about these leases; anyone may."""
        return await self._batch(f"Drawing leases {list(lease_ids)}", "draw", job_id, list(lease_ids))

    async def commit(
        self, marks: Sequence[tuple[int, int, int]], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """As a verifier, seal votes: (lease, seat, mark) each."""
        sealed = [{"lease_id": lease, "seat": seat, "mark": mark} for lease, seat, mark in marks]
        leases = [one[0] for one in marks]
        action = f"Sealing votes on leases {leases}"
        return await self._batch_in_company(action, "commit", sealed, leases=leases, until_s=company_until_s)

    async def decline(self, lease_id: LeaseId, seat: int, word: Vote) -> None:
        """As a verifier, say why there is no vote."""
        await self._invoke(f"Declining a vote on lease {lease_id}", "decline", lease_id, seat, int(word))

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
        shown = [{"salt": salt, "content": vars(content)} for salt, content in openings]
        arguments = (lease_id, seed, vars(result), shown, list(siblings), _flat(prints))
        await self._invoke(f"Opening the leaves of lease {lease_id}", "open", *arguments)

    async def reveal(self, reveals: Sequence[Reveal], company_until_s: float = 0.0) -> list[ContractError]:
        """As a verifier, show votes."""
        leases, shown = [one.lease_id for one in reveals], [vars(one) for one in reveals]
        action = f"Revealing votes on leases {leases}"
        return await self._batch_in_company(action, "reveal", shown, leases=leases, until_s=company_until_s)

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
        arguments = (*place, _plain(contents), _plain(answer), _flat(prints), differs, mean)
        action, told = f"Showing prints on lease {reveal.lease_id}", {"leases": [reveal.lease_id]}
        await self._in_company(action, "reveal_prints", *arguments, **told, until_s=company_until_s)

    async def strike(self, lease_id: LeaseId, leaf: int, vote: ShownVote, answer: Opened) -> None:
        """Show that a vote's own prints contradict it."""
        shown = (_plain(vote.contents), _plain(answer.contents), _flat(vote.prints), _flat(answer.prints))
        action = f"Striking a vote on lease {lease_id}"
        await self._invoke(action, "strike", lease_id, vote.seat, leaf, *shown)

    async def show(
        self, lease_id: LeaseId, leaf: int, votes: Sequence[ShownVote], answer: Opened, *, by_levels: bool
    ) -> None:
        """Show that votes which differ from the worker agree with the first of them."""
        shown = [
            {"seat": one.seat, "contents": _plain(one.contents), "prints": _flat(one.prints)} for one in votes
        ]
        arguments = (leaf, by_levels, shown, _plain(answer.contents), _flat(answer.prints))
        await self._invoke(f"Showing the rejection of lease {lease_id}", "show", lease_id, *arguments)

    async def advance(
        self, job_id: JobId, lease_ids: Sequence[LeaseId], company_until_s: float = 0.0
    ) -> list[ContractError]:
        """Go on where everybody voted or a deadline passed; anyone may."""
        action, leases = f"Advancing leases {list(lease_ids)}", list(lease_ids)
        given, until_s = (job_id, leases), company_until_s
        return await self._batch_in_company(action, "advance", *given, leases=leases, until_s=until_s)

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        """What the next appeal costs unless one is right."""
        return int(await self._ask("bond_to_appeal_fri", lease_id))

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        """Pay a bond and ask for more votes."""
        approval = self._approval(await self.appeal_bond_fri(lease_id))
        action = f"Appealing for lease {lease_id}"
        await self._invoke(action, "appeal", lease_id, list(leaves), first=approval)

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        """What raising the fee of the present round's votes by so many notches takes."""
        return int(await self._ask("price_to_raise_fri", lease_id, notches))

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        """Pay that, so that votes which could not be found are looked for at a higher fee."""
        approval = self._approval(await self.price_to_raise_fri(lease_id, notches))
        action = f"Raising the fee of votes on lease {lease_id}"
        await self._invoke(action, "raise_fee", lease_id, notches, first=approval)

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        """Whether draws of the present round's votes would stand now at its fee raised so."""
        lease, audit = await self.lease(lease_id), await self.audit(lease_id)
        job = await self.job(lease.job_id)
        fee_fri = fee_in(audit.round, job.fee_fri(lease.count, named=audit.names_leaves), notches)
        worker_id, *_ = split_lease_id(lease_id)
        return await self._finds_votes(job, worker_id, fee_fri, SEATS[audit.round])

    async def reveal_key(self, lease_id: LeaseId, result: LeaseResult, key: bytes) -> None:
        """Reveal the key of the lease's results."""
        halves = (int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big"))
        await self._invoke(
            f"Revealing the key of lease {lease_id}", "reveal_key", lease_id, vars(result), *halves
        )

    async def audit(self, lease_id: LeaseId) -> AuditInfo:
        """The lease's audit."""
        raw = await self._ask("audit_of", lease_id)
        kept = {name: raw[name] for name in AuditInfo.__dataclass_fields__}
        kept |= {"kind": AuditKind(raw["kind"]), "phase": AuditPhase(raw["phase"])}
        return AuditInfo(**{**kept, "verdict": Verdict(raw["verdict"])})

    async def seed(self, lease_id: LeaseId, round_: int) -> int:
        """The draw of a round."""
        return int(await self._ask("seed_of", lease_id, round_))

    async def drawn_leaves(self, lease_id: LeaseId) -> list[DrawnLeaf]:
        """The leaves of the present round."""
        return [DrawnLeaf(*one) for one in await self._ask("drawn_leaves", lease_id)]

    async def verifiers(self, lease_id: LeaseId) -> list[Verifier]:
        """All seats so far."""
        raw = await self._ask("verifiers_of", lease_id)
        return [
            Verifier(seat, one["worker_id"], Vote(one["vote"]), one["differs"], one["mean"], one["near"])
            for seat, one in enumerate(raw)
        ]

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> Opened | None:
        """What the worker's leaves hold."""
        events = await self._stream.past_of("LeavesOpened", from_block, lease_id=lease_id)
        found = opened_of(events, round_)
        return Opened(found[0], split_prints(found[1])) if found else None

    async def shown(self, lease_id: LeaseId, round_: int, from_block: int) -> list[ShownVote]:
        """What verifiers revealed with prints."""
        events = await self._stream.past_of("PrintsShown", from_block, lease_id=lease_id)
        found = shown_of(events, round_)
        return [ShownVote(seat, contents, split_prints(prints)) for seat, (contents, prints) in found.items()]

    async def result_hash(self, lease_id: LeaseId) -> int:
        """What the board keeps of a submitted lease's result."""
        return int(await self._ask("result_hash", lease_id))

    async def submitted(self, lease_id: LeaseId, from_block: int) -> LeaseResult | None:
        """What the worker submitted."""
        for event in await self._stream.past_of("ResultSubmitted", from_block, lease_id=lease_id):
            if isinstance(event, ResultSubmitted):
                return event.result
        return None

    async def revealed_key(self, lease_id: LeaseId, from_block: int) -> bytes | None:
        """The results' key, if it was revealed."""
        for event in await self._stream.past_of("KeyRevealed", from_block, lease_id=lease_id):
            if isinstance(event, KeyRevealed):
                return event.key_hi.to_bytes(16, "big") + event.key_lo.to_bytes(16, "big")
        return None

    async def phase_s(self) -> int:
        """Seconds that a step of an audit may take."""
        if not self._phase_s:
            limits = await ask(self._registry, "limits")
            self._phase_s = limits["audit_s"] // PHASES
        return self._phase_s


def _plain(contents: Sequence[Content]) -> list[dict[str, int]]:
    return [vars(one) for one in contents]


def _flat(prints: Sequence[Sequence[int]]) -> list[int]:
    return [felt for one in prints for felt in one]

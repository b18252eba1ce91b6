"""The model's calls as the contracts take them, with made-up pixels and real Merkle proofs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import NO, YES, AuditKind, answer_of, mark_of
from renderchain.core.job import JobTerms, LeaseResult, StandingOffer
from renderchain.core.merkle import LeaseIdentity

from devkit.made_up_pixels import RESULTS_KEY, LeasePixels, Rendering, contents_of, prints_of
from devkit.model.audits import LOST, SAME, Model
from devkit.model.ledger import Facts, Lease
from tests.invariants.actors import FAMILY, Actors

Call = tuple[str, str, tuple[Any, ...], int]
BOARD_PLAIN = set(("extend", "cancel", "refund", "claim_lease", "give_back", "expire"))
BOARD_PLAIN |= {"accept", "accept_late", "draw", "advance", "report_failure"}
BOARD_PAID = set(("top_up", "appeal", "challenge_pixels", "challenge_delivery"))
REGISTRY_PLAIN = set(["add_stake", "request_unstake", "cancel_unstake", "complete_unstake"])
CHANCE = set(("draw", "advance", "accept", "accept_late"))
PLENTY_FRI = 10**9
NONCE = 77
NO_RESULT = LeaseResult(1, 2, 3, 4)
# How the model's arguments become the contract's.
SHAPED: dict[str, tuple[str, str, Callable[..., tuple[Any, ...]]]] = {
    "assign": ("board", "assign", lambda _, job, worker, slot: (job, [{"worker_id": worker, "slot": slot}])),
    "withdraw": ("board", "withdraw", lambda address, names: ([address[one] for one in names],)),
    "set_payout": ("registry", "set_payout", lambda address, worker, payout: (worker, address[payout])),
    "set_supported": ("registry", "set_families", lambda _, worker, yes: (worker, [FAMILY], yes)),
    "set_offer": ("registry", "set_offer", lambda _, worker, offer: (worker, vars(StandingOffer(*offer)))),
    "set_seats": ("registry", "set_seats", lambda _, worker, units: (worker, FAMILY, units)),
    "drop_seats": ("registry", "drop_seats", lambda _, worker: (worker, FAMILY)),
}


class Calls:
    """Of one network; ``model`` is set before each call."""

    def __init__(self, actors: Actors, model: Model) -> None:
        self._actors = actors
        self.model = model
        self._pixels: dict[int, LeasePixels] = {}

    async def of(self, name: str, given: tuple[Any, ...]) -> Call:
        """Contract, function, arguments, and what is approved for it."""
        if name in BOARD_PLAIN | BOARD_PAID:
            return "board", name, given, PLENTY_FRI if name in BOARD_PAID else 0
        if name in REGISTRY_PLAIN:
            return "registry", name, given, given[1] if name == "add_stake" else 0
        if name == "set_paused":
            return "directory", name, given, 0
        if name in SHAPED:
            contract, function, shape = SHAPED[name]
            return contract, function, shape(self._actors.addresses, *given), 0
        made: Callable[..., Awaitable[Call]] = getattr(self, f"_{name}")
        return await made(*given)

    async def facts(self, leases: list[int]) -> Facts:
        """What chance decided about leases."""
        found: Facts = {}
        for number in leases:
            audit = await self._actors.ask("board", "audit_of", number)
            verifiers = await self._actors.ask("board", "verifiers_of", number, audit["round"])
            lease = await self._actors.ask("board", "lease", number)
            workers = [verifier["worker_id"] for verifier in verifiers]
            found[number] = {**lease, "phase": audit["phase"], "verifiers": workers}
        return found

    def pixels(self, lease: Lease) -> LeasePixels:
        """A lease's own."""
        if lease.number not in self._pixels:
            place = (lease.job, lease.number, lease.attempt, lease.worker)
            identity = LeaseIdentity(self._actors.chain_id, self._actors.board, *place)
            tiles = self.model.jobs[lease.job].audit[0]
            self._pixels[lease.number] = LeasePixels(identity, lease.first, lease.count, tiles)
        return self._pixels[lease.number]

    def result(self, number: int) -> LeaseResult:
        """What its worker submits."""
        lease = self.model.lease(number)
        return self.pixels(lease).result if lease else NO_RESULT

    async def leaves(self, number: int) -> list[int]:
        """The drawn ones; none if the lease has no audit, or its job's place is another's."""
        lease = self.model.lease(number)
        if not lease or not lease.audit or lease.audit.kind is not AuditKind.PIXELS:
            return []
        is_known = lease.job not in self.model.replaced
        return list(await self._actors.ask("board", "drawn_leaves", number)) if is_known else []

    async def vote(self, number: int, seen: str) -> int:
        """The felt of a vote."""
        lease = self.model.lease(number)
        if lease and lease.audit and lease.audit.kind is not AuditKind.PIXELS:
            return YES if seen == SAME else NO
        return answer_of(hash_many, contents_of(await self.leaves(number), _rendering(seen)))

    async def _create_job(self, terms: dict[str, int], scheduler: str) -> Call:
        known = {**terms, "scheduler": self._actors.addresses[scheduler] if scheduler else 0}
        made = JobTerms(2**100, 1, package_files=2, family=FAMILY, **known)
        return "board", "create_job", (made.as_dict(),), made.escrow_fri

    async def _register(self, operator: str, payout: str, stake: int) -> Call:
        operator_address, payout_address = [self._actors.addresses[one] for one in (operator, payout)]
        return "registry", "register", (operator_address, payout_address, [FAMILY], stake), stake

    async def _submit(self, number: int) -> Call:
        return "board", "submit", (number, vars(self.result(number))), 0

    async def _submit_signed(self, number: int) -> Call:
        worker = self.model.workers.get(number >> 40)
        operator = worker.operator if worker else "outsider"
        signature = await self._actors.sign(operator, number, self.result(number))
        entry = {"lease_id": number, "result": vars(self.result(number)), "signature": signature}
        return "board", "submit_signed", ([entry],), 0

    async def _commit(self, entries: list[tuple[int, int, str]]) -> Call:
        marks = [{"lease_id": one[0], "seat": one[1], "mark": await self._mark(*one)} for one in entries]
        return "board", "commit", (marks,), 0

    async def _mark(self, number: int, place: int, seen: str) -> int:
        lease = self.model.lease(number)
        if seen == LOST or not lease or not lease.audit or place >= len(lease.audit.seats):
            return 99
        round_ = lease.audit.round
        seed = await self._actors.ask("board", "seed_of", number, round_)
        vote, worker = await self.vote(number, seen), lease.audit.seats[place].worker
        return mark_of(
            *(hash_many, self._actors.board, number, round_),
            **{"seed": seed, "worker_id": worker, "nonce": NONCE, "vote": vote},
        )

    async def _open(self, number: int, wrong: str) -> Call:
        lease = self.model.lease(number)
        result, seed = vars(self.result(number)), 1
        openings: list[dict[str, Any]] = []
        siblings: list[int] = []
        if lease and lease.audit:
            seed = await self._actors.ask("board", "seed_of", number, lease.audit.round) + (wrong == "seed")
            shown, siblings = self.pixels(lease).opened(await self.leaves(number))
            openings = [{"salt": s + (wrong == "root"), "content": vars(one)} for s, one in shown]
        result = {**result, "key_hash": result["key_hash"] + (wrong == "result")}
        return "board", "open", (number, seed, result, openings, siblings[wrong == "count" :]), 0

    async def _reveal(self, entries: list[tuple[int, int, str]]) -> Call:
        shown = [
            {"lease_id": one, "seat": place, "nonce": _nonce(seen), "vote": await self.vote(one, seen)}
            for one, place, seen in entries
        ]
        return "board", "reveal", (shown,), 0

    async def _reveal_prints(self, number: int, place: int, seen: str) -> Call:
        contents, answer, prints, _ = await self._shown(number, seen)
        return "board", "reveal_prints", (number, place, _nonce(seen), contents, answer, prints), 0

    async def _compare(self, number: int, place: int, seen: str) -> Call:
        return "board", "compare", (number, place, *await self._shown(number, seen)), 0

    async def _shown(self, number: int, seen: str) -> tuple[list[Any], ...]:
        """Contents, the worker's answer, and the prints of both where they differ."""
        leaves, how = await self.leaves(number), _rendering(seen)
        differing = [] if how is Rendering.SAME else leaves
        both = [[vars(one) for one in contents_of(leaves, each)] for each in (how, Rendering.SAME)]
        prints = [sum(map(list, prints_of(differing, each)), []) for each in (how, Rendering.SAME)]
        return (*both, *prints)

    async def _reveal_key(self, number: int, right: bool) -> Call:
        key = RESULTS_KEY if right else bytes(32)
        halves = (int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big"))
        return "board", "reveal_key", (number, vars(self.result(number)), *halves), 0


def _rendering(seen: str) -> Rendering:
    return Rendering.OTHER if seen == LOST else Rendering[seen]


def _nonce(seen: str) -> int:
    return NONCE + (seen == LOST)

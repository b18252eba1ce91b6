"""A chain that holds what a test puts there and keeps what it is sent. It has no rules of its own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.events import LeaseChallenged
from renderchain.core.audit.state import NO_AUDIT, AuditInfo, AuditKind, Content, DrawnLeaf, Verifier, Vote
from renderchain.core.board_events import BoardEvent, CaughtUp, JobCreated
from renderchain.core.candidates import Candidate
from renderchain.core.contract_errors import ContractError, UnknownJob
from renderchain.core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from renderchain.core.job import FamilyInfo, JobInfo, JobTerms, LeaseInfo, LeaseResult, Record, WorkerInfo
from renderchain.core.lease_id import split_lease_id
from renderchain.core.private_package import WrappedKey
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

from .faults import Faults

BOARD, CHAIN_ID = 0xB0A2D, 0x534E


class ScriptedChain(Faults):
    """All four ports of the chain. ``sent`` has the writes that came through, ``after`` is what each does."""

    def __init__(self, address: int = 0xA) -> None:
        super().__init__()
        self._address = address
        self.sent: list[tuple[Any, ...]] = []
        self.after: dict[str, Callable[[], object]] = {}
        self.coming: asyncio.Queue[BoardEvent] = asyncio.Queue()
        self.block = 100
        self.own_id = WorkerId(1)
        self.bond_fri = 10
        self.voters_from = 0  # notches by which the fee of votes has to be raised
        self.step_s = 600
        self.price_fri = 0
        self.unit_fri = 10**19
        self.prices: list[int] = []  # of others' frames
        self.can_judge = True
        self.is_young = True
        self.stands = FamilyInfo(40, 40, 0, 10**30, from_epoch=1, epoch=9)
        self.tokens: defaultdict[int, int] = defaultdict(int)
        self.balances: defaultdict[int, int] = defaultdict(int)
        self.jobs: dict[JobId, JobInfo] = {}
        self.leases: dict[LeaseId, LeaseInfo] = {}
        self.passing: set[LeaseId] = set()  # of which chance has no audit
        self.workers: dict[WorkerId, WorkerInfo] = {}
        self.audits: dict[LeaseId, AuditInfo] = {}
        self.seeds: dict[tuple[LeaseId, int], int] = {}
        self.drawn_of: dict[LeaseId, list[DrawnLeaf]] = {}
        self.seats: dict[LeaseId, list[Verifier]] = {}
        self.answers: dict[tuple[LeaseId, int], Opened] = {}
        self.shown_in: dict[tuple[LeaseId, int], list[ShownVote]] = {}
        self.results: dict[LeaseId, LeaseResult] = {}
        self.keys: dict[LeaseId, bytes] = {}
        self.company_until_s: dict[str, float] = {}  # of the last call of that name
        self.scene_keys: dict[WorkerId, bytes] = {}
        self.asked: list[tuple[JobId, WorkerId]] = []
        self.given: list[tuple[JobId, WorkerId, WrappedKey]] = []
        self.called_to_vote: dict[JobId, set[WorkerId]] = {}
        self.families: set[tuple[WorkerId, int]] = set()
        self.pending: set[str] = set()  # names of transactions that may still happen

    def of(self, name: str) -> list[tuple[Any, ...]]:
        """What the writes of that name were sent with."""
        return [arguments for sent, *rest in self.sent if sent == name for arguments in (tuple(rest),)]

    def _send(self, name: str, *arguments: Any) -> list[ContractError]:
        self.meet(name)
        self.sent.append((name, *arguments))
        self.after.get(name, lambda: None)()
        return []

    @property
    def address(self) -> int:
        return self._address

    @property
    def chain_id(self) -> int:
        return CHAIN_ID

    @property
    def board(self) -> int:
        return BOARD

    async def events(self, from_block: int, job_id: JobId | None = None) -> AsyncGenerator[BoardEvent, None]:
        while True:
            yield await self.coming.get()

    async def news(
        self,
        from_block: int,
        families: Collection[int],
        votes_since_s: float,
        jobs_from_block: int | None = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        yield CaughtUp(self.block)
        async for event in self.events(from_block):
            yield event

    async def open_jobs(self, from_block: int, families: Collection[int]) -> list[JobCreated]:
        return []

    async def block_number(self) -> int:
        self.meet("block_number")
        return self.block

    async def gas_price_fri(self) -> int:
        return self.price_fri

    async def has_verifiers(self, terms: JobTerms) -> bool:
        return self.can_judge

    async def family(self, family: int) -> FamilyInfo:
        return self.stands

    async def may_be_unjudged(self, family: int, worker_id: WorkerId = NO_WORKER) -> bool:
        return self.is_young

    async def seat_unit_fri(self) -> int:
        return self.unit_fri

    async def accepted_prices_fri(self, family: int) -> list[int]:
        return self.prices

    async def balance_fri(self, account: int) -> int:
        return self.balances[account]

    async def tokens_fri(self, account: int) -> int:
        return self.tokens[account]

    async def job(self, job_id: JobId) -> JobInfo:
        self.meet("job")
        if job_id not in self.jobs:
            raise UnknownJob(f"Reading job {job_id}")
        return self.jobs[job_id]

    async def lease(self, lease_id: LeaseId) -> LeaseInfo:
        self.meet("lease")
        return self.leases[lease_id]

    async def passes_draw(self, lease: LeaseInfo) -> bool:
        self.meet("passes_draw")
        return lease.lease_id in self.passing

    async def worker(self, worker_id: WorkerId) -> WorkerInfo:
        return self.workers[worker_id]

    async def record(self, worker_id: WorkerId, family: int) -> Record:
        return Record()

    async def leases_of(self, worker_id: WorkerId) -> list[LeaseId]:
        return sorted(one for one in self.leases if split_lease_id(one)[0] == worker_id)

    async def worker_id(self) -> WorkerId:
        return self.own_id

    async def create_job(self, terms: JobTerms, intent_name: str = "") -> JobId:
        self._send("create_job", terms, intent_name)
        return JobId(len(self.of("create_job")))

    async def recover(self) -> dict[str, JobId]:
        return {}

    async def is_pending(self, intent_name: str) -> bool:
        return intent_name in self.pending

    async def created(self, from_block: int) -> list[JobCreated]:
        return []

    async def created_in(self, block: int, job_id: JobId) -> JobCreated | None:
        return None

    async def kept_job(self, job_id: JobId) -> JobInfo | None:
        return await self.job(job_id)

    async def told_of(self, job_id: JobId, from_block: int) -> list[BoardEvent]:
        return []

    async def block_time_s(self, block: int) -> int:
        return 0

    async def candidates(self, from_block: int) -> list[Candidate]:
        return []

    async def challenge_bond_fri(self, lease_id: LeaseId, *, pixels: bool) -> int:
        return 0

    async def accept(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        return self._send("accept", job_id, list(lease_ids))

    async def top_up(self, job_id: JobId, reward_fri: int, more_pool_fri: int) -> None:
        self._send("top_up", job_id, reward_fri, more_pool_fri)

    async def cancel(self, job_id: JobId) -> None:
        self._send("cancel", job_id)

    async def refund(self, job_id: JobId) -> None:
        self._send("refund", job_id)

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        return self._send("expire", job_id, list(lease_ids))

    async def withdraw(self, accounts: Sequence[int]) -> None:
        self._send("withdraw", list(accounts))

    async def draw(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        return self._send("draw", job_id, list(lease_ids))

    async def name_verifiers(self, lease_id: LeaseId) -> None:
        self._send("name_verifiers", lease_id)

    async def challenge_pixels(self, lease_id: LeaseId, leaves: Sequence[int]) -> None:
        self._send("challenge_pixels", lease_id, list(leaves))

    async def challenge_delivery(self, lease_id: LeaseId) -> None:
        self._send("challenge_delivery", lease_id)

    async def challenged(self, from_block: int) -> list[LeaseChallenged]:
        sent = [(call[1], call[2]) for call in self.sent if call[0] == "challenge_pixels"]
        jobs = [self.leases[lease_id].job_id for lease_id, _ in sent]
        what = zip(jobs, sent, strict=True)
        return [LeaseChallenged(0, job, lease, AuditKind.PIXELS, tuple(one), 0) for job, (lease, one) in what]

    async def told_of_draws(self, from_block: int) -> list[BoardEvent]:
        return []

    async def scene_key(self, worker_id: WorkerId) -> bytes | None:
        return self.scene_keys.get(worker_id)

    async def publish_scene_key(self, key: bytes) -> None:
        self._send("publish_scene_key", key)
        self.scene_keys[self.own_id] = key

    async def supports(self, worker_id: WorkerId, family: int) -> bool:
        return (worker_id, family) in self.families

    async def ask_key(self, job_id: JobId) -> None:
        self._send("ask_key", job_id)
        self.asked.append((job_id, self.own_id))

    async def asked_keys(self, job_id: JobId, from_block: int) -> list[WorkerId]:
        self.meet("asked_keys")
        return [worker_id for job, worker_id in self.asked if job == job_id]

    async def drawn_verifiers(self, job_id: JobId, from_block: int) -> set[WorkerId]:
        return self.called_to_vote.get(job_id, set())

    async def give_keys(self, job_id: JobId, keys: Sequence[tuple[WorkerId, WrappedKey]]) -> None:
        self._send("give_keys", job_id, [worker_id for worker_id, _ in keys])
        self.given += [(job_id, *one) for one in keys]

    async def given_keys(
        self, job_id: JobId, from_block: int, worker_id: WorkerId | None = None, most: int | None = None
    ) -> list[tuple[WorkerId, WrappedKey]]:
        known = [(worker, key) for job, worker, key in self.given if job == job_id]
        return [one for one in known if worker_id in (None, one[0])][:most]

    async def claim_lease(self, job_id: JobId, slot: int, most: int = 0) -> LeaseId:
        self._send("claim_lease", job_id, slot, *([most] if most else []))
        return min(self.leases)

    async def submit(self, lease_id: LeaseId, count: int, result: LeaseResult) -> None:
        self._send("submit", lease_id, count, result)
        self.results[lease_id] = result

    async def accept_late(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        return self._send("accept_late", job_id, list(lease_ids))

    async def give_back(self, lease_id: LeaseId, reason: str) -> None:
        self._send("give_back", lease_id, reason)

    async def open_leases(self) -> list[LeaseId]:
        return sorted(self.leases)

    async def commit(
        self, marks: Sequence[tuple[int, int, int]], company_until_s: float = 0.0
    ) -> list[ContractError]:
        self.company_until_s["commit"] = company_until_s
        return self._send("commit", *marks)

    async def decline(self, lease_id: LeaseId, seat: int, word: Vote) -> None:
        self._send("decline", lease_id, seat, word)

    async def open_leaves(
        self,
        lease_id: LeaseId,
        seed: int,
        result: LeaseResult,
        openings: Sequence[tuple[int, Content]],
        siblings: Sequence[int],
        prints: Sequence[Sequence[int]],
    ) -> None:
        self._send("open_leaves", lease_id, seed, result, list(openings), list(siblings), list(prints))

    async def reveal(self, reveals: Sequence[Reveal], company_until_s: float = 0.0) -> list[ContractError]:
        self.company_until_s["reveal"] = company_until_s
        return self._send("reveal", *reveals)

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
        self.company_until_s["reveal_prints"] = company_until_s
        self._send("reveal_prints", reveal, list(contents), list(answer), list(prints), differs, mean)

    async def strike(self, lease_id: LeaseId, leaf: int, vote: ShownVote, answer: Opened) -> None:
        self._send("strike", lease_id, leaf, vote, answer)

    async def show(
        self, lease_id: LeaseId, leaf: int, votes: Sequence[ShownVote], answer: Opened, *, by_levels: bool
    ) -> None:
        self._send("show", lease_id, leaf, list(votes), answer, by_levels)

    async def advance(
        self, job_id: JobId, lease_ids: Sequence[LeaseId], company_until_s: float = 0.0
    ) -> list[ContractError]:
        self.company_until_s["advance"] = company_until_s
        return self._send("advance", job_id, list(lease_ids))

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        return self.bond_fri

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        self._send("appeal", lease_id, tuple(leaves))

    async def price_to_raise_fri(self, lease_id: LeaseId, notches: int) -> int:
        return self.bond_fri * notches

    async def raise_fee(self, lease_id: LeaseId, notches: int) -> None:
        self._send("raise_fee", lease_id, notches)

    async def has_voters(self, lease_id: LeaseId, notches: int) -> bool:
        return notches >= self.voters_from

    async def reveal_key(self, lease_id: LeaseId, result: LeaseResult, key: bytes) -> None:
        self._send("reveal_key", lease_id, result, key)

    async def audit(self, lease_id: LeaseId) -> AuditInfo:
        return self.audits.get(lease_id, NO_AUDIT)

    async def seed(self, lease_id: LeaseId, round_: int) -> int:
        return self.seeds[lease_id, round_]

    async def drawn_leaves(self, lease_id: LeaseId) -> list[DrawnLeaf]:
        return self.drawn_of[lease_id]

    async def verifiers(self, lease_id: LeaseId) -> list[Verifier]:
        return self.seats.get(lease_id, [])

    async def opened(self, lease_id: LeaseId, round_: int, from_block: int) -> Opened | None:
        return self.answers.get((lease_id, round_))

    async def shown(self, lease_id: LeaseId, round_: int, from_block: int) -> list[ShownVote]:
        return self.shown_in.get((lease_id, round_), [])

    async def result_hash(self, lease_id: LeaseId) -> int:
        return hash_many(self.results[lease_id].felts())

    async def submitted(self, lease_id: LeaseId, from_block: int) -> LeaseResult | None:
        return self.results.get(lease_id)

    async def revealed_key(self, lease_id: LeaseId, from_block: int) -> bytes | None:
        return self.keys.get(lease_id)

    async def phase_s(self) -> int:
        return self.step_s

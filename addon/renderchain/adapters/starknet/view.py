"""What any account may read of a network, and the ways to write that its other parts share."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any

from ...core.audit.draw import DRAW_AFTER, SAMPLE_DRAWS, is_spared
from ...core.audit.economics import SEATS
from ...core.audit.state import DrawOutcome
from ...core.board_events import BoardEvent, JobCreated
from ...core.contract_errors import ContractError, contract_error
from ...core.errors import ChainError
from ...core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from ...core.job import FamilyInfo, JobInfo, JobTerms, LeaseInfo, Record, WorkerInfo
from ...core.lifecycle import LeaseState, Twin
from .errors import said
from .events import EventStream
from .node import header_of, nodes_of
from .past_jobs import past_job
from .sender import Sender

NAMED = 4  # verifiers of other owners than the worker's that a claim must name
MOST_ENTRIES = 16  # of a family's seats that are read; where there are more, many hold them


class StarknetView:
    """Base of what one account does; ``contracts`` are starknet-py's, by their names."""

    def __init__(self, sender: Sender, account: Any, contracts: dict[str, Any]) -> None:
        self._sender = sender
        self._account = account
        self._token = contracts["token"]
        self._board = contracts["board"]
        self._registry = contracts["registry"]
        self._worker_id = NO_WORKER
        self._phase_s = 0
        # Of the draws that this client makes up: whoever knew it could take just the seats that they meet.
        self._secret = secrets.randbits(240)
        self._stream = EventStream(nodes_of(account), int(self._board.address))
        self.address = int(account.address)
        self.chain_id = int(account.signer.chain_id)
        self.board = int(self._board.address)

    def events(self, from_block: int, job_id: JobId | None = None) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on, or of one job; several may be followed at once."""
        stream = EventStream(nodes_of(self._account), self.board)
        return stream.follow(from_block, job_id=job_id)

    async def block_number(self) -> int:
        """The newest block."""
        return int(await said("Asking for the newest block", self._account.client.get_block_number()))

    async def gas_price_fri(self) -> int:
        """What a unit of L2 gas costs, as the node says; raises ChainError if that is absurd."""
        return await self._sender.gas_price_fri()

    async def worker_id(self) -> WorkerId:
        """The number of the worker whose operator this account is; 0 if there is none."""
        if not self._worker_id:
            self._worker_id = WorkerId(int(await ask(self._registry, "worker_id_of", self.address)))
        return self._worker_id

    async def balance_fri(self, account: int) -> int:
        """What the account may withdraw from the board."""
        return int(await self._ask("balance_of", account))

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        return int(await ask(self._token, "balance_of", account))

    async def job(self, job_id: JobId) -> JobInfo:
        """The job's state, also long after its end; raises UnknownJob."""
        found = await self.kept_job(job_id) or await past_job(self._account.client, self._stream, job_id)
        if found is None:
            raise contract_error(f"Reading job {job_id}", "RC: unknown job")
        return found

    async def kept_job(self, job_id: JobId) -> JobInfo | None:
        """The job's state; None where the board does not keep it."""
        raw = await self._ask("job", job_id)
        package, price, times = raw["package"], raw["price"], raw["times"]
        if not price["tasks"]:
            return None
        progress = raw["progress"]
        return JobInfo(
            job_id=job_id,
            requester=int(raw["requester"]),
            family=raw["family"],
            scheduler=int(raw["scheduler"]),
            package_hi=price["package_hi"],
            package_lo=package["lo"],
            package_bytes=package["bytes"],
            package_files=package["files"],
            audit_tiles=package["audit_tiles"],
            audit_floor_exp=package["audit_floor_exp"],
            longest_lease=package["longest_lease"],
            tasks=price["tasks"],
            reward_fri=price["reward_fri"],
            **times,
            tiles=package["tiles"],
            audit_fee_fri=raw["audit_price"]["fee_fri"],
            audit_tile_fri=raw["audit_price"]["tile_fri"],
            tile_limit_percent=raw["audit_price"]["limits"]["tile_percent"],
            mean_limit_percent=raw["audit_price"]["limits"]["mean_percent"],
            second_look=raw["audit_price"]["second_look"],
            memory_mib=raw["audit_price"]["memory_mib"],
            spare_tasks=raw["audit_price"]["spares"],
            takes_unjudged=raw["audit_price"]["takes_unjudged"],
            **{name: progress[name] for name in ("accepted", "refunded", "held", "stopped")},
        )

    async def created_in(self, block: int, job_id: JobId) -> JobCreated | None:
        """A job's beginning, if that was in that block."""
        return await self._stream.created_in(block, job_id)

    async def lease(self, lease_id: LeaseId) -> LeaseInfo:
        """The lease's state; NONE once its slot was used again."""
        raw = await self._ask("lease", lease_id)
        kept = {name: raw[name] for name in LeaseInfo.__dataclass_fields__ if name in raw}
        return LeaseInfo(
            lease_id=lease_id,
            **{
                **kept,
                "state": LeaseState(raw["state"]),
                "draw_outcome": DrawOutcome(raw["draw_outcome"]),
                "twin": Twin(raw["twin"]),
            },
        )

    async def passes_draw(self, lease: LeaseInfo) -> bool:
        """Whether chance has no audit of a submitted lease, by the hash of its draw's block."""
        from poseidon_py.poseidon_hash import poseidon_hash_many

        if not lease.audit_exp:
            return False
        number = lease.since_block + DRAW_AFTER
        block_hash = int((await header_of(self._account.client, number)).block_hash)
        return is_spared(lambda felts: int(poseidon_hash_many(list(felts))), block_hash, self.board, lease)

    async def worker(self, worker_id: WorkerId) -> WorkerInfo:
        """A worker's addresses and stake; raises UnknownWorker."""
        raw = await ask(self._registry, "worker", worker_id)
        if not int(raw["owner"]):
            raise contract_error(f"Reading worker {worker_id}", "RC: unknown worker")
        roles = {name: int(raw[name]) for name in ("owner", "operator", "payout")}
        return WorkerInfo(
            worker_id,
            **roles,
            **raw["stake"],
            unstaking_fri=raw["unstaking"]["unstaking_fri"],
            seat_stake_fri=raw["seat_stake_fri"],
            seat_unstaking_fri=raw["seat_unstaking"]["unstaking_fri"],
        )

    async def record(self, worker_id: WorkerId, family: int) -> Record:
        """What verifiers found of a worker's leases of a family."""
        return Record(**await ask(self._registry, "record", worker_id, family))

    async def family(self, family: int) -> FamilyInfo:
        """How a family's verifiers stand."""
        stands = await ask(self._registry, "family", family)
        return FamilyInfo(**stands, epoch=int(await ask(self._registry, "epoch")))

    async def may_be_unjudged(self, family: int, worker_id: WorkerId = NO_WORKER) -> bool:
        """Whether nobody could judge its leases, willing or not: it is young, or fewer than four others
        hold seats.
        """
        if not (await self.family(family)).is_old_enough:
            return True
        count = int(await ask(self._registry, "seat_count", family))
        if count > MOST_ENTRIES:
            return False
        epoch = int(await ask(self._registry, "epoch"))
        entries = [await ask(self._registry, "seat_at", family, index) for index in range(count)]
        held = {one["worker_id"] for one in entries if not 0 < one["until_epoch"] <= epoch}
        return len(held - {worker_id}) < NAMED

    async def leases_of(self, worker_id: WorkerId) -> list[LeaseId]:
        """The leases that a worker holds now, claimed or submitted."""
        return list(await self._ask("open_leases", worker_id))

    async def _name_verifiers(
        self, job: JobTerms | JobInfo, worker_id: WorkerId, wanted: int
    ) -> list[WorkerId]:
        """Whom a claim of that worker may name; nobody where too few have seats and the job takes that.

        Raises VerifiersMissing where the job takes that, and many have seats: they don't want it.
        """
        fee_fri = job.least_fee_fri
        found = await self._willing(job, worker_id, wanted, fee_fri)
        if not await self._finds_votes(job, worker_id, fee_fri, SEATS[0]):
            found = found[: NAMED - 1]  # four may be willing, but of too many who are not
        if len(found) >= NAMED or not job.takes_unjudged:
            return found
        if not await self.may_be_unjudged(job.family, worker_id):
            raise contract_error("Naming verifiers", "RC: too few verifiers named")
        return []

    async def _willing(
        self, job: JobTerms | JobInfo, worker_id: WorkerId, wanted: int, fee_fri: int
    ) -> list[WorkerId]:
        """Who would vote at that fee about a lease of that worker, each of another owner."""
        asked = self._asked(job, worker_id, wanted, fee_fri)
        return [WorkerId(one) for one in await ask(self._registry, "willing_verifiers", asked)]

    async def _finds_votes(
        self, job: JobTerms | JobInfo, worker_id: WorkerId, fee_fri: int, wanted: int
    ) -> bool:
        """Whether draws of so many votes at that fee would stand now, by a few that are made up."""
        block = await self.block_number()
        asked = self._asked(job, worker_id, wanted, fee_fri) | {"block": block, "again": True}
        for sample in range(SAMPLE_DRAWS):
            found = await ask(self._registry, "draw_votes", asked | {"seed": self._secret + sample})
            if len(found) < wanted:
                return False
        return True

    def _asked(
        self, job: JobTerms | JobInfo, worker_id: WorkerId, wanted: int, fee_fri: int
    ) -> dict[str, int]:
        """What votes about a lease of that worker ask of their holders."""
        return {
            "family": job.family,
            "block": 0,
            "seed": self.address,  # so that not everybody names the same
            "wanted": wanted,
            "again": False,
            "worker_id": worker_id,
            "requester": job.requester if isinstance(job, JobInfo) else self.address,
            "fee_fri": fee_fri,
            "package_bytes": job.package_bytes,
            "memory_mib": job.memory_mib,
        }

    async def burned_fri(self) -> int:
        """What was burned since the network exists, of stake and of what the board held."""
        return int(await ask(self._registry, "burned_fri")) + await self.board_burned_fri()

    async def board_burned_fri(self) -> int:
        """The part of it that stays on the board."""
        return int(await self._ask("burned_fri"))

    async def withdraw(self, accounts: Sequence[int]) -> None:
        """Send accounts their whole balance on the board; anyone may."""
        named = ", ".join(f"{one:#x}" for one in accounts)
        await self._invoke(f"Withdrawing for {named}", "withdraw", list(accounts))

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._board.functions[name].prepare_invoke_v3(*arguments)

    def _approval(self, amount_fri: int) -> Any:
        return self._token.functions["approve"].prepare_invoke_v3(self._board.address, amount_fri)

    async def _invoke(self, action: str, name: str, *arguments: Any, first: Any = None) -> Any:
        before = [] if first is None else [first]
        return await self._sender.send(action, [*before, self._call(name, *arguments)])

    async def _batch(self, action: str, name: str, *arguments: Any) -> list[ContractError]:
        """Send a batch; returns the reasons of entries that were refused while others were done."""
        return self._refusals(action, await self._invoke(action, name, *arguments))

    async def _batch_in_company(
        self, action: str, name: str, *arguments: Any, leases: Collection[int], until_s: float
    ) -> list[ContractError]:
        """The same about these leases; it may wait until then for company."""
        receipt = await self._in_company(action, name, *arguments, leases=leases, until_s=until_s)
        return self._refusals(action, receipt)

    async def _in_company(
        self, action: str, name: str, *arguments: Any, leases: Collection[int], until_s: float
    ) -> Any:
        places = [(self.board, one) for one in leases]
        return await self._sender.send_in_company(action, [self._call(name, *arguments)], places, until_s)

    def _refusals(self, action: str, receipt: Any) -> list[ContractError]:
        return [
            contract_error(f"{action}: {event.subject}", event.reason)
            for event in self._stream.refusals_in(receipt)
        ]

    def _of_event(self, receipt: Any, event: str, index: int) -> int:
        found = self._find_in(receipt, event, index)
        if found is None:
            raise ChainError(
                f"Transaction {receipt.transaction_hash:#x} has no {event} event; check the node."
            )
        return found

    def _find_in(self, receipt: Any, event: str, index: int, *, of_any: bool = False) -> int | None:
        from .library import get_selector_from_name

        selector = get_selector_from_name(event)
        for found in receipt.events:
            if (of_any or found.from_address == self._board.address) and found.keys[0] == selector:
                return int(found.keys[index])
        return None

    async def _ask(self, name: str, *arguments: Any) -> Any:
        """Read a view of the board."""
        return await ask(self._board, name, *arguments)


async def ask(contract: Any, name: str, *arguments: Any) -> Any:
    """Call a view of a contract."""
    (value,) = await said(f"Reading {name}", contract.functions[name].call(*arguments))
    return value

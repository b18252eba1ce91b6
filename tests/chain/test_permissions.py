"""Each external function of the contracts, called by everybody: docs/contracts.md says who may."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.contracts import ABI, open_contract
from renderchain.adapters.starknet.fees import Fees
from renderchain.core.audit.state import AuditPhase, Verdict, Vote
from renderchain.core.errors import RenderChainError
from renderchain.core.ids import WorkerId
from renderchain.core.job import LeaseResult, Place, StandingOffer

from devkit.audited_lease import AuditBench, AuditedLease
from devkit.made_up_job import FAMILY, TERMS
from devkit.made_up_pixels import Rendering
from devkit.network.clients import Chains, Views
from devkit.network.services import REPO

CONTRACTS = {"Directory": "directory", "WorkerRegistry": "registry", "JobBoard": "board"}
# In the order of the devnet's accounts; the last one has half of the seats, and others are named.
ROLES = (
    "directory owner",
    "worker owner",
    "operator",
    "outsider",
    "requester",
    "scheduler",
    "pending owner",
    "verifier",
)
SEATED = (3, 5, 6, 7)
VOTES = 3  # of the first round, all of that one's
# Who lost is no role but a matter of the verdict.
LOSERS = {Verdict.ACCEPTED: {"anyone"}, Verdict.REJECTED: {"worker owner", "operator"}}
RESULT = vars(LeaseResult(1, 2, 3, 4))
NO_PAY = {"family": FAMILY, "pay_fri": 0}
CONTENT = {"digest_hi": 1, "digest_lo": 2, "print_hash": 3}


@dataclass(frozen=True)
class Row:
    """Who may call a function, and what all others hear; nothing for ``anyone``."""

    callers: frozenset[str]
    reason: str

    def allows(self, role: str) -> bool:
        return "anyone" in self.callers or role in self.callers


def table() -> dict[tuple[str, str], Row]:
    """Contract and function to its row, as docs/contracts.md has them."""
    text = (REPO / "docs" / "contracts.md").read_text()
    rows = re.findall(rf"^\| ({'|'.join(CONTRACTS)}) \| `(\w+)` \| ([\w, ]+?) \|([^|]*)\|", text, re.M)
    assert len(rows) == len({row[:2] for row in rows}), "a function has two rows"
    return {
        (contract, function): Row(frozenset(callers.split(", ")), reason.strip())
        for contract, function, callers, reason in rows
    }


def externals(contract: str) -> set[tuple[str, str]]:
    """Every function that changes something."""
    entries = json.loads((ABI / f"{contract}.json").read_text())
    items = [item for entry in entries for item in entry.get("items", [entry])]
    return {(contract, item["name"]) for item in items if item.get("state_mutability") == "external"}


def test_every_external_function_has_a_row_in_the_table() -> None:
    rows = table()
    assert set(rows) == set().union(*(externals(contract) for contract in CONTRACTS))
    for place, row in rows.items():
        assert row.callers <= {*ROLES, "anyone", "loser", "active board", "named operator", "directory"}, (
            place
        )
        assert (row.callers == {"anyone"}) == (not row.reason), place


@pytest.mark.parametrize("library", ["AuditLibrary", "ChallengeLibrary"])
def test_all_that_a_library_offers_is_called_through_the_board(library: str) -> None:
    offered = {name for _, name in externals(library)}
    assert offered and offered <= {name for _, name in externals("JobBoard")}


def of_registry() -> dict[str, tuple[Any, ...]]:
    """Arguments for Directory and WorkerRegistry."""
    address = 0x77
    terms: dict[str, Any] = {"operator": 0, "family": FAMILY, "audit_floor_exp": 0, "reward_fri": 1}
    terms |= {"package_bytes": 1, "memory_mib": 0, "requester": 0, "fee_fri": 1, "verifiers": []}
    request = {"worker_id": 1, "slot": 0, "pay_fri": 1, "least_lock_fri": 1}
    asked = {"family": FAMILY, "block": 0, "seed": 0, "wanted": 0, "worker_id": 1, "requester": 1}
    asked |= {"fee_fri": 1, "package_bytes": 1, "memory_mib": 0, "again": False}
    return {
        **{name: (address,) for name in ("transfer_ownership", "set_registry", "announce_board")},
        **{name: (address,) for name in ("retire_board", "retire")},
        **{name: (1,) for name in ("cancel_unstake", "complete_unstake", "accept_operator")},
        **{name: (1, address) for name in ("set_operator", "set_payout")},
        **{
            name: (1, 1)
            for name in (
                "add_stake",
                "request_unstake",
                "stake_seats",
                "unstake_seats",
                "set_key",
                "set_signer",
            )
        },
        "accept_ownership": (),
        "drop_seats": (1, FAMILY),
        "judge": (asked, [1], 1),
        "lock": (terms, [request]),
        "note_verdict": (1, FAMILY, 1, True),
        "register": (address, address, [FAMILY], 10**18),
        "set_families": (1, [FAMILY], True),
        "set_offer": (1, vars(StandingOffer(1, 1, 1, 1))),
        "set_paused": (False,),
        "set_seats": (1, FAMILY, 1),
        "forfeit": (1, 1),
        "slash": (1, 1, 0, NO_PAY),
        "unlock": ([{"worker_id": 1, "amount_fri": 1}], NO_PAY),
    }


def of_board(job: int, lease: int, scheduled_job: int, open_job: int) -> dict[str, tuple[Any, ...]]:
    """Arguments for JobBoard's own functions."""
    place = vars(Place(WorkerId(1), 5))
    return {
        **{name: (job,) for name in ("cancel", "refund")},
        **{name: (job, [lease]) for name in ("accept", "accept_late", "draw", "advance", "expire")},
        "ask_key": (job, 1),
        "assign": (scheduled_job, [place], []),
        "claim_lease": (open_job, 1, 5, 0, []),
        "create_job": (TERMS.as_dict(),),
        "extend": (job, 1),
        "give_back": (lease, 1),
        "give_keys": (job, [{"worker_id": 1, "ephemeral": 1, "sealed": 1, "tag": 1}]),
        "submit": (lease, 2, RESULT),
        "submit_signed": ([{"lease_id": lease, "count": 2, "result": RESULT, "signature": [1, 2]}],),
        "top_up": (job, TERMS.reward_fri, 1),
        "withdraw": ([0x77],),
    }


def of_audit(sealing: AuditedLease, seat: int, voted: AuditedLease) -> dict[str, tuple[Any, ...]]:
    """Arguments for what the chain offers: about a lease that waits for votes, and one with a verdict."""
    lease = sealing.lease_id
    contents = [CONTENT]
    return {
        "raise_fee": (voted.lease_id, 1),
        "appeal": (voted.lease_id, []),
        "challenge_delivery": (voted.lease_id,),
        "name_verifiers": (voted.lease_id, [1]),
        "challenge_pixels": (voted.lease_id, [0]),
        "commit": ([{"lease_id": lease, "seat": seat, "mark": 1}],),
        "decline": (lease, seat, int(Vote.BUSY)),
        "open": (lease, 1, RESULT, [], [], []),
        "reveal": ([{"lease_id": lease, "seat": seat, "nonce": 1, "vote": 1}],),
        "reveal_key": (lease, RESULT, 1, 1),
        "reveal_prints": (lease, seat, 1, contents, contents, [], 0, False),
        "show": (lease, 0, False, [], contents, []),
        "strike": (lease, seat, 0, contents, contents, [], []),
    }


class Stage:
    """A network in which each function fails for its caller, or succeeds, or fails for another reason."""

    def __init__(self, opened: Chains, bench: AuditBench[Views]) -> None:
        self._opened = opened
        self._bench = bench
        self.people: dict[str, Any] = {}
        self._nonces: dict[str, int] = {}
        self._last: AuditedLease

    async def refusal(self, role: str, call: Any) -> str:
        """Why the chain would refuse the call, empty if it would not."""
        account = self.people[role]
        if role not in self._nonces:
            self._nonces[role] = await account.get_nonce()
        try:
            await Fees(account.client, 0).learn_by_estimate("Calling", account, [call], self._nonces[role])
        except RenderChainError as error:
            return getattr(error, "code", "") or str(error)
        return ""

    async def enter(self) -> None:
        """Open all accounts; a new owner of the directory is named, but has not accepted."""
        for role, one in zip(ROLES, self._opened.accounts, strict=True):
            self.people[role] = await self._opened.account(one)
        directory = await open_contract(
            "Directory", self._bench.net.deployed.directory, self.people["outsider"]
        )
        heir = int(self.people["pending owner"].address)
        call = directory.functions["transfer_ownership"].prepare_invoke_v3(heir)
        _, sender = await self._opened.sender(self._opened.accounts[0])
        await sender.send("Handing the directory over", [call])

    async def contracts(self) -> dict[str, Any]:
        """All contracts, as anybody sees them."""
        deployed, anybody = self._bench.net.deployed, self.people["outsider"]
        return {
            name: await open_contract(name, getattr(deployed, field), anybody)
            for name, field in CONTRACTS.items()
        }

    async def arguments(self) -> dict[str, tuple[Any, ...]]:
        """For each function; the requester has a job with a claimed lease, and others."""
        net, requester = self._bench.net, await self._requester()
        scheduler = int(self.people["scheduler"].address)
        terms = replace(TERMS, scheduler=scheduler, scheduler_grace_s=1000)
        scheduled_job, open_job = [await requester.create_job(one) for one in (terms, TERMS)]
        await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 16, 2**39))
        verifier = self._verifier()
        await self._bench.favour(verifier)
        leases = [await self._bench.lease(requester, slot) for slot in range(4)]
        await self._bench.leave_to(verifier)
        claimed, sealing, voted, self._last = leases
        await sealing.submit()
        await self._vote(voted, Rendering.SAME)
        seat, *_ = [one.seat for one in await sealing.verifiers() if one.worker_id == verifier]
        jobs = (claimed.job_id, claimed.lease_id, scheduled_job, open_job)
        return {**of_registry(), **of_board(*jobs), **of_audit(sealing, seat, voted)}

    async def rejected(self) -> AuditedLease:
        """A lease that a committee rejected; its worker may still appeal."""
        await self._vote(self._last, Rendering.OTHER)
        return self._last

    def _verifier(self) -> WorkerId:
        """Whose all votes are."""
        address = int(self.people["verifier"].address)
        (number,) = [one for one, chain in self._bench.verifiers.items() if chain.address == address]
        return number

    async def _requester(self) -> StarknetChain:
        one = self._opened.accounts[ROLES.index("requester")]
        return await self._opened.chain(one, self._bench.net.deployed)

    async def _vote(self, audited: AuditedLease, how: Rendering) -> None:
        await audited.submit()
        await audited.vote(*[how] * VOTES)
        audit = await audited.audit()
        wanted = Verdict.ACCEPTED if how is Rendering.SAME else Verdict.REJECTED
        assert (audit.phase, audit.verdict) == (AuditPhase.APPEAL, wanted)


def test_nobody_but_its_caller_calls_a_function(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            stage = Stage(opened, await AuditBench.open(opened, SEATED, units=1))
            await stage.enter()
            given, contracts, rows = await stage.arguments(), await stage.contracts(), table()
            rejected = await stage.rejected()
            reasons = {row.reason for row in rows.values()} - {""}

            async def check(contract: str, function: str, row: Row, arguments: tuple[Any, ...]) -> None:
                call = contracts[contract].functions[function].prepare_invoke_v3(*arguments)
                for role in ROLES:
                    said = await stage.refusal(role, call)
                    where = f"{contract}.{function} by {role}: {said!r}"
                    if row.allows(role):
                        assert said not in reasons, where
                    else:
                        assert said == row.reason, where

            for (contract, function), row in rows.items():
                if row.callers == {"loser"}:
                    row = replace(row, callers=frozenset(LOSERS[Verdict.ACCEPTED]))
                await check(contract, function, row, given[function])
            losers = frozenset(LOSERS[Verdict.REJECTED])
            row = replace(rows["JobBoard", "appeal"], callers=losers)
            await check("JobBoard", "appeal", row, (rejected.lease_id, []))

    asyncio.run(run())

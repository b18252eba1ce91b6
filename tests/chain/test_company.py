"""A vote that waits goes with its account's next transaction, and neither takes the other down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import Vote, mark_of
from renderchain.core.contract_errors import ContractError
from renderchain.core.ids import WorkerId

from devkit.audited_lease import NONCE, WILLING, AuditBench, AuditedLease

VOTE = 5
LONG_S = 600.0


class Voter:
    """The first verifier of a lease that was drawn, as a client and as its own owner."""

    def __init__(
        self, bench: AuditBench[Any], audited: AuditedLease, number: WorkerId, place: tuple[int, int, int]
    ) -> None:
        self.bench = bench
        self.audited = audited
        self.number = number
        self.chain: Any = bench.verifiers[number]
        self.place = place

    @classmethod
    async def open(cls, opened: Any) -> Voter:
        bench = await AuditBench.open(opened)
        audited = await bench.lease()
        await audited.submit()
        first, *_ = await audited.verifiers()
        seed = await bench.net.artist.seed(audited.lease_id, 0)
        told = {"seed": seed, "worker_id": first.worker_id, "nonce": NONCE, "vote": VOTE}
        mark = mark_of(hash_many, bench.net.artist.board, audited.lease_id, 0, **told)
        return cls(bench, audited, first.worker_id, (audited.lease_id, first.seat, mark))

    def seal(self, *places: tuple[int, int, int], wait_s: float = LONG_S) -> asyncio.Task[Any]:
        """Votes that may wait so long."""
        return asyncio.create_task(self.chain.commit(places, time.time() + wait_s))

    async def set_offer(self) -> None:
        """Another transaction of the account."""
        await self.bench.owners[self.number].set_offer(self.number, WILLING)

    async def sent(self) -> int:
        """How many transactions the account has sent."""
        return int(await self.chain._account.get_nonce())

    async def vote(self) -> Vote:
        """How far the vote is."""
        first, *_ = await self.audited.verifiers()
        return first.vote


def test_a_vote_goes_with_the_next_transaction_and_hears_what_was_refused_of_it(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            voter = await Voter.open(opened)
            before = await voter.sent()
            vote = voter.seal(voter.place, voter.place)  # the second is refused
            await asyncio.sleep(1)
            assert await voter.vote() is Vote.DRAWN
            await voter.set_offer()
            assert len(await vote) == 1 and await voter.vote() is Vote.SEALED
            assert await voter.sent() == before + 1

    asyncio.run(run())


def test_a_vote_that_is_refused_leaves_the_other_transaction_alone(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            voter = await Voter.open(opened)
            lease, seat, mark = voter.place
            before = await voter.sent()
            bad, good = voter.seal((lease, seat + 100, mark)), voter.seal(voter.place)
            await asyncio.sleep(1)
            await voter.set_offer()
            assert await good == [] and await voter.vote() is Vote.SEALED
            with pytest.raises(ContractError):
                await bad
            assert await voter.sent() == before + 2

    asyncio.run(run())


def test_a_vote_is_sent_by_itself_when_its_time_is_over_and_when_its_process_ends(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            for ends in (False, True):
                voter = await Voter.open(opened)
                await voter.set_offer()
                vote = voter.seal(voter.place, wait_s=LONG_S if ends else 10)
                await asyncio.sleep(1)
                assert await voter.vote() is Vote.DRAWN
                if ends:
                    vote.cancel()
                await asyncio.gather(vote, return_exceptions=True)
                assert await voter.vote() is Vote.SEALED

    asyncio.run(run())

"""On which board of the network an artist's job is: each board numbers jobs and leases by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...core.contract_errors import UnknownJob
from ...core.errors import LocalError
from ...core.ids import JobId, LeaseId
from ...core.lifecycle import LeaseState
from ...ports.boards import Boards
from ...ports.journal import Journal
from ...ports.receipt_chain import ReceiptChain
from .overview import Overview


class JobBoards:
    """Of one connection; ``overview`` makes what reads the account's jobs of a board."""

    def __init__(
        self, boards: Boards, journal: Journal, overview: Callable[[ReceiptChain], Overview]
    ) -> None:
        self._boards = boards
        self._journal = journal
        self._overview = overview

    async def of_job(self, job_id: JobId, board: int = 0) -> ReceiptChain:
        """``board`` for who knows it; else where the job of that number is, which nobody may have noted here
        yet. Raises ChainError.

        Raises LocalError where there are two: none of them is taken for the other. Where there is none it is
        the board for a new job. Raises WrongNetwork where it is on one that this version can't work on.
        """
        if board:
            return await self._boards.of(board)
        chains = await self._boards.all()
        found = self._noted(job_id)
        if len(chains) == 1 and not found & set(self._boards.left_out):
            return chains[0]
        if not found:
            for chain in chains:
                await self._overview(chain).adopt()
            found = self._noted(job_id)
        if len(found) > 1:
            raise _ambiguous(f"You have a job {job_id}", found)
        return await self._boards.of(*found)

    def _noted(self, job_id: JobId) -> set[int]:
        return {one.board for one in self._journal.jobs() if one.job_id == job_id}

    async def of_lease(self, lease_id: LeaseId, board: int = 0) -> ReceiptChain:
        """``board`` for who knows it; else where a lease of that number is one of the account's jobs and
        submitted. Raises ChainError.

        Raises LocalError where there are two. Where there is none it is the first board, which says why.
        """
        if board:
            return await self._boards.of(board)
        chains = await self._boards.all()
        if len(chains) == 1:
            return chains[0]
        own = [one for one in chains if await _is_own(one, lease_id)]
        if len(own) > 1:
            raise _ambiguous(f"A lease {lease_id} of one of your jobs is", {one.board for one in own})
        return own[0] if own else chains[0]


async def _is_own(chain: ReceiptChain, lease_id: LeaseId) -> bool:
    lease = await chain.lease(lease_id)
    if lease.state is not LeaseState.SUBMITTED:
        return False
    try:
        return (await chain.job(lease.job_id)).requester == chain.address
    except UnknownJob:
        return False


def _ambiguous(what: str, boards: Collection[int]) -> LocalError:
    named = " and ".join(f"{one:#x}" for one in sorted(boards))
    return LocalError(
        f"{what} on each of the boards {named}: name the board that you mean by --board, or by the setting "
        "board. Nothing was done."
    )

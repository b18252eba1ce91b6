"""What a job brings back, out of the board and to the account."""

from __future__ import annotations

from ...core.contract_errors import NothingToWithdraw
from ...core.errors import RenderChainError
from ...core.job import JobInfo
from ...core.notices.jobs import AlreadyWithdrawn, NotWithdrawn
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain


async def withdraw_rest(chain: RequesterChain, reporter: Reporter, job: JobInfo) -> None:
    """Have the requester's balance sent to it; that this fails is said, for the job is over all the same."""
    try:
        if await chain.balance_fri(job.requester):
            await chain.withdraw([job.requester])
    except NothingToWithdraw:
        reporter.tell(AlreadyWithdrawn(job.job_id))
    except RenderChainError as error:
        reporter.tell(NotWithdrawn(job.job_id, str(error)))

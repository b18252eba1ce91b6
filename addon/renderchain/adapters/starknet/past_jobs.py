"""Jobs that a board no longer keeps: a settled job's storage goes to a later one, its events stay."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...core.board_events import JobClosed, JobCreated, JobImproved, TasksRefunded
from ...core.ids import JobId
from ...core.job import JobInfo
from .errors import said
from .events import EventStream


async def past_job(client: Any, stream: EventStream, job_id: JobId) -> JobInfo | None:
    """What became of a settled job, from all that the board said of it; None if it never was, or goes on."""
    told = [
        event
        for name in ("JobCreated", "JobImproved", "TasksRefunded", "JobClosed")
        for event in await stream.past_of(name, 0, job_id=job_id)
    ]
    created = next((event for event in told if isinstance(event, JobCreated)), None)
    if created is None or not any(isinstance(event, JobClosed) for event in told):
        return None
    block = await said("Reading a block", client.get_block_with_tx_hashes(block_number=created.block))
    terms = asdict(created.terms)
    terms["spare_tasks"] = 0  # what was left of them went back
    price_fri, expires_at_s = terms.pop("reward_fri"), block.timestamp + terms.pop("expires_in_s")
    for event in told:
        if isinstance(event, JobImproved):
            price_fri, expires_at_s = event.reward_fri, event.expires_at_s
    refunded = sum(event.tasks for event in told if isinstance(event, TasksRefunded))
    return JobInfo(
        job_id=job_id,
        requester=created.requester,
        reward_fri=price_fri,
        expires_at_s=expires_at_s,
        accepted=created.terms.tasks - refunded,
        refunded=refunded,
        held=0,
        stopped=refunded > 0,
        **{**terms, "audit_pool_fri": 0},
    )

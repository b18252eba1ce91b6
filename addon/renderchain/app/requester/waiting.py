"""Why nobody takes a job's open frames, from what registry and board say."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.candidates import Candidate, sentence_of
from ...core.job import JobInfo
from ...core.money import about_strk
from ...core.notices.following import JobWaits
from ...ports.requester_chain import RequesterChain


async def waits_of(chain: RequesterChain, job: JobInfo, candidates: Sequence[Candidate]) -> JobWaits:
    """Of the job itself, or of the workers there are; raises ChainError."""
    fitting, reason = sentence_of(job, candidates)
    if job.audit_pool_fri < job.next_audit_fri:
        lacking = about_strk(job.next_audit_fri - job.audit_pool_fri)
        reason = f"the reserve for spot checks is used up: add {lacking} STRK, or wait until frames are paid"
    elif fitting and not job.takes_unjudged:
        stands = await chain.family(job.family)
        if stands.room_fri < min(job.longest_lease, job.open_tasks) * job.reward_fri:
            reason = "those who check this kind of machine have their hands full: it goes on when others end"
    return JobWaits(job.job_id, fitting, len(candidates), reason)

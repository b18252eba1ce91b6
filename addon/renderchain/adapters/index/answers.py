"""An index's rows as typed values; whatever is no such row raises ValueError, TypeError or KeyError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.candidates import Candidate
from ...core.ids import JobId, LeaseId, WorkerId
from ...core.job import JobInfo, WorkerInfo
from ...core.job_progress import JobProgress, LeaseProgress
from ...core.lifecycle import LeaseState
from ...ports.network_index import EndedJob, IndexedNetwork, JobPlace

MOST_FRI = 2**128
MOST_LETTERS = 31  # of a felt
STATES = {one.name.lower(): one for one in LeaseState if one is not LeaseState.NONE}
ENDED = frozenset(STATES) - {"claimed", "submitted"}


def network_of(row: Any) -> IndexedNetwork:
    """Which network it is."""
    return IndexedNetwork(_short_text(row["chain"]), _felt(row["directory"]))


def place_of(row: Any) -> JobPlace:
    """Where a job began."""
    return JobPlace(JobId(_decimal(row["job"])), whole(row["created_block"]))


def candidate_of(row: Any, now_s: float) -> Candidate:
    """A worker with its families, and with its offer as long as that holds."""
    amounts = {name: _amount(row[name]) for name in ("stake_fri", "locked_fri", "unstaking_fri")}
    seats = {name: _amount(row[name]) for name in ("seat_stake_fri", "seat_unstaking_fri")}
    roles = {name: _felt(row[name] or "0x0") for name in ("owner", "operator", "payout")}
    families = frozenset(_felt(one["family"]) for one in row["families"] if _flag(one["is_supported"]))
    offer = row["offer"] or {"least_reward_fri": "0", "until_s": "0"}
    worker = WorkerInfo(WorkerId(whole(row["worker"], 2**32)), **roles, **amounts, **seats)
    wanted_fri, until_s = _decimal(offer["least_reward_fri"], MOST_FRI), _decimal(offer["until_s"])
    return Candidate(worker, families, wanted_fri if until_s > now_s else 0)


def is_closed(row: Any) -> bool:
    """Whether a job is over."""
    return {"open": False, "closed": True}[row["state"]]


def ended_of(job_id: JobId, row: Any, leases: Sequence[Any]) -> EndedJob:
    """A job that is over, and its leases in the order of their claims."""
    tasks, refunded = whole(row["tasks"]), whole(row["refunded_tasks"])
    package = _felt(row["package"], 2**256)
    numbers = (
        "package_files audit_tiles audit_floor_exp longest_lease lease_timeout_s window_s scheduler_grace_s "
        "tiles tile_limit_percent mean_limit_percent memory_mib"
    )
    job = JobInfo(
        job_id=job_id,
        requester=_felt(row["requester"]),
        family=_felt(row["family"]),
        scheduler=_felt(row["scheduler"]),
        package_hi=package >> 128,
        package_lo=package % 2**128,
        package_bytes=_decimal(row["package_bytes"]),
        tasks=tasks,
        reward_fri=_amount(row["reward_fri"]),
        audit_pool_fri=0,
        expires_at_s=_decimal(row["expires_at_s"]),
        audit_fee_fri=_amount(row["audit_fee_fri"]),
        audit_tile_fri=_amount(row["audit_tile_fri"]),
        accepted=whole(row["accepted_tasks"]),
        refunded=refunded,
        held=0,
        stopped=refunded > 0,
        second_look=_flag(row["second_look"]),
        takes_unjudged=_flag(row["takes_unjudged"]),
        **{name: whole(row[name]) for name in numbers.split()},
    )
    if not job.is_settled:
        raise ValueError("a job that is over, and whose tasks are not")
    claimed = sorted(leases, key=lambda one: (whole(one["claimed_block"]), _decimal(one["lease"])))
    told = [_lease_of(one, tasks) for one in claimed]
    progress = JobProgress(
        leases={one.lease_id: one for one in told},
        paid_fri=_amount(row["paid_fri"]),
        refunded_fri=_amount(row["refunded_fri"]),
        refunded_tasks=refunded,
        is_closed=True,
        first_claim_block=claimed[0]["claimed_block"] if claimed else None,
    )
    return EndedJob(job, progress)


def _lease_of(row: Any, tasks: int) -> LeaseProgress:
    first, count = whole(row["first"]), whole(row["count"])
    if first + count > tasks or row["state"] not in ENDED:
        raise ValueError("a lease of tasks that the job has not, or one that goes on after its job")
    return LeaseProgress(
        LeaseId(_decimal(row["lease"])),
        _felt(row["operator"]),
        first,
        count,
        STATES[row["state"]],
        _flag(row["is_paid"]),
        _felt(row["root"] or "0x0"),
    )


def whole(value: Any, most: int = 2**53) -> int:
    """A number that JSON has as one."""
    if type(value) is not int or not 0 <= value < most:
        raise ValueError(f"no number below {most}")
    return value


def _decimal(value: Any, most: int = 2**64) -> int:
    """A number that JSON has as text."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 40:
        raise ValueError("no decimal text")
    return whole(int(value), most)


def _amount(value: Any) -> int:
    """In fri; null: nothing was ever told of it."""
    return 0 if value is None else _decimal(value, MOST_FRI)


def _felt(value: Any, most: int = 2**252) -> int:
    if not isinstance(value, str) or not value.startswith("0x") or not 3 <= len(value) <= 66:
        raise ValueError("no felt")
    return whole(int(value, 16), most)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _short_text(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or len(value) > MOST_LETTERS:
        raise ValueError("no short text")
    return value

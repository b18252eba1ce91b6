"""Prices, and how much there is to do: for people who set prices, and programs that start workers."""

from __future__ import annotations

from statistics import median, median_low
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, func, select

from ..tables import BLOCK, CURSOR, JOB, LEASE
from .answers import Answers, FeltQuery, felt, one_of
from .views import DECIMAL

MOST_JOBS = 1000  # the newest, by which prices are told
MOST_LEASES = 200  # by which the time of a task is told
MOST_HOURS = 24 * 90


class Market(BaseModel):
    """What a task pays in jobs of a family that were created lately; null without any."""

    jobs: int
    least_fri: DECIMAL | None
    median_fri: DECIMAL | None
    most_fri: DECIMAL | None


class Queue(BaseModel):
    """Tasks that nobody holds; ``seconds`` is what one worker would need; null while nobody knows."""

    open_jobs: int
    open_tasks: int
    held_tasks: int
    seconds: float | None


def market_pages(answers: Answers) -> APIRouter:
    """The pages."""
    router = APIRouter(tags=["market"])

    @router.get("/market", response_model=one_of(Market, "Market"), summary="Prices of a family lately")
    def market(
        request: Request,
        family: FeltQuery,
        hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 72,
    ) -> Response:
        return answers.give(request, lambda c: {"item": _market(c, felt(family), hours)})

    @router.get(
        "/queue", response_model=one_of(Queue, "Queue"), summary="What there is to do, for autoscaling"
    )
    def queue(request: Request, family: FeltQuery | None = None) -> Response:
        wanted = None if family is None else felt(family)
        return answers.give(request, lambda c: {"item": _queue(c, wanted)})

    return router


def _market(connection: Connection, family: int, hours: int) -> dict[str, Any]:
    now_s = select(BLOCK.c.time_s).join(CURSOR, CURSOR.c.block == BLOCK.c.number)
    since_s = connection.scalars(now_s).one() - 3600 * hours
    newest = (
        select(JOB.c.reward_fri)
        .where(JOB.c.family == family, JOB.c.created_s >= since_s)
        .order_by(JOB.c.created_block.desc())
        .limit(MOST_JOBS)
    )
    prices = list(connection.scalars(newest))
    if not prices:
        return {"jobs": 0, "least_fri": None, "median_fri": None, "most_fri": None}
    told = {"least_fri": min(prices), "median_fri": median_low(prices), "most_fri": max(prices)}
    return {"jobs": len(prices), **{name: str(one) for name, one in told.items()}}


def _queue(connection: Connection, family: int | None) -> dict[str, Any]:
    is_open = [JOB.c.state == "open", *([] if family is None else [JOB.c.family == family])]
    done = JOB.c.held_tasks + JOB.c.accepted_tasks + JOB.c.refunded_tasks
    sums = [func.coalesce(func.sum(one), 0) for one in (JOB.c.tasks - done, JOB.c.held_tasks)]
    jobs, tasks, held = connection.execute(select(func.count(), *sums).where(*is_open)).one()
    lately = (
        select((LEASE.c.submitted_s - LEASE.c.claimed_s), LEASE.c.count)
        .join(JOB, (JOB.c.board == LEASE.c.board) & (JOB.c.job == LEASE.c.job))
        .where(*is_open, LEASE.c.submitted_s.is_not(None))
        .limit(MOST_LEASES)
    )
    taken = [seconds / count for seconds, count in connection.execute(lately)]
    numbers = {"open_jobs": jobs, "open_tasks": int(tasks), "held_tasks": int(held)}
    return numbers | {"seconds": int(tasks) * median(taken) if taken else None}

"""Prices, and how much there is to do: for people who set prices, and programs that start workers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, median_low
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, func, select

from ..tables import JOB, LEASE
from .answers import Answers, FeltQuery, felt, now_s, one_of
from .views import DECIMAL

MOST_JOBS = 1000  # the newest, by which prices are told
MOST_LEASES = 200  # by which the time of a task is told
MOST_HOURS = 24 * 90
MOST_POINTS = 100


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


class Hours(BaseModel):
    """What a task paid in jobs that were created in some hours; ``begin_s`` is when they began."""

    begin_s: int
    jobs: int
    least_fri: DECIMAL
    median_fri: DECIMAL
    most_fri: DECIMAL


class History(BaseModel):
    """A family's prices over time, of ``step_s`` each; times without a job are left out."""

    step_s: int
    points: list[Hours]


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
        "/market/history",
        response_model=one_of(History, "History"),
        summary="Prices of a family over time",
    )
    def history(
        request: Request,
        family: FeltQuery,
        hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 72,
    ) -> Response:
        return answers.give(request, lambda c: {"item": _history(c, felt(family), hours)})

    @router.get(
        "/queue", response_model=one_of(Queue, "Queue"), summary="What there is to do, for autoscaling"
    )
    def queue(request: Request, family: FeltQuery | None = None) -> Response:
        wanted = None if family is None else felt(family)
        return answers.give(request, lambda c: {"item": _queue(c, wanted)})

    return router


def _market(connection: Connection, family: int, hours: int) -> dict[str, Any]:
    prices = [price for _, price in _prices(connection, family, hours)]
    if not prices:
        return {"jobs": 0, "least_fri": None, "median_fri": None, "most_fri": None}
    return _spread(prices)


def _history(connection: Connection, family: int, hours: int) -> dict[str, Any]:
    step_s = 3600 * -(-hours // MOST_POINTS)
    found: dict[int, list[int]] = {}
    for created_s, price in _prices(connection, family, hours):
        found.setdefault(created_s // step_s * step_s, []).append(price)
    points = [{"begin_s": begin_s, **_spread(prices)} for begin_s, prices in sorted(found.items())]
    return {"step_s": step_s, "points": points}


def _prices(connection: Connection, family: int, hours: int) -> Sequence[Any]:
    """When the newest jobs of so many hours were created, and what a task pays in them."""
    newest = (
        select(JOB.c.created_s, JOB.c.reward_fri)
        .where(JOB.c.family == family, JOB.c.created_s >= now_s(connection) - 3600 * hours)
        .order_by(JOB.c.created_block.desc())
        .limit(MOST_JOBS)
    )
    return connection.execute(newest).all()


def _spread(prices: Sequence[int]) -> dict[str, Any]:
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

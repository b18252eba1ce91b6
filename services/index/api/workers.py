"""Workers, and who was paid what."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, false, func, select

from ..tables import FAMILY_OF, JOB, LEASE, OFFER, PAYMENT, WORKER
from .answers import (
    NOT_FOUND,
    Answers,
    FeltQuery,
    Limit,
    Page,
    WorkerPath,
    felt,
    found,
    many_of,
    one_of,
    page_of,
)
from .leases import LEASES
from .views import HEX, View

MOST_LEASES = 200  # by which a worker's speed is told
MOST_FAMILIES = 200  # of one worker
LISTED_FAMILIES = 16  # of a worker among others
WORKERS = View("Worker", WORKER)
OFFERS = View("Offer", OFFER, hidden=("worker",))
FAMILIES = View("WorkerFamily", FAMILY_OF, hidden=("worker",))
PAYMENTS = View("Payment", PAYMENT)


class WholeWorker(WORKERS.model):  # type: ignore[name-defined,misc]
    """With the leases that it holds now, on all boards, its standing offer and its families."""

    held_leases: int
    offer: OFFERS.model | None  # type: ignore[name-defined]
    families: list[FAMILIES.model]  # type: ignore[name-defined]


class Speed(BaseModel):
    """Seconds from claim to result a task, the median of the last leases of a family."""

    family: HEX
    leases: int
    median_s: float


class WorkerRecord(BaseModel):
    """What verifiers found of it, family by family, and how fast it was lately."""

    families: list[FAMILIES.model]  # type: ignore[name-defined]
    speeds: list[Speed]


def worker_pages(answers: Answers) -> APIRouter:
    """The pages."""
    router = APIRouter(tags=["workers"])

    @router.get(
        "/workers", response_model=many_of(WholeWorker, "Worker"), summary="All workers, or those of a family"
    )
    def workers(
        request: Request, family: FeltQuery | None = None, limit: Limit = 100, page: Page = ""
    ) -> Response:
        query = select(WORKER)
        if family is not None:
            mine = (FAMILY_OF.c.family == felt(family), FAMILY_OF.c.is_supported.is_(True))
            query = query.where(WORKER.c.worker.in_(select(FAMILY_OF.c.worker).where(*mine)))

        def read(connection: Connection) -> dict[str, Any]:
            found = page_of(connection, query, WORKERS, (WORKER.c.worker,), page, limit)
            return found | {"items": _with_offers(connection, found["items"], LISTED_FAMILIES)}

        return answers.give(request, read)

    @router.get(
        "/workers/{worker}",
        response_model=one_of(WholeWorker, "Worker"),
        responses=NOT_FOUND,
        summary="A worker",
    )
    def one_worker(request: Request, worker: WorkerPath) -> Response:
        return answers.give(request, lambda c: {"item": _whole(c, worker)})

    @router.get(
        "/workers/{worker}/leases",
        response_model=many_of(LEASES, "Lease"),
        responses=NOT_FOUND,
        summary="Its leases, the newest first",
    )
    def leases(request: Request, worker: WorkerPath, limit: Limit = 100, page: Page = "") -> Response:
        order = (LEASE.c.claimed_block, LEASE.c.lease, LEASE.c.board)
        query = select(LEASE).where(LEASE.c.worker == worker)

        def read(connection: Connection) -> dict[str, Any]:
            _worker(connection, worker)
            return page_of(connection, query, LEASES, order, page, limit, newest_first=True)

        return answers.give(request, read)

    _add_record(router, answers)
    _add_payments(router, answers)
    return router


def _add_record(router: APIRouter, answers: Answers) -> None:
    @router.get(
        "/workers/{worker}/record",
        response_model=one_of(WorkerRecord, "Record"),
        responses=NOT_FOUND,
        summary="Its record and its speed",
    )
    def record(request: Request, worker: WorkerPath) -> Response:
        def read(connection: Connection) -> dict[str, Any]:
            _worker(connection, worker)
            families = _families(connection, [worker]).get(worker, [])
            return {"item": {"families": families, "speeds": _speeds(connection, worker)}}

        return answers.give(request, read)


def _add_payments(router: APIRouter, answers: Answers) -> None:
    @router.get("/payments", response_model=many_of(PAYMENTS, "Payment"), summary="Money, the newest first")
    def payments(
        request: Request, account: FeltQuery | None = None, limit: Limit = 100, page: Page = ""
    ) -> Response:
        query = select(PAYMENT)
        if account is not None:
            query = query.where(PAYMENT.c.account == felt(account))
        order = (PAYMENT.c.block, PAYMENT.c.transaction_index, PAYMENT.c.event_index)
        return answers.give(
            request, lambda c: page_of(c, query, PAYMENTS, order, page, limit, newest_first=True)
        )


def _worker(connection: Connection, worker: int) -> Any:
    return found(connection.execute(select(WORKER).where(WORKER.c.worker == worker)).mappings().one_or_none())


def _whole(connection: Connection, worker: int) -> dict[str, Any]:
    (found,) = _with_offers(connection, [WORKERS.of(_worker(connection, worker))])
    return found


def _with_offers(
    connection: Connection, workers: Sequence[dict[str, Any]], most: int = MOST_FAMILIES
) -> list[dict[str, Any]]:
    """The workers with what they hold, their standing offers and so many of their families."""
    numbers = [one["worker"] for one in workers]
    query = select(OFFER).where(OFFER.c.worker.in_(numbers))
    offers = {one["worker"]: OFFERS.of(one) for one in connection.execute(query).mappings()}
    families = _families(connection, numbers, most)
    held = _held(connection, numbers)
    return [
        one
        | {
            "held_leases": held.get(one["worker"], 0),
            "offer": offers.get(one["worker"]),
            "families": families.get(one["worker"], []),
        }
        for one in workers
    ]


def _held(connection: Connection, workers: Sequence[int]) -> dict[int, int]:
    query = (
        select(LEASE.c.worker, func.count())
        .where(LEASE.c.worker.in_(workers), LEASE.c.state.in_(("claimed", "submitted")))
        .group_by(LEASE.c.worker)
    )
    return {worker: count for worker, count in connection.execute(query)}


def _families(
    connection: Connection, workers: Sequence[int], most: int = MOST_FAMILIES
) -> dict[int, list[dict[str, Any]]]:
    """Those that each renders before those that it rendered once, of which it may have named any number."""
    is_supported = func.coalesce(FAMILY_OF.c.is_supported, false())
    order = (is_supported.desc(), FAMILY_OF.c.family)
    place = func.row_number().over(partition_by=FAMILY_OF.c.worker, order_by=order).label("place")
    placed = select(FAMILY_OF, place).where(FAMILY_OF.c.worker.in_(workers)).subquery()
    query = select(placed).where(placed.c.place <= most).order_by(placed.c.worker, placed.c.place)
    found: dict[int, list[dict[str, Any]]] = {}
    for one in connection.execute(query).mappings():
        found.setdefault(one["worker"], []).append(FAMILIES.of(one))
    return found


def _speeds(connection: Connection, worker: int) -> list[dict[str, Any]]:
    last = (
        select(JOB.c.family, LEASE.c.claimed_s, LEASE.c.submitted_s, LEASE.c.count)
        .join(JOB, (JOB.c.board == LEASE.c.board) & (JOB.c.job == LEASE.c.job))
        .where(LEASE.c.worker == worker, LEASE.c.submitted_s.is_not(None))
        .order_by(LEASE.c.claimed_block.desc(), LEASE.c.lease.desc())
        .limit(MOST_LEASES)
    )
    taken: dict[int, list[float]] = {}
    for family, claimed_s, submitted_s, count in connection.execute(last):
        taken.setdefault(family, []).append((submitted_s - claimed_s) / count)
    return [
        {"family": hex(family), "leases": len(each), "median_s": median(each)}
        for family, each in sorted(taken.items())
    ]

"""Jobs: which there are, what became of their frames, and why one waits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, and_, case, func, or_, select

from ..tables import FAMILY_OF, JOB, LEASE, OFFER
from .answers import (
    NOT_FOUND,
    Answers,
    FeltPath,
    FeltQuery,
    IdPath,
    Limit,
    Page,
    felt,
    found,
    many_of,
    now_s,
    number,
    one_of,
    page_of,
)
from .leases import LEASES
from .views import DECIMAL, View

JOBS = View("Job", JOB, open_tasks=(int, ...))
MOST_FRAMES = 1000
BEST_LAST = ("given_back", "expired", "rejected", "claimed", "submitted", "accepted")


class Frame(BaseModel):
    """A task, and the lease that is furthest with it; "open" where none has it."""

    task: int
    state: str
    lease: DECIMAL | None
    worker: int | None


class Waiting(BaseModel):
    """How many workers render the job's family, and what keeps how many of them from it.

    ``willing`` have no such reason; of these ``busy`` have no slot free on this board.
    """

    open_tasks: int
    held_tasks: int
    expires_in_s: int
    workers: int
    without_offer: int
    price_too_low: int
    package_too_large: int
    memory_too_much: int
    offer_over: int
    willing: int
    busy: int


def job_pages(answers: Answers) -> APIRouter:
    """The pages."""
    router = APIRouter(tags=["jobs"])

    @router.get("/jobs", response_model=many_of(JOBS, "Job"), summary="Jobs, the newest first")
    def jobs(
        request: Request,
        state: Annotated[str, Query(pattern="^(open|closed)?$")] = "",
        board: FeltQuery | None = None,
        family: FeltQuery | None = None,
        requester: FeltQuery | None = None,
        limit: Limit = 100,
        page: Page = "",
    ) -> Response:
        query = select(JOB).where(*([JOB.c.state == state] if state else []))
        for column, text in ((JOB.c.board, board), (JOB.c.family, family), (JOB.c.requester, requester)):
            query = query if text is None else query.where(column == felt(text))
        order = (JOB.c.created_block, JOB.c.board, JOB.c.job)
        return answers.give(
            request, lambda c: _opened(page_of(c, query, JOBS, order, page, limit, newest_first=True))
        )

    @router.get(
        "/jobs/{board}/{job}", response_model=one_of(JOBS, "Job"), responses=NOT_FOUND, summary="A job"
    )
    def one_job(request: Request, board: FeltPath, job: IdPath) -> Response:
        return answers.give(request, lambda c: {"item": _shown(job_row(c, board, job))})

    @router.get(
        "/jobs/{board}/{job}/leases",
        response_model=many_of(LEASES, "Lease"),
        responses=NOT_FOUND,
        summary="Its leases, in the order of their frames",
    )
    def leases(
        request: Request, board: FeltPath, job: IdPath, limit: Limit = 100, page: Page = ""
    ) -> Response:
        query = select(LEASE).where(LEASE.c.board == felt(board), LEASE.c.job == number(job))

        def read(connection: Connection) -> dict[str, Any]:
            job_row(connection, board, job)
            return page_of(connection, query, LEASES, (LEASE.c.first, LEASE.c.lease), page, limit)

        return answers.give(request, read)

    _add_progress(router, answers)
    return router


def _add_progress(router: APIRouter, answers: Answers) -> None:
    @router.get(
        "/jobs/{board}/{job}/frames",
        response_model=many_of(Frame, "Frame"),
        responses=NOT_FOUND,
        summary="Its tasks, and how far each is",
    )
    def frames(
        request: Request,
        board: FeltPath,
        job: IdPath,
        limit: Annotated[int, Query(ge=1, le=MOST_FRAMES)] = 200,
        page: Annotated[str, Query(pattern="^([0-9]{1,10})?$", description="`next` of the page before")] = "",
    ) -> Response:
        return answers.give(request, lambda c: _frames(c, job_row(c, board, job), int(page or 0), limit))

    @router.get(
        "/jobs/{board}/{job}/waiting",
        response_model=one_of(Waiting, "Waiting"),
        responses=NOT_FOUND,
        summary="Why it waits, in numbers",
    )
    def waiting(request: Request, board: FeltPath, job: IdPath) -> Response:
        return answers.give(request, lambda c: {"item": _waiting(c, job_row(c, board, job))})


def _opened(page: dict[str, Any]) -> dict[str, Any]:
    for one in page["items"]:
        one["open_tasks"] = _open(one)
    return page


def _open(job: Any) -> int:
    return int(job["tasks"] - job["held_tasks"] - job["accepted_tasks"] - job["refunded_tasks"])


def _shown(job: Any) -> dict[str, Any]:
    return JOBS.of(job) | {"open_tasks": _open(job)}


def job_row(connection: Connection, board: str, job: str) -> Any:
    """A job of a question. Raises HTTPException."""
    query = select(JOB).where(JOB.c.board == felt(board), JOB.c.job == number(job))
    return found(connection.execute(query).mappings().one_or_none())


def _frames(connection: Connection, job: Any, begin: int, limit: int) -> dict[str, Any]:
    end = min(begin + limit, job["tasks"])
    query = select(LEASE.c.lease, LEASE.c.worker, LEASE.c.first, LEASE.c.count, LEASE.c.state).where(
        LEASE.c.board == job["board"],
        LEASE.c.job == job["job"],
        and_(LEASE.c.first < end, LEASE.c.first > begin - job["longest_lease"]),
    )
    best: dict[int, tuple[int, int, int]] = {}
    for lease, worker, first, count, state in connection.execute(query):
        for task in range(max(first, begin), min(first + count, end)):
            best[task] = max(best.get(task, (-1, 0, 0)), (BEST_LAST.index(state), lease, worker))
    return {
        "items": [_frame(task, best.get(task)) for task in range(begin, end)],
        "next": str(end) if begin < end < job["tasks"] else None,
    }


def _frame(task: int, best: tuple[int, int, int] | None) -> dict[str, Any]:
    if best is None or best[0] < BEST_LAST.index("claimed"):
        return {"task": task, "state": "open", "lease": None, "worker": None}
    return {"task": task, "state": BEST_LAST[best[0]], "lease": str(best[1]), "worker": best[2]}


def _waiting(connection: Connection, job: Any) -> dict[str, Any]:
    time_s = now_s(connection)
    reasons = {
        "without_offer": OFFER.c.worker.is_(None),
        "price_too_low": OFFER.c.least_reward_fri > job["reward_fri"],
        "package_too_large": OFFER.c.largest_package_bytes < job["package_bytes"],
        "memory_too_much": and_(job["memory_mib"] > 0, OFFER.c.memory_mib < job["memory_mib"]),
        "offer_over": OFFER.c.until_s < time_s,
    }
    held = (
        select(func.count())
        .where(
            LEASE.c.worker == FAMILY_OF.c.worker,
            LEASE.c.board == job["board"],
            LEASE.c.state.in_(("claimed", "submitted")),
        )
        .correlate(FAMILY_OF)
        .scalar_subquery()
    )
    willing = ~or_(*reasons.values())
    counted = {**reasons, "willing": willing, "busy": and_(willing, held >= OFFER.c.slots)}
    sums = [func.coalesce(func.sum(case((one, 1), else_=0)), 0).label(name) for name, one in counted.items()]
    row = connection.execute(
        select(func.count().label("workers"), *sums)
        .select_from(FAMILY_OF)
        .outerjoin(OFFER, OFFER.c.worker == FAMILY_OF.c.worker)
        .where(FAMILY_OF.c.family == job["family"], FAMILY_OF.c.is_supported.is_(True))
    ).mappings()
    numbers = {name: int(one) for name, one in row.one().items()}
    left_s = max(job["expires_at_s"] - time_s, 0)
    return {"open_tasks": _open(job), "held_tasks": job["held_tasks"], "expires_in_s": left_s} | numbers

"""Leases and their audits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, create_model
from sqlalchemy import Connection, func, select

from ..tables import AUDIT, LEASE, VOTE
from .answers import (
    NOT_FOUND,
    Answers,
    FeltPath,
    IdPath,
    Limit,
    Page,
    felt,
    found,
    many_of,
    number,
    one_of,
    page_of,
)
from .views import View

LEASES = View("Lease", LEASE)
ROUNDS = View("Round", AUDIT, hidden=("board", "lease"))
AUDITED = View("AuditedLease", AUDIT, joined=(LEASE.c.job, LEASE.c.worker))
VOTES = View("Vote", VOTE, hidden=("board", "lease"))


MOST_AUDITS = 20  # of a lease in one answer
AuditLimit = Annotated[int, Query(ge=1, le=MOST_AUDITS, description="how many audits at most")]
AuditPage = Annotated[str, Query(pattern="^([0-9]{1,9})?$", description="`next` of the page before")]


class Audits(BaseModel):
    """All rounds of some audits of a lease, and all seats in them."""

    rounds: list[ROUNDS.model]  # type: ignore[name-defined]
    votes: list[VOTES.model]  # type: ignore[name-defined]


def lease_pages(answers: Answers) -> APIRouter:
    """The pages."""
    router = APIRouter(tags=["leases"])

    @router.get(
        "/leases/{board}/{lease}",
        response_model=one_of(LEASES, "Lease"),
        responses=NOT_FOUND,
        summary="A lease",
    )
    def one_lease(request: Request, board: FeltPath, lease: IdPath) -> Response:
        return answers.give(request, lambda c: {"item": LEASES.of(lease_row(c, board, lease))})

    @router.get(
        "/leases/{board}/{lease}/audit",
        response_model=create_model("AuditPage", __base__=one_of(Audits, "Audit"), next=(str | None, ...)),
        responses=NOT_FOUND,
        summary="Its audits, round by round and seat by seat",
    )
    def audit(
        request: Request,
        board: FeltPath,
        lease: IdPath,
        limit: AuditLimit = MOST_AUDITS,
        page: AuditPage = "",
    ) -> Response:
        first, end = int(page or 0), int(page or 0) + limit

        def read(connection: Connection) -> dict[str, Any]:
            row = lease_row(connection, board, lease)
            of_lease = {
                table: (table.c.board == row["board"], table.c.lease == row["lease"], table.c.audit >= first)
                for table in (AUDIT, VOTE)
            }
            after = select(func.min(AUDIT.c.audit)).where(*of_lease[AUDIT], AUDIT.c.audit >= end)
            rounds = select(AUDIT).where(*of_lease[AUDIT], AUDIT.c.audit < end)
            votes = select(VOTE).where(*of_lease[VOTE], VOTE.c.audit < end)
            rounds = rounds.order_by(AUDIT.c.audit, AUDIT.c.round)
            votes = votes.order_by(VOTE.c.audit, VOTE.c.seat)
            more = connection.scalar(after)
            return {
                "item": {
                    "rounds": [ROUNDS.of(one) for one in connection.execute(rounds).mappings()],
                    "votes": [VOTES.of(one) for one in connection.execute(votes).mappings()],
                },
                "next": None if more is None else str(more),
            }

        return answers.give(request, read)

    _add_audits(router, answers)
    return router


def _add_audits(router: APIRouter, answers: Answers) -> None:
    @router.get(
        "/audits",
        response_model=many_of(AUDITED, "AuditedLease"),
        summary="Rounds of audits whose votes were drawn, the newest first",
    )
    def audits(
        request: Request,
        verdict: Annotated[str, Query(pattern="^(accepted|rejected|undecided|open)?$")] = "",
        limit: Limit = 100,
        page: Page = "",
    ) -> Response:
        query = (
            select(AUDIT, LEASE.c.job, LEASE.c.worker)
            .join(LEASE, (LEASE.c.board == AUDIT.c.board) & (LEASE.c.lease == AUDIT.c.lease))
            .where(AUDIT.c.drawn_block.is_not(None))
        )
        if verdict:
            query = query.where(AUDIT.c.verdict == ("" if verdict == "open" else verdict))
        order = (AUDIT.c.drawn_block, AUDIT.c.board, AUDIT.c.lease, AUDIT.c.audit, AUDIT.c.round)

        return answers.give(
            request, lambda c: page_of(c, query, AUDITED, order, page, limit, newest_first=True)
        )


def lease_row(connection: Connection, board: str, lease: str) -> Any:
    """A lease of a question. Raises HTTPException."""
    query = select(LEASE).where(LEASE.c.board == felt(board), LEASE.c.lease == number(lease))
    return found(connection.execute(query).mappings().one_or_none())

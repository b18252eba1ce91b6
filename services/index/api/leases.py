"""Leases and their audits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, create_model
from sqlalchemy import Connection, func, select

from ..tables import AUDIT, LEASE, VOTE
from .answers import NOT_FOUND, Answers, FeltPath, IdPath, felt, found, number, one_of
from .views import View

LEASES = View("Lease", LEASE)
ROUNDS = View("Round", AUDIT, hidden=("board", "lease"))
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
        return answers.give(request, lambda c: {"item": LEASES.of(_lease(c, board, lease))})

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
            row = _lease(connection, board, lease)
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

    return router


def _lease(connection: Connection, board: str, lease: str) -> Any:
    query = select(LEASE).where(LEASE.c.board == felt(board), LEASE.c.lease == number(lease))
    return found(connection.execute(query).mappings().one_or_none())

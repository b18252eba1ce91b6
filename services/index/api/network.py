"""The network as a whole: its contracts, and the families that are rendered in it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, func, select, union

from ..tables import CONTRACT, CURSOR, FAMILY_OF, JOB
from .answers import Answers, Limit, Page, felt, many_of, one_of, page_of
from .views import HEX, View

BOARDS = View("Board", CONTRACT, hidden=("kind", "is_paused"))
NAMES = View("FamilyName", FAMILY_OF, hidden=tuple(one.name for one in FAMILY_OF.c if one.name != "family"))


class NetworkOf(BaseModel):
    """Which chain and contracts the index follows; ``is_paused``: no board takes new jobs."""

    chain: str
    directory: HEX
    registry: HEX
    is_paused: bool
    boards: int


class Family(BaseModel):
    """A family, who renders it, and what there is to do in it."""

    family: HEX
    workers: int
    units: int
    open_jobs: int
    open_tasks: int


def network_pages(answers: Answers) -> APIRouter:
    """The pages."""
    router = APIRouter(tags=["network"])

    @router.get("/network", response_model=one_of(NetworkOf, "Network"), summary="What is followed")
    def network(request: Request) -> Response:
        return answers.give(request, _network)

    @router.get(
        "/boards",
        response_model=many_of(BOARDS, "Board"),
        summary="Boards, in the order of their announcement",
    )
    def boards(request: Request, limit: Limit = 100, page: Page = "") -> Response:
        query = select(CONTRACT).where(CONTRACT.c.kind == "board")
        order = (CONTRACT.c.since_block, CONTRACT.c.address)
        return answers.give(request, lambda c: page_of(c, query, BOARDS, order, page, limit))

    @router.get(
        "/families", response_model=many_of(Family, "Family"), summary="What is rendered, and by how many"
    )
    def families(request: Request, limit: Limit = 100, page: Page = "") -> Response:
        return answers.give(request, lambda c: _families(c, page, limit))

    return router


def _network(connection: Connection) -> dict[str, Any]:
    row = connection.execute(select(CURSOR)).one()
    paused = select(CONTRACT.c.is_paused).where(CONTRACT.c.kind == "directory")
    boards = select(func.count()).where(CONTRACT.c.kind == "board")
    found = {
        "chain": row.chain.to_bytes(32, "big").lstrip(b"\0").decode("ascii", "replace"),
        "directory": hex(row.directory),
        "registry": hex(row.registry),
        "is_paused": bool(connection.scalars(paused).one()),
        "boards": connection.scalars(boards).one(),
    }
    return {"item": found}


def _families(connection: Connection, page: str, limit: int) -> dict[str, Any]:
    """Of those that a worker renders, or a job is open in; whoever pays gas may name any number of them."""
    rendered = select(FAMILY_OF.c.family).where(FAMILY_OF.c.is_supported.is_(True))
    wanted = select(JOB.c.family).where(JOB.c.state == "open")
    named = union(rendered, wanted).subquery()
    found = page_of(connection, select(named), NAMES, (named.c.family,), page, limit)
    shown = {felt(one["family"]): one for one in found["items"]}
    for one in shown.values():
        one.update({"workers": 0, "units": 0, "open_jobs": 0, "open_tasks": 0})
    by_worker = (
        select(FAMILY_OF.c.family, func.count(), func.sum(FAMILY_OF.c.units))
        .where(FAMILY_OF.c.is_supported.is_(True), FAMILY_OF.c.family.in_(shown))
        .group_by(FAMILY_OF.c.family)
    )
    for family, workers, units in connection.execute(by_worker):
        shown[family].update({"workers": workers, "units": int(units)})
    done = JOB.c.held_tasks + JOB.c.accepted_tasks + JOB.c.refunded_tasks
    by_job = (
        select(JOB.c.family, func.count(), func.sum(JOB.c.tasks - done))
        .where(JOB.c.state == "open", JOB.c.family.in_(shown))
        .group_by(JOB.c.family)
    )
    for family, jobs, tasks in connection.execute(by_job):
        shown[family].update({"open_jobs": jobs, "open_tasks": int(tasks)})
    return found

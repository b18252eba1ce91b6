"""The network as a whole: its contracts, and the families that are rendered in it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection, func, select

from ..tables import CONTRACT, CURSOR, FAMILY_OF, JOB
from .answers import Answers, many_of, one_of
from .views import HEX, View

BOARDS = View("Board", CONTRACT, hidden=("kind", "is_paused"))


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

    @router.get("/boards", response_model=many_of(BOARDS, "Board"), summary="All boards that were announced")
    def boards(request: Request) -> Response:
        def read(connection: Connection) -> dict[str, Any]:
            query = select(CONTRACT).where(CONTRACT.c.kind == "board").order_by(CONTRACT.c.since_block)
            return {"items": [BOARDS.of(one) for one in connection.execute(query).mappings()], "next": None}

        return answers.give(request, read)

    @router.get(
        "/families", response_model=many_of(Family, "Family"), summary="What is rendered, and by how many"
    )
    def families(request: Request) -> Response:
        return answers.give(request, _families)

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


def _families(connection: Connection) -> dict[str, Any]:
    empty = {"workers": 0, "units": 0, "open_jobs": 0, "open_tasks": 0}
    found: dict[int, dict[str, int]] = {}
    by_worker = (
        select(FAMILY_OF.c.family, func.count(), func.sum(FAMILY_OF.c.units))
        .where(FAMILY_OF.c.is_supported.is_(True))
        .group_by(FAMILY_OF.c.family)
    )
    for family, workers, units in connection.execute(by_worker):
        found[family] = empty | {"workers": workers, "units": int(units)}
    done = JOB.c.held_tasks + JOB.c.accepted_tasks + JOB.c.refunded_tasks
    by_job = (
        select(JOB.c.family, func.count(), func.sum(JOB.c.tasks - done))
        .where(JOB.c.state == "open")
        .group_by(JOB.c.family)
    )
    for family, jobs, tasks in connection.execute(by_job):
        found[family] = found.get(family, empty) | {"open_jobs": jobs, "open_tasks": int(tasks)}
    rows = [{"family": hex(family), **numbers} for family, numbers in sorted(found.items())]
    return {"items": rows, "next": None}

"""What the worker opened of its drawn leaves, and what verifiers hold against it, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from renderchain.core.audit.shown_prints import TAIL, agrees, levels_of, light_agrees
from renderchain.core.print_limits import PrintLimits
from renderchain.core.prints import BITS_BYTES, FELT_BYTES, LEVEL_COUNT, PRINT_FELTS
from sqlalchemy import Connection, select

from ..tables import EVENT, JOB
from .answers import NOT_FOUND, Answers, FeltPath, IdPath, one_of
from .leases import lease_row

HALF = 2**128
MOST_EVENTS = 1000  # of a lease; the contracts let no audit come near
KINDS = ("LeavesOpened", "PrintsShown", "AuditClosed")
Number = Annotated[int, Query(ge=0, lt=1000)]


class Print(BaseModel):
    """A tile's print: a bit for each of 64x64 pixels, R, G and B of 4x4 blocks on a scale of 64 an octave."""

    bits: Annotated[str, Field(pattern=f"^[0-9a-f]{{{2 * BITS_BYTES}}}$")]
    levels: Annotated[list[int], Field(min_length=LEVEL_COUNT, max_length=LEVEL_COUNT)]
    area: str


class Leaf(BaseModel):
    """What a leaf of the worker's is said to hold; the print where it was opened."""

    digest: str
    print: Print | None


class Against(BaseModel):
    """What a seat has instead at a leaf, counted from 0: whether the job's limits and the light allow it."""

    leaf: int
    digest: str
    print: Print
    agrees: bool
    light_agrees: bool


class ShownVote(BaseModel):
    """A seat that found other bytes somewhere; leaves that are not in ``against`` are equal."""

    seat: int
    against: list[Against]


class Prints(BaseModel):
    """A round's opened leaves, and the votes that came with prints."""

    leaves: list[Leaf]
    votes: list[ShownVote]


@dataclass
class _Told:
    """Contents and prints as events told them, in parts."""

    contents: list[dict[str, str]] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)

    def take(self, body: dict[str, Any]) -> None:
        if body["at"] == 0:
            self.contents, self.prints = [], []
        self.contents += body["contents"]
        self.prints += [int(one, 16) for one in body["prints"]]

    def print(self, at: int) -> list[int] | None:
        """The felts of the how-manieth print; None where they did not come."""
        felts = self.prints[at * PRINT_FELTS : (at + 1) * PRINT_FELTS]
        return felts if len(felts) == PRINT_FELTS else None


def print_pages(answers: Answers) -> APIRouter:
    """The page."""
    router = APIRouter(tags=["leases"])

    @router.get(
        "/leases/{board}/{lease}/prints",
        response_model=one_of(Prints, "Prints"),
        responses=NOT_FOUND,
        summary="The prints of a round of an audit: the worker's, and those that verifiers showed",
    )
    def prints(
        request: Request, board: FeltPath, lease: IdPath, audit: Number = 0, round: Number = 0
    ) -> Response:
        def read(connection: Connection) -> dict[str, Any]:
            row = lease_row(connection, board, lease)
            worker, votes = _told(connection, row, audit, round)
            return {"item": _compared(worker, votes, _limits(connection, row))}

        return answers.give(request, read)

    return router


def _told(connection: Connection, lease: Any, audit: int, round_: int) -> tuple[_Told, dict[int, _Told]]:
    query = (
        select(EVENT.c.kind, EVENT.c.body)
        .where(EVENT.c.address == lease["board"], EVENT.c.lease == lease["lease"], EVENT.c.kind.in_(KINDS))
        .order_by(EVENT.c.seq)
        .limit(MOST_EVENTS)
    )
    worker, votes, closed = _Told(), dict[int, _Told](), 0
    for kind, text in connection.execute(query):
        body = msgspec.json.decode(text)
        if kind == "AuditClosed":
            closed += 1
        elif closed == audit and body["round"] == round_:
            (worker if kind == "LeavesOpened" else votes.setdefault(body["seat"], _Told())).take(body)
    return worker, votes


def _limits(connection: Connection, lease: Any) -> PrintLimits:
    columns = (JOB.c.tile_limit_percent, JOB.c.mean_limit_percent)
    of_job = (JOB.c.board == lease["board"], JOB.c.job == lease["job"])
    return PrintLimits(*connection.execute(select(*columns).where(*of_job)).one())


def _compared(worker: _Told, votes: dict[int, _Told], limits: PrintLimits) -> dict[str, Any]:
    leaves = [
        {"digest": _digest(one), "print": _print(worker.print(at))} for at, one in enumerate(worker.contents)
    ]
    found = [
        {"seat": seat, "against": _against(worker, told, limits)} for seat, told in sorted(votes.items())
    ]
    return {"leaves": leaves, "votes": found}


def _against(worker: _Told, vote: _Told, limits: PrintLimits) -> list[dict[str, Any]]:
    """Prints come for the leaves of other digests alone, in their order."""
    pairs = zip(worker.contents, vote.contents, strict=False)
    others = [at for at, (one, other) in enumerate(pairs) if _digest(one) != _digest(other)]
    found = []
    for place, at in enumerate(others):
        mine, theirs = worker.print(at), vote.print(place)
        if mine and theirs:
            said = {"agrees": agrees(mine, theirs, limits), "light_agrees": light_agrees(mine, theirs)}
            found.append({"leaf": at, "digest": _digest(vote.contents[at]), "print": _print(theirs)} | said)
    return found


def _digest(content: dict[str, str]) -> str:
    return f"{int(content['digest_hi']):032x}{int(content['digest_lo']):032x}"


def _print(felts: Sequence[int] | None) -> dict[str, Any] | None:
    if felts is None:
        return None
    size = 2 ** (8 * FELT_BYTES)
    bits = b"".join((one % size).to_bytes(FELT_BYTES, "big") for one in felts[:TAIL])
    bits += (felts[TAIL] % HALF).to_bytes(16, "big")
    return {"bits": bits.hex(), "levels": levels_of(felts)[:LEVEL_COUNT], "area": str(felts[TAIL] // HALF)}

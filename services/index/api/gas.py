"""What gas cost lately, and how much of it each call takes: what people pay beside the pay."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from renderchain.core.audit import gas
from sqlalchemy import Connection, func, select

from ..tables import BLOCK
from .answers import Answers, now_s, one_of
from .market import MOST_POINTS
from .views import DECIMAL

MOST_HOURS = 48
# Measured, each call in a transaction of its own; docs/gas.md says how.
CALLS = {
    "create_job": gas.CREATE_GAS,
    "claim": gas.CLAIM_GAS,
    "submit": gas.SUBMIT_GAS,
    "draw": gas.DRAW_GAS,
    "accept": gas.ACCEPT_GAS,
    "seal_vote": gas.COMMIT_GAS,
    "open_leaves": gas.OPEN_GAS,
    "reveal_vote": gas.REVEAL_GAS,
    "reveal_vote_with_prints": gas.REVEAL_PRINTS_GAS,
    "close_audit": gas.CLOSE_GAS,
    "withdraw": gas.WITHDRAW_GAS,
}


class Call(BaseModel):
    """A call, and the gas that it takes."""

    call: str
    gas: int


class Price(BaseModel):
    """What a unit of gas cost at least and at most in some time; ``begin_s`` is when that began."""

    begin_s: int
    least_fri: DECIMAL
    most_fri: DECIMAL


class Gas(BaseModel):
    """The price of a unit now, null where the node named none; before, of ``step_s`` each; and all calls."""

    price_fri: DECIMAL | None
    step_s: int
    points: list[Price]
    calls: list[Call]


def gas_pages(answers: Answers) -> APIRouter:
    """The page."""
    router = APIRouter(tags=["market"])

    @router.get("/gas", response_model=one_of(Gas, "Gas"), summary="The price of gas, and what calls take")
    def prices(request: Request, hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 24) -> Response:
        return answers.give(request, lambda c: {"item": _gas(c, hours)})

    return router


def _gas(connection: Connection, hours: int) -> dict[str, Any]:
    step_s = max(60, -(-3600 * hours // MOST_POINTS))
    place = BLOCK.c.time_s // step_s
    price = BLOCK.c.gas_price_fri
    spread = (
        select(place.label("place"), func.min(price), func.max(price))
        .where(BLOCK.c.time_s >= now_s(connection) - 3600 * hours, price.is_not(None))
        .group_by(place)
        .order_by(place)
    )
    points = [
        {"begin_s": at * step_s, "least_fri": str(least), "most_fri": str(most)}
        for at, least, most in connection.execute(spread)
    ]
    last = select(price).where(price.is_not(None)).order_by(BLOCK.c.number.desc()).limit(1)
    newest = connection.scalars(last).one_or_none()
    calls = [{"call": name, "gas": one} for name, one in CALLS.items()]
    now_fri = None if newest is None else str(newest)
    return {"price_fri": now_fri, "step_s": step_s, "points": points, "calls": calls}

"""What all answers have: the state that they are of, a tag by which they are known again, and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, create_model
from sqlalchemy import Connection, Engine, Select, literal, select, tuple_
from sqlalchemy.sql.elements import KeyedColumnElement

from services.common.engine import reading

from ..tables import BLOCK, CURSOR
from .views import HEX, View

MOST_ROWS = 200
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="how many at most")]
Page = Annotated[
    str, Query(max_length=400, pattern="^[A-Za-z0-9_-]*$", description="`next` of the page before")
]
FeltPath = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{1,63}$")]
FeltQuery = Annotated[str, Query(pattern="^0x[0-9a-fA-F]{1,63}$")]
IdPath = Annotated[str, Path(pattern="^[0-9]{1,19}$|^1[0-8][0-9]{18}$")]
WorkerPath = Annotated[int, Path(ge=1, lt=2**32)]
JSON = "application/json"


class Refusal(BaseModel):
    """Why there is no answer."""

    detail: str


NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "There is none."}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The asker has it already."},
    400: {"model": Refusal, "description": "The page is none of this list."},
    503: {"model": Refusal, "description": "Nothing was read yet."},
}


class AsOf(BaseModel):
    """The block whose state an answer is, when that was, and how many blocks the node is further."""

    block: int
    hash: HEX
    time_s: int
    lag_blocks: int


def one_of(view: View | type[BaseModel], name: str) -> type[BaseModel]:
    """The description of an answer of one thing."""
    model = view.model if isinstance(view, View) else view
    return create_model(f"{name}Answer", as_of=(AsOf, ...), item=(model, ...))


def many_of(view: View | type[BaseModel], name: str) -> type[BaseModel]:
    """The description of an answer of several; ``next`` is null on the last page."""
    model = view.model if isinstance(view, View) else view
    items = list[model]  # type: ignore[valid-type]
    return create_model(f"{name}Page", as_of=(AsOf, ...), items=(items, ...), next=(str | None, ...))


class Answers:
    """Out of one database; each answer is of one state of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, request: Request, read: Callable[[Connection], dict[str, Any]]) -> Response:
        """What ``read`` finds, unless the asker has it already. Raises HTTPException."""
        with reading(self._engine) as connection:
            at = select(CURSOR, BLOCK.c.time_s).join(BLOCK, BLOCK.c.number == CURSOR.c.block)
            row = connection.execute(at).one_or_none()
            if row is None:
                raise HTTPException(503, "No block was read yet. Ask again later.", {"Retry-After": "5"})
            lag = max(row.head - row.block, 0)
            tag = f'"{row.hash % 2**64:x}-{row.seq:x}-{lag:x}"'
            headers = {"ETag": tag, "Cache-Control": "no-cache"}
            if tag in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            as_of = {"block": row.block, "hash": hex(row.hash), "time_s": row.time_s, "lag_blocks": lag}
            found = {"as_of": as_of} | read(connection)
        return Response(msgspec.json.encode(found), media_type=JSON, headers=headers)


def page_of(
    connection: Connection,
    query: Select[Any],
    view: View,
    order: Sequence[KeyedColumnElement[Any]],
    page: str,
    limit: int,
    *,
    newest_first: bool = False,
) -> dict[str, Any]:
    """So many rows after those of the page before, by columns that no two rows have alike."""
    if page:
        values = _places(page, order)
        bound = [literal(one, column.type) for one, column in zip(values, order, strict=True)]
        place = tuple_(*order)
        query = query.where(place < tuple_(*bound) if newest_first else place > tuple_(*bound))
    ordered = query.order_by(*(one.desc() if newest_first else one.asc() for one in order))
    rows = connection.execute(ordered.limit(limit + 1)).mappings().all()
    more = len(rows) > limit
    last = _page_after([rows[limit - 1][one.name] for one in order]) if more else None
    return {"items": [view.of(one) for one in rows[:limit]], "next": last}


def _page_after(values: Sequence[int]) -> str:
    text = ".".join(f"{one:x}" for one in values)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _places(page: str, order: Sequence[KeyedColumnElement[Any]]) -> list[int]:
    try:
        text = base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode("ascii")
        values = [int(one, 16) for one in text.split(".")]
    except (binascii.Error, ValueError):
        values = []
    most = [
        2 ** (8 * getattr(column.type, "octets", 8) - (not hasattr(column.type, "octets")))
        for column in order
    ]
    if len(values) != len(order) or any(
        not 0 <= one < bound for one, bound in zip(values, most, strict=True)
    ):
        raise HTTPException(400, "The page is none that this list gave. Begin with its first page.")
    return values


def now_s(connection: Connection) -> int:
    """When the newest block was."""
    found = select(BLOCK.c.time_s).join(CURSOR, CURSOR.c.block == BLOCK.c.number)
    return int(connection.scalars(found).one())


def felt(text: str) -> int:
    """A felt of a question."""
    return int(text, 16)


def number(text: str) -> int:
    """A 64-bit number of a question. Raises HTTPException."""
    if int(text) >= 2**64:
        raise HTTPException(404, "There is none.")
    return int(text)


def found(row: Any) -> Any:
    """A row. Raises HTTPException where there is none."""
    if row is None:
        raise HTTPException(404, "There is none.")
    return row

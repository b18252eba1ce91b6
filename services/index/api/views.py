"""Rows as JSON, and the description of that: felts in hexadecimal, 64-bit numbers and fri as decimal text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from sqlalchemy import BigInteger, Boolean, Column, Table

from services.common.engine import U64, Felt, Fri

HEX = Annotated[str, Field(pattern="^0x[0-9a-f]+$")]
DECIMAL = Annotated[str, Field(pattern="^[0-9]+$")]


def _kind(column: Column[Any]) -> tuple[Any, Callable[[Any], Any] | None]:
    """How a column is described, and what makes its value so; None: nothing."""
    if isinstance(column.type, Felt):
        return HEX, hex
    if isinstance(column.type, U64 | Fri):
        return DECIMAL, str
    if isinstance(column.type, Boolean):
        return bool, bool
    return (int if isinstance(column.type, BigInteger) else str), None


class View:
    """A table's rows, without the columns that are hidden, with those ``joined`` of another one.

    ``more`` are fields that are added by hand.
    """

    def __init__(
        self,
        name: str,
        table: Table,
        hidden: tuple[str, ...] = (),
        joined: tuple[Column[Any], ...] = (),
        **more: Any,
    ) -> None:
        shown = [*(one for one in table.columns if one.name not in hidden), *joined]
        kinds = {one.name: (*_kind(one), one.primary_key) for one in shown}
        self.columns = shown
        self._make = [(one, make) for one, (_, make, _) in kinds.items()]
        described: dict[str, Any] = {
            one: (kind if is_key else kind | None, ...) for one, (kind, _, is_key) in kinds.items()
        }
        self.model: type[BaseModel] = create_model(name, **described, **more)

    def of(self, row: Any) -> dict[str, Any]:
        """A row, by the names of its columns."""
        return {
            name: one if make is None or one is None else make(one)
            for name, make in self._make
            for one in (row[name],)
        }

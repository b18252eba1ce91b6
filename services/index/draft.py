"""Rows that a block's events read and change, before they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .tables import VALUES

Row = dict[str, Any]
Key = tuple[Any, ...]
Load = Callable[[str, Key], Row | None]


class Draft:
    """``load`` gives a row as it was before; nothing is written here."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._before: dict[tuple[str, Key], Row | None] = {}
        self._now: dict[tuple[str, Key], Row] = {}

    def find(self, table: str, *key: Any) -> Row | None:
        """A row that may be changed; None if there is none."""
        place = (table, key)
        if place not in self._before:
            self._before[place] = found = self._load(table, key)
            if found is not None:
                self._now[place] = dict(found)
        return self._now.get(place)

    def add(self, table: str, *key: Any, **values: Any) -> Row:
        """A row with these values, and nothing else in it, whether or not there was one."""
        self.find(table, *key)
        row = dict.fromkeys(VALUES[table]) | values
        if len(row) > len(VALUES[table]):
            raise KeyError(f"{table} has no {', '.join(sorted(set(row) - set(VALUES[table])))}")
        self._now[table, key] = row
        return row

    def row(self, table: str, *key: Any, **values: Any) -> Row:
        """The row that is there, or else one with these values."""
        return self.find(table, *key) or self.add(table, *key, **values)

    def changes(self) -> Iterator[tuple[str, Key, Row | None, Row]]:
        """Table, key, row before and row now of all that is not as it was, in the order of the first look."""
        for place, before in self._before.items():
            now = self._now.get(place)
            if now is not None and now != before:
                yield (*place, before, now)

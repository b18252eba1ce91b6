"""Notices as programs read them: one JSON object a line, in ASCII. This is a stable interface.

``to_text`` has the form for people: a line with date, level, sentence and the ids that the notice holds.

Each line has

- ``time``: when it was said, UTC by ISO 8601 with milliseconds, such as ``2026-01-31T12:00:00.000Z``
- ``kind``: what it is, the notice's class in snake_case, such as ``frame_rendered``
- ``level``: ``info``, ``warning`` or ``error``
- ``name``: the worker's name, if it was given one
- ``sentence``: what a person reads; its wording may change, so programs read the fields

and the notice's fields. Their units are in their names: ``_fri`` (10^-18 STRK), ``_s``, ``_bytes``. What can
be over 2^53, where many JSON readers lose digits, is text in every line: amounts (``…_fri``) and
``lease_id`` in decimal, addresses (``operator``, ``account``, ``board``) and hashes (``transaction``) in
hexadecimal with ``0x``. Other numbers are numbers. States and verdicts are lower-case words, paths are text,
several leaves or frames are a list. ``board`` is there where jobs and leases are not those of the network's
first board: each board has numbers of its own. New kinds and fields may come; what is there keeps its name
and meaning.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NewType, get_type_hints

from ..errors import ContentError
from ..plain_text import printable
from . import (
    Level,
    Notice,
    appeals,
    audits,
    checks,
    conditions,
    devices,
    following,
    jobs,
    leases,
    private,
    process,
    scheduling,
    storage,
    watching,
)

FIRST = '{"time": "'  # how each line begins; no text inside of one can hold it, for its quotes are escaped
DECIMAL = ("_fri", "lease_id")
HEXADECIMAL = ("operator", "account", "board", "transaction")
IDS = {"job": "job_id", "lease": "lease_id", "transaction": "transaction"}
BOARD = "board"
HEADER = ("time", "kind", "level", "name", "sentence")


def kind_of(notice: type[Notice]) -> str:
    """The class's name in snake_case."""
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in notice.__name__).lstrip("_")


def _defined_in(module: types.ModuleType) -> list[type[Notice]]:
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Notice)]
    return [one for one in found if one.__module__ == module.__name__]


PARTS = (
    process,
    leases,
    audits,
    appeals,
    jobs,
    checks,
    following,
    watching,
    conditions,
    devices,
    storage,
    private,
    scheduling,
)
KINDS = {kind_of(one): one for part in PARTS for one in _defined_in(part)}


def to_line(notice: Notice, time_s: float, name: str = "") -> str:
    """The line without its end; ``time_s`` is in seconds since 1970."""
    time = datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    header = {"time": time, "kind": kind_of(type(notice)), "level": notice.level.value}
    header |= {"name": name} if name else {}
    names = [one.name for one in fields(notice) if one.name != BOARD or notice.board]
    values = {name: _encode(name, getattr(notice, name)) for name in names}
    return json.dumps({**header, "sentence": notice.sentence, **values})


def to_text(notice: Notice, time_s: float, name: str = "", sentence: str = "") -> str:
    """The line for people, without its end: nothing in it acts on a terminal.

    ``2026-01-31 12:00:00Z info    worker-1: Lease 5: 8 frames submitted [job=3 lease=5]``

    ``sentence`` stands in the place of the notice's own.
    """
    time = datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    who = f"{name}: " if name else ""
    there = {short: long for short, long in IDS.items() if hasattr(notice, long)}
    there |= {BOARD: BOARD} if notice.board else {}
    ids = {short: _encode(long, getattr(notice, long)) for short, long in there.items()}
    tail = f" [{' '.join(f'{short}={one}' for short, one in ids.items())}]" if ids else ""
    return f"{time} {notice.level.value:7} {printable(f'{who}{sentence or notice.sentence}')}{tail}"


def parse_notice(line: str) -> Notice:
    """The notice of a line; raises ContentError unless it is exactly as ``to_line`` writes it."""
    try:
        body = json.loads(line)
    except ValueError as error:
        raise ContentError(f"The line {line[:80]!r} is not JSON.") from error
    kind = KINDS.get(str(body.get("kind"))) if isinstance(body, dict) else None
    if kind is None:
        raise ContentError(f"The line {line[:80]!r} holds no notice that is known here.")
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind) if one.name != BOARD or BOARD in body]
    if set(body) - {"name"} != {*HEADER, *names} - {"name"}:
        raise ContentError(f"The notice {body['kind']!r} has other fields than it should: {sorted(body)}.")
    try:
        datetime.fromisoformat(body["time"])
        Level(body["level"])
        for text in (body["sentence"], body.get("name", "")):
            _exactly(str, text)
        return kind(**{name: _decode(name, hints[name], body[name]) for name in names})
    except (ValueError, TypeError, KeyError) as error:
        raise ContentError(f"The notice {body['kind']!r} has a value that it can't have: {error}.") from error


def _encode(name: str, value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Path):
        return str(value)
    if name in HEXADECIMAL:
        return hex(value)
    return str(value) if name.endswith(DECIMAL) else value


def _decode(name: str, hint: Any, value: Any) -> Any:
    if isinstance(hint, NewType):  # of ids: in a line they are what they are made of
        hint = hint.__supertype__
    if hint == tuple[int, ...]:
        return tuple(_exactly(int, one) for one in _exactly(list, value))
    if issubclass(hint, Enum):
        return hint[_exactly(str, value).upper()]
    if hint is Path:
        return Path(_exactly(str, value))
    if name in HEXADECIMAL:
        return int(_exactly(str, value), 16)
    return int(_exactly(str, value)) if name.endswith(DECIMAL) else _exactly(hint, value)


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value

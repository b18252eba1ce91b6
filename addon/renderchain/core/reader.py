"""Typed reading of JSON that nobody vouches for: every field is checked before it is used."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from .errors import ContentError

MAX_DEPTH = 8
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(rb"[\[\]{}]")
_HEX = set("0123456789abcdef")


def check_path(path: str) -> str:
    """The path itself if it stays below its folder; raises ContentError."""
    parts = PurePosixPath(path).parts
    bad = not parts or path.startswith("/") or "\\" in path or "\0" in path or ":" in parts[0]
    if bad or any(part in ("", ".", "..") for part in path.split("/")) or len(path) > 1024:
        raise ContentError(f"The content names the file {path!r}, which leaves its folder: refused.")
    return path


def _depth(raw: bytes) -> int:
    """The deepest nesting outside strings.

    Python's own guard is not enough: where a library has raised the recursion limit, deep JSON
    overflows the C stack and takes the process down.
    """
    level = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


class Reader:
    """Typed access to an untrusted JSON object; ``what`` names the document in errors."""

    def __init__(self, body: dict[str, Any], what: str) -> None:
        self._body = body
        self._what = what

    @classmethod
    def parse(cls, raw: bytes, what: str, schema: str, most_bytes: int) -> Reader:
        """Read a document of the given schema; raises ContentError."""
        if len(raw) > most_bytes:
            raise ContentError(f"The {what} has {len(raw)} bytes, over {most_bytes}: refused.")
        if _depth(raw) > MAX_DEPTH:
            raise ContentError(f"The {what} is nested over {MAX_DEPTH} levels deep: refused.")
        try:
            body = json.loads(raw)
        except ValueError as error:
            raise ContentError(f"The {what} is not JSON: refused.") from error
        if not isinstance(body, dict) or body.get("schema") != schema:
            raise ContentError(f"The {what} is not {schema}; update RenderChain.")
        return cls(body, what)

    def _get(self, name: str, kind: type) -> Any:
        value = self._body.get(name)
        if type(value) is not kind:
            raise ContentError(f"The {self._what}'s {name!r} is missing or not {kind.__name__}: refused.")
        return value

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._body.get(name) is not None

    def text(self, name: str) -> str:
        """A text of up to 1024 characters."""
        value: str = self._get(name, str)
        if len(value) > 1024:
            raise ContentError(f"The {self._what}'s {name!r} is over 1024 characters: refused.")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value: bool = self._get(name, bool)
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number within the bounds, both included."""
        value: int = self._get(name, int)
        if not low <= value <= high:
            raise ContentError(f"The {self._what}'s {name!r} is {value}, not {low} to {high}: refused.")
        return value

    def integers(self, name: str, least: int, most: int) -> list[int]:
        """So many different whole numbers of 32 bits."""
        values: list[int] = self._get(name, list)
        fits = least <= len(values) <= most and all(type(v) is int and abs(v) < 2**31 for v in values)
        if not fits or len(set(values)) != len(values):
            raise ContentError(f"The {self._what}'s {name!r} is not a list of whole numbers: refused.")
        return values

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        values: list[str] = self._get(name, list)
        if not all(type(v) is str for v in values):
            raise ContentError(f"The {self._what}'s {name!r} is not a list of texts: refused.")
        return values

    def objects(self, name: str) -> list[Reader]:
        """A list of objects."""
        values: list[Any] = self._get(name, list)
        if not all(type(v) is dict for v in values):
            raise ContentError(f"The {self._what}'s {name!r} is not a list of objects: refused.")
        return [Reader(value, f"{self._what}'s {name}") for value in values]

    def object(self, name: str) -> Reader:
        """An object."""
        return Reader(self._get(name, dict), f"{self._what}'s {name}")

    def hexadecimal(self, name: str, digits: int) -> str:
        """Exactly so many lower-case hexadecimal digits."""
        value: str = self._get(name, str)
        if len(value) != digits or not set(value) <= _HEX:
            raise ContentError(f"The {self._what}'s {name!r} is not {digits} hexadecimal digits: refused.")
        return value

    def path(self, name: str) -> str:
        """A POSIX path below the document's folder."""
        return check_path(self.text(name))

"""Typed reading of JSON that nobody vouches for: every field is checked before it is used."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from .errors import ContentError

MAX_DEPTH = 8
MOST_TEXT = 1024  # characters
MOST_NAME_BYTES = 200  # of a file or folder; file systems have 255, some of which a name of ours may add
MOST_FOLDERS = 32  # names in a path
MOST_PATH_BYTES = 1024  # systems have 4096, of which what leads to the content takes a part
MOST_SHOWN = 120  # characters
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
_HALF = re.compile("[\\ud800-\\udfff]")
# Line breaks, what terminals take for commands, what turns a line's direction, and halves of characters.
_HIDDEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_HEX = set("0123456789abcdef")


def check_path(path: str) -> str:
    """The path itself if it stays below its folder and every file system can have it; raises ContentError."""
    parts = path.split("/")
    if "\\" in path or "\0" in path or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        raise ContentError(f"The content names the file {_short(path)}, which leaves its folder: refused.")
    if _HIDDEN.search(path):
        raise ContentError(f"The content names the file {_short(path)}, which no text can show: refused.")
    sizes = [len(part.encode()) for part in parts]
    if len(parts) > MOST_FOLDERS or max(sizes) > MOST_NAME_BYTES or len(path.encode()) > MOST_PATH_BYTES:
        raise ContentError(
            f"The content names the file {_short(path)}: names may have {MOST_NAME_BYTES} bytes, paths "
            f"{MOST_FOLDERS} names and {MOST_PATH_BYTES} bytes: refused."
        )
    return path


def check_side_by_side(paths: Sequence[str], what: str) -> None:
    """Raise ContentError where paths name one file twice, or a file that is a folder too, on any disk."""
    known = {as_one_file(path) for path in paths}
    if len(known) != len(paths):
        raise ContentError(f"{what} name one file twice: refused.")
    folders = {"/".join(path.split("/")[:depth]) for path in known for depth in range(1, path.count("/") + 1)}
    if folders & known:
        raise ContentError(f"{what} have a file that is also a folder: refused.")


def as_one_file(path: str) -> str:
    """What two paths have in common that some file system takes for one: case, and how accents are spelt."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def is_text(value: str) -> bool:
    """Whether it is whole characters: JSON can hold halves, which no file and no terminal takes."""
    return not _HALF.search(value)


def hides_signs(text: str) -> bool:
    """Whether a text has signs that no document of ours may have in a name."""
    return bool(_HIDDEN.search(text))


def _short(value: str) -> str:
    """As it can be said in an error, however long it is."""
    return repr(value if len(value) <= MOST_SHOWN else f"{value[:MOST_SHOWN]}…")


def _nests_over(raw: bytes, most: int) -> bool:
    """Whether brackets outside strings are nested deeper.

    Python's own guard is not enough: where a library has raised the recursion limit, deep JSON
    overflows the C stack and takes the process down. Whatever it is, each byte is looked at a few times, for
    nothing else goes on meanwhile.
    """
    marks = raw.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_MARKS)
    level = 0
    for bracket in b"".join(marks.split(b'"')[::2]):
        level += 1 if bracket in b"[{" else -1
        if level > most:
            return True
    return False


class TooMuch(ValueError):
    """JSON nests deeper than anything of ours does."""


def shallow_json(raw: bytes, most_depth: int = MAX_DEPTH) -> Any:
    """What somebody wrote as JSON in UTF-8; raises ValueError where it is none, TooMuch where it nests."""
    text = raw.decode("utf-8")  # json takes UTF-16 as well, in which brackets can be hidden from us
    if _nests_over(raw, most_depth):
        raise TooMuch(f"nested over {most_depth} levels deep")
    return json.loads(text)


class Reader:
    """Typed access to an untrusted JSON object; ``what`` names the document in errors."""

    def __init__(self, body: dict[str, Any], what: str) -> None:
        self._body = body
        self._what = what

    @classmethod
    def parse(cls, raw: bytes, what: str, schema: str | tuple[str, ...], most_bytes: int) -> Reader:
        """Read a document of the given schema, or of one of several; raises ContentError."""
        if len(raw) > most_bytes:
            raise ContentError(f"The {what} has {len(raw)} bytes, over {most_bytes}: refused.")
        try:
            body = shallow_json(raw)
        except TooMuch as error:
            raise ContentError(f"The {what} is {error}: refused.") from error
        except ValueError as error:
            raise ContentError(f"The {what} is not JSON: refused.") from error
        schemas = (schema,) if isinstance(schema, str) else schema
        if not isinstance(body, dict) or body.get("schema") not in schemas:
            raise ContentError(f"The {what} is not {' or '.join(schemas)}; update RenderChain.")
        return cls(body, what)

    def _get(self, name: str, kind: type) -> Any:
        value = self._body.get(name)
        if type(value) is not kind:
            raise ContentError(f"The {self._what}'s {name!r} is missing or not {kind.__name__}: refused.")
        return value

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._body.get(name) is not None

    def only(self, known: AbstractSet[str]) -> None:
        """Raise ContentError where there is any other field: whoever wrote it meant something by it."""
        if not self._body.keys() <= known:
            unknown = sorted(self._body.keys() - known)
            raise ContentError(
                f"The {self._what} has the field {_short(unknown[0])}, which this version does not know: "
                "refused. Update RenderChain."
            )

    def text(self, name: str) -> str:
        """A text of up to 1024 characters."""
        value: str = self._get(name, str)
        if len(value) > MOST_TEXT:
            raise ContentError(f"The {self._what}'s {name!r} is over {MOST_TEXT} characters: refused.")
        if not is_text(value):
            raise ContentError(f"The {self._what}'s {name!r} is no text of whole characters: refused.")
        return value

    def name(self, name: str, most_bytes: int) -> str:
        """A text that is not empty, can be shown, and has so many bytes at most."""
        return self._named(name, self.text(name), most_bytes)

    def names(self, name: str, most_bytes: int, most: int) -> list[str]:
        """One or more of these, no two the same."""
        values = self.texts(name)
        if not 1 <= len(values) <= most or len(set(values)) != len(values):
            raise ContentError(f"The {self._what}'s {name!r} has none, over {most} or one twice: refused.")
        return [self._named(name, value, most_bytes) for value in values]

    def _named(self, name: str, value: str, most_bytes: int) -> str:
        if not value or _HIDDEN.search(value) or len(value.encode()) > most_bytes:
            raise ContentError(
                f"The {self._what}'s {name!r} is {_short(value)}, not a name of 1 to {most_bytes} bytes that "
                "can be shown: refused."
            )
        return value

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """A text of a pattern."""
        value = self.text(name)
        if not pattern.fullmatch(value):
            raise ContentError(f"The {self._what}'s {name!r} can't be {_short(value)}: refused.")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value: bool = self._get(name, bool)
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number within the bounds, both included."""
        value: int = self._get(name, int)
        if not low <= value <= high:
            said = value if abs(value) < 2**64 else "too large"
            raise ContentError(f"The {self._what}'s {name!r} is {said}, not {low} to {high}: refused.")
        return value

    def frame(self, name: str = "frame") -> int:
        """A frame's number, as Blender counts them."""
        return self.integer(name, -(2**31), 2**31)

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

    def hexadecimals(self, name: str, digits: int) -> list[str]:
        """A list of these."""
        values = self.texts(name)
        if not all(len(value) == digits and set(value) <= _HEX for value in values):
            raise ContentError(
                f"The {self._what}'s {name!r} is not a list of {digits} hexadecimal digits each: refused."
            )
        return values

    def path(self, name: str) -> str:
        """A POSIX path below the document's folder."""
        try:
            return check_path(self.text(name))
        except ContentError as error:
            raise ContentError(f"The {self._what}'s {name!r} can't be used. {error}") from None

"""How far something is, in words and units that people read."""

from __future__ import annotations

BYTES = "bytes"
UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def progress_text(what: str, done: int, total: int) -> str:
    """Such as ``3 of 8 frames rendered``, or ``0.58 of 1.20 MB uploaded`` of ``bytes uploaded``.

    ``total`` is 0 where nobody knows it; more than all of it is never said to be done.
    """
    done = min(done, total) if total else done
    if not what.startswith(BYTES):
        return f"{done} of {total} {what}" if total else f"{done} {what}"
    size, unit = next(((size, unit) for size, unit in UNITS if max(done, total) >= size), (1, BYTES))
    digits = 2 if size > 1 else 0
    of = f" of {total / size:.{digits}f}" if total else ""
    return f"{done / size:.{digits}f}{of} {unit}{what.removeprefix(BYTES)}"


def share_done(done: int, total: int) -> float:
    """From 0 to 1."""
    return min(max(done / total, 0.0), 1.0) if total else 0.0


def size_text(size_bytes: int) -> str:
    """A size as people read it: 12.3 MB."""
    return progress_text(BYTES, size_bytes, 0)

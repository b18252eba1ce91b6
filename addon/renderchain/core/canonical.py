"""Canonical JSON: one byte string for one value, so that digests can be compared."""

from __future__ import annotations

import json
from typing import Any


def dump_canonical(value: Any) -> bytes:
    """UTF-8, sorted keys, no spaces; floats are refused (they have many spellings)."""
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A canonical document holds no floats; write them as text.")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _refuse_floats(child)

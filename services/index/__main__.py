"""``python -m services.index``."""

from __future__ import annotations

from .command import run

run()

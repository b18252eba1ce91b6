"""``python -m services.notifier``."""

from __future__ import annotations

from .command import run

run()

"""PostgreSQL keeps what SQLite keeps: the same tests."""

from __future__ import annotations

from tests.services.unit.test_store import *  # noqa: F403

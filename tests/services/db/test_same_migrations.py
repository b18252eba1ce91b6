"""PostgreSQL is brought to the same tables as SQLite: the same tests."""

from __future__ import annotations

from tests.services.unit.test_migrations import *  # noqa: F403

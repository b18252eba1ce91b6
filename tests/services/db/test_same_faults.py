"""What an index in SQLite stands, it stands in PostgreSQL: the same tests."""

from __future__ import annotations

from tests.services.faults.test_index import *  # noqa: F403

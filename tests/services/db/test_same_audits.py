"""PostgreSQL tells the same audits as SQLite: the same tests."""

from __future__ import annotations

from tests.services.api.test_audits import *  # noqa: F403

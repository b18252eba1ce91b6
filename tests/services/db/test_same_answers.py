"""Out of PostgreSQL comes what comes out of SQLite: the same tests."""

from __future__ import annotations

from tests.services.api.test_answers import *  # noqa: F403
from tests.services.api.test_news import *  # noqa: F403
from tests.services.api.test_prices import *  # noqa: F403

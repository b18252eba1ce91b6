"""The notifier keeps in PostgreSQL what it keeps in a file: the same tests."""

from __future__ import annotations

from tests.services.notifier.test_killed import *  # noqa: F403
from tests.services.notifier.test_listening import *  # noqa: F403
from tests.services.notifier.test_outbox import *  # noqa: F403

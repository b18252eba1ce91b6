"""docs/operations.md names every metric, and no other."""

from __future__ import annotations

import re

from renderchain.core.worker_metrics import PREFIX, metrics_of
from renderchain.core.worker_state import WorkerState

from tests.unit.docs.pages import REPO


def test_every_metric_has_a_row_and_every_row_a_metric() -> None:
    page = (REPO / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `([a-z_]+)` \|", page, re.M)
    made = metrics_of(WorkerState(0.0), 1.0, 0.0, 1)
    assert rows == [one.name.removeprefix(PREFIX) for one in made] and len(rows) > 15

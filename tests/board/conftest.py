"""Each test runs on the board in memory and on a devnet: what holds on one holds on the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board.opener import Opener


@pytest.fixture(params=["memory", "devnet"])
def networks(request: pytest.FixtureRequest, disk: Path) -> Opener:
    """Of one kind."""
    port = request.getfixturevalue("devnet") if request.param == "devnet" else 0
    return Opener(port, disk)

"""Random calls are the same in every process, whatever ran in it before."""

from __future__ import annotations

import hashlib
import subprocess
import sys

from devkit.network.services import REPO
from tests.services.played import played

MADE = "from tests.services.played import played; print(repr(played(1).blocks))"


def test_a_play_is_the_same_beside_other_modules_and_alone() -> None:
    """What Hypothesis found in other tests' modules made another play, and tests failed by their order."""
    loading = f"import services.scheduler.simulator.scenarios, devkit.strategies.coalitions; {MADE}"
    made = [
        subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, check=True, text=True)
        for code in (MADE, loading)
    ]
    here = f"{played(1).blocks!r}\n"
    assert len({hashlib.sha256(one.encode()).digest() for one in (here, *(one.stdout for one in made))}) == 1

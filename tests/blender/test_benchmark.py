"""How fast this machine is, as the command says it."""

from __future__ import annotations

import re
import subprocess
import sys

from devkit.network.services import REPO


def test_a_machine_is_measured_on_the_reference_scene() -> None:
    command = [sys.executable, "-m", "renderchain", "benchmark", "--device", "CPU"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = re.search(
        r"([\d.]+) s a reference unit, .* on CPU.* \(frames: ([\d., ]+) s; start and opening: ([\d.]+) s\)",
        done.stdout,
    )
    assert found, done.stdout
    frames = [float(one) for one in found[2].split(", ")]
    assert len(frames) == 3 and all(one > 0 for one in (*frames, float(found[3])))
    unit_s = sorted(frames)[1] * 10**6 / (256 * 256 * 32)
    assert abs(float(found[1]) - unit_s) < 0.01

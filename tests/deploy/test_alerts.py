"""The example of alerts: on metrics that there are, and raised when they should be."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from renderchain.core.worker_metrics import metrics_of
from renderchain.core.worker_state import WorkerState

from tests.unit.docs.pages import REPO

FOLDER = REPO / "deploy" / "prometheus"


def test_every_metric_and_label_in_a_rule_is_one_that_workers_serve() -> None:
    rules = (FOLDER / "worker.rules.yml").read_text()
    served = {one.name: one for one in metrics_of(WorkerState(0.0), 1.0, 0.0, 1)}
    named = re.findall(r"(renderchain_\w+)(?:\{(\w+)=\"(\w+)\"\})?", rules)
    assert len(named) > 7 and {name for name, _, _ in named} <= set(served)
    for name, label, text in named:
        if label and served[name].values:  # stake is unknown at first
            assert ((label, text),) in served[name].values


def test_prometheus_takes_the_rules_and_raises_them_as_they_say() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("There is no promtool here (Debian: prometheus) to test the rules with.")
    for command in (["check", "rules", "worker.rules.yml"], ["test", "rules", "worker.test.yml"]):
        done = subprocess.run(
            [program, *command], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

"""An audit's rendering ends with the time that there is for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.errors import RenderFailed

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench


def test_an_audit_that_takes_too_long_is_broken_off(disk: Path) -> None:
    bench = UseCaseBench(disk)
    rerender, renderer = bench.rerender()
    renderer.frame_s = 100.0
    terms = replace(bench.chain.jobs[JOB], job_id=bench.entry.job_id)
    with pytest.raises(RenderFailed, match="audit of lease .* was not done within 5 s"):
        run(rerender.render(terms, bench.chain.leases[LEASE], (0, 1), most_s=5.0))

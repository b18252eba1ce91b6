"""A lease that chance spares, of a worker that is gone: nothing is drawn, and its pay is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.watchtower.lease_watch import UNHURRIED, LeaseWatch
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.lifecycle import LeaseState

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench

PATIENCE_S = 60.0
NOTHING: Any = None


@pytest.mark.parametrize("passes", [True, False])
def test_what_chance_spares_is_accepted_late_and_what_it_has_audited_is_drawn(
    disk: Path, passes: bool
) -> None:
    bench = UseCaseBench(disk)
    bench.submit()
    bench.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    chain, reporter = bench.chain, bench.reporter
    chain.sent.clear()
    chain.passing, chain.block = {LEASE} if passes else set(), 1000
    lease, job, late_s = chain.leases[LEASE], chain.jobs[JOB], UNHURRIED * PATIENCE_S
    now_s = lease.since_s + late_s - 1
    showing = Showing(chain, reporter, ShowLimits(0, 0))
    prover = ProverDuties(chain, bench.proof_store, reporter, hash_many, showing, appeals=False)
    watch = LeaseWatch(chain, prover, reporter, lambda: now_s, PATIENCE_S, NOTHING)
    run(watch.look(LEASE))
    assert chain.sent == []
    now_s += 1
    run(watch.look(LEASE))
    assert chain.sent == ([] if passes else [("draw", JOB, [LEASE])])
    now_s += job.window_s
    run(watch.look(LEASE))
    assert chain.of("accept_late") == ([(JOB, [LEASE])] if passes else [])

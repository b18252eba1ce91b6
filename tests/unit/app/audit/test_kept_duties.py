"""What could have made a worker give up a lease that it still has to answer for, and does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

from renderchain.core.audit.state import AuditPhase, DrawOutcome
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState

from tests.unit.app.audit.post import ME, Post
from tests.unit.app.bench import LEASE


def test_a_node_that_is_behind_does_not_end_the_duty(disk: Path) -> None:
    post = Post(disk)
    post.bench.set_lease(LEASE)  # claimed, as before the submission
    post.duties.own(LEASE)

    async def script() -> None:
        await asyncio.sleep(20)
        post.set_audit(AuditPhase.OPEN)
        post.bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)

    post.chain.after["open_leaves"] = lambda: post.set_audit(AuditPhase.REVEAL)
    post.serve(60, script)
    assert post.sent() == ["open_leaves"]


def test_evidence_that_is_lost_is_trouble_of_that_lease_alone(disk: Path) -> None:
    post = Post(disk)
    second = join_lease_id(ME, 1, 1)
    post.bench.set_lease(second, LeaseState.SUBMITTED)
    post.set_audit(AuditPhase.OPEN, second)
    post.chain.results[second] = post.bench.proof_store.newest(LEASE).result
    post.set_audit(AuditPhase.OPEN)
    post.bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
    post.chain.after["open_leaves"] = lambda: post.set_audit(AuditPhase.REVEAL)
    post.duties.own(second)
    post.duties.own(LEASE)
    post.serve(60)
    assert {one.lease_id for one in post.hindered()} == {second} and post.sent() == ["open_leaves"]

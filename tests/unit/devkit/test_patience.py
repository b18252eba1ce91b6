"""A patient cheat is honest until chance may spare it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.notices.leases import LeaseClaimed, LeaseOffered

from devkit.cheats.patience import Patience
from devkit.cheats.renderer import CheatingRenderer


def offered(job_id: int, audit_exp: int) -> LeaseOffered:
    return LeaseOffered(JobId(job_id), 2, 10, 5, 100, audit_exp, True, 1)


def claimed(job_id: int) -> LeaseClaimed:
    return LeaseClaimed(JobId(job_id), LeaseId(job_id << 40), 7, 2)


def test_without_patience_every_lease_is_faked() -> None:
    assert Patience(0).is_over()


@pytest.mark.parametrize(("audit_exp", "is_over"), [(0, False), (2, False), (3, True), (5, True)])
def test_a_lease_is_faked_from_the_rate_on(audit_exp: int, is_over: bool) -> None:
    patience = Patience(3)
    assert not patience.is_over()
    patience.note(offered(1, audit_exp))
    assert not patience.is_over(), "it was not claimed yet"
    patience.note(claimed(1))
    assert patience.is_over() is is_over


def test_each_lease_goes_by_the_rate_of_its_own_job() -> None:
    patience = Patience(1)
    for notice in (offered(1, 0), offered(2, 5), claimed(1)):
        patience.note(notice)
    assert not patience.is_over()
    patience.note(claimed(2))
    assert patience.is_over()
    patience.note(claimed(1))
    assert not patience.is_over()


def test_a_lease_that_nobody_offered_is_rendered_honestly() -> None:
    patience = Patience(1)
    patience.note(offered(2, 5))
    patience.note(claimed(2))
    patience.note(claimed(3))
    assert not patience.is_over()


class Plain:
    """Opens nothing, and says so with itself as the session."""

    @asynccontextmanager
    async def open(self, *_: Any) -> AsyncIterator[Any]:
        yield self


def test_the_renderer_is_the_honest_one_until_it_is_time(tmp_path: Path) -> None:
    honest: Any = Plain()
    manifest: Any = None
    is_time = False
    cheat = CheatingRenderer(honest, "garbage", is_time=lambda: is_time)

    async def session() -> Any:
        async with cheat.open(tmp_path, manifest, tmp_path) as opened:
            return opened

    assert asyncio.run(session()) is honest
    is_time = True
    assert asyncio.run(session()) is not honest

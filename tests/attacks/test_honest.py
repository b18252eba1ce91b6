"""Honest people on all kinds of machines, which crash now and then: nobody loses stake, nothing hangs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from renderchain.core.case import CasePhase, Trial, Verdict, Vote
from renderchain.core.errors import ChainError
from renderchain.core.lifecycle import LeaseState
from renderchain.core.prints import agree, split_records

from tests.attacks.arena import Arena, Worker
from tests.attacks.renderings import EMULATED, HONEST, STRANGER
from tests.attacks.trial import Court, stakes_of

BATCH = 4
LEASING = 8  # of the workers; all verify
CRASHES = 0.15  # of a verifier's steps


async def test_tiles_that_a_verifier_renders_are_those_of_the_frame(field: Arena, tmp_path: Path) -> None:
    honest = await field.renderings.of(HONEST)
    renderer, manifest = field.renderings.renderer(), field.renderings.manifest
    async with renderer.open(field.renderings.package, manifest, tmp_path) as session:
        done = await session.render_tiles(1, (5, 2), lambda _: None)
    found = split_records((tmp_path / done.leaves).read_bytes())
    assert found == (honest.prints(3)[5], honest.prints(3)[2])


async def test_a_stranger_is_accepted_by_its_prints(field: Arena) -> None:
    worker, stranger = field.workers[0], await field.renderings.of(STRANGER)
    honest = await field.renderings.of(HONEST)
    pairs = list(zip(honest.prints(1), stranger.prints(1), strict=True))
    assert all(agree(*pair) for pair in pairs)
    assert any(one.digest != other.digest for one, other in pairs)
    before = await field.books()
    court = Court(field, await field.submitted(worker, stranger))
    stakes = await stakes_of(field, court.lease_id)
    await court.draw()
    await court.commit()
    await court.defend()
    await court.reveal()
    assert {one.vote for one in await field.artist.court.members(court.lease_id, 0)} == {Vote.SHOWN}
    await court.defend()
    assert (await court.case()).agreeing == 3
    await court.advance()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {}
    assert change.owed[worker.worker_id] == stakes.pay_fri


async def test_a_committee_of_all_kinds_of_machines_agrees(field: Arena) -> None:
    stranger = await field.renderings.of(STRANGER)
    before = await field.books()
    court = Court(field, await field.submitted(field.workers[1]))
    await court.draw()
    one, two, _ = await court.jurors()
    assert (await court.hear({one.worker_id: stranger, two.worker_id: stranger})).agreeing == 3
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
    assert (await field.books()).since(before).stakes == {}


@contextmanager
def crash(worker: Worker, step: str) -> Iterator[None]:
    """The worker's process dies before that call is sent."""
    court: Any = worker.chain.court

    async def die(*_: object, **__: object) -> None:
        raise ChainError("The process was killed.")

    setattr(court, step, die)
    try:
        yield
    except ChainError:
        pass
    finally:
        delattr(court, step)


class Season:
    """Many honest leases: machines and crashes by ``seed``; everything is read from disk at each step."""

    def __init__(self, field: Arena, machines: dict[int, Any], seed: int) -> None:
        self._field = field
        self._machines = machines
        self._random = random.Random(seed)
        self.crashes = 0

    async def jurors_act(self, court: Court, step: str) -> None:
        """Each does its part, some after a crash; some render as another kind of machine."""
        for juror in await court.jurors():
            renderer = self._machines[juror.worker_id]
            lease, case = await court.lease(), await court.case()
            if self._random.random() < CRASHES:
                self.crashes += 1
                with crash(juror, step):
                    await juror.jury(renderer).act(lease, case, juror.worker_id)
            await juror.jury(renderer).act(lease, await court.case(), juror.worker_id)

    async def submit(self, worker: Worker, job_id: int) -> Court:
        """Claim and render, some twice."""
        lease_id, renderer = await worker.claim(job_id), self._machines[worker.worker_id]
        if self._random.random() < CRASHES:
            self.crashes += 1
            chain: Any = worker.chain
            send, chain.submit = chain.submit, None
            try:
                await worker.render(lease_id, renderer)
            except TypeError:
                chain.submit = send
        await worker.render(lease_id, renderer)
        return Court(self._field, lease_id)

    async def batch(self, workers: list[Worker]) -> None:
        """A job whose leases are audited at the same time."""
        job_id = await self._field.job(frames=len(workers), lease=1)
        courts = [await self.submit(worker, job_id) for worker in workers]
        self._field.blocks(12)
        leases = [court.lease_id for court in courts]
        assert await self._field.stranger.court.draw(job_id, leases) == []
        for court in courts:
            assert (await court.lease()).trial is Trial.IN_COURT
            await self.jurors_act(court, "commit")
            assert (await court.case()).phase is CasePhase.OPEN
            if self._random.random() < CRASHES:
                self.crashes += 1
                with crash(court.worker, "open"):
                    await court.defend()
            await court.defend()
            await self.jurors_act(court, "reveal")
            await court.defend()
        assert await self._field.stranger.court.advance(job_id, leases) == []
        self._field.late()
        assert await self._field.stranger.court.advance(job_id, leases) == []
        assert await self._field.artist.accept(job_id, leases) == []
        for court in courts:
            assert (await court.lease()).state is LeaseState.ACCEPTED


async def test_many_honest_leases_harm_nobody_and_none_hangs(field: Arena, is_long: bool) -> None:
    kinds = (STRANGER, HONEST, EMULATED if is_long else HONEST)
    kept = [await field.renderings.of(kind) for kind in kinds]
    machines = {one.worker_id: kept[one.worker_id % len(kept)] for one in field.workers}
    season, before = Season(field, machines, 1), await field.books()
    for number in range(50 if is_long else 5):
        first = number * BATCH
        await season.batch([field.workers[(first + at) % LEASING] for at in range(BATCH)])
    assert season.crashes > 0
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked, change.burned_fri) == ({}, {}, 0)

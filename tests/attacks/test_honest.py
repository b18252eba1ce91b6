"""Honest people on all kinds of machines, which crash now and then: nobody loses stake, nothing hangs."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from renderchain.app.audit.duties import AuditDuties
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote
from renderchain.core.errors import ChainError
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.manifest import Manifest
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import all_agree, split_records
from renderchain.ports.renderer import Renderer, RenderSession

from devkit.audited_lease import look_and_seal
from devkit.renderings import EMULATED, HONEST, OTHER_MACHINE
from tests.attacks.arena import SILENT, Arena, Worker
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import check_money

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


async def test_another_machine_is_accepted_by_its_prints(field: Arena) -> None:
    worker, outsider = field.workers[0], await field.renderings.of(OTHER_MACHINE)
    honest = await field.renderings.of(HONEST)
    pairs = list(zip(honest.prints(1), outsider.prints(1), strict=True))
    assert all_agree(honest.prints(1), outsider.prints(1), LEAST)
    assert any(one.digest != other.digest for one, other in pairs)
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(worker, outsider))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    await subject.commit()
    await subject.prove()
    await subject.reveal()
    votes = await field.artist.verifiers(subject.lease_id)
    assert {(one.vote, one.differs, one.mean) for one in votes} == {(Vote.COUNTED, 0, False)}
    assert (await subject.audit()).phase is AuditPhase.SHOW
    await subject.count()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


async def test_a_committee_of_all_kinds_of_machines_agrees(field: Arena) -> None:
    outsider = await field.renderings.of(OTHER_MACHINE)
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[1]))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    one, *_ = await subject.verifiers()
    await subject.play_round({one.worker_id: outsider})
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


@contextmanager
def crash(worker: Worker, step: str) -> Iterator[None]:
    """The worker's process dies before that call is sent."""
    chain: Any = worker.chain

    async def die(*_: object, **__: object) -> None:
        raise ChainError("The process was killed.")

    setattr(chain, step, die)
    try:
        yield
    except ChainError:
        pass
    finally:
        delattr(chain, step)


class Season:
    """Many honest leases: machines and crashes by ``seed``; everything is read from disk at each step."""

    def __init__(self, field: Arena, machines: Mapping[WorkerId, Any], seed: int) -> None:
        self._field = field
        self._machines = machines
        self._random = random.Random(seed)
        self.crashes = 0

    async def verifiers_act(self, subject: LeaseAudit, step: str) -> None:
        """Each does its part, some after a crash; some render as another kind of machine."""
        for verifier in await subject.verifiers():
            if self._random.random() < CRASHES:
                self.crashes += 1
                with crash(verifier, step):
                    await self.verifier_acts(subject, verifier)
            await self.verifier_acts(subject, verifier)

    async def verifier_acts(self, subject: LeaseAudit, verifier: Worker) -> None:
        """With duties made anew, as after a restart."""
        duties = verifier.verifier_duties(self._machines[verifier.worker_id])
        lease, audit = await subject.lease(), await subject.audit()
        if audit.phase is AuditPhase.COMMIT:
            await look_and_seal(duties, lease, audit, verifier.worker_id)
        else:
            await duties.act(lease, audit, verifier.worker_id)

    async def submit(self, worker: Worker, job_id: JobId) -> LeaseAudit:
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
        return LeaseAudit(self._field, lease_id)

    async def batch(self, workers: list[Worker]) -> None:
        """A job whose leases are subject at the same time."""
        job_id = await self._field.job(frames=len(workers), lease=1)
        subjects = [await self.submit(worker, job_id) for worker in workers]
        self._field.blocks(12)
        leases = [subject.lease_id for subject in subjects]
        assert await self._field.outsider.draw(job_id, leases) == []
        for subject in subjects:
            assert (await subject.lease()).draw_outcome is DrawOutcome.IN_AUDIT
            await self.verifiers_act(subject, "commit")
            assert (await subject.audit()).phase is AuditPhase.OPEN
            if self._random.random() < CRASHES:
                self.crashes += 1
                with crash(subject.worker, "open_leaves"):
                    await subject.prove()
            await subject.prove()
            await self.verifiers_act(subject, "reveal")
            await subject.count()
        self._field.late()
        assert await self._field.outsider.advance(job_id, leases) == []
        assert await self._field.artist.accept(job_id, leases) == []
        for subject in subjects:
            assert (await subject.lease()).state is LeaseState.ACCEPTED


async def test_many_honest_leases_harm_nobody_and_none_hangs(field: Arena, is_long: bool) -> None:
    kinds = (OTHER_MACHINE, HONEST, EMULATED if is_long else HONEST)
    kept = [await field.renderings.of(kind) for kind in kinds]
    machines = {one.worker_id: kept[one.worker_id % len(kept)] for one in field.workers}
    season, before = Season(field, machines, 1), await field.books()
    batches = 50 if is_long else 5
    for number in range(batches):
        first = number * BATCH
        await season.batch([field.workers[(first + at) % LEASING] for at in range(BATCH)])
    assert season.crashes > 0
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked, change.burned_fri) == ({}, {}, 0)
    terms = await field.terms(frames=BATCH, lease=1)
    assert sum(change.owed.values()) == batches * terms.escrow_fri, "pay, fees, and what was not used"


class Slow:
    """Renders as the other one does, but first waits to be told; ``asked`` are the packages in turn."""

    def __init__(self, other: Renderer) -> None:
        self._other = other
        self.asked: list[str] = []
        self.go = asyncio.Event()

    @asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """A session, some time later."""
        self.asked.append(package.name)
        await self.go.wait()
        async with self._other.open(package, manifest, output) as session:
            yield session


@asynccontextmanager
async def on_duty(
    verifier: Worker, renderer: Renderer, own: LeaseId, from_block: int
) -> AsyncIterator[AuditDuties]:
    """The verifier's duties, as its worker runs them; it hears of what was drawn since that block."""
    duty = AuditDuties(
        verifier.chain, verifier.prover, verifier.verifier_duties(renderer), SILENT, lambda: 0.0
    )
    duty.own(own)
    await duty.begin()

    async def hear() -> None:
        async with aclosing(verifier.chain.events(from_block)) as events:
            async for event in events:
                duty.note(event)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in (duty.run(), hear(), duty.verify())]
        yield duty
        for task in tasks:
            task.cancel()


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(120):
        while not await done():
            await asyncio.sleep(0.2)


async def drawn_thrice(field: Arena) -> tuple[Worker, list[LeaseAudit], list[LeaseAudit]]:
    """A worker with a seat in three leases of packages of their own, those leases, and all that it took."""
    subjects: list[LeaseAudit] = []
    seats: dict[WorkerId, list[LeaseAudit]] = {}
    while not (found := [one for one, sits in seats.items() if len(sits) == 3]):
        number = len(subjects)
        worker = field.workers[number % len(field.workers)]
        subject = LeaseAudit(field, await field.submitted(worker, frames=3 + number, lease=1))
        await subject.draw()
        subjects.append(subject)
        for verifier in await subject.verifiers():
            seats.setdefault(verifier.worker_id, []).append(subject)
    return field.worker(found[0]), seats[found[0]], subjects


async def test_to_verify_for_long_delays_no_other_duty_and_scenes_that_are_here_come_first(
    field: Arena,
) -> None:
    """Whoever renders for others must still open its own leases in time, or it would lose an honest one."""
    from_block = await field.artist.block_number()
    verifier, seats, subjects = await drawn_thrice(field)
    last = await field.artist.job((await seats[2].lease()).job_id)
    shutil.rmtree(verifier.folder / "packages", ignore_errors=True)
    await verifier.rerender().fetch(last)
    own = LeaseAudit(field, await field.submitted(verifier))
    await own.draw()
    await own.commit()
    slow = Slow(verifier.renderer)
    async with on_duty(verifier, slow, own.lease_id, from_block) as duty:

        async def is_opened() -> bool:
            knows_all = bool(slow.asked) and duty.waiting_looks == len(seats) - 1
            return knows_all and (await own.audit()).phase is AuditPhase.REVEAL

        async def has_sealed() -> bool:
            return all([(await one.audit()).sealed for one in seats])

        await until(is_opened)
        assert len(slow.asked) == 1, "it is still at its first"
        slow.go.set()
        await until(has_sealed)
    assert len(slow.asked) == 3, "each scene is rendered once"
    assert slow.asked.index(last.package_cid) <= 1, "only what was begun before it came before it"
    await finish(field, [*subjects, own])


async def finish(field: Arena, subjects: list[LeaseAudit]) -> None:
    """To the end, honestly, all at the same time: a step's time is over for all at once."""
    for subject in subjects:
        await subject.commit()
        await subject.prove()
        await subject.reveal()
        await subject.count()
    field.late()
    for subject in subjects:
        await subject.advance()
        assert (await subject.audit()).verdict is Verdict.ACCEPTED
        await subject.accept()

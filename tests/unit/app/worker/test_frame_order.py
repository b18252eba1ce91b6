"""Records travel in the order of the lease's tasks: by name, 10000 comes before 9999 and -1 before -2."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import ChaChaSealer
from renderchain.app.audit.opening import check_opens, openings
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.exchange.lease_result import check_result
from renderchain.app.exchange.sealed_result import open_sealed, unwrap_key
from renderchain.core.audit.events import AuditClosed
from renderchain.core.audit.state import NO_AUDIT, AuditKind, AuditPhase, DrawnLeaf, Verdict, content_of
from renderchain.core.errors import RenderFailed
from renderchain.core.lifecycle import JobState
from renderchain.core.merkle import root_of
from renderchain.core.notices.audits import LeavesOpened
from renderchain.core.openings import opens, remembering

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import frame_of, read_noisy
from tests.unit.app.audit.network import SHORT, Network
from tests.unit.app.bench import FIRST, JOB, LEASE, REQUESTER, TASKS, UseCaseBench

SEED = 4711
ALL_TASKS = [
    (9998, 9999, 10000, 10001),
    (-2, -1, 0, 1),
    (-10, -9, -1, 0),
    (99_999, 100_000, 100_001, 100_002),
    (-100, 9, 10, 100_000),
    (1, 6, 11, 16),
]


def chance_frames(seed: int) -> tuple[int, ...]:
    """Some frames, negative ones and ones with steps among them, ascending as in every job."""
    chance = random.Random(seed)
    first = chance.choice((-1_000_000, -105, -11, -3, 0, 7, 97, 9_995, 99_990))
    step = chance.choice((1, 1, 2, 5, 10, 999))
    return tuple(first + step * place for place in range(TASKS))


def submitted(disk: Path, frames: Sequence[int]) -> UseCaseBench:
    """A lease of all tasks of a job of these frames, submitted."""
    bench = UseCaseBench(disk, frames)
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], longest_lease=TASKS)
    bench.chain.leases[LEASE] = replace(bench.chain.leases[LEASE], first=0, count=TASKS)
    bench.submit()
    return bench


@pytest.mark.parametrize("frames", [*ALL_TASKS, *map(chance_frames, range(12))], ids=str)
def test_every_leaf_of_an_honest_lease_opens_and_shows_its_own_frame(
    disk: Path, frames: tuple[int, ...]
) -> None:
    bench = submitted(disk, frames)
    ((_, count, result),) = bench.chain.of("submit")
    assert count == TASKS and bench.renderer.rendered == list(frames)
    evidence, leaves = bench.proof_store.newest(LEASE), range(TASKS * TILES)
    found = openings(hash_many, evidence, 0, TILES, leaves)
    prints = [one for frame in frames for one in frame_of(bench.package.manifest, frame)[1]]
    assert evidence.prints(list(leaves)) == prints
    assert [one.content for one in found] == [content_of(hash_many, one) for one in prints]
    assert all(opens(hash_many, bench.identity, result.root, one) for one in found)


@pytest.mark.parametrize("frames", ALL_TASKS, ids=str)
def test_an_audit_is_shown_the_frames_that_it_drew(disk: Path, frames: tuple[int, ...]) -> None:
    bench = submitted(disk, frames)
    bench.chain.sent.clear()
    drawn = list(range(TASKS * TILES))
    bench.chain.seeds[LEASE, 0] = SEED
    bench.chain.drawn_of[LEASE] = [DrawnLeaf(leaf, at) for at, leaf in enumerate(drawn)]
    showing = Showing(bench.chain, bench.reporter, ShowLimits(0, 0))
    parts = (bench.chain, bench.proof_store, bench.reporter, hash_many, showing)
    audit = replace(NO_AUDIT, kind=AuditKind.PIXELS, phase=AuditPhase.OPEN)
    run(ProverDuties(*parts, appeals=False).act(bench.chain.leases[LEASE], audit))
    ((_, _, _, shown, _, prints),) = bench.chain.of("open_leaves")
    rerender, _ = bench.rerender()
    mine = run(rerender.render(bench.chain.jobs[JOB], bench.chain.leases[LEASE], drawn))
    assert prints == [one.felts() for one in mine]
    assert [content for _, content in shown] == [content_of(hash_many, one) for one in mine]


@pytest.mark.parametrize("frames", ALL_TASKS, ids=str)
def test_the_requester_finds_each_frame_in_its_place(disk: Path, frames: tuple[int, ...]) -> None:
    bench = submitted(disk, frames)
    result = bench.chain.results[LEASE]
    sealed, opened = disk / "fetched", disk / "opened"
    run(bench.store.fetch_folder(result.results_cid, sealed, max_bytes=10**8, max_files=99, on_bytes=print))
    key = unwrap_key(REQUESTER, sealed, bench.identity, key_hash=result.key_hash, hash_many=hash_many)
    open_sealed(ChaChaSealer(), sealed, opened, key=key, identity=bench.identity, frames=frames)
    more = {"manifest": bench.package.manifest, "hash_many": hash_many, "read_noisy": read_noisy}
    place = {"identity": bench.identity, "first_task": 0, "root": result.root, "frames": frames}
    found, _ = check_result(opened, **place, **more)  # type: ignore[arg-type]
    assert [one.frame for one in found.frames] == list(frames)
    for one in found.frames:
        assert (opened / one.noisy.path).read_bytes() == frame_of(bench.package.manifest, one.frame)[0]


@pytest.mark.parametrize("frames", [(9999, 10000), (-2, 1), (99_999, 100_004)], ids=str)
def test_a_whole_audit_accepts_them(disk: Path, frames: tuple[int, ...]) -> None:
    network = Network(disk)

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(frames, SHORT)
        async with network.working():
            report = await network.artist.watching(job)
        assert report.state is JobState.COMPLETED and set(report.frames) == set(frames)

    network.world.live(life())
    assert [one.verdict for one in network.told(AuditClosed)] == [Verdict.ACCEPTED]
    assert network.worker.reporter.heard(LeavesOpened)


def test_a_lease_whose_leaves_do_not_open_is_not_submitted(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = UseCaseBench(disk)

    def sorted_otherwise(hash_many: object, leaves: Sequence[int]) -> int:
        return root_of(remembering(_hash), [*leaves[1:], leaves[0]])

    monkeypatch.setattr("renderchain.app.worker.render_lease.root_of", sorted_otherwise)
    with pytest.raises(RenderFailed, match="does not open under the root of its own lease"):
        bench.submit()
    assert bench.chain.sent == [] and not list((disk / "evidence").glob(f"{LEASE}.*.json"))


def _hash(values: Sequence[int]) -> int:
    return hash_many(values)


def test_any_two_records_that_change_places_are_noticed(disk: Path) -> None:
    bench = UseCaseBench(disk)
    bench.submit()
    evidence = bench.proof_store.newest(LEASE)
    known = remembering(hash_many)
    check_opens(known, bench.identity, evidence, FIRST, TILES)
    size = len(evidence.records) // (2 * TILES)
    parts = [evidence.records[at * size : (at + 1) * size] for at in range(2 * TILES)]
    for one in range(len(parts)):
        for other in range(one):
            mixed = list(parts)
            mixed[one], mixed[other] = mixed[other], mixed[one]
            with pytest.raises(RenderFailed, match="does not open"):
                check_opens(known, bench.identity, replace(evidence, records=b"".join(mixed)), FIRST, TILES)


def test_what_is_remembered_is_not_hashed_again_and_has_a_limit() -> None:
    asked: list[tuple[int, ...]] = []

    def ask(values: Sequence[int]) -> int:
        asked.append(tuple(values))
        return sum(values)

    known = remembering(ask, most=1)
    assert [known([1, 2]), known((1, 2)), known((3,)), known((3,))] == [3, 3, 3, 3]
    assert asked == [(1, 2), (3,), (3,)]

"""From package to submission: the requester can open what is posted, and what fails leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.adapters.sealing import ChaChaSealer
from renderchain.app.exchange.lease_result import check_result
from renderchain.app.exchange.sealed_result import open_sealed, unwrap_key
from renderchain.core.contract_errors import LeaseInOtherState
from renderchain.core.errors import ContentError, JournalError, RenderFailed, StoreAway, StoreError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.manifest import Manifest
from renderchain.core.merkle import root_of
from renderchain.core.notices.jobs import PackageDamaged
from renderchain.core.notices.leases import ContentNotPinned, LeaseSubmitted
from renderchain.core.sealed import key_hash_of, result_key_of, salt_key_of
from renderchain.ports.renderer import RenderSession

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import FakeRenderer, final_of, frame_of, read_noisy
from tests.unit.app.bench import COUNT, FIRST, JOB, LEASE, REQUESTER, SECRET, UseCaseBench

FRAMES = (2, 3)  # of tasks 1 and 2


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


def left_over(bench: UseCaseBench) -> list[str]:
    """What lies about in the folder of leases and beside the packages."""
    sealed = [path.name for path in (bench.folder / "leases").glob("*/*.sealed")]
    return sealed + [path.name for path in (bench.folder / "packages").glob("*.partial")]


def test_the_requester_opens_what_was_posted(bench: UseCaseBench) -> None:
    bench.submit()
    ((lease_id, count, result),) = bench.chain.of("submit")
    assert (lease_id, count) == (LEASE, COUNT) and result.results_cid in bench.store.pinned
    assert result.key_hash == key_hash_of(hash_many, result_key_of(SECRET))
    sealed, opened = bench.folder / "fetched", bench.folder / "opened"
    run(bench.store.fetch_folder(result.results_cid, sealed, max_bytes=10**7, max_files=8, on_bytes=print))
    key = unwrap_key(REQUESTER, sealed, bench.identity, key_hash=result.key_hash, hash_many=hash_many)
    open_sealed(ChaChaSealer(), sealed, opened, key=key, identity=bench.identity, frames=FRAMES)
    found, _ = check_result(
        opened,
        identity=bench.identity,
        first_task=FIRST,
        root=result.root,
        manifest=bench.package.manifest,
        frames=FRAMES,
        hash_many=hash_many,
        read_noisy=read_noisy,
    )
    for one in found.frames:
        noisy, _ = frame_of(bench.package.manifest, one.frame)
        assert (opened / one.final.path).read_bytes() == final_of(noisy)
    assert left_over(bench) == []


def test_a_package_that_the_disk_damaged_since_the_last_lease_is_never_rendered(bench: UseCaseBench) -> None:
    work = bench.render_lease()
    package, _ = run(work.fetch(bench.chain.jobs[JOB]))
    (package / "main.blend").write_bytes(b"another")
    bench.submit(work)
    assert (package / "main.blend").read_bytes() == b"a scene"
    assert len(bench.reporter.heard(PackageDamaged)) == 1 and len(bench.chain.of("submit")) == 1
    (package / "main.blend").write_bytes(b"another")
    bench.store.lose(package.name)
    bench.renderer.rendered.clear()
    with pytest.raises(StoreError):
        bench.submit(work)
    assert bench.renderer.rendered == [] and len(bench.chain.of("submit")) == 1


def test_a_job_that_is_over_takes_its_package_and_all_about_it_along(bench: UseCaseBench) -> None:
    work = bench.render_lease()
    package, _ = run(work.fetch(bench.chain.jobs[JOB]))
    work.forget(JOB)
    assert list(package.parent.iterdir()) == []


def test_frames_before_one_that_fails_are_a_lease_of_their_own(bench: UseCaseBench) -> None:
    bench.renderer.fail("render", None, RenderFailed("out of memory"))
    bench.submit()
    ((_, count, result),) = bench.chain.of("submit")
    assert count == 1 and bench.renderer.rendered == [FRAMES[0]]
    assert root_of(hash_many, list(bench.proof_store.newest(LEASE).leaves)) == result.root
    assert bench.proof_store.newest(LEASE).prints(list(range(TILES))) == list(
        frame_of(bench.package.manifest, FRAMES[0])[1]
    )
    assert [one.frame_count for one in bench.reporter.heard(LeaseSubmitted)] == [1]


def test_what_an_audit_may_ask_for_is_kept_before_it_is_sent(bench: UseCaseBench) -> None:
    bench.chain.fail("submit", LeaseInOtherState("Submitting"))
    with pytest.raises(LeaseInOtherState):
        bench.submit()
    evidence = bench.proof_store.newest(LEASE)
    kept = evidence.result
    assert (evidence.salt_key, evidence.result_key) == (salt_key_of(SECRET), result_key_of(SECRET))
    for cid in (kept.results_cid, bench.package.cid):
        folder = bench.proof_store.content.find(cid)
        assert folder and run(bench.store.add_folder(folder, print)) == cid, "it can't be pinned again"
    assert root_of(hash_many, list(bench.proof_store.newest(LEASE).leaves)) == kept.root
    prints = [one for frame in FRAMES for one in frame_of(bench.package.manifest, frame)[1]]
    assert bench.proof_store.newest(LEASE).prints(list(range(COUNT * TILES))) == prints


@pytest.mark.parametrize(
    ("place", "method", "error"),
    [
        ("renderer", "open", RenderFailed("crashed")),
        ("renderer", "render", RenderFailed("crashed")),
        ("store", "fetch_folder", StoreError("away")),
        ("store", "add_folder", StoreError("away")),
    ],
)
def test_what_fails_submits_nothing_and_works_the_next_time(
    bench: UseCaseBench, place: str, method: str, error: Exception
) -> None:
    getattr(bench, place).fail(method, error)
    with pytest.raises(type(error), match=str(error)):
        bench.submit()
    assert bench.chain.sent == [] and left_over(bench) == []
    with pytest.raises(JournalError):
        bench.proof_store.newest(LEASE)
    bench.submit()
    assert len(bench.chain.of("submit")) == 1


def test_a_package_is_fetched_once_and_goes_with_its_job(bench: UseCaseBench) -> None:
    lease = bench.render_lease()
    bench.submit(lease)
    package = bench.folder / "packages" / bench.package.cid
    bench.store.fail("fetch_folder", StoreError("away"))
    bench.submit(lease)
    lease.forget(JobId(JOB + 1))
    assert package.exists()
    lease.forget(JOB)
    assert not package.exists()


def test_a_package_of_two_jobs_stays_for_the_other(bench: UseCaseBench) -> None:
    lease = bench.render_lease()
    bench.submit(lease)
    bench.entry = replace(bench.entry, job_id=JobId(JOB + 1))
    bench.submit(lease)
    lease.forget(JOB)
    package = bench.folder / "packages" / bench.package.cid
    assert package.exists()
    lease.forget(JobId(JOB + 1))
    assert not package.exists()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("tasks", 5, "4 frames, the job 5 tasks"), ("family", 0x352E32, "another Blender")],
)
def test_a_package_that_is_not_what_the_job_says_is_not_rendered(
    bench: UseCaseBench, name: str, value: int, reason: str
) -> None:
    changed: Any = {name: value}
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], **changed)
    with pytest.raises(ContentError, match=reason):
        bench.submit()
    assert bench.renderer.opened == 0


def test_a_package_larger_than_the_job_says_is_not_rendered(bench: UseCaseBench) -> None:
    job = bench.chain.jobs[JOB]
    bench.chain.jobs[JOB] = replace(job, package_bytes=job.package_bytes - 1)
    with pytest.raises(ContentError, match="larger"):
        bench.submit()
    assert bench.renderer.opened == 0


def test_results_that_nobody_could_open_are_not_rendered(bench: UseCaseBench) -> None:
    manifest = bench.package.manifest
    path = bench.store.folders[bench.package.cid]
    path["manifest.json"] = replace(manifest, requester_key="00" * 32).to_bytes()
    with pytest.raises(ContentError, match="key"):
        bench.submit()
    assert bench.renderer.opened == 0


class Linking(FakeRenderer):
    """Leaves a link to the worker's files among its files."""

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        async with super().open(package, manifest, output) as session:
            yield session
        (output / "0002.extra").symlink_to(output.parents[2] / "journal.sqlite")


def test_a_link_out_of_the_sandbox_is_refused(bench: UseCaseBench) -> None:
    bench.renderer = Linking()
    with pytest.raises(ContentError, match=r"link '0002.extra'"):
        bench.submit()
    assert bench.chain.sent == []


def test_frames_done_by_the_deadline_are_submitted_and_the_rest_is_not_waited_for(
    bench: UseCaseBench,
) -> None:
    terms = replace(bench.chain.jobs[JOB], job_id=bench.entry.job_id)
    bench.renderer.frame_s = 10.0
    bench.self_test = lambda: None  # type: ignore[method-assign]
    lease = bench.render_lease()
    done = run(lease.run(bench.turn(), bench.chain.leases[LEASE], terms, most_s=15.0))
    assert done.count == 1 and "was not done within 15 s" in str(done.failure)
    with pytest.raises(RenderFailed, match="was not done within 5 s"):
        run(lease.run(bench.turn(), bench.chain.leases[LEASE], terms, most_s=5.0))


@pytest.mark.parametrize("call", ["is_pinned", "unpin"])
def test_a_store_that_pins_nothing_does_not_keep_a_lease_from_being_submitted(
    bench: UseCaseBench, call: str
) -> None:
    """Results were uploaded, and the lease was lost all the same; or submitted, and nobody saw to it."""

    async def never(cid: str) -> bool:
        await asyncio.sleep(10**5)
        return False

    setattr(bench.store, call, never)
    terms = replace(bench.chain.jobs[JOB], job_id=bench.entry.job_id)
    bench.renderer.frame_s = 10.0
    work = bench.render_lease()
    bench.pins().note("old", LeaseId(1))

    async def life() -> float:
        await work.run(bench.turn(), bench.chain.leases[LEASE], terms, most_s=100.0)
        return asyncio.get_running_loop().time()

    assert run(life()) < terms.lease_timeout_s
    assert len(bench.chain.of("submit")) == 1
    assert len(bench.reporter.heard(ContentNotPinned)) == (call == "is_pinned")


@pytest.mark.parametrize("error", [StoreError("The node has not all of it."), StoreAway("away")])
def test_why_a_package_could_not_be_pinned_is_told(bench: UseCaseBench, error: Exception) -> None:
    bench.store.fail("pin", error)
    cid = bench.chain.jobs[JOB].package_cid
    bench.store.pinned.discard(cid)
    bench.submit()
    assert len(bench.chain.of("submit")) == 1
    assert bench.reporter.heard(ContentNotPinned) == [
        ContentNotPinned(bench.entry.job_id, LEASE, cid, str(error))
    ]

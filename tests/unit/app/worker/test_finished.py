"""Finished frames survive the process: after SIGKILL none is rendered twice, and nothing damaged is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.app.worker.finished import FinishedFrames
from renderchain.app.worker.render_frames import KILLS_BORNE
from renderchain.core.errors import ContentError, ProcessKilled, RenderFailed, StoreError
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.messages import Loaded, Rendered
from renderchain.core.notices.leases import FramesTakenOver
from renderchain.ports.journal import FrameEntry

from devkit.fakes.renderer import FakeRenderer
from tests.unit.app.bench import COUNT, LEASE, UseCaseBench

FRAMES = (2, 3)  # of tasks 1 and 2
LOADED = Loaded("4.5.15 LTS", "CPU", "made up", 0)
ROOT = Path(__file__).parents[4]


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


def result_of(bench: UseCaseBench) -> object:
    """What was submitted."""
    ((_, count, result),) = bench.chain.of("submit")
    assert count == COUNT
    return result


@pytest.mark.parametrize(
    ("point", "again"),
    [
        ("first frame", [2, 3]),
        ("copy", [2, 3]),
        ("journal", [2, 3]),
        ("second frame", [3]),
        ("upload", []),
        ("submit", []),
    ],
)
def test_after_sigkill_no_finished_frame_is_rendered_twice(disk: Path, point: str, again: list[int]) -> None:
    whole = UseCaseBench(disk / "whole")
    whole.submit()
    folder = disk / "killed"
    command = [sys.executable, "-m", "tests.unit.app.worker.killed", str(folder), point]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    after = UseCaseBench(folder)
    after.submit()
    assert after.renderer.rendered == again and result_of(after) == result_of(whole)
    told = [one.frame_count for one in after.reporter.heard(FramesTakenOver)]
    assert told == ([COUNT - len(again)] if len(again) < COUNT else [])
    assert (
        not list((folder / "leases").iterdir()) and after.journal.leases_with_frames(after.chain.board) == []
    )


def interrupt(bench: UseCaseBench) -> Path:
    """Have the lease's upload fail, with all its frames rendered; where they are."""
    bench.store.fail("add_folder", StoreError("away"))
    with pytest.raises(StoreError):
        bench.submit()
    bench.renderer.rendered.clear()
    return bench.folder / "leases" / str(LEASE) / "done"


def rot(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def make_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("name", ["0002.png", "0002.noisy", "0002.leaves"])
@pytest.mark.parametrize("damage", [rot, Path.unlink, make_link, lambda path: path.write_bytes(b"")])
def test_a_frame_that_the_disk_damaged_is_rendered_again_and_only_that(
    bench: UseCaseBench, name: str, damage: Callable[[Path], None]
) -> None:
    damage(interrupt(bench) / name)
    bench.submit()
    assert bench.renderer.rendered == [2]
    result_of(bench)


def test_what_nobody_noted_is_deleted(bench: UseCaseBench) -> None:
    (interrupt(bench) / "0009.png").write_bytes(b"half a frame")
    work = FinishedFrames(bench.journal, bench.folder / "leases")
    assert set(work.resume(bench.entry, FRAMES)) == set(FRAMES)
    assert not (work.folder(LEASE) / "0009.png").exists()


@pytest.mark.parametrize(
    "other",
    [
        replace(LOADED, blender_version="4.5.16"),
        replace(LOADED, device_name="X"),
    ],
)
def test_frames_of_another_blender_or_device_of_the_family_are_not_mixed_into_a_result(
    bench: UseCaseBench, other: Loaded
) -> None:
    damaged = interrupt(bench) / "0002.png"
    damaged.unlink()
    bench.renderer.loaded = other
    bench.submit()
    assert bench.renderer.rendered == [2, 3] and bench.reporter.heard(FramesTakenOver) == []


def test_frames_are_taken_over_by_the_secret_that_they_were_noted_under(bench: UseCaseBench) -> None:
    interrupt(bench)
    work = FinishedFrames(bench.journal, bench.folder / "leases")
    assert work.resume(replace(bench.entry, secret=5), FRAMES) == {}


def test_a_frame_that_fails_after_one_that_was_kept_ends_the_lease_there(bench: UseCaseBench) -> None:
    (interrupt(bench) / "0003.noisy").unlink()
    bench.renderer.fail("render", RenderFailed("out of memory"))
    bench.submit()
    ((_, count, _),) = bench.chain.of("submit")
    assert count == 1


def test_the_next_lease_of_a_slot_clears_what_the_last_one_left(bench: UseCaseBench) -> None:
    interrupt(bench)
    work = FinishedFrames(bench.journal, bench.folder / "leases")
    other_slot = join_lease_id(WorkerId(1), 1, 7)
    work.resume(replace(bench.entry, lease_id=other_slot), FRAMES)
    assert work.folder(LEASE).exists()
    newer = join_lease_id(WorkerId(1), 0, 2)
    work.resume(replace(bench.entry, lease_id=newer), FRAMES)
    assert not work.root(LEASE).exists() and work.root(other_slot).exists() and work.root(newer).exists()
    assert bench.journal.leases_with_frames(bench.chain.board) == []


def test_discarding_a_lease_leaves_nothing_of_it(bench: UseCaseBench) -> None:
    interrupt(bench)
    bench.render_lease().discard(LEASE)
    assert not list((bench.folder / "leases").iterdir())
    assert bench.journal.frames(bench.entry) == []


class Hostile:
    """A render process's folder with what it says is a frame."""

    def __init__(self, bench: UseCaseBench) -> None:
        self.output = bench.folder / "out"
        self.output.mkdir()
        self.work = FinishedFrames(bench.journal, bench.folder / "leases")
        self.entry = bench.entry
        self.work.resume(bench.entry, FRAMES)
        for name in ("a.png", "a.noisy", "a.leaves"):
            (self.output / name).write_bytes(name.encode())

    def take(self, one: Rendered | None = None, most_bytes: int = 1000) -> FrameEntry:
        """Take it as frame 2."""
        said = one or Rendered(2, "a.png", "a.noisy", "a.leaves", 1, 1)
        return self.work.take(self.entry, self.output, LOADED, said, most_bytes)


@pytest.fixture
def hostile(bench: UseCaseBench) -> Hostile:
    return Hostile(bench)


def test_a_frame_is_out_of_the_processes_reach_once_it_is_taken(hostile: Hostile) -> None:
    with (hostile.output / "a.png").open("r+b") as held:
        taken = hostile.take()
        held.write(b"other")
    assert not list(hostile.output.iterdir())
    assert (hostile.work.folder(LEASE) / "a.png").read_bytes() == b"a.png"
    assert hostile.work.resume(hostile.entry, FRAMES) == {2: taken}


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    os.truncate(path, 2**42)


def large(path: Path) -> None:
    path.write_bytes(b"x" * 1001)


@pytest.mark.parametrize("make", [fifo, folder, link, sparse, large, Path.unlink])
@pytest.mark.parametrize("name", ["a.png", "a.leaves"])
def test_what_is_no_frames_file_is_refused_and_not_waited_for(
    hostile: Hostile, make: Callable[[Path], None], name: str
) -> None:
    make(hostile.output / name)
    with pytest.raises(ContentError, match="did not write all files|bytes"):
        hostile.take()
    assert hostile.work.resume(hostile.entry, FRAMES) == {}


@pytest.mark.parametrize(
    "names",
    [("a.png", "a.png", "a.leaves"), ("a.png", "A.PNG", "a.leaves"), ("result.json", "a.noisy", "a.leaves")],
)
def test_two_files_of_one_name_are_refused(hostile: Hostile, names: tuple[str, str, str]) -> None:
    for name in names:
        (hostile.output / name).write_bytes(b"x")
    with pytest.raises(ContentError, match="one name"):
        hostile.take(Rendered(2, *names, 1, 1))
    hostile.take()
    for name in ("a.png", "a.noisy", "a.leaves"):
        (hostile.output / name).write_bytes(b"x")
    with pytest.raises(ContentError, match="one name"):
        hostile.take(Rendered(3, "a.png", "a.noisy", "a.leaves", 1, 1))


def test_the_limit_is_for_all_files_of_a_frame_together(hostile: Hostile) -> None:
    with pytest.raises(ContentError, match="over"):
        hostile.take(most_bytes=len("a.png" + "a.noisy" + "a.leaves") - 1)


def test_frames_come_back_from_the_journal_as_they_were_noted(disk: Path) -> None:
    bench = UseCaseBench(disk)
    noted = Hostile(bench).take()
    again = SqliteJournal(disk / "journal.sqlite")
    assert again.frames(bench.entry) == [noted]
    again.save_frame(replace(noted, frame=-7))
    assert again.frames(bench.entry) == [replace(noted, frame=-7), noted]
    assert again.leases_with_frames(bench.chain.board) == [LEASE] and again.leases_with_frames(1) == []
    again.forget_frames(1, LEASE)
    again.forget_frames(bench.chain.board, LeaseId(LEASE + 1))
    assert len(again.frames(bench.entry)) == 2
    again.forget_frames(bench.chain.board, LEASE)
    assert again.frames(bench.entry) == []


def test_a_renderer_that_dies_loses_only_the_frame_in_hand(bench: UseCaseBench) -> None:
    bench.renderer = FakeRenderer()
    bench.renderer.fail("render", None, RenderFailed("killed"))
    bench.submit()
    ((_, count, _),) = bench.chain.of("submit")
    assert count == 1 and bench.renderer.rendered == [2]


def test_frames_before_a_process_was_killed_are_taken_over_by_the_next(bench: UseCaseBench) -> None:
    bench.renderer = FakeRenderer()
    bench.renderer.fail("render", None, ProcessKilled("killed"))
    bench.submit()
    assert bench.renderer.rendered == [2, 3]
    ((_, count, _),) = bench.chain.of("submit")
    assert count == COUNT


@pytest.mark.parametrize("method", ["open", "render"])
def test_a_process_is_started_again_a_few_times_and_no_more(bench: UseCaseBench, method: str) -> None:
    bench.renderer = FakeRenderer()
    bench.renderer.fail(method, *[ProcessKilled("killed")] * (1 + KILLS_BORNE))
    with pytest.raises(ProcessKilled):
        bench.submit()
    bench.submit()
    assert bench.renderer.rendered == [2, 3]

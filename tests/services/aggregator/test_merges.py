"""Jobs that are parts of one picture are merged once all are over, each frame by the samples of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from renderchain.app.requester import overview
from renderchain.app.requester.kept_passes import KeptPasses
from renderchain.app.requester.requester import Requester
from renderchain.core.errors import LocalError, RenderFailed, SettingsError
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.result import FrameFiles

from devkit.fakes.people import Artist, Machine
from devkit.fakes.wire import PowerCut
from devkit.fakes.world import World
from services.aggregator.gallery import FLAGS, SHEET
from services.aggregator.gallery import FOLDER as PREVIEWS
from services.aggregator.merges import NOTE, Group, groups_of

from .divided import NEXT, Divided, whole


@pytest.fixture
def divided(artist: Artist, world: World, machine: Machine) -> Divided:
    return Divided(artist, world, machine)


@pytest.mark.parametrize("private", [False, True])
def test_frames_are_merged_by_samples_when_all_parts_are_over_and_shown(
    divided: Divided, private: bool
) -> None:
    jobs = divided.rendered(private=private)
    for frame in (1, 2):
        made = (divided.merged / f"{frame:04d}.png").read_bytes()
        assert made == whole(frame, (0, 48), (1, 16)) != whole(frame, (0, 32), (1, 32))
    assert divided.note() == {
        "jobs": [[hex(divided.artist.chain.board), job] for job in jobs],
        "frames": "1-2",
        "not_merged": {},
        "missing_samples": {},
    }
    assert {FLAGS, SHEET, "0001.png"} <= {path.name for path in (divided.merged / PREVIEWS).iterdir()}
    assert (divided.owner.tally.merged, divided.owner.tally.failures, divided.kept) == (2, 0, [])


def test_what_was_merged_is_not_made_again_by_the_next_process(divided: Divided) -> None:
    jobs = divided.rendered()
    opened = divided.blender.opened
    divided.world.live(divided.service(*jobs).run(once=True))
    assert divided.blender.opened == opened and divided.owner.tally.merged == 2


def test_jobs_that_others_followed_are_fetched_for_it(divided: Divided) -> None:
    async def life() -> list[JobId]:
        jobs = []
        for place in range(2):
            jobs.append(await divided.submit(place, 1))
            await divided.deliver(place, jobs[-1], divided.service())
        assert not divided.kept
        await divided.service(*jobs).run(once=True)
        return jobs

    divided.world.live(life())
    assert (divided.merged / "0001.png").read_bytes() == whole(1, (0, 48), (1, 16))


def test_a_part_that_never_came_leaves_the_others_and_its_samples_are_said(
    divided: Divided, caplog: pytest.LogCaptureFixture
) -> None:
    async def life() -> None:
        jobs = [await divided.submit(place, 1) for place in range(2)]
        await divided.artist.requester().cancel(jobs[1])
        await divided.deliver(0, jobs[0], divided.service(*jobs))

    divided.world.live(life())
    assert (divided.merged / "0001.png").read_bytes() == whole(1, (0, 48))
    assert divided.note()["missing_samples"] == {"1": "48-63"}
    assert "brought nothing that can be merged; its samples are missing." in caplog.text
    assert "frame 1 lacks the samples 48-63 (counted from 0)." in caplog.text


KILLED = RenderFailed("The render process ended by itself.")


def test_a_frame_in_which_the_process_ended_is_made_by_another_one(divided: Divided) -> None:
    divided.blender.fail("make_final", KILLED, None, KILLED)
    divided.rendered()
    assert divided.note()["not_merged"] == {} and divided.owner.tally.failures == 0
    assert sorted(path.name for path in divided.merged.glob("*.png")) == ["0001.png", "0002.png"]


def test_one_frame_that_can_not_be_made_leaves_the_others_and_can_be_tried_again(divided: Divided) -> None:
    """The process has ended then, and every later frame found it so."""
    divided.blender.fail("make_final", KILLED, KILLED)
    jobs = divided.rendered()
    assert divided.note()["not_merged"] == {"1": "The render process ended by itself."}
    assert [path.name for path in divided.merged.glob("*.png")] == ["0002.png"] and len(divided.kept) == 2
    assert (divided.owner.tally.merged, divided.owner.tally.failures) == (1, 1)
    (divided.merged / NOTE).unlink()
    divided.world.live(divided.service(*jobs).run(once=True))
    assert len(list(divided.merged.glob("*.png"))) == 2 and not divided.kept


def test_where_the_process_ended_in_every_frame_that_is_counted_and_tried_again(divided: Divided) -> None:
    divided.blender.fail("make_final", *4 * [KILLED])
    jobs = divided.rendered()
    assert not divided.merged.exists() and divided.owner.tally.failures == 1 and len(divided.kept) == 2
    divided.world.live(divided.service(*jobs).run(once=True))
    assert divided.note()["not_merged"] == {} and not divided.kept


def test_what_was_not_dropped_after_a_merge_is_at_the_next_start(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An opened private package stayed for ever."""
    with monkeypatch.context() as ending:
        ending.setattr(KeptPasses, "drop", lambda _: None)
        jobs = divided.rendered(private=True)
    assert len(divided.kept) == 2
    divided.world.live(divided.service(*jobs).run(once=True))
    assert not divided.kept


def test_a_group_whose_jobs_can_not_be_found_leaves_the_others(
    divided: Divided, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    board_of = Requester.board_of

    async def of_two(requester: Requester, job: JobId) -> int:
        if job == 9:
            raise LocalError("Two boards have a job 9: name its board.")
        return await board_of(requester, job)

    monkeypatch.setattr(Requester, "board_of", of_two)

    async def life() -> None:
        jobs = []
        for place in range(2):
            jobs.append(await divided.submit(place, 1))
            await divided.deliver(place, jobs[-1], divided.service())
        service = divided.service(*jobs)
        assert service.merges
        unknown = Group((BoardJob(0, JobId(9)), BoardJob(0, JobId(10))))
        service.merges.groups = (unknown, *service.merges.groups)
        await service.run(once=True)

    divided.world.live(life())
    assert (divided.merged / "0001.png").read_bytes() == whole(1, (0, 48), (1, 16))
    assert "jobs 9, 10: Two boards have a job 9" in caplog.text and divided.owner.tally.failures == 1


def test_one_job_that_is_named_in_two_ways_is_refused(
    divided: Divided, caplog: pytest.LogCaptureFixture
) -> None:
    async def life() -> None:
        job = await divided.submit(0, 1)
        await divided.deliver(0, job, divided.service())
        service = divided.service(job)
        assert service.merges
        service.merges.groups = (Group((BoardJob(0, job), divided.named(job))),)
        await service.run(once=True)

    divided.world.live(life())
    assert "One of these jobs is named twice" in caplog.text and not divided.merged.exists()


def test_a_first_job_behind_many_newer_ones_is_merged(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_JOBS", 1)
    divided.rendered(1)
    assert (divided.merged / "0001.png").is_file()


def test_killed_as_it_merges_it_merges_all_at_the_next_start(divided: Divided) -> None:
    divided.blender.fail("make_final", None, PowerCut())

    async def life() -> None:
        jobs = []
        for place in range(2):
            jobs.append(await divided.submit(place, 2))
            await divided.deliver(place, jobs[-1], divided.service())
        with pytest.raises(PowerCut):
            await divided.service(*jobs).run(once=True)
        assert not divided.merged.exists() and len(divided.kept) == 2
        await divided.service(*jobs).run(once=True)

    divided.world.live(life())
    assert sorted(path.name for path in divided.merged.glob("*.png")) == ["0001.png", "0002.png"]
    assert divided.note()["not_merged"] == {} and not divided.kept


def test_where_nothing_can_be_merged_that_is_said_and_frames_and_receipts_are_there(
    divided: Divided, caplog: pytest.LogCaptureFixture
) -> None:
    divided.blender.fail("open", RenderFailed("Blender can't be started."))
    jobs = divided.rendered()
    assert "Blender can't be started. It is tried again in 600 s." in caplog.text
    assert not divided.merged.exists() and divided.owner.tally.failures == 1 and len(divided.kept) == 2
    for place, job in enumerate(jobs):
        assert (divided.folder(place) / "0001.png").is_file()
        assert (divided.folder(place) / f"receipt-{job}.json").is_file()


def test_parts_whose_pixels_have_other_numbers_of_samples_are_not_merged(divided: Divided) -> None:
    divided.blender.adaptive = True
    divided.rendered()
    (why,) = set(divided.note()["not_merged"].values())  # type: ignore[attr-defined]
    assert "has adaptive sampling" in why and not list(divided.merged.glob("*.png"))


def test_a_full_disk_for_passes_costs_no_frame(
    divided: Divided, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(KeptPasses, "_keep", fail)
    divided.rendered()
    assert "not all that a merge takes was kept" in caplog.text and "No space left on device" in caplog.text
    assert all((divided.folder(place) / "0001.png").is_file() for place in range(2))


def test_what_could_not_be_kept_is_fetched_once_there_is_room_and_merged_then(
    divided: Divided, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One frame's passes were missing, and what there was of others was merged and dropped."""
    keep = KeptPasses._keep

    def fail_at_2(
        passes: KeptPasses, package: Path, opened: Path, frames: Sequence[FrameFiles], root: int
    ) -> None:
        if any(one.frame == 2 for one in frames):
            raise OSError(28, "No space left on device")
        keep(passes, package, opened, frames, root)

    with monkeypatch.context() as full:
        full.setattr(KeptPasses, "_keep", fail_at_2)
        jobs = divided.rendered()
        assert not divided.merged.exists() and len(divided.kept) == 2
    divided.world.live(divided.service(*jobs).run(once=True))
    for frame in (1, 2):
        assert (divided.merged / f"{frame:04d}.png").read_bytes() == whole(frame, (0, 48), (1, 16))


@pytest.mark.parametrize("passes", [False, True])
def test_a_frame_that_was_ordered_again_is_merged_as_it_came_then(divided: Divided, passes: bool) -> None:
    async def life() -> None:
        jobs = []
        for place in range(2):
            jobs.append(await divided.submit(place, 2))
            merged = [jobs[0], JobId(jobs[0] + NEXT)] if passes else []
            await divided.deliver(place, jobs[-1], divided.service(*merged) if place else divided.service())
            if not place:
                await divided.order_again(jobs[0], 2)
        await divided.service(*jobs).run(once=True)

    divided.world.live(life())
    assert (divided.merged / "0001.png").read_bytes() == whole(1, (0, 48), (1, 16))
    assert (divided.merged / "0002.png").read_bytes() == whole(2, (5, 48), (1, 16))


@pytest.mark.parametrize(
    "told", [[["3"]], [["3", "3"]], [["3", "4"], ["4", "5"]], [["3", "x"]], [["3", "-1"]], [["3", "0x:4"]]]
)
def test_groups_that_are_none_are_refused(told: list[list[str]]) -> None:
    with pytest.raises(SettingsError, match="--merge takes"):
        groups_of(told)


def test_a_job_is_named_by_its_board_where_two_have_that_number() -> None:
    (group,) = groups_of([["0xa:3", "0xb:3", "4"]])
    assert group.jobs == (BoardJob(10, JobId(3)), BoardJob(11, JobId(3)), BoardJob(0, JobId(4)))
    assert group.has(BoardJob(11, JobId(3))) and group.has(BoardJob(12, JobId(4)))
    assert not group.has(BoardJob(12, JobId(3)))

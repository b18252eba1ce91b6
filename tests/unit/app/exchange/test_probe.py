"""A probe compares what render processes make of a package, in time, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.exchange.probe import Probe
from renderchain.core.errors import RenderFailed, SandboxMissing
from renderchain.core.print_limits import LEAST, PrintLimits
from renderchain.core.probe_report import ProbeReport, ProbeVerdict, ReasonKind

from devkit.fakes.clock import run
from devkit.fakes.package import manifest_of
from devkit.fakes.prober import CAUSE, FakeProbeRenderer, ProbedScene
from devkit.fakes.reporter import RecordingReporter

SIX = range(1, 7)


class Bench:
    """A package of some frames, probed on a machine."""

    def __init__(self, folder: Path, **scene: object) -> None:
        self.folder = folder / "probes"
        self.renderer = FakeProbeRenderer(replace(ProbedScene(), **scene))  # type: ignore[arg-type]
        self.reporter = RecordingReporter()

    def run(
        self, frames: Iterable[int] = SIX, seconds: float = 60, lease_frames: int = 0
    ) -> tuple[ProbeReport, float]:
        """The report, and the seconds that it took."""

        async def work() -> tuple[ProbeReport, float]:
            loop = asyncio.get_running_loop()
            started_s = loop.time()
            probe = Probe(self.renderer, self.reporter, self.folder)
            report = await probe.run(self.folder, manifest_of(frames), seconds, lease_frames)
            return report, loop.time() - started_s

        return run(work())

    def report(self, frames: Iterable[int] = SIX, seconds: float = 60) -> ProbeReport:
        """The report."""
        return self.run(frames, seconds)[0]

    def asked(self, what: str) -> list[tuple[int, int]]:
        """Process and frame of what was asked."""
        return [(process, frame) for process, name, frame in self.renderer.asked if name == what]


def kinds(report: ProbeReport) -> list[ReasonKind]:
    """What the reasons are about."""
    return [one.kind for one in report.reasons]


def test_a_plain_scene_is_fine_and_needs_the_least_limits(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    report = bench.report()
    assert (report.verdict, report.limits, report.share_openings) == (ProbeVerdict.FINE, LEAST, True)
    assert report.frames == (1, 4, 6) and bench.renderer.opened == 3
    assert [part for part, ms in report.times_ms if ms] == ["order", "jump", "history", "kernels", "all"]


def test_frames_come_in_order_in_one_process_and_the_last_first_in_another(tmp_path: Path) -> None:
    bench = Bench(tmp_path, changes=(3,))
    bench.report()
    asked = bench.asked("frame")
    assert [frame for process, frame in asked if process == 1] == [1, 3, 6]
    assert [frame for process, frame in asked if process == 2] == [6, 3, 1]


def test_a_frame_that_a_jump_makes_another_one_is_refused(tmp_path: Path) -> None:
    report = Bench(tmp_path, jumps=frozenset({4})).report()
    assert (report.verdict, kinds(report), report.limits) == (ProbeVerdict.REFUSED, [ReasonKind.ORDER], None)
    assert report.reasons[0].frame == 4 and "Frame 4" in report.sentences


def test_a_frame_that_remembers_is_refused_and_says_what_to_bake(tmp_path: Path) -> None:
    report = Bench(tmp_path, remembers=frozenset({6})).report()
    (reason,) = report.reasons
    assert (reason.kind, reason.frame, reason.data_block) == (ReasonKind.HISTORY, 6, CAUSE)
    assert f"Frame 6 depends on the frames before it ({CAUSE}): bake it." in reason.sentence
    assert report.limits is None


def test_a_frame_on_the_way_is_compared_too(tmp_path: Path) -> None:
    report = Bench(tmp_path, remembers=frozenset({4})).report()
    assert [(one.kind, one.frame) for one in report.reasons] == [(ReasonKind.HISTORY, 4)]


def test_playback_starts_where_the_scene_does(tmp_path: Path) -> None:
    bench = Bench(tmp_path, remembers=frozenset({50}), start=1, step_s=0.1)
    assert kinds(bench.report([50])) == [ReasonKind.HISTORY]


def test_a_name_that_takes_too_long_is_left_out(tmp_path: Path) -> None:
    bench = Bench(tmp_path, remembers=frozenset({6}))
    bench.renderer.fail("causes", RenderFailed("crashed"))
    (reason,) = bench.report().reasons
    assert (reason.kind, reason.data_block) == (ReasonKind.HISTORY, "")


def test_tiles_that_differ_in_one_opening_are_no_refusal(tmp_path: Path) -> None:
    report = Bench(tmp_path, shares_openings=False).report()
    assert (report.verdict, report.share_openings) == (ProbeVerdict.FINE, False)


def test_the_kernels_spread_makes_the_limits(tmp_path: Path) -> None:
    assert Bench(tmp_path, off_percent=3).report().limits == PrintLimits(LEAST.tile_percent, 8)


def test_chaos_is_for_trusted_workers_only(tmp_path: Path) -> None:
    report = Bench(tmp_path, off_percent=45).report()
    assert (report.verdict, kinds(report)) == (ProbeVerdict.REFUSED, [ReasonKind.CHAOS])
    assert "trusted workers only" in report.sentences


def test_both_kernels_render_the_same_leaves(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.report()
    asked = bench.asked("prints")
    usual = [frame for process, frame in asked if process == 2]
    assert usual == [frame for process, frame in asked if process == 3] and len(usual) == 6


def test_frames_that_are_rendered_whole_are_rendered_once_by_each_kernel(tmp_path: Path) -> None:
    bench = Bench(tmp_path, whole_frames=True, off_percent=3)
    assert bench.report().limits == PrintLimits(LEAST.tile_percent, 8)
    assert [process for process, _ in bench.asked("prints")] == [2, 2, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("scene", "limits"),
    [
        ({"frame_s": 90.0}, None),
        ({"leaf_s": 90.0}, None),
        ({"frame_s": 20.0}, None),
        ({"step_s": 30.0}, LEAST),  # the tiles, which come last, were compared all the same
    ],
)
def test_what_takes_too_long_ends_in_time_and_is_doubtful(
    tmp_path: Path, scene: dict[str, float], limits: PrintLimits | None
) -> None:
    bench = Bench(tmp_path, **scene)
    report, took_s = bench.run()
    assert took_s <= 60 and report.verdict is ProbeVerdict.DOUBTFUL
    assert "more seconds" in report.sentences and report.limits == limits
    assert bench.renderer.is_open == 0


def test_what_would_not_fit_is_not_begun(tmp_path: Path) -> None:
    bench = Bench(tmp_path, step_s=30.0)
    report, took_s = bench.run()
    assert not bench.asked("play_to") and took_s < 5
    assert "earlier ones is open" in report.sentences


def test_a_long_animation_is_followed_as_far_as_time_allows(tmp_path: Path) -> None:
    report = Bench(tmp_path, step_s=0.5).report(range(1, 251))
    (reason,) = report.reasons
    assert reason.kind is ReasonKind.TIME and reason.frame and 20 < reason.frame < 60


def test_a_still_without_a_past_is_fine(tmp_path: Path) -> None:
    bench = Bench(tmp_path, start=7)
    assert bench.report([7]).verdict is ProbeVerdict.FINE and not bench.asked("play_to")


def test_a_workers_probe_costs_a_part_of_a_lease(tmp_path: Path) -> None:
    bench = Bench(tmp_path, frame_s=4.0)  # about 16 s a frame at full size and its own single sample
    _, took_s = bench.run(range(1, 9), seconds=600, lease_frames=2)
    assert took_s <= 17
    _, took_s = Bench(tmp_path, frame_s=4.0).run(range(1, 9), seconds=600)
    assert took_s > 17


@pytest.mark.parametrize("method", ["open", "survey", "frame", "prints"])
def test_a_process_that_fails_is_a_reason(tmp_path: Path, method: str) -> None:
    bench = Bench(tmp_path)
    bench.renderer.fail(method, RenderFailed("The render process crashed."))
    report = bench.report()
    assert (report.verdict, kinds(report)) == (ProbeVerdict.REFUSED, [ReasonKind.SCENE])
    assert report.sentences == "The render process crashed." and bench.renderer.is_open == 0


def test_without_a_sandbox_nothing_is_opened(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.renderer.fail("open", SandboxMissing("none"))
    with pytest.raises(SandboxMissing):
        bench.report()


@pytest.mark.parametrize("scene", [{}, {"leaf_s": 90.0}, {"jumps": frozenset({1})}])
def test_scratch_folders_are_gone_afterwards(tmp_path: Path, scene: dict[str, object]) -> None:
    bench = Bench(tmp_path, **scene)
    bench.report()
    assert len(set(bench.renderer.outputs)) == bench.renderer.opened and not [*bench.folder.iterdir()]

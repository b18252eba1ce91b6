"""Probing a package: opening it in render processes, comparing what they make, within a time limit.

core/probe.py has what is compared and what follows. A process that overruns the time is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

from ...core import probe as rules
from ...core.errors import ContentError, ProcessKilled, RenderFailed
from ...core.manifest import Manifest
from ...core.print_limits import PrintLimits
from ...core.prints import TilePrint
from ...core.probe_messages import FrameProbed, Surveyed
from ...core.probe_report import MAX_REASONS, ProbeReason, ProbeReport, ProbeVerdict, ReasonKind
from ...ports.renderer import ProbeRenderer, ProbeSession
from ...ports.reporter import Reporter
from ..upkeep.keeping import past_kills
from .records import read_records

ORDER_SHARE = 0.25  # of the time that is left, for the frames in order
AGAIN_SHARE = 0.15  # for the same frames in another process, after the first
HISTORY_SHARE = 0.5  # for playing to a frame
PLAY_PART = 0.8  # of that: steps were estimated by a few
OTHER_KERNEL_COSTS = 2.0  # times what the usual kernel took; without AVX2 it is slower
LEAST_PAIRS = 2
KERNELS_SHARE = 0.5  # of the time that is left, for as many tiles as fit into it
HOPE = 4.0  # times the time that is left: estimated so, a tile is tried all the same
Leaves = tuple[int, tuple[int, ...]]  # some of a frame
Prints = tuple[TilePrint, ...]
KILLS_BORNE = 2  # of a probe's processes: what is refused, is refused for good
PARTS = ("order", "jump", "history", "kernels")


class Probe:
    """Probes packages; its scratch folders are below ``folder`` and are gone afterwards."""

    def __init__(self, renderer: ProbeRenderer, reporter: Reporter, folder: Path) -> None:
        self._renderer = renderer
        self._reporter = reporter
        self._folder = folder

    async def run(
        self, package: Path, manifest: Manifest, seconds: float, lease_frames: int = 0
    ) -> ProbeReport:
        """Look at a package for at most so many seconds, with ``lease_frames`` for at most a part of a lease.

        Raises SandboxMissing.
        """
        self._folder.mkdir(parents=True, exist_ok=True)

        async def once() -> tuple[ProbeReport, Exception | None]:
            scratch = Path(tempfile.mkdtemp(prefix="probe-", dir=self._folder))
            try:
                one = _PackageProbe(self._renderer, self._reporter, package, manifest, scratch)
                return await one.run(seconds, lease_frames), one.ended_by
            finally:
                await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)

        def tell(_: ProcessKilled) -> None:
            self._reporter.say("A process of the probe was killed; the probe begins again.")

        report, _ = await past_kills(once, KILLS_BORNE, tell, itemgetter(1))
        return report


class _PackageProbe:
    """One probe of one package."""

    def __init__(
        self,
        renderer: ProbeRenderer,
        reporter: Reporter,
        package: Path,
        manifest: Manifest,
        scratch: Path,
    ) -> None:
        self.ended_by: Exception | None = None  # where that is a kill, its reasons are no scene's
        self._renderer = renderer
        self._reporter = reporter
        self._package = package
        self._manifest = manifest
        self._scratch = self._output = scratch
        self._job = sorted(manifest.frames)
        self._probed: dict[int, FrameProbed] = {}
        self._reasons: list[ProbeReason] = []
        self._pairs: list[tuple[TilePrint, TilePrint]] = []  # by both kernels
        self._leaves_s: list[float] = []  # what they took, by the usual kernel
        self._renders_whole = False
        self._shares_openings = False
        self._times_s = dict.fromkeys(PARTS, 0.0)
        self._part = PARTS[0]
        self._start_s = 0.0
        self._deadline_s = 0.0

    async def run(self, seconds: float, lease_frames: int) -> ProbeReport:
        started_s = _now()
        self._deadline_s = started_s + seconds
        try:
            async with asyncio.timeout(seconds) as timeout:
                with self._timed("order"):
                    survey = await self._in_order(timeout, seconds, lease_frames)
                prints = await self._apart(survey)
                if prints:
                    with self._timed("kernels"):
                        await self._by_other_kernel(prints)
        except TimeoutError:
            self._reasons.append(rules.time_reason(f"The time was over in the part {self._part!r}"))
        except (RenderFailed, ContentError) as error:
            self.ended_by = error
            self._reasons.append(rules.scene_reason(str(error)))
        self._times_s["all"] = _now() - started_s  # the starts of processes are in no part but the first
        return self._report()

    def _report(self) -> ProbeReport:
        limits = self._limits()
        times_ms = tuple((part, round(1000 * spent_s)) for part, spent_s in self._times_s.items())
        reasons, frames = tuple(self._reasons[:MAX_REASONS]), tuple(sorted(self._probed))
        report = ProbeReport(reasons, limits, self._shares_openings, frames, times_ms, *self._frame_ms())
        is_refused = report.verdict is ProbeVerdict.REFUSED
        return replace(report, limits=None) if is_refused else report

    def _frame_ms(self) -> tuple[int, int]:
        """What a frame of the job takes at least and about at most."""
        if not self._probed:
            return 0, 0
        one, reduced_s = self._manifest, self._frame_s
        whole, leaves_s = self._renders_whole, self._leaves_s
        size = (one.width, one.height, one.samples)
        most_s = rules.frame_estimate_s(*size, reduced_s=reduced_s, leaves_s=leaves_s, whole=whole)
        return round(1000 * min(reduced_s, most_s)), round(1000 * most_s)

    @property
    def _is_refused(self) -> bool:
        return any(one.kind is not ReasonKind.TIME for one in self._reasons)

    @contextlib.contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        started_s, self._part = _now(), part
        self._reporter.progress("parts of the probe", PARTS.index(part), len(PARTS))
        try:
            yield
        finally:
            self._times_s[part] += _now() - started_s

    @contextlib.asynccontextmanager
    async def _session(self, name: str, *, other_kernel: bool = False) -> AsyncIterator[ProbeSession]:
        self._output = output = self._scratch / f"probe-{name}"
        output.mkdir()
        started_s = _now()
        async with self._renderer.open(
            self._package, self._manifest, output, other_kernel=other_kernel
        ) as session:
            self._start_s = max(self._start_s, _now() - started_s)
            yield session

    @property
    def _left_s(self) -> float:
        return self._deadline_s - _now()

    @property
    def _frame_s(self) -> float:
        """What a reduced frame takes."""
        return max(one.probe_ms for one in self._probed.values()) / 1000

    async def _in_order(self, timeout: asyncio.Timeout, seconds: float, lease_frames: int) -> Surveyed:
        """Some frames one after the other in one process."""
        async with self._session("order") as session:
            survey = await session.survey(self._job[0], self._job[-1])
            first = self._probed[self._job[0]] = await session.frame(self._job[0])
            if lease_frames:
                budget_s = rules.lease_budget_s(seconds, lease_frames, self._estimate_s(whole=True))
                self._deadline_s += budget_s - seconds
                timeout.reschedule(max(self._deadline_s, _now()))
            affordable = int(self._left_s * ORDER_SHARE * 1000 / max(first.probe_ms, 1))
            weighed = rules.frames_by_weight(self._job, survey.changes)[: max(affordable, 1)]
            for frame in sorted({*weighed} - {*self._probed}):
                if self._frame_s > self._left_s:
                    break
                self._probed[frame] = await session.frame(frame)
        if len(self._probed) < len(self._job) and len(self._probed) < rules.LEAST_FRAMES:
            count = len(self._probed)
            self._reasons.append(rules.time_reason(f"Only {count} of {len(self._job)} frames were looked at"))
        return survey

    async def _apart(self, survey: Surveyed) -> dict[Leaves, Prints]:
        """The same in another process, and what else needs the usual kernel; its prints for the other."""
        async with self._session("jump") as session:
            with self._timed("jump"):
                await self._jump(session)
            if not self._is_refused:
                with self._timed("history"):
                    await self._play(session, survey)
            if self._is_refused:
                return {}
            with self._timed("kernels"):
                return await self._prints(session, survey.whole_frames)

    async def _jump(self, session: ProbeSession) -> None:
        until_s = _now() + self._left_s * AGAIN_SHARE
        frames = sorted(self._probed, reverse=True)
        for frame in frames:
            if frame != frames[0] and _now() + self._frame_s > until_s:
                text = f"Only {frames.index(frame)} of {len(frames)} frames were rendered again"
                self._reasons.append(rules.time_reason(text))
                break
            if (await session.frame(frame)).digest != self._probed[frame].digest:
                self._reasons.append(rules.order_reason(frame))
                return
        if self._frame_s < self._left_s:
            tiles = (await session.shared_tiles(frames[0])).tiles
            self._shares_openings = tiles == self._probed[frames[0]].tiles

    async def _play(self, session: ProbeSession, survey: Surveyed) -> None:
        """Playback up to a frame against the frame itself."""
        budget_s = self._left_s * HISTORY_SHARE
        start, last = min(survey.start, self._job[0]), self._job[-1]

        def played_s(frame: int) -> float:
            return (frame - start + 1) * max(survey.step_ms / 1000, 0.001) + 2 * self._frame_s

        within = [frame for frame in self._job if played_s(frame) <= PLAY_PART * budget_s]
        frame = within[-1] if within else start
        if frame == start:
            if last > start:
                self._reasons.append(rules.time_reason("Whether frames depend on earlier ones is open"))
            return
        if frame not in self._probed:
            self._probed[frame] = await session.frame(frame)
        is_equal = await self._is_as_played(session, frame, start, budget_s)
        if is_equal and frame < last:
            self._reasons.append(rules.time_reason(f"Playback was followed only to frame {frame}", frame))
        # One on the way as well: what goes back and forth may have come back at the end.
        between = max((one for one in self._probed if start < one < frame), default=start)
        if is_equal and between > start and played_s(between) < self._left_s * HISTORY_SHARE:
            await self._is_as_played(session, between, start, self._left_s * HISTORY_SHARE)

    async def _is_as_played(self, session: ProbeSession, frame: int, start: int, most_s: float) -> bool:
        """Whether playback makes the same frame; else a reason is noted."""
        played = await session.play_to(frame, start, most_s)
        if not played.digest:
            text = f"Playback came no further than frame {played.reached}"
            self._reasons.append(rules.time_reason(text, played.reached))
            return False
        if played.digest != self._probed[frame].digest:
            causes = await self._causes(session, frame, start)
            self._reasons.append(rules.history_reason(frame, causes))
            return False
        return True

    async def _causes(self, session: ProbeSession, frame: int, start: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._left_s / 2):
                return await session.causes(frame, start, self._left_s / 2)
        except (TimeoutError, RenderFailed, ContentError):
            return ()  # refused all the same, without a name

    async def _prints(self, session: ProbeSession, whole_frames: bool) -> dict[Leaves, Prints]:
        """Prints of some leaves at full size, as many as both kernels have time for."""
        found: dict[Leaves, Prints] = {}
        self._renders_whole = whole_frames
        longest_s = self._estimate_s(whole=whole_frames)
        frames, count = sorted(self._probed), self._manifest.leaves_per_frame
        for frame, leaves in rules.leaves_to_compare(frames, count, whole_frames=whole_frames):
            both_s = longest_s * (1 + OTHER_KERNEL_COSTS * (len(found) + 1)) + self._start_s
            # An estimate may be far off; so a few are tried that it says are not to be had.
            if both_s > self._left_s * (HOPE if len(found) < LEAST_PAIRS else KERNELS_SHARE):
                break
            started_s = _now()
            found[frame, leaves] = await self._rendered(session, frame, leaves)
            self._leaves_s.append(_now() - started_s)
            longest_s = max(self._leaves_s[-1], longest_s if len(found) > 1 else 0.0)
        if not found:
            self._reasons.append(rules.time_reason("The limits of this scene were not measured"))
        return found

    async def _rendered(self, session: ProbeSession, frame: int, leaves: tuple[int, ...]) -> Prints:
        done = await session.render_tiles(frame, leaves, lambda _: None)
        return read_records(self._output / done.leaves, len(leaves))

    async def _by_other_kernel(self, prints: dict[Leaves, Prints]) -> None:
        """The same leaves by the kernel for processors without AVX2: how far apart are they?"""
        longest_s = 0.0
        async with self._session("kernels", other_kernel=True) as session:
            for (frame, leaves), mine in prints.items():
                if longest_s > self._left_s:
                    break
                started_s = _now()
                others = await self._rendered(session, frame, leaves)
                longest_s = max(longest_s, _now() - started_s)
                self._pairs += zip(mine, others, strict=True)

    def _limits(self) -> PrintLimits | None:
        """What follows from what both kernels rendered; notes a reason where there are no limits."""
        if not self._pairs:
            return None  # the part that took the time has its reason
        limits = rules.limits_of(self._pairs)
        if limits is None:
            self._reasons.insert(0, rules.chaos_reason())
        elif len(self._pairs) < min(LEAST_PAIRS, len(self._job) * self._manifest.leaves_per_frame):
            text = f"The limits of this scene were measured on only {len(self._pairs)} tile"
            self._reasons.append(rules.time_reason(text))
            return None
        return limits

    def _estimate_s(self, *, whole: bool) -> float:
        one = self._manifest
        return rules.tile_estimate_s(one.width, one.height, one.samples, whole=whole, reduced_s=self._frame_s)


def _now() -> float:
    return asyncio.get_running_loop().time()

"""The artist's own check of a lease: some of its leaves, rendered again here the way verifiers do.

Whoever pays for a lease, or accepts it for somebody, can ask for it. A difference counts only where two
processes here agree with each other: a machine that is broken, or only another one, must accuse nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ...core.again import repeats
from ...core.errors import ContentError, RenderFailed, SandboxMissing
from ...core.ids import LeaseId
from ...core.job import JobInfo, family_name
from ...core.manifest import Manifest
from ...core.notices.checks import CheckUnsure, LeaseChecked, LeaseUnchecked, LeavesFalse
from ...core.print_limits import PrintLimits
from ...core.prints import TilePrint, agree, all_agree, split_records
from ...core.probe import WIDEST_CROP
from ...core.result import Result
from ...core.tiles import TILE
from ...ports.renderer import CheckRenderer
from ...ports.reporter import Reporter
from ..exchange.records import read_records

RendererOf = Callable[[str], CheckRenderer]  # by the device group of a job

LEAF_PIXELS = WIDEST_CROP**2 / TILE**2  # that are rendered for each pixel of a leaf: it has a margin


class Finding(StrEnum):
    """What an own check came to."""

    PASSED = "passed"
    SKIPPED = "skipped"
    UNSURE = "unsure"  # it differs, but this machine can't say so twice
    FALSE = "false"


@dataclass(frozen=True)
class DrawnLeaf:
    """A leaf by its frame and its index there, its number in the lease, and as it was delivered."""

    frame: int
    index: int
    number: int
    delivered: TilePrint


@dataclass(frozen=True)
class CheckOutcome:
    """What was found, and the numbers of leaves that differ."""

    finding: Finding
    leaves: tuple[int, ...] = ()


class OwnCheck:
    """Looks at ``per_lease`` leaves of each lease, for ``most_s`` at most; with 0 leaves at none.

    ``chance`` is the system's: nobody may foresee what is looked at. ``turn`` is shared by the checks of jobs
    that are followed at once, so that one of them renders at a time.
    """

    def __init__(
        self,
        renderer_of: RendererOf,
        reporter: Reporter,
        chance: random.Random,
        *,
        per_lease: int,
        most_s: float,
        turn: asyncio.Lock | None = None,
    ) -> None:
        self._turn = turn or asyncio.Lock()
        self._renderer_of = renderer_of
        self._reporter = reporter
        self._chance = chance
        self._per_lease = per_lease
        self._most_s = most_s

    @property
    def is_on(self) -> bool:
        """Whether anything is looked at."""
        return self._per_lease > 0

    async def why_not(self, device: str, frame_s: float, tiles: int) -> str:
        """Why leases of a job on a device can't be checked here, as far as shows before it; "" if they can.

        A frame of so many tiles takes ``frame_s`` here; 0 where that is not known.
        """
        if reason := self.why_too_slow(frame_s, tiles):
            return reason
        try:
            await self._renderer_of(device).try_out()
        except (RenderFailed, SandboxMissing) as error:
            return str(error)
        return ""

    def why_too_slow(self, frame_s: float, tiles: int) -> str:
        """Why the leaves of a lease take too long here; "" if they don't, or a frame's ``frame_s`` is 0."""
        lease_s = self._per_lease * min(frame_s, frame_s * LEAF_PIXELS / max(tiles, 1))
        if lease_s <= self._most_s:
            return ""
        return (
            f"this machine is too slow: {self._per_lease} leaves take about {lease_s:.0f} s, and "
            f"own_check_seconds allows {self._most_s:.0f}"
        )

    def draw(self, manifest: Manifest, opened: Path, result: Result) -> tuple[DrawnLeaf, ...]:
        """Leaves of a result that was checked against its root, opened there; the root is on-chain by now."""
        per_frame = manifest.leaves_per_frame
        count = per_frame * len(result.frames)
        drawn = []
        for number in sorted(self._chance.sample(range(count), min(self._per_lease, count))):
            one, index = result.frames[number // per_frame], number % per_frame
            delivered = split_records((opened / one.leaves.path).read_bytes())[index]
            drawn.append(DrawnLeaf(one.frame, index, number, delivered))
        return tuple(drawn)

    async def look(
        self,
        job: JobInfo,
        lease_id: LeaseId,
        package: Path,
        manifest: Manifest,
        drawn: Sequence[DrawnLeaf],
        work: Path,
    ) -> CheckOutcome:
        """Render drawn leaves again, in the folder ``work``, and compare them by the job's limits."""
        async with self._turn:
            looks = _Looks(self._renderer_of, job, package, manifest, work, self._most_s)
            return await self._judge(looks, lease_id, drawn)

    async def _judge(self, looks: _Looks, lease_id: LeaseId, drawn: Sequence[DrawnLeaf]) -> CheckOutcome:
        job = looks.job
        ids, started_s = (job.job_id, lease_id), asyncio.get_running_loop().time()
        try:
            mine = await looks.render(drawn)
            leaves = differing(drawn[: len(mine)], mine, job.limits)
            if not leaves and len(mine) < len(drawn):
                raise RenderFailed(
                    f"this machine is too slow: {len(mine)} of {len(drawn)} leaves in {self._most_s:.0f} s"
                )
        except (RenderFailed, SandboxMissing, ContentError) as error:
            self._reporter.tell(LeaseUnchecked(*ids, str(error), job.second_look))
            return CheckOutcome(Finding.SKIPPED)
        spent_s = asyncio.get_running_loop().time() - started_s
        if not leaves:
            self._reporter.tell(LeaseChecked(*ids, len(drawn), spent_s))
            return CheckOutcome(Finding.PASSED)
        numbers = tuple(one.number for one in leaves)
        if reason := await self._why_unsure(looks, leaves, dict(zip(drawn, mine, strict=False)), job.limits):
            self._reporter.tell(CheckUnsure(*ids, numbers, reason))
            return CheckOutcome(Finding.UNSURE, numbers)
        spent_s = asyncio.get_running_loop().time() - started_s
        self._reporter.tell(LeavesFalse(*ids, numbers, spent_s))
        return CheckOutcome(Finding.FALSE, numbers)

    async def _why_unsure(
        self,
        looks: _Looks,
        leaves: Sequence[DrawnLeaf],
        mine: dict[DrawnLeaf, TilePrint],
        limits: PrintLimits,
    ) -> str:
        """Why a second process does not confirm that leaves differ; "" if it does."""
        try:
            again = await looks.render(leaves)
        except (RenderFailed, SandboxMissing, ContentError) as error:
            return str(error)
        if len(again) < len(leaves):
            return f"it would take over {self._most_s:.0f} s"
        pairs = zip(leaves, again, strict=True)
        if not all(repeats(mine[one], print_, looks.device) for one, print_ in pairs):
            return "this machine does not make the same leaf twice; check its memory and drivers"
        if list(differing(leaves, again, limits)) != list(leaves):
            return "the second rendering lies within the job's limits"
        return ""


def differing(
    leaves: Sequence[DrawnLeaf], mine: Sequence[TilePrint], limits: PrintLimits
) -> Sequence[DrawnLeaf]:
    """Those that are no longer the same work; of many leaves all, where only their mean is too far off."""
    pairs = zip(leaves, mine, strict=True)
    found = [one for one, print_ in pairs if not agree(print_, one.delivered, limits)]
    if found or all_agree(mine, [one.delivered for one in leaves], limits):
        return found
    return leaves


@dataclass
class _Looks:
    """Processes that render leaves of one lease, a fresh one each time."""

    renderer_of: RendererOf
    job: JobInfo
    package: Path
    manifest: Manifest
    work: Path
    most_s: float

    @property
    def device(self) -> str:
        """What the job's frames are rendered on, and what leaves are compared on."""
        return family_name(self.job.family).rsplit("/", 1)[-1].upper()

    async def render(self, leaves: Sequence[DrawnLeaf]) -> list[TilePrint]:
        """The leaves as they come out here, or as many of them as the time is enough for.

        Raises RenderFailed, SandboxMissing or ContentError.
        """
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        done: list[TilePrint] = []
        try:
            with contextlib.suppress(TimeoutError):  # what is done by then is compared all the same
                async with asyncio.timeout(self.most_s):
                    await self._render(leaves, done)
        finally:
            shutil.rmtree(self.work, ignore_errors=True)
        return done

    async def _render(self, leaves: Sequence[DrawnLeaf], done: list[TilePrint]) -> None:
        now_s = asyncio.get_running_loop().time
        end_s = now_s() + self.most_s
        async with self.renderer_of(self.device).open(self.package, self.manifest, self.work) as session:
            self._check_alike(session.loaded.blender_version, session.loaded.device)
            for one in leaves:
                begun_s = now_s()
                made = await session.render_tiles(one.frame, (one.index,), lambda _: None)
                # At once: the next leaf of this frame has the same file.
                done += read_records(self.work / made.leaves, 1, f"single record of frame {one.frame}")
                if now_s() + (now_s() - begun_s) * (len(leaves) - len(done)) > end_s:
                    return  # the rest would take as long each, so it is not begun

    def _check_alike(self, version: str, device: str) -> None:
        """Raise RenderFailed unless this machine is of the job's family."""
        if version.split(".")[:2] != [str(number) for number in self.manifest.blender_version]:
            wanted = ".".join(map(str, self.manifest.blender_version))
            raise RenderFailed(f"the job needs Blender {wanted}, and this is {version}")
        if device != self.device:
            raise RenderFailed(f"the job needs {self.device}, and this machine renders on {device}")

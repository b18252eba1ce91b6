"""The artist's own look at final images: are they what their noisy passes make?

Audits vouch for the noisy pass only. So the client makes some frames of each lease again, denoised and
composited by its own Blender out of the delivered noisy pass, and compares. If one is false, all of that
lease are made again, and the artist gets those. No challenge is offered: the worker committed to the false
image, so it has delivered what it said, and the noisy tiles are right; verifiers would have to accept it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import RenderFailed, SandboxMissing
from ...core.finals import Difference
from ...core.manifest import Manifest
from ...core.notices.jobs import FinalsUnchecked
from ...core.result import FrameFiles
from ...ports.renderer import FinalRenderer, FinalSession
from ...ports.reporter import Reporter


@dataclass
class Checked:
    """What was found of a lease's frames: the differences that are too large, and images to use instead."""

    false: dict[int, Difference] = field(default_factory=dict)
    instead: dict[int, Path] = field(default_factory=dict)


class FinalCheck:
    """Looks at ``per_lease`` frames of each lease, which chance decides; with 0 it looks at none."""

    def __init__(
        self, renderer: FinalRenderer, reporter: Reporter, per_lease: int, chance: random.Random
    ) -> None:
        self._renderer = renderer
        self._reporter = reporter
        self._per_lease = per_lease
        self._chance = chance

    @property
    def is_on(self) -> bool:
        """Whether anything is looked at."""
        return self._per_lease > 0

    async def look(
        self, package: Path, manifest: Manifest, opened: Path, frames: Sequence[FrameFiles], work: Path
    ) -> Checked:
        """Check some frames of a lease, opened there; images made instead of false ones are below ``work``.

        A frame that can't be made again here is not judged, and the artist is told to look at it.
        """
        drawn = self._chance.sample(list(frames), min(self._per_lease, len(frames)))
        work.mkdir(parents=True)
        checked = Checked()
        try:
            async with self._renderer.open(package, manifest, work) as session:
                version = session.loaded.blender_version.split(".")[:2]
                if version != [str(number) for number in manifest.blender_version]:
                    self._skip(drawn, f"it is of Blender {manifest.blender_version}, not of this one")
                    return checked
                for one in drawn:
                    await self._judge(session, manifest, opened, one, work, checked)
                for one in frames if checked.false else ():
                    if one.frame not in checked.instead:
                        await self._judge(session, manifest, opened, one, work, checked)
        except (RenderFailed, SandboxMissing) as error:
            self._skip(drawn, str(error))
        return checked

    async def _judge(
        self,
        session: FinalSession,
        manifest: Manifest,
        opened: Path,
        one: FrameFiles,
        work: Path,
        checked: Checked,
    ) -> None:
        # Nobody who has the scene decodes what was delivered.
        given = (opened / one.noisy.path, opened / one.final.path)
        names = await self._renderer.unpacked(*given, manifest, work, f"{one.frame:04d}.given")
        made = await session.make_again(one.frame, *names)
        found = Difference(made.shift_ppm, made.block_ppm)
        if made.why_not:
            self._skip([one], made.why_not)
            return
        checked.instead[one.frame] = work / made.final
        if not found.is_small:
            checked.false[one.frame] = found

    def _skip(self, frames: Sequence[FrameFiles], reason: str) -> None:
        self._reporter.tell(FinalsUnchecked(tuple(sorted(one.frame for one in frames)), reason))

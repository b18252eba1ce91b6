"""A worker's look at its own lease with a verifier's eyes, before anybody else can look.

What a frame shows may depend on how it was reached, in ways that neither reader nor probe foresaw. An honest
worker would lose its stake by that; so it renders a leaf or two again, alone, in another process.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from ...core.again import repeats
from ...core.errors import ProcessKilled, RenderFailed
from ...core.ids import JobId, LeaseId
from ...core.manifest import Manifest
from ...core.notices.leases import SelfTestFailed, SelfTestPassed, SelfTestSpared
from ...core.prints import TilePrint, bit_distance
from ...ports.renderer import Renderer
from ...ports.reporter import Reporter
from ..exchange.records import read_records
from ..upkeep.keeping import past_kills

FIRST_LEAVES, LATER_LEAVES = 2, 1  # of as many frames: of a package that did not pass here yet, and that did
SHARE = 1 / 25  # of what a package's leases take may go to their self-tests, once it has passed
LEAST_CHANCE = 1 / 4  # that a lease has one, however short it is
MOST_KNOWN = 1000  # packages
KILLS_BORNE = 3  # of its processes: a whole lease hangs on it


class SelfTest:
    """``chance`` draws leases and leaves; a scene must not foresee them, so it is the system's.

    To set up a scene for a leaf takes what it takes for a whole frame, and a process must start for it, which
    a lease of a few short frames would not be worth (docs/decisions/0026).
    """

    def __init__(self, renderer: Renderer, reporter: Reporter, chance: random.Random) -> None:
        self._renderer = renderer
        self._reporter = reporter
        self._chance = chance
        # Packages and the least seconds that a self-test took, those that passed longest ago first.
        self._passed: dict[str, float] = {}

    def is_drawn(self, ids: tuple[JobId, LeaseId], package: str, rendered_s: float) -> bool:
        """Whether a lease whose frames took so long has one: always, as long as its package did not pass.

        Later on chance decides where it would take more than its share, by the quickest that there was.
        """
        test_s, share_s = self._passed.get(package), SHARE * rendered_s
        if test_s is None or share_s >= test_s or self._chance.random() < max(share_s / test_s, LEAST_CHANCE):
            return True
        self._reporter.tell(SelfTestSpared(*ids))
        return False

    async def run(
        self,
        ids: tuple[JobId, LeaseId],
        package: Path,
        manifest: Manifest,
        rendered: Sequence[tuple[int, Sequence[TilePrint]]],
        work: Path,
    ) -> None:
        """Render drawn leaves again, in the folder ``work``, and compare with those of the frames rendered.

        Raises RenderFailed where one came out otherwise or not at all, ContentError for a broken record.
        """
        started_s = asyncio.get_running_loop().time()
        most = LATER_LEAVES if package.name in self._passed else FIRST_LEAVES
        places = sorted(self._chance.sample(range(len(rendered)), min(most, len(rendered))))
        mine = dict(rendered[place] for place in places)
        # The last one first: the lease was rendered in order, and this is a jump.
        drawn = [(frame, self._chance.randrange(len(mine[frame]))) for frame in reversed(mine)]
        device, found = await past_kills(
            lambda: self._render(package, manifest, drawn, work), KILLS_BORNE, self._tell_killed
        )
        for (frame, leaf), theirs in zip(drawn, found, strict=True):
            if not repeats(mine[frame][leaf], theirs, device):
                self._passed.pop(package.name, None)
                bits = bit_distance(mine[frame][leaf], theirs)
                self._reporter.tell(SelfTestFailed(*ids, package.name, frame, leaf, bits))
                raise RenderFailed(
                    f"Leaf {leaf} of frame {frame} came out otherwise when rendered again; verifiers would "
                    f"reject it. Nothing was submitted; please report package {package.name}."
                )
        spent_s = asyncio.get_running_loop().time() - started_s
        self._note_passed(package.name, spent_s)
        self._reporter.tell(SelfTestPassed(*ids, len(drawn), spent_s))

    def _note_passed(self, package: str, spent_s: float) -> None:
        self._passed[package] = min(self._passed.pop(package, spent_s), spent_s)
        if len(self._passed) > MOST_KNOWN:
            del self._passed[next(iter(self._passed))]

    async def _render(
        self, package: Path, manifest: Manifest, drawn: Sequence[tuple[int, int]], work: Path
    ) -> tuple[str, list[TilePrint]]:
        """The device, and the leaves' prints as a verifier makes them, in a folder for this alone."""
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        try:
            done = []
            async with self._renderer.open(package, manifest, work) as session:
                for frame, leaf in drawn:
                    done.append(await session.render_tiles(frame, (leaf,), lambda _: None))
            what = "single record of frame"
            prints = [read_records(work / one.leaves, 1, f"{what} {one.frame}") for one in done]
            return session.loaded.device, [record for (record,) in prints]
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _tell_killed(self, error: ProcessKilled) -> None:
        self._reporter.say(f"The self-test begins again. {error}")

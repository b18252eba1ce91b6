"""Verifiers that don't look: they lie, or say what the worker told them. And audits that they vote in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.state import DrawOutcome, Verdict
from renderchain.core.ids import WorkerId
from renderchain.core.manifest import Manifest
from renderchain.core.messages import Loaded, TilesRendered
from renderchain.core.prints import LEVELS, RECORD_BYTES, TilePrint
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import HONEST, LOADED, KeptRenderer
from tests.attacks.arena import Arena
from tests.attacks.lease_audit import LeaseAudit, Stakes, stakes_of


@dataclass(frozen=True)
class Lying:
    """Gives prints of the next frame instead of the tiles asked for, but for what it could copy.

    ``turned``: another liar is surely apart from it, whatever leaves are drawn.
    """

    honest: KeptRenderer
    turned: bool = False
    copied: frozenset[tuple[int, int]] = frozenset()

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As the honest one."""
        async with self.honest.open(package, manifest, output) as session:
            yield _Lying(session, self, output)  # type: ignore[misc]


def turned(one: TilePrint) -> TilePrint:
    """As far from it as can be, in each bit and each level."""
    digest, bits = (bytes(255 - byte for byte in part) for part in (one.digest, one.bits))
    return TilePrint(digest, bits, tuple((level + LEVELS // 2) % LEVELS for level in one.levels), one.area)


@dataclass
class _Lying:
    session: RenderSession
    liar: Lying
    output: Path

    @property
    def loaded(self) -> Loaded:
        return self.session.loaded

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        done = await self.session.render_tiles(frame, tiles, on_progress, shared=shared)
        true = (self.output / done.leaves).read_bytes()
        prints = [self.liar.honest.prints(frame + 1)[tile] for tile in tiles]
        other = [(turned(one) if self.liar.turned else one).to_bytes() for one in prints]
        records = [
            true[at * RECORD_BYTES : (at + 1) * RECORD_BYTES] if (frame, tile) in self.liar.copied else false
            for at, (tile, false) in enumerate(zip(tiles, other, strict=True))
        ]
        (self.output / done.leaves).write_bytes(b"".join(records))
        return done


async def liar(field: Arena) -> Lying:
    """One that answers without looking."""
    return Lying(await field.renderings.of(HONEST))


async def garbage(field: Arena) -> Renderer:
    """A worker's that renders nothing."""
    return CheatingRenderer(await field.renderings.of(HONEST), "garbage")


@dataclass(frozen=True)
class Shared:
    """A verifier to whom the worker gave its own answer."""

    prints: Callable[[list[int]], list[TilePrint]]
    tiles: int

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """Without rendering."""
        yield _Shared(self, output)  # type: ignore[misc]


@dataclass
class _Shared:
    shared: Shared
    output: Path
    loaded: Loaded = LOADED

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        leaves = [(frame - 1) * self.shared.tiles + tile for tile in tiles]
        found = self.shared.prints(leaves)
        name = f"{frame:04d}.tiles"
        (self.output / name).write_bytes(b"".join(one.to_bytes() for one in found))
        return TilesRendered(frame, name, 1)


def told_by(subject: LeaseAudit) -> Shared:
    """A friend's, who seals what that lease's worker has."""
    return Shared(subject.worker.proof_store.newest(subject.lease_id).prints, subject.arena.renderings.tiles)


async def begun(
    field: Arena, number: int, renderer: Renderer | None = None, **terms: Any
) -> tuple[LeaseAudit, Stakes]:
    """A worker's lease whose first votes three different verifiers have."""
    while True:
        subject = LeaseAudit(field, await field.submitted(field.workers[number], renderer, **terms))
        stakes = await stakes_of(field, subject.lease_id)
        assert await subject.draw() is DrawOutcome.IN_AUDIT
        if len(await subject.verifiers()) == SEATS[0]:
            return subject, stakes
        await subject.play_round()  # somebody was drawn twice
        if await subject.close() is Verdict.ACCEPTED:
            await subject.accept()


async def majority(subject: LeaseAudit) -> list[WorkerId]:
    """Holders who together have more than half of the present draw's votes."""
    seats = (await subject.audit()).seats
    found = await subject.arena.artist.verifiers(subject.lease_id)
    votes = [one.worker_id for one in found if one.seat in seats]
    return list(dict.fromkeys(votes[: len(votes) // 2 + 1]))

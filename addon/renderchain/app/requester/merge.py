"""Frames whose samples were rendered in several jobs: merged, and denoised and composited once.

The noisy passes are merged, which audits vouch for; all else that a final image needs is made here, by the
first part's package, as the check of final images does it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import LocalError, RenderChainError, RenderFailed
from ...core.frame_names import USUAL
from ...core.manifest import Manifest
from ...core.merging import Mean, Sampling, check_parts, missing_samples
from ...core.pixel_prints import Pixels
from ...ports.merging import MergeRenderer, MergeSession
from .kept_frames import name_of

# What parts may have of their own: the files, their keys, which frames and how many samples they are of.
OWN = ("frames", "samples", "main_blend", "requester_key")


MOST_TRIES = 2  # of a frame in which the process ended, as for want of memory


@dataclass(frozen=True)
class Part:
    """A job's part: ``noisy`` are its noisy passes, by frames."""

    name: str
    package: Path
    manifest: Manifest
    noisy: Mapping[int, Path]


Parts = Sequence[tuple[Part, Sampling]]  # those that have a frame, and which of its samples


@dataclass
class Merged:
    """The images; of frames without one why, and of those with too few samples which are missing."""

    frames: dict[int, Path] = field(default_factory=dict)
    why_not: dict[int, str] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)


def check_alike(parts: Sequence[Part]) -> None:
    """Raise LocalError unless all are of the same scene, as far as their packages say."""
    if not parts:
        raise LocalError("There is nothing to merge: name jobs that brought frames.")
    first, *others = parts
    wanted = _settings(first)
    for one in others:
        apart = sorted(name for name, value in _settings(one).items() if wanted[name] != value)
        if apart:
            raise LocalError(
                f"{first.name} and {one.name} are not parts of one picture: their {', '.join(apart)} "
                "differ. Merge jobs of the same scene, of which nothing but Sample Subset was changed."
            )


def _settings(part: Part) -> dict[str, Any]:
    return {name: value for name, value in part.manifest.settings().items() if name not in OWN}


async def merge(
    renderer: MergeRenderer, parts: Sequence[Part], output: Path, work: Path, names: str = USUAL
) -> Merged:
    """Merge all frames of the parts, into ``output``; ``work`` is for what lies between.

    One frame's failure leaves the others. Raises LocalError where the parts are of several scenes,
    RenderFailed where nothing was made for which another try may have more luck.
    """
    check_alike(parts)
    samplings = [await _samplings(renderer, one, work / f"part-{at}") for at, one in enumerate(parts)]
    frames = sorted({frame for one in parts for frame in one.manifest.frames})
    merged = Merged()
    due: dict[int, Parts] = {}
    for frame in frames:
        due[frame] = [(one, told[frame]) for one, told in zip(parts, samplings, strict=True) if frame in told]
        try:
            check_parts({one.name: sampling for one, sampling in due[frame]})
        except LocalError as error:
            merged.why_not[frame] = str(error)
    making = _Making(renderer, parts[0], work, merged)
    await making.run({frame: due[frame] for frame in frames if frame not in merged.why_not})
    await asyncio.to_thread(output.mkdir, parents=True, exist_ok=True)
    for frame, path in making.made.items():
        if not path.is_file():  # as its process ended it was something else than it had been
            merged.why_not[frame] = "The render process changed the image after it had made it."
            continue
        merged.frames[frame] = output / name_of(frame, parts[0].manifest, names)
        await asyncio.to_thread(_put, path, merged.frames[frame])
        if lacking := missing_samples([sampling for _, sampling in due[frame]]):
            merged.missing[frame] = lacking
    return merged


async def _samplings(renderer: MergeRenderer, part: Part, folder: Path) -> dict[int, Sampling]:
    """Which samples of its frames a part has: the scene's own word, since weights hang on it."""
    folder.mkdir(parents=True)
    async with renderer.open(part.package, part.manifest, folder) as session:
        return {frame: await session.read_sampling(frame) for frame in part.noisy}


@dataclass
class _Making:
    """Makes frames in one process after the other: one that ended by itself takes no others with it."""

    renderer: MergeRenderer
    first: Part
    work: Path
    merged: Merged
    made: dict[int, Path] = field(default_factory=dict)
    _sessions: int = 0

    async def run(self, due: Mapping[int, Parts]) -> None:
        """Make these. Raises RenderFailed where none could be made, since each time the process ended."""
        left, tries, ended = list(due), dict.fromkeys(due, 0), ""
        while left:
            folder, is_open = self._folder(), False
            manifest = replace(self.first.manifest, frames=tuple(left))
            try:
                async with self.renderer.open(self.first.package, manifest, folder) as session:
                    is_open = True
                    while left:
                        tries[left[0]] += 1
                        await self._make(session, folder, left[0], due[left[0]])
                        left.pop(0)
            except RenderChainError as error:
                ended = str(error)
                if not is_open:
                    self.merged.why_not |= dict.fromkeys(left, ended)
                    break
                if left and tries[left[0]] == MOST_TRIES:
                    self.merged.why_not[left.pop(0)] = ended
        if ended and not self.made:
            raise RenderFailed(ended)

    async def _make(self, session: MergeSession, folder: Path, frame: int, parts: Parts) -> None:
        """Raises RenderChainError where the process failed; all else is noted."""
        try:
            mean = await self._mean(frame, parts)
        except RenderChainError as error:
            self.merged.why_not[frame] = str(error)
            return
        made = await session.make_final(frame, mean)
        if made.why_not:
            self.merged.why_not[frame] = f"It can't be made out of its samples: {made.why_not}."
        else:
            self.made[frame] = folder / made.final

    async def _mean(self, frame: int, parts: Parts) -> Pixels:
        mean, folder = Mean(), self.work / "parts"  # which no process sees
        folder.mkdir(exist_ok=True)
        for one, sampling in parts:
            unpacked = await self.renderer.unpacked_noisy(one.noisy[frame], folder, f"{frame:04d}.part")
            try:
                await asyncio.to_thread(_add, mean, folder / unpacked, sampling.count)
            finally:
                (folder / unpacked).unlink()
        return mean.pixels

    def _folder(self) -> Path:
        """Another one for each process: nothing is taken that one of them has changed."""
        self._sessions += 1
        folder = self.work / f"merged-{self._sessions}"
        folder.mkdir(parents=True)
        return folder


def _add(mean: Mean, unpacked: Path, count: int) -> None:
    mean.add(np.load(unpacked, mmap_mode="r", allow_pickle=False), count)


def _put(made: Path, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    shutil.move(made, partial)
    os.replace(partial, target)

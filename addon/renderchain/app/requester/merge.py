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
from ...ports.merging import MergeRenderer, MergeSession
from .kept_frames import name_of

# What parts may have of their own: the files, their keys, which frames and how many samples they are of.
OWN = ("frames", "samples", "main_blend", "requester_key")


@dataclass(frozen=True)
class Part:
    """A job's part: ``noisy`` are its noisy passes, by frames."""

    name: str
    package: Path
    manifest: Manifest
    noisy: Mapping[int, Path]


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
    """Merge all frames that any of the parts has, into ``output``; ``work`` is for what lies between.

    One frame's failure leaves the others. Raises LocalError where the parts are of several scenes.
    """
    check_alike(parts)
    samplings = [await _samplings(renderer, one, work / f"part-{at}") for at, one in enumerate(parts)]
    merged, first, folder = Merged(), parts[0], work / "merged"
    folder.mkdir(parents=True)
    frames = tuple(sorted({frame for one in parts for frame in one.noisy}))
    made: dict[int, Path] = {}
    async with renderer.open(first.package, replace(first.manifest, frames=frames), folder) as session:
        for frame in frames:
            there = [(one, told[frame]) for one, told in zip(parts, samplings, strict=True) if frame in told]
            try:
                check_parts({one.name: sampling for one, sampling in there})
                made[frame] = await _made(renderer, session, folder, frame, there)
            except RenderChainError as error:
                merged.why_not[frame] = str(error)
                continue
            if lacking := missing_samples([sampling for _, sampling in there]):
                merged.missing[frame] = lacking
    # Now that the process has ended, nobody changes them any more.
    await asyncio.to_thread(output.mkdir, parents=True, exist_ok=True)
    for frame, path in made.items():
        merged.frames[frame] = output / name_of(frame, first.manifest, names)
        await asyncio.to_thread(_put, path, merged.frames[frame])
    return merged


async def _samplings(renderer: MergeRenderer, part: Part, folder: Path) -> dict[int, Sampling]:
    """Which samples of its frames a part has: the scene's own word, since weights hang on it."""
    folder.mkdir(parents=True)
    async with renderer.open(part.package, part.manifest, folder) as session:
        return {frame: await session.read_sampling(frame) for frame in part.noisy}


async def _made(
    renderer: MergeRenderer,
    session: MergeSession,
    folder: Path,
    frame: int,
    parts: Sequence[tuple[Part, Sampling]],
) -> Path:
    mean, name = Mean(), f"{frame:04d}.merged.npy"
    for one, sampling in parts:
        unpacked = folder / await renderer.unpacked_noisy(one.noisy[frame], folder, f"{frame:04d}.part")
        await asyncio.to_thread(_add, mean, unpacked, sampling.count)
    await asyncio.to_thread(np.save, folder / name, mean.pixels)
    made = await session.make_final(frame, name)
    (folder / name).unlink()
    if made.why_not:
        raise RenderFailed(f"Frame {frame} can't be made out of its samples: {made.why_not}.")
    return folder / made.final


def _add(mean: Mean, unpacked: Path, count: int) -> None:
    mean.add(np.load(unpacked, mmap_mode="r", allow_pickle=False), count)
    unpacked.unlink()


def _put(made: Path, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    shutil.move(made, partial)
    os.replace(partial, target)

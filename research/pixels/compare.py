"""Prints of honest and of cheated tiles side by side, and leases that are made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from renderchain.core.pixel_prints import Pixels, layers_of, print_of
from renderchain.core.print_limits import LEAST, MOST, PrintLimits
from renderchain.core.prints import TilePrint, agree, all_agree, bit_distance, level_distance

from .cheats import CHEATS, NAMES, NETWORK, OWN, STILL_CHEATS, Cheat, Pictures
from .machines import file_of
from .shots import HERE, HONEST, SAMPLES, SSE42, Settings, Shot, first, firsts_of
from .transforms import tiles

DRAWN = 16  # leaves of a lease, as audits draw them
DRAWS = 500
PROBE_FACTOR = 2.5  # a job's limits over what its probe measured (docs/verification.md)


@dataclass(frozen=True)
class Pair:
    """One leaf, as a verifier has it and as it was handed over."""

    mine: TilePrint
    theirs: TilePrint
    saved: float  # of the work of its frame

    @cached_property
    def is_equal(self) -> bool:
        """Whether the very bits are the same."""
        return self.mine.digest == self.theirs.digest

    @cached_property
    def bit_percent(self) -> float:
        """Bits that differ."""
        return 0.0 if self.is_equal else 100 * bit_distance(self.mine, self.theirs) / self.mine.area

    @cached_property
    def level_steps(self) -> int:
        """Of the level that differs most."""
        return 0 if self.is_equal else level_distance(self.mine, self.theirs)

    def passes(self, limits: PrintLimits) -> bool:
        """Whether this leaf alone is accepted."""
        return agree(self.mine, self.theirs, limits)


@dataclass(frozen=True)
class Kind:
    """All leaves of one scene that something was done to: honest work of another kernel, or a cheat."""

    name: str
    scene: str
    pairs: tuple[Pair, ...]

    @property
    def saved(self) -> float:
        """The share of the work that was not done."""
        return sum(pair.saved for pair in self.pairs) / len(self.pairs)

    def tiles_passing(self, limits: PrintLimits) -> float:
        """The share of leaves that are accepted."""
        return sum(pair.passes(limits) for pair in self.pairs) / len(self.pairs)

    @cached_property
    def leases(self) -> tuple[tuple[Pair, ...], ...]:
        """Drawn leaves of many leases that consist of nothing else."""
        chance = random.Random(f"{self.name} {self.scene}")
        return tuple(tuple(chance.choices(self.pairs, k=DRAWN)) for _ in range(DRAWS))

    def leases_passing(self, limits: PrintLimits) -> float:
        """The share of them that are accepted."""
        passing = {id(pair) for pair in self.pairs if pair.passes(limits)}
        found = 0
        for drawn in self.leases:
            if all(id(pair) in passing for pair in drawn):
                sides = [pair.mine for pair in drawn], [pair.theirs for pair in drawn]
                found += all_agree(*sides, limits)
        return found / DRAWS

    @cached_property
    def mean_percents(self) -> NDArray[np.float64]:
        """Bits that differ on the mean over each lease's drawn leaves."""
        return np.array([np.mean([pair.bit_percent for pair in drawn]) for drawn in self.leases])


def needed_by(kind: Kind) -> PrintLimits:
    """What a job's probe would ask for: so many times the farthest tile, and the mean, of two kernels."""
    bits = [PROBE_FACTOR * pair.bit_percent for pair in kind.pairs]
    return PrintLimits(int(np.ceil(max(bits))), int(np.ceil(np.mean(bits))))


def limits_of(kind: Kind) -> PrintLimits:
    """The limits that jobs of a scene have, or the widest where it needs wider ones."""
    needed = needed_by(kind)
    return PrintLimits(
        min(max(needed.tile_percent, LEAST.tile_percent), MOST.tile_percent),
        min(max(needed.mean_percent, LEAST.mean_percent), MOST.mean_percent),
    )


def label(scene: str, paid: Settings) -> str:
    """A scene's name in tables."""
    return scene if paid.samples == SAMPLES else f"{scene}, {paid.samples} samples"


def honest_kinds(shots: Sequence[Shot], cache: Path) -> list[Kind]:
    """For each scene, what one kernel rendered against the other."""
    found: dict[str, list[Pair]] = {}
    for (scene, paid), these in _frames(shots, SSE42, cache).items():
        here = Shot(scene, HERE, HONEST, paid)
        for one, other in zip(_pictures([here], cache, {}), _pictures(these, cache, {}), strict=True):
            found.setdefault(label(scene, paid), []).extend(_pairs(one.honest, other.honest, 0.0))
    return [Kind(HONEST, scene, tuple(pairs)) for scene, pairs in found.items()]


def cheat_kinds(shots: Sequence[Shot], cache: Path) -> list[Kind]:
    """Each cheat in each scene where it can be tried, against honest work of the same kernel."""
    found: dict[tuple[str, str], list[Pair]] = {}
    work = {change: min(max(share, 0.0), 1.0) for change, share in work_of(shots, cache).items()}
    for (scene, paid), these in _frames(shots, HERE, cache).items():
        if len(these) == 1:
            continue  # rendered for the other kernel's sake
        for one in _pictures(these, cache, work):
            for name, cheat in cheats_of(paid):
                forged = cheat(one)
                if forged is not None:
                    true = one.honest if forged.honest is None else forged.honest
                    pairs = _pairs(true, forged.pixels, 1 - forged.work)
                    found.setdefault((name, label(scene, paid)), []).extend(pairs)
    order = list(NAMES)
    kinds = [Kind(name, scene, tuple(pairs)) for (name, scene), pairs in found.items()]
    return sorted(kinds, key=lambda kind: order.index(kind.name))


def work_of(shots: Sequence[Shot], cache: Path) -> dict[str, float]:
    """The seconds of sampling that each change takes over those of honest work, all frames together.

    What a rendering with the fewest first samples takes is left out as opening the scene.
    """
    spent: dict[str, float] = {}
    due: dict[str, float] = {}
    for (_, paid), these in _frames(shots, HERE, cache).items():
        seconds = {shot.change: float(np.load(file_of(shot, cache))["cpu_s"]) for shot in these}
        opening_s = seconds.get(first(firsts_of(paid.samples)[0]), 0.0)
        for change in seconds if opening_s else ():
            spent[change] = spent.get(change, 0.0) + seconds[change] - opening_s
            due[change] = due.get(change, 0.0) + seconds[HONEST] - opening_s
    return {change: spent[change] / due[change] for change in spent}


def cheats_of(paid: Settings) -> Iterator[tuple[str, Cheat]]:
    """What is tried with a frame, by the name that tables have for it."""
    if not paid.camera:
        yield from CHEATS.items()
        return
    for name, cheat in STILL_CHEATS.items():
        yield f"{name}, {NETWORK if paid.animated else OWN}", cheat


def _frames(shots: Sequence[Shot], machine: str, cache: Path) -> dict[tuple[str, Settings], list[Shot]]:
    """What one machine rendered, by frame; a frame of which something is not there yet is left out."""
    found: dict[tuple[str, Settings], list[Shot]] = {}
    for shot in shots:
        if shot.machine == machine:
            found.setdefault((shot.scene, shot.paid), []).append(shot)
    return {
        frame: these
        for frame, these in found.items()
        if all(file_of(one, cache).exists() for one in (*these, Shot(frame[0], HERE, HONEST, frame[1])))
    }


def _pictures(shots: Sequence[Shot], cache: Path, work: Mapping[str, float]) -> list[Pictures]:
    """All that was rendered of a frame, for each of its layers."""
    layers: list[dict[str, Pixels]] = []
    for shot in shots:
        with np.load(file_of(shot, cache)) as kept:
            parts = layers_of(kept["pixels"])
        layers = layers or [{} for _ in parts]
        for layer, part in zip(layers, parts, strict=True):
            layer[shot.change] = np.ascontiguousarray(part)
    samples = shots[0].paid.samples
    return [Pictures(shots[0].scene, at, samples, layer, work) for at, layer in enumerate(layers)]


def _pairs(mine: Pixels, theirs: Pixels, saved: float) -> Iterator[Pair]:
    """Each tile of two pictures."""
    for (_, one), (_, other) in zip(tiles(mine), tiles(theirs), strict=True):
        yield Pair(print_of(one), print_of(other), saved)

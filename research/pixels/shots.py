"""What is rendered: honest work on several machines, and the cheats that need a rendering of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

MORSE = "usr/share/morse/data/environments"
SCENES = {
    "kitchen": f"{MORSE}/tum_kitchen/tum_kitchen.blend",
    "indoor": f"{MORSE}/indoors-1/indoor-1.blend",
    "outdoors": f"{MORSE}/outdoors.blend",
    "features": "features.blend",  # made by ourselves
}
TOWN = "town"  # what the demo renders, built as the demo builds it; in the plan of honest.py alone
BUILT = {"features": SCENES["features"], TOWN: "town/demo.blend"}  # in the cache, not in the package
HERE = "here"
SSE42 = "sse42"  # this machine with Cycles' kernel for CPUs without AVX2
EMULATED = ("Haswell", "Nehalem", "EPYC")
SAME_MINOR, OTHER_MINOR = "bpy-4.5.0", "bpy-4.4.0"
HONEST = ("honest", "again", "one thread", "tile by tile")
CUTS = {"samples 15/16": Fraction(15, 16), "samples 3/4": Fraction(3, 4), "samples 1/4": Fraction(1, 4)}
CHEATS = (
    *CUTS,
    "half resolution",
    "denoised quarter",
    "other seed",
    "previous frame",
    "4 bounces",
    "2 bounces",
    "indirect clamp",
    "textures 128 px",
    "subdivision 1",
)
COSTLY = ("honest", *CUTS, "other seed", "4 bounces", "indirect clamp")  # done at 1,024 samples too
SIZES = {16: (128, 128), 64: (64, 64), 256: (32, 32), 1024: (32, 16)}
ADAPTIVE_SIZES = {64: (96, 64), 256: (32, 32), 1024: (32, 16)}
EMULATED_SIZES = {16: (64, 64), 64: (32, 32), 256: (16, 16)}  # 18 times slower
FRAME = 4


@dataclass(frozen=True)
class Settings:
    """All that a rendering depends on besides scene and machine."""

    width: int
    height: int
    samples: int
    frame: float = FRAME
    adaptive: bool = False
    threshold: float = 0.02  # of adaptive sampling
    least: int = 0  # samples before adaptive sampling may stop; 0: Cycles decides, over 16
    percent: int = 100
    seed: int = 0
    bounces: int = 12
    clamp: float = 0.0
    denoise: bool = False
    threads: int = 0
    texture_px: int = 0
    subdivision: int = 3
    tiled: bool = False


@dataclass(frozen=True)
class Shot:
    """One rendering; ``rank`` says how early it is wanted."""

    scene: str
    machine: str
    change: str
    paid: Settings
    rank: int = 0

    @property
    def name(self) -> str:
        """The name of its file in the cache."""
        paid = self.paid
        mode = f"adaptive{paid.least or ''}" if paid.adaptive else "fixed"
        mode += f"_seed{paid.seed}" if paid.seed else ""
        parts = (self.scene, f"{paid.width}x{paid.height}", paid.samples, mode, paid.frame, self.machine)
        return "_".join((*map(str, parts), self.change.replace(" ", "-").replace("/", "of"))) + ".npy"

    def settings(self) -> dict[str, Any]:
        """What the child renders."""
        return asdict(changed(self.paid, self.change))


def changed(paid: Settings, change: str) -> Settings:
    """What is rendered in place of what was paid for."""
    quarter = int(paid.samples * CUTS["samples 1/4"])
    if change in CUTS:
        return replace(paid, samples=max(1, int(paid.samples * CUTS[change])))
    changes = {
        "one thread": replace(paid, threads=1),
        "tile by tile": replace(paid, tiled=True),
        "half resolution": replace(paid, percent=50),
        "denoised quarter": replace(paid, samples=quarter, denoise=True),
        "other seed": replace(paid, seed=1),
        "previous frame": replace(paid, frame=paid.frame - 1),
        "4 bounces": replace(paid, bounces=4),
        "2 bounces": replace(paid, bounces=2),
        "indirect clamp": replace(paid, clamp=1.0),
        "textures 128 px": replace(paid, texture_px=128),
        "subdivision 1": replace(paid, subdivision=1),
    }
    return changes.get(change, paid)


def plan(quick: bool) -> list[Shot]:
    """All shots, the most telling first."""
    shots = [*_quick()] if quick else [*_fixed(), *_adaptive(), *_emulated(), *_tail()]
    return sorted(dict.fromkeys(shots), key=lambda shot: shot.rank)


def _quick() -> Iterator[Shot]:
    paid = Settings(64, 64, 16)
    for change in ("honest", "again", *CUTS, "other seed", "4 bounces"):
        yield Shot("indoor", HERE, change, paid)
    yield Shot("indoor", SSE42, "honest", paid)


def _fixed() -> Iterator[Shot]:
    for rank, (samples, size) in enumerate(SIZES.items()):
        for scene in SCENES:
            paid = Settings(*size, samples)
            for change in _applicable(scene, samples):
                yield Shot(scene, HERE, change, paid, 10 * rank)
            yield Shot(scene, SSE42, "honest", paid, 10 * rank)
            if samples == 16:
                for build in (SAME_MINOR, OTHER_MINOR):
                    yield Shot(scene, build, "honest", paid, 9)


def _applicable(scene: str, samples: int) -> Iterator[str]:
    for change in (*HONEST, *CHEATS):
        if change == "subdivision 1" and scene != "features":
            continue
        if change in HONEST[1:] and samples > 64:
            continue  # repeats exactly, as 16 and 64 samples show
        if samples > 256 and change not in COSTLY:
            continue
        yield change


def _adaptive() -> Iterator[Shot]:
    for at, (samples, size) in enumerate(ADAPTIVE_SIZES.items()):
        rank = 13 if at == 0 else 32 + at
        for scene in SCENES:
            paid = Settings(*size, samples, adaptive=True)
            for change in ("honest", *CUTS):
                yield Shot(scene, HERE, change, paid, rank)
            yield Shot(scene, SSE42, "honest", paid, rank)
            if samples == 64:
                yield Shot(scene, HERE, "tile by tile", paid, rank)


def _emulated() -> Iterator[Shot]:
    for at, (samples, size) in enumerate(EMULATED_SIZES.items()):
        for scene in SCENES:
            paid = Settings(*size, samples)
            rank = 12 if at == 0 and scene == "features" else 46 + at
            yield Shot(scene, HERE, "honest", paid, rank)
            yield Shot(scene, SSE42, "honest", paid, rank)
            for machine in EMULATED[: 3 if (samples, scene) == (16, "indoor") else 2]:
                yield Shot(scene, machine, "honest", paid, rank)


def _tail() -> Iterator[Shot]:
    """More frames of honest work, for the rare ones among them."""
    for scene in SCENES:
        for frame in range(5, 13):
            for samples, rank in ((16, 11), (64, 60)):
                paid = Settings(*SIZES[samples], samples, frame=frame)
                yield Shot(scene, HERE, "honest", paid, rank)
                yield Shot(scene, SSE42, "honest", paid, rank)


def scene_path(scene: str, folder: Path, cache: Path) -> str:
    """What the child opens."""
    return str(cache / BUILT[scene] if scene in BUILT else folder / SCENES[scene])

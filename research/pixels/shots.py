"""What is rendered: honest work of two kernels, and what cheats render in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

MORSE = "usr/share/morse/data/environments"
SCENES = {
    "kitchen": f"{MORSE}/tum_kitchen/tum_kitchen.blend",
    "indoor": f"{MORSE}/indoors-1/indoor-1.blend",
    "outdoors": f"{MORSE}/outdoors.blend",
    "features": "features.blend",  # made by ourselves
}
TOWN = "town"  # what the demo renders, built as the demo builds it
LAYERS = "layers"
HARD = ("dark", "bright", LAYERS, "hair")
# Like other scenes but for their light: a frame is enough.
ONE_FRAME = ("kitchen", "dark", "bright", LAYERS)
# In the cache, not in the package.
BUILT = {name: f"{name}.blend" for name in ("features", *HARD)} | {TOWN: "town/demo.blend"}
HERE = "here"
SSE42 = "sse42"  # this machine with Cycles' kernel for CPUs without AVX2
HONEST = "honest"
BEFORE, OTHER_SEED = "previous frame", "other seed"
DENOISED, HALF_SIZE = "denoised quarter", "half resolution"
SUBDIVISION = "subdivision 1"
FIRSTS = (1, 2, 4, 8, 16, 24, 31)  # of 32 samples, in the order in which Cycles takes them
CHANGES = (
    HALF_SIZE,
    DENOISED,
    OTHER_SEED,
    BEFORE,
    "4 bounces",
    "2 bounces",
    "indirect clamp",
    "textures 128 px",
    SUBDIVISION,
)
SIZE, SAMPLES = (192, 128), 32
CALM_SIZE, CALM_SAMPLES = (128, 64), 256
CALM = ("indoor", "outdoors")  # where so many samples leave hardly any noise
FRAMES, HONEST_FRAMES = (4, 7), (4, 7, 11)
STILL = ("features", "hair", TOWN)  # scenes in which something moves before a camera that stands
STILL_FRAME = 5


@dataclass(frozen=True)
class Settings:
    """All that a rendering depends on besides scene and machine."""

    width: int = SIZE[0]
    height: int = SIZE[1]
    samples: int = SAMPLES
    frame: int = FRAMES[0]
    camera: int = 0  # the frame at which the camera stands; 0: it moves
    animated: bool = True  # other noise in each frame, as the network has it
    first: int = 0  # so many of the samples alone; 0: all
    percent: int = 100
    seed: int = 0
    bounces: int = 12
    clamp: float = 0.0
    denoise: bool = False
    texture_px: int = 0
    subdivision: int = 3


@dataclass(frozen=True)
class Shot:
    """One rendering."""

    scene: str
    machine: str
    change: str
    paid: Settings

    @property
    def name(self) -> str:
        """The name of its file in the cache."""
        paid = self.paid
        still = f"still{paid.camera}" if paid.camera else "moves"
        seed = "animated" if paid.animated else "own"
        parts = (self.scene, f"{paid.width}x{paid.height}", paid.samples, paid.frame, still, seed)
        return "_".join((*map(str, parts), self.machine, self.change.replace(" ", "-").replace("/", "of")))

    def settings(self) -> dict[str, Any]:
        """What the child renders."""
        return asdict(changed(self.paid, self.change))


def first(count: int) -> str:
    """The change that renders so many of the samples, from the first."""
    return f"first {count}"


def changed(paid: Settings, change: str) -> Settings:
    """What is rendered in place of what was paid for."""
    if change.startswith(f"{BEFORE}, "):
        return changed(replace(paid, frame=paid.frame - 1), change.removeprefix(f"{BEFORE}, "))
    if change.startswith("first "):
        return replace(paid, first=int(change.removeprefix("first ")))
    changes = {
        HALF_SIZE: replace(paid, percent=50),
        DENOISED: replace(paid, samples=paid.samples // 4, denoise=True),
        OTHER_SEED: replace(paid, seed=1),
        BEFORE: replace(paid, frame=paid.frame - 1),
        "4 bounces": replace(paid, bounces=4),
        "2 bounces": replace(paid, bounces=2),
        "indirect clamp": replace(paid, clamp=1.0),
        "textures 128 px": replace(paid, texture_px=128),
        SUBDIVISION: replace(paid, subdivision=1),
    }
    return changes.get(change, paid)


def plan(is_quick: bool = False) -> list[Shot]:
    """All shots, scene by scene."""
    scenes = ("indoor",) if is_quick else (*SCENES, TOWN, *HARD)
    shots = [shot for scene in scenes for shot in _of_scene(scene, is_quick)]
    return list(dict.fromkeys(shots))


def _of_scene(scene: str, is_quick: bool) -> Iterator[Shot]:
    for paid in cheated(scene, is_quick):
        for change in (HONEST, *CHANGES, *map(first, firsts_of(paid.samples))):
            if _is_cheat(scene, change, paid):
                yield Shot(scene, HERE, change, paid)
    for paid in (*cheated(scene, is_quick), *([] if is_quick else honest(scene))):
        for machine in (HERE, SSE42):
            yield Shot(scene, machine, HONEST, paid)
    for paid in () if is_quick else still(scene):
        for change in (HONEST, first(2), BEFORE, f"{BEFORE}, {first(2)}"):
            yield Shot(scene, HERE, change, paid)


def _is_cheat(scene: str, change: str, paid: Settings) -> bool:
    """Whether a change is one in this scene; MORSE's have nothing to subdivide."""
    is_subdivided = scene not in SCENES or scene == "features"
    return change == HONEST or (changed(paid, change) != paid and (change != SUBDIVISION or is_subdivided))


def base(scene: str) -> Settings:
    """What a job of this scene pays for, but for its frame."""
    return Settings(bounces=4) if scene == TOWN else Settings()


def cheated(scene: str, is_quick: bool = False) -> Iterator[Settings]:
    """The frames that are cheated with."""
    if is_quick:
        yield Settings(64, 64)
        return
    for frame in FRAMES[:1] if scene in ONE_FRAME else FRAMES:
        yield replace(base(scene), frame=frame)
    if scene in CALM:
        width, height = CALM_SIZE
        yield replace(base(scene), width=width, height=height, samples=CALM_SAMPLES)


def honest(scene: str) -> Iterator[Settings]:
    """The frames that both kernels render."""
    for frame in HONEST_FRAMES:
        yield replace(base(scene), frame=frame)


def still(scene: str) -> Iterator[Settings]:
    """Frames before a camera that stands: with the network's seeds, and with the scene's own."""
    if scene in STILL:
        for animated in (True, False):
            yield replace(base(scene), frame=STILL_FRAME, camera=STILL_FRAME, animated=animated)


def firsts_of(samples: int) -> list[int]:
    """The numbers of first samples that are rendered of so many."""
    return [count * samples // SAMPLES for count in FIRSTS]


def scene_path(scene: str, folder: Path, cache: Path) -> str:
    """What the child opens."""
    return str(cache / BUILT[scene] if scene in BUILT else folder / SCENES[scene])

"""What keeps a frame's pixels from being a function of package and frame alone, and what is done about it.

An audit renders tiles again and expects the same bits from a like machine. docs/determinism.md measures
which features allow that. A reader of the scene (blender/cycles/reading) makes findings; what follows:

- WHOLE_FRAME: a frame repeats itself, but a tile alone does not. Verifiers render the frame.
- TOLD: whoever submits should know it.
- REFUSED: nobody renders it. The artist is told before paying; a worker or verifier leaves the job alone.

Files that a frame writes beside its image, which nobody would bring back, are found and refused alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_SENTENCES = 8
MOST_NAME = 63  # characters; as long as Blender's own names may be
MOST_PATH = 120

WHOLE_FRAME = {
    "volume guiding": "Volumes are sampled by what neighbouring pixels found",
    "Freestyle": "Freestyle draws its lines anew for every crop",
    "large frame": "Adaptive sampling joins the parts in which Cycles renders a frame of over 8,192 pixels",
}
COSTS_MORE = "verifiers render whole frames instead of tiles, which takes them longer."
TOLD = {
    "seed": "The network animates the seed, so its frames have other noise than yours. Turn on Animated Seed "
    "to see the same here, or keep the scene's own seed and make cheating easier (docs/artist.md).",
    "own seed": "The scene's seed is kept and stays the same in all frames: a worker may copy what does not "
    "move from the frame before, and spot checks find that less often.",
    "time limit": "A time limit is set. The network renders without it, to the last sample.",
    "stamp": "Metadata is burned into the images: {detail} will be those of the worker's rendering. Turn "
    "them off under Output > Metadata to have the same in all frames.",
    "preview": "JPEG previews beside OpenEXR files are not written. Turn them off; make them of the frames.",
    "unreadable bake": "Whether the simulation zone of {block} is baked can't be read with this Blender. "
    "Bake it for every frame of the job unless that is done.",
}
REFUSED = {
    "path guiding": "Path guiding is on: what it learns depends on how fast the machine is, so that no "
    "rendering repeats itself. Turn path guiding off.",
    "no samples": "The sample subset of {block} begins after the last sample, so that Cycles renders "
    "none and shows whatever was in memory. Lower its offset, or turn Sample Subset off.",
    "animated setting": "The scene's {detail} is animated, but must be the same in every frame that the "
    "network renders. Delete its keys, drivers and strips.",
    "simulation": "{detail} of {block} is not baked at frame {frame}: workers start at any frame and would "
    "each get another one. Bake it for every frame of the job, save, and submit again.",
    "circle": "A driver of {block} ({detail}) reads itself, or goes in a circle with others: its value "
    "depends on the frames before. Break the circle, or turn it into keys.",
    "constraint circle": "Constraints of {block} go in a circle with others: Blender breaks it where it "
    "happens to, not always at the same place. Break the circle, or bake the motion into keys.",
    "file output": "The compositor's node {block} writes files of its own, which would not come back. Mute "
    "or remove it; the format OpenEXR MultiLayer brings back every pass in one file.",
    "noise texture": "The texture {block} is of the type Noise, which is another one each time that "
    "anybody looks. Choose Clouds or another type.",
    "white noise": "White Noise in {block} has coordinates that are not rounded: the last bit of a point "
    "makes another pixel, so that no two processors agree. Round them first (Floor, Snap), or use Noise "
    "Texture.",
    "strokes": "The strokes of {block} (Grease Pencil) are drawn by the graphics card, not by Cycles: on "
    "machines without one they are missing, or Blender crashes. Convert them to curves, hide the object from "
    "renderings, or draw them over the frames that come back.",
    "iTaSC": "The armature {block} solves IK with iTaSC in simulation mode, which depends on the frames "
    "before. Choose the mode Animation or the solver Standard, or bake the pose into keys.",
}
SENTENCES = {kind: f"{why}: {COSTS_MORE}" for kind, why in WHOLE_FRAME.items()} | TOLD | REFUSED


@dataclass(frozen=True)
class Finding:
    """One thing a reader found: its kind, one of the three tables' keys; the data-block and the frame where
    there is one; the sentence for people.
    """

    kind: str
    block: str
    frame: int | None
    sentence: str


def found(kind: str, block: str = "", frame: int | None = None, detail: str = "") -> Finding:
    """A finding; names of data-blocks and properties, which somebody unknown chose, are cut and cleaned."""
    block, detail = _shown(block, MOST_NAME), _shown(detail, MOST_PATH)
    sentence = SENTENCES[kind].format(block=repr(block), frame=frame, detail=detail)
    return Finding(kind, block, frame, sentence)


def needs_whole_frames(findings: Iterable[Finding]) -> bool:
    """Whether a tile of this scene can only be had out of its whole frame."""
    return any(one.kind in WHOLE_FRAME for one in findings)


def errors_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What the artist has to change before anything is sent, and why others leave the job alone."""
    return _told(one for one in findings if one.kind in REFUSED)


def _told(findings: Iterable[Finding]) -> tuple[str, ...]:
    sentences = tuple(dict.fromkeys(one.sentence for one in findings))
    more = len(sentences) - MOST_SENTENCES
    return (*sentences[:MOST_SENTENCES], f"And {more} more of that.") if more > 0 else sentences


def _shown(name: str, most: int) -> str:
    short = name if len(name) <= most else name[: most - 1] + "…"
    return "".join(letter if letter.isprintable() else "?" for letter in short)

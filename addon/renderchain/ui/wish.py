"""What the panel asks for, read on the main thread: all that a submission needs to know of the artist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.open_file import file_at, file_name
from ..core.errors import FrameRangeError, SettingsError
from ..core.frame_names import checked_names
from ..core.frames import MAX_FRAMES
from ..core.money import parse_strk
from ..core.plain_text import plain
from ..core.scene_finding import SceneFinding, Severity
from .strings import texts
from .strings.language import said, say

if TYPE_CHECKING:
    from ..app.requester.offer import Offer
    from ..settings import Settings

DAY_S = 86400
RELATIVE = "//"


@dataclass(frozen=True)
class Wish:
    """Of one scene, which is found by its name again when the artist has confirmed."""

    scene: str
    name: str
    frames: tuple[int, ...]
    offer: Offer
    output: Path
    names: str
    own_seed: bool
    proof_seconds: int
    probe_seconds: int
    allowed: tuple[str, ...]


def wish_of(scene: bpy.types.Scene, what: str, settings: Settings) -> Wish:
    """What the scene's properties say; raises SettingsError or FrameRangeError."""
    chosen: Any = scene.renderchain
    frames = frames_of(scene, what)
    return Wish(
        scene=scene.name,
        name=plain(chosen.job_name.strip()) or file_name(),
        frames=frames,
        offer=_offer(chosen, settings, len(frames)),
        output=output_of(scene),
        names=checked_names(chosen.names),
        own_seed=chosen.own_seed,
        proof_seconds=chosen.proof_seconds,
        probe_seconds=chosen.probe_seconds,
        allowed=allowed_of(scene),
    )


def frames_of(scene: bpy.types.Scene, what: str) -> tuple[int, ...]:
    """The frames of a still, the scene's range, or one of one's own; raises FrameRangeError."""
    chosen: Any = scene.renderchain
    if what == "STILL":
        return (scene.frame_current,)
    own, scenes = (
        (chosen.first, chosen.last, chosen.step),
        (
            scene.frame_start,
            scene.frame_end,
            scene.frame_step,
        ),
    )
    first, last, step = own if what == "RANGE" else scenes
    if last < first:
        raise FrameRangeError(say(texts.NO_FRAMES, first=first, last=last))
    if (last - first) // step >= MAX_FRAMES:
        raise FrameRangeError(say(texts.TOO_MANY_FRAMES, first=first, last=last, most=f"{MAX_FRAMES:,}"))
    return tuple(range(first, last + 1, step))


def output_of(scene: bpy.types.Scene) -> Path:
    """The folder for the frames; raises SettingsError where it has no place yet."""
    if finding := no_output(scene):
        raise SettingsError(f"{said(finding.text)} {say(texts.NOTHING_PAID)}")
    chosen: Any = scene.renderchain
    return file_at(chosen.output)


def no_output(scene: bpy.types.Scene) -> SceneFinding | None:
    """Why there is no folder for the frames yet, if there is none."""
    chosen: Any = scene.renderchain
    if not chosen.output.strip():
        return folder_error("output", texts.NO_FOLDER, texts.CHOOSE_ONE)
    if chosen.output.startswith(RELATIVE) and not bpy.data.filepath:
        return folder_error("unsaved file", texts.FOLDER_UNSAVED, texts.SAVE_OR_CHOOSE)
    return None


def unsaved_changes(scene: bpy.types.Scene) -> SceneFinding | None:
    """Why the file has to be saved: another Blender opens it for the comparison, changes and all."""
    from ..blender.proving.other_session import can_stand_in, has_unsaved_changes

    chosen: Any = scene.renderchain
    if not (has_unsaved_changes() and chosen.proof_seconds) or can_stand_in():
        return None
    return folder_error("unsaved file", texts.FILE_UNSAVED, texts.SAVE_OR_SKIP)


def folder_error(kind: str, sentence: str, fix: str) -> SceneFinding:
    """What is wrong with the folder for the frames."""
    return SceneFinding(kind, Severity.ERROR, sentence, "", fix, may_pass=False)


def allowed_of(scene: bpy.types.Scene) -> tuple[str, ...]:
    """The errors that do not stop this scene, by name."""
    chosen: Any = scene.renderchain
    return tuple(one for one in chosen.allowed.split("\n") if one)


def _offer(chosen: Any, settings: Settings, frames: int) -> Offer:
    from ..app.requester.offer import Offer, per_frame_fri

    reward_fri = 0
    if chosen.price == "FRAME":
        reward_fri = parse_strk(chosen.amount)
    elif chosen.price == "TOTAL":
        reward_fri = per_frame_fri(parse_strk(chosen.amount), frames)
    offer = Offer(
        reward_fri=reward_fri,
        is_usual=chosen.price == "MARKET",
        device_group=chosen.device,
        longest_lease=chosen.longest_lease or None,
        expires_in_s=chosen.days * DAY_S,
        second_look=settings.wants_second_looks,
        looks_if_unchecked=settings.looks_if_unchecked,
        takes_unjudged=settings.takes_unjudged,
        scheduler=settings.scheduler,
        scheduler_grace_s=settings.scheduler_grace_seconds,
        private=chosen.private,
    )
    return offer.checked(chosen.checking.lower())

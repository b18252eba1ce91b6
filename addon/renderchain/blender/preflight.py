"""What would go wrong on the network, said before anything is packed or paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from ..core.errors import SceneError
from ..core.exactness import REFUSED, Finding, errors_of, warnings_of
from ..core.manifest import FORMATS
from ..core.scene_finding import SceneFinding
from ..core.tiles import MOST_LEAVES, leaves_of
from .cycles.final_file import format_of
from .cycles.reading.reach import Reach
from .cycles.reading.scene import read_for_artist
from .cycles.tile_render import frame_size
from .steps import Steps, all_at_once

COMPOSITE = "Composite"


@dataclass(frozen=True)
class Findings:
    """Sentences for the artist: errors stop the submission, warnings do not.

    ``refused`` are the reader's findings behind some of the errors.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    refused: tuple[Finding, ...] = ()


class SceneRefused(SceneError):
    """What was found keeps the scene from being sent; ``files``: what packing found, warnings too."""

    def __init__(self, findings: Findings, files: tuple[SceneFinding, ...] = ()) -> None:
        super().__init__(" ".join(findings.errors))
        self.findings = findings
        self.files = files


def check_scene(scene: bpy.types.Scene, frames: tuple[int, ...] = (), *, own_seed: bool = False) -> Findings:
    """Look at the scene's settings and at these frames (by default its range).

    The files that it refers to are looked at by ``packing.survey``, which takes longer.
    """
    return all_at_once(checked(scene, frames, own_seed=own_seed))


def checked(
    scene: bpy.types.Scene, frames: tuple[int, ...] = (), *, own_seed: bool = False
) -> Steps[Findings]:
    """The same in steps."""
    frames = frames or tuple(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    findings = yield from read_for_artist(scene, frames, own_seed=own_seed)
    errors = [text for wrong, text in _settings(scene) if wrong]
    errors += errors_of(findings)
    warnings = [*warnings_of(findings)]
    file_format = format_of(scene.render.image_settings)
    if file_format not in FORMATS:
        warnings.append(
            f"The network does not write the output format {file_format}; frames will be PNG files."
        )
    if getattr(scene.render, "use_auto_generate_texture_cache", False):
        warnings.append(
            "Workers render without the texture cache; textures may look a little sharper or softer."
        )
    errors += yield from _unsaved_images(scene)
    refused = tuple(one for one in findings if one.kind in REFUSED)
    return Findings(tuple(errors), tuple(warnings), refused)


def _settings(scene: bpy.types.Scene) -> list[tuple[bool, str]]:
    render = scene.render
    leaves = leaves_of(*frame_size(scene), sum(layer.use for layer in scene.view_layers))
    return [
        (
            render.engine != "CYCLES",
            f"The engine is {render.engine}; the network renders Cycles. Choose Cycles.",
        ),
        (scene.camera is None, f"The scene {scene.name!r} has no camera. Add one, or make one active."),
        (render.use_border, "Render Region is on; turn it off, the network renders whole frames."),
        (render.use_multiview, "Stereoscopy is on; turn it off, the network renders one view."),
        (
            leaves > MOST_LEAVES,
            f"A frame has {leaves:,} leaves (tiles of 64x64 pixels times view layers), a job can have "
            f"{MOST_LEAVES:,}. Lower the resolution, or turn view layers off.",
        ),
        (
            not any(layer.use for layer in scene.view_layers),
            "No view layer is used for rendering; enable one.",
        ),
        (
            not all(layer.use_pass_combined for layer in scene.view_layers if layer.use),
            "A view layer has no Combined pass, by which renderings are checked; turn it on.",
        ),
        (
            any(layer.use and layer.name == COMPOSITE for layer in scene.view_layers),
            f"A view layer is named {COMPOSITE!r}, which Blender calls the compositor's image; rename it.",
        ),
        (
            render.use_sequencer and any(_shows(strip) for strip in _strips(scene)),
            "The video sequencer has strips and would replace the rendering; turn Sequencer off.",
        ),
    ]


def _unsaved_images(scene: bpy.types.Scene) -> Steps[list[str]]:
    """Painted images that a saved .blend has not."""
    changed = []
    for image in list(bpy.data.images):
        if image.type == "IMAGE" and image.is_dirty:
            changed.append(image)
        yield
    if not changed:
        return []
    _, shown = yield from Reach.of_scene(scene)
    return [
        f"Image {image.name!r} was changed and not saved. Save or pack it, and submit again."
        for image in changed
        if image in shown
    ]


def _shows(strip: Any) -> bool:
    return strip.type != "SOUND" and not strip.mute


def _strips(scene: bpy.types.Scene) -> Any:
    return scene.sequence_editor.strips if scene.sequence_editor else ()

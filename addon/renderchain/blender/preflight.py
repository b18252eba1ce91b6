"""What would go wrong on the network, said before anything is packed or paid."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..core.errors import ContentError, SceneError
from ..core.exactness import REFUSED, Finding
from ..core.manifest import FORMATS, MOST_SAMPLES, MOST_SIDE, check_settings_of
from ..core.reader import hides_signs
from ..core.scene_finding import SceneFinding, Severity, errors_in, overridden, told_at_once
from ..core.tiles import MOST_LEAVES, leaves_of
from .cycles.final_file import format_of
from .cycles.reading.reach import Reach
from .cycles.reading.scene import read_for_artist
from .cycles.samples import sampling_of
from .cycles.tile_render import frame_size
from .packing.painted import can_be_packed, painted_images
from .scene_reader import manifest_of, read_scene
from .steps import Steps, all_at_once

COMPOSITE, CYCLES = "Composite", "CYCLES"
ENGINES = {"BLENDER_EEVEE": "EEVEE", "BLENDER_EEVEE_NEXT": "EEVEE", "BLENDER_WORKBENCH": "Workbench"}
GLANCED = frozenset(  # all kinds that check_settings finds
    {
        "engine",
        "camera",
        "region",
        "stereoscopy",
        "frame size",
        "scene name",
        "samples",
        "hidden sign",
        "view layer",
        "combined pass",
        "layer name",
        "sequencer",
        "format",
        "texture cache",
        "single layer",
    }
)


@dataclass(frozen=True)
class Findings:
    """What is wrong with a scene; ``refused`` are the reader's findings behind some of the errors."""

    found: tuple[SceneFinding, ...] = ()
    refused: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        """Sentences of what stops the submission."""
        return tuple(dict.fromkeys(one.text for one in errors_in(self.found)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences of what does not."""
        told = (one.text for one in self.found if one.severity is Severity.WARNING)
        return tuple(dict.fromkeys(told))


class SceneRefused(SceneError):
    """What was found keeps the scene from being sent."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(told_at_once(errors_in(findings.found)))
        self.findings = findings


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
    at_a_glance = check_settings(scene)
    as_workers = () if errors_in(at_a_glance) else tuple(_as_workers_read(scene, frames))
    read = yield from read_for_artist(scene, frames, own_seed=own_seed)
    unsaved = yield from _unsaved_images(scene)
    found = (*at_a_glance, *as_workers, *map(_of_reader, read), *unsaved)
    return Findings(found, tuple(one for one in read if one.kind in REFUSED))


def refuse_errors(findings: Findings, allowed: Collection[str]) -> Findings:
    """The findings as the artist judges them; raises SceneRefused where some are errors all the same."""
    judged = replace(findings, found=overridden(findings.found, allowed))
    if errors_in(judged.found):
        raise SceneRefused(judged)
    return judged


def check_settings(scene: bpy.types.Scene) -> tuple[SceneFinding, ...]:
    """What of it shows at a glance, so quick that it can be asked all the time."""
    return (*_errors(scene), *_warnings(scene))


def _as_workers_read(scene: bpy.types.Scene, frames: tuple[int, ...]) -> Iterator[SceneFinding]:
    """What of it no worker takes, and what of it no worker would know."""
    name = f"Scene {scene.name!r}"
    try:
        check_settings_of(manifest_of(read_scene(scene), frames))
    except ContentError as error:
        yield _error("settings", f"Workers would refuse this scene. {error}", "Change that.", name)
    if frames == (scene.frame_current,) and scene.frame_subframe:
        sentence = f"The scene is between two frames; workers render frame {scene.frame_current} itself."
        yield SceneFinding("subframe", Severity.WARNING, sentence, name, "")


def _of_reader(one: Finding) -> SceneFinding:
    severity = Severity.ERROR if one.kind in REFUSED else Severity.WARNING
    return SceneFinding(one.kind, severity, one.sentence, one.block, "", may_pass=False)


def _error(kind: str, sentence: str, fix: str, block: str = "", *, may_pass: bool = False) -> SceneFinding:
    return SceneFinding(kind, Severity.ERROR, sentence, block, fix, may_pass)


def _errors(scene: bpy.types.Scene) -> Iterator[SceneFinding]:
    render, name = scene.render, f"Scene {scene.name!r}"
    if render.engine != CYCLES:
        name_of = ENGINES.get(render.engine, render.engine)
        sentence = f"The engine is {name_of}; the network renders Cycles."
        yield _error("engine", sentence, "Choose Cycles.", name)
    if scene.camera is None:
        sentence = f"The scene {scene.name!r} has no camera."
        yield _error("camera", sentence, "Add one, or make one active.", name)
    if render.use_border:
        sentence, fix = "Render Region is on; the network renders whole frames.", "Turn it off."
        yield _error("region", sentence, fix, name, may_pass=True)
    if render.use_multiview:
        yield _error("stereoscopy", "Stereoscopy is on; the network renders one view.", "Turn it off.", name)
    if bpy.data.scenes.get(scene.name) != scene:  # by their names render processes find them
        sentence = f"The scene {scene.name!r} is linked, and the file itself has one of that name."
        yield _error("scene name", sentence, "Rename one of them.", name)
    yield from _of_size(scene, name)
    yield from _of_layers(scene, name)
    if render.use_sequencer and any(_shows(strip) for strip in _strips(scene)):
        sentence = "The video sequencer has strips and would replace the rendering."
        yield _error("sequencer", sentence, "Turn Sequencer off.", name, may_pass=True)


def _of_size(scene: bpy.types.Scene, name: str) -> Iterator[SceneFinding]:
    width, height = frame_size(scene)
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        sentence = f"A frame has {width:,} x {height:,} pixels, and a side can have 1 to {MOST_SIDE:,}."
        yield _error("frame size", sentence, "", name)
    samples = sampling_of(scene).count if scene.render.engine == CYCLES else 1
    if samples > MOST_SAMPLES:
        sentence = f"A pixel has {samples:,} samples, and a job can have {MOST_SAMPLES:,}."
        yield _error("samples", sentence, "", name)


def _of_layers(scene: bpy.types.Scene, name: str) -> Iterator[SceneFinding]:
    used = [layer for layer in scene.view_layers if layer.use]
    for one in (scene, *used):
        if hides_signs(one.name):
            sentence = f"The name {one.name!r} has signs that can't be shown."
            yield _error(
                "hidden sign", sentence, "Rename it.", name if one == scene else f"View layer {one.name!r}"
            )
    leaves = leaves_of(*frame_size(scene), len(used))
    if leaves > MOST_LEAVES:
        sentence = (
            f"A frame has {leaves:,} tiles of 64x64 pixels, all view layers together, and a job can have "
            f"{MOST_LEAVES:,}."
        )
        yield _error("frame size", sentence, "Lower the resolution, or turn view layers off.", name)
    if not used:
        yield _error("view layer", "No view layer is used for rendering.", "Enable one.", name)
    for layer in used:
        block = f"View layer {layer.name!r}"
        if not layer.use_pass_combined:
            sentence = "A view layer has no Combined pass, by which renderings are checked."
            yield _error("combined pass", sentence, "Turn it on.", block)
        if layer.name == COMPOSITE:
            sentence = f"A view layer is named {COMPOSITE!r}, which Blender calls the compositor's image."
            yield _error("layer name", sentence, "Rename it.", block)


def _warnings(scene: bpy.types.Scene) -> Iterator[SceneFinding]:
    name, file_format = f"Scene {scene.name!r}", format_of(scene.render.image_settings)
    if file_format not in FORMATS:
        sentence = f"The network does not write the output format {file_format}; frames will be PNG files."
        yield SceneFinding("format", Severity.WARNING, sentence, name, "")
    if getattr(scene.render, "use_auto_generate_texture_cache", False):
        sentence = "Workers render without the texture cache; textures may look a little sharper or softer."
        yield SceneFinding("texture cache", Severity.WARNING, sentence, name, "")
    if scene.render.use_single_layer and len(scene.view_layers) > 1:
        sentence = "Render Single Layer is on; workers render all view layers that are used for rendering."
        yield SceneFinding("single layer", Severity.WARNING, sentence, name, "")


def _unsaved_images(scene: bpy.types.Scene) -> Steps[list[SceneFinding]]:
    """Painted images that can't be packed out of memory; a saved .blend has them not."""
    changed = [image for image in (yield from painted_images()) if not can_be_packed(image)]
    if not changed:
        return []
    found = list[SceneFinding]()
    _, shown = yield from Reach.of_scene(scene)
    for image in changed:
        if image in shown:
            sentence, block = f"Image {image.name!r} was changed and not saved.", f"Image {image.name!r}"
            fix = "Save or pack it, and submit again."
            found.append(_error("unsaved image", sentence, fix, block, may_pass=True))
    return found


def _shows(strip: Any) -> bool:
    return strip.type != "SOUND" and not strip.mute


def _strips(scene: bpy.types.Scene) -> Any:
    return scene.sequence_editor.strips if scene.sequence_editor else ()

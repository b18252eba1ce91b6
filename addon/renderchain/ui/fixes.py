"""What can be done about a finding at the press of a button."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import addon_utils
import bpy

from ..core.frame_names import NUMBER, USUAL, pattern_of
from ..core.scene_finding import SceneFinding
from .messages import Place
from .scene_findings import rows
from .strings import texts
from .submitting import begin, submitting
from .wish import allowed_of, frames_of
from .work import Operator

# Where Blender's own new file has its camera.
CAMERA_AT, CAMERA_TURNED = (7.3589, -6.9258, 4.9583), (1.1093, 0.0, 0.8149)
ZONE = "A simulation zone"


@dataclass(frozen=True)
class Action:
    """A button: the operator behind it."""

    text: str
    operator: str = "renderchain.fix"
    icon: str = "NONE"
    options: dict[str, Any] = field(default_factory=dict)


def _choose_cycles(scene: Any, block: str) -> None:
    if not hasattr(scene, "cycles"):  # it is an add-on, and may be disabled
        addon_utils.enable("cycles", default_set=True)
    scene.render.engine = "CYCLES"


def _choose_camera(scene: Any, block: str) -> None:
    cameras = [one for one in scene.objects if one.type == "CAMERA"]
    if not cameras:
        camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        camera.location, camera.rotation_euler = CAMERA_AT, CAMERA_TURNED
        scene.collection.objects.link(camera)
        cameras = [camera]
    scene.camera = cameras[0]


def _region_off(scene: Any, block: str) -> None:
    scene.render.use_border = False


def _stereoscopy_off(scene: Any, block: str) -> None:
    scene.render.use_multiview = False


def _enable_layer(scene: Any, block: str) -> None:
    scene.view_layers[0].use = True


def _add_combined(scene: Any, block: str) -> None:
    for layer in scene.view_layers:
        layer.use_pass_combined = True


def _rename_layer(scene: Any, block: str) -> None:
    for layer in scene.view_layers:
        if block == f"View layer {layer.name!r}":
            layer.name = f"{layer.name} Layer"


def _sequencer_off(scene: Any, block: str) -> None:
    scene.render.use_sequencer = False


def _pack_image(scene: Any, block: str) -> None:
    for image in bpy.data.images:
        if block == f"Image {image.name!r}":
            image.pack()


def _guiding_off(scene: Any, block: str) -> None:
    scene.cycles.use_guiding = False


def _animate_seed(scene: Any, block: str) -> None:
    scene.cycles.use_animated_seed = True


def _preview_off(scene: Any, block: str) -> None:
    scene.render.image_settings.use_preview = False


FIXES: dict[str, tuple[str, Callable[[Any, str], None]]] = {
    "engine": (texts.SWITCH_TO_CYCLES, _choose_cycles),
    "camera": (texts.CAMERA, _choose_camera),
    "region": (texts.REGION_OFF, _region_off),
    "stereoscopy": (texts.STEREOSCOPY_OFF, _stereoscopy_off),
    "view layer": (texts.ENABLE_LAYER, _enable_layer),
    "combined pass": (texts.COMBINED_ON, _add_combined),
    "layer name": (texts.RENAME_LAYER, _rename_layer),
    "sequencer": (texts.SEQUENCER_OFF, _sequencer_off),
    "unsaved image": (texts.PACK_IMAGE, _pack_image),
    "path guiding": (texts.GUIDING_OFF, _guiding_off),
    "seed": (texts.SEED_ON, _animate_seed),
    "preview": (texts.PREVIEWS_OFF, _preview_off),
}
BLENDERS = {
    "missing file": Action(texts.FIND_FILES, "file.find_missing_files", "VIEWZOOM"),
    "unsaved file": Action(texts.SAVE_FILE, "wm.save_mainfile", "FILE_TICK"),
    "output": Action(texts.CHOOSE_FOLDER, "renderchain.choose_output", "FILE_FOLDER"),
}
BAKE_ZONES = Action(texts.BAKE, "object.simulation_nodes_cache_bake", "PHYSICS")
BAKE_ALL = Action(texts.BAKE_ALL, "ptcache.bake_all", "PHYSICS", {"bake": True})


def action_for(finding: SceneFinding) -> Action | None:
    """The button for a finding, if there is one."""
    if finding.kind == "simulation":
        return BAKE_ZONES if finding.sentence.startswith(ZONE) else BAKE_ALL
    if finding.kind in FIXES:
        return Action(FIXES[finding.kind][0], options={"kind": finding.kind, "block": finding.block})
    return BLENDERS.get(finding.kind)


class RENDERCHAIN_OT_fix(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Change the scene so that it can be sent; can be undone"""

    bl_idname = "renderchain.fix"
    bl_label = "Fix"
    bl_options = {"INTERNAL", "UNDO"}  # noqa: RUF012 - Blender's naming
    kind: bpy.props.StringProperty()  # type: ignore[valid-type]
    block: bpy.props.StringProperty()  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> Any:
        """What the kind says; the finding goes, until the scene is checked again."""
        scene = context.scene
        FIXES[self.kind][1](scene, self.block)
        checked = rows.checked.get(scene.name, ())
        if checked:
            rows.checked[scene.name] = tuple(
                one for one in checked if (one.kind, one.block) != (self.kind, self.block)
            )
        return {"FINISHED"}


class RENDERCHAIN_OT_allow(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Send the scene with this error, or no more"""

    bl_idname = "renderchain.allow"
    bl_label = "Send Anyway"
    bl_options = {"INTERNAL", "UNDO"}  # noqa: RUF012 - Blender's naming
    finding: bpy.props.StringProperty()  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> Any:
        """Remember it in the scene."""
        allowed = allowed_of(context.scene)
        left = [one for one in allowed if one != self.finding]
        names = left if self.finding in allowed else [*allowed, self.finding]
        context.scene.renderchain.allowed = "\n".join(names)
        return {"FINISHED"}


class RENDERCHAIN_OT_choose_output(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Choose the folder for the frames"""

    bl_idname = "renderchain.choose_output"
    bl_label = "Choose Folder"
    bl_options = {"INTERNAL", "UNDO"}  # noqa: RUF012 - Blender's naming
    directory: bpy.props.StringProperty(subtype="DIR_PATH")  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """In Blender's file browser."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Any:
        """That one."""
        context.scene.renderchain.output = self.directory
        return {"FINISHED"}


class RENDERCHAIN_OT_own_output(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Have the frames where the scene's own Output has them, under the same names"""

    bl_idname = "renderchain.own_output"
    bl_label = "Same as Scene"
    bl_options = {"INTERNAL", "UNDO"}  # noqa: RUF012 - Blender's naming

    def execute(self, context: bpy.types.Context) -> Any:
        """Where the scene's own rendering of this frame would lie, and what it would be called."""
        scene = context.scene
        folder, name = os.path.split(scene.render.frame_path(frame=scene.frame_current))
        asked = NUMBER.findall(os.path.basename(scene.render.filepath)) or [USUAL]
        stem = os.path.splitext(name)[0] if scene.render.use_file_extension else name
        scene.renderchain.output = folder
        scene.renderchain.names = pattern_of(stem, scene.frame_current, len(asked[-1]))
        return {"FINISHED"}


class RENDERCHAIN_OT_check(Operator):  # noqa: N801 - Blender's naming
    """Have another Blender look at the whole scene and all its files; nothing is sent"""

    bl_idname = "renderchain.check"
    bl_label = "Check Everything"
    said_in = Place.SUBMIT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Beside nothing else of that kind."""
        return not submitting.phase

    def act(self, context: bpy.types.Context) -> set[str]:
        """In the background; without an interface here and now."""
        scene = context.scene
        frames, own_seed = frames_of(scene, scene.renderchain.what), scene.renderchain.own_seed
        if bpy.app.background:
            from ..blender.packing.survey import look_at_files
            from ..blender.preflight import check_scene

            found = check_scene(scene, frames, own_seed=own_seed).found
            rows.checked[scene.name], rows.is_old = (*found, *look_at_files(scene)), False
            return {"FINISHED"}
        check_elsewhere(scene)
        return {"FINISHED"}


def check_elsewhere(scene: bpy.types.Scene) -> None:
    """Have another Blender look, in the background.

    What comes of it is about the file as it is now: another one that is opened meanwhile has rows of its own.
    """
    from ..blender.proving.other_session import other_session

    frames, own_seed = frames_of(scene, scene.renderchain.what), scene.renderchain.own_seed
    session, name, noted = other_session(scene), scene.name, rows.checked
    rows.is_old = False
    begin(
        texts.CHECKING_ELSEWHERE,
        lambda _: session.preflight(frames, own_seed=own_seed),
        lambda found: noted.update({name: found}),
    )


CLASSES = (
    RENDERCHAIN_OT_fix,
    RENDERCHAIN_OT_allow,
    RENDERCHAIN_OT_choose_output,
    RENDERCHAIN_OT_own_output,
    RENDERCHAIN_OT_check,
)

"""The panel in Render properties up to where a job is sent; it draws cached state only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..blender.open_file import file_name
from . import first_run, messages, preflight_rows, scene_findings, unsent
from .strings import texts
from .strings.language import said
from .submitting import submitting

RENDERED = (
    "device",
    "checking",
    "longest_lease",
    "days",
    "private",
    "own_seed",
    "proof_seconds",
    "probe_seconds",
)


class RENDERCHAIN_PT_submit(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """Submit this scene."""

    # Right below the engine, where artists look, and closed as long as nobody wants it; else it would be the
    # last of them all.

    bl_label = "Render on Network"
    bl_parent_id = "RENDER_PT_context"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender's naming
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """What is asked for, the button, what is going on."""
        layout, scene = self.layout, context.scene
        width_px = messages.width_of_panel(context)
        first_run.draw(layout, width_px)
        _draw_wish(layout, scene.renderchain, width_px)
        if submitting.phase:
            _draw_progress(layout, width_px)
        else:
            column = layout.column()
            column.enabled = not scene_findings.stops(scene)
            column.scale_y = 1.4
            column.operator_context = "INVOKE_DEFAULT"
            column.operator("renderchain.submit", icon="RENDER_ANIMATION")
            if not column.enabled:
                messages.draw_text(layout, texts.SEE_BELOW, width_px, "CANCEL")
            unsent.draw(layout, width_px)
        messages.draw(layout, messages.Place.SUBMIT, width_px)


def _draw_wish(layout: Any, chosen: Any, width_px: float) -> None:
    names = ["job_name", "what"]
    names += ["first", "last", "step"] if chosen.what == "RANGE" else []
    names += ["price"] if chosen.price == "MARKET" else ["price", "amount"]
    _draw_fields(layout, chosen, [*names, "output", "names"], width_px)
    row = layout.row()
    row.alignment = "RIGHT"
    row.operator("renderchain.own_output")


def _draw_fields(layout: Any, chosen: Any, names: Sequence[str], width_px: float) -> None:
    """One below the other; in a narrow panel each name stands above its field, as both would be cut."""
    is_narrow = messages.is_narrow(width_px)
    column = layout.column()
    column.use_property_split = not is_narrow
    column.use_property_decorate = False
    for name in names:
        # What it is called where nothing is typed.
        more = {"placeholder": file_name()} if name == "job_name" else {}
        if is_narrow and chosen.bl_rna.properties[name].type in ("STRING", "ENUM"):
            column.label(text=chosen.bl_rna.properties[name].name)
            column.prop(chosen, name, text="", **more)
        else:
            column.prop(chosen, name, **more)


def _draw_progress(layout: Any, width_px: float) -> None:
    """The phase in words, how far it is, and a way out until it is paid."""
    box = layout.box()
    messages.draw_text(box, submitting.phase, width_px, "SORTTIME")
    if submitting.step:
        box.progress(factor=submitting.factor, text=said(submitting.step), translate=False)
    if submitting.is_paying:
        messages.draw_text(box, texts.BEING_PAID, width_px)
    else:
        box.operator("renderchain.stop_submitting", icon="X")


class RENDERCHAIN_PT_preflight(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """What is wrong with this scene."""

    bl_label = "Before You Pay"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """A row for each finding."""
        preflight_rows.draw(self.layout, context.scene, messages.width_of_panel(context))


class RENDERCHAIN_PT_options(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """What most leave as it is."""

    bl_label = "Options"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender's naming
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """One below the other."""
        width_px = messages.width_of_panel(context)
        _draw_fields(self.layout, context.scene.renderchain, RENDERED, width_px)


PARTS = (RENDERCHAIN_PT_preflight, RENDERCHAIN_PT_options)

"""The panel in Render properties up to where a job is sent; it draws cached state only."""

from __future__ import annotations

from typing import Any

import bpy

from . import messages, preflight_rows, scene_findings
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

    bl_label = "Render on Network"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """What is asked for, the button, what is going on."""
        layout, scene = self.layout, context.scene
        width_px = messages.width_of_panel(context)
        layout.use_property_split = True
        layout.use_property_decorate = False
        _draw_wish(layout, scene.renderchain)
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
        messages.draw(layout, messages.Place.SUBMIT, width_px)


def _draw_wish(layout: Any, chosen: Any) -> None:
    layout.prop(chosen, "job_name")
    layout.prop(chosen, "what")
    if chosen.what == "RANGE":
        column = layout.column(align=True)
        for name in ("first", "last", "step"):
            column.prop(chosen, name)
    layout.prop(chosen, "price")
    if chosen.price != "MARKET":
        layout.prop(chosen, "amount")
    layout.prop(chosen, "output")
    row = layout.row()
    row.alignment = "RIGHT"
    row.operator("renderchain.own_output")


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
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in RENDERED:
            layout.prop(context.scene.renderchain, name)


PARTS = (RENDERCHAIN_PT_preflight, RENDERCHAIN_PT_options)

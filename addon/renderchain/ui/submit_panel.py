"""The panel in Render properties; it draws cached state only."""

from __future__ import annotations

import bpy

from . import messages
from .state import state


class RENDERCHAIN_PT_submit(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """Submit this scene."""

    bl_label = "Render on Network"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """The offer, two buttons, what is going on."""
        layout, offer = self.layout, context.scene.renderchain
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in (
            "reward",
            "device",
            "longest_lease",
            "proof_seconds",
            "probe_seconds",
            "output",
            "own_seed",
        ):
            layout.prop(offer, name)
        row = layout.row()
        row.operator("renderchain.submit_still", icon="RENDER_STILL")
        row.operator("renderchain.submit_animation", icon="RENDER_ANIMATION")
        if state.busy:
            row = layout.row(align=True)
            row.progress(factor=state.factor, text=state.message)
            if state.running:
                row.operator("renderchain.stop", text="", icon="CANCEL")
        messages.draw(layout, messages.Place.SUBMIT, messages.width_of_panel(context))

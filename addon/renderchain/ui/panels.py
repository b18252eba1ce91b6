"""The panel in Render properties; it draws cached state only."""

from __future__ import annotations

import bpy

from .state import state

MOST_JOBS = 10
ICONS = {"active": "RENDER_ANIMATION", "completed": "CHECKMARK", "canceled": "X", "sending": "QUESTION"}


class RENDERCHAIN_PT_submit(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """Submit this scene."""

    bl_label = "Render on Network"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """The offer, two buttons, what is going on, which leases may be challenged."""
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
            "private",
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
        elif state.message:
            layout.label(text=state.message)
        for lease_id, text in list(state.doubts.items()):  # a challenge takes its own out
            row = layout.row()
            row.label(text=text, icon="ERROR")
            row.operator("renderchain.challenge", text="Challenge").lease_id = str(lease_id)


class RENDERCHAIN_PT_jobs(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """The artist's jobs."""

    bl_label = "Jobs"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """One row a job."""
        for job in state.jobs[:MOST_JOBS]:
            row = self.layout.row(align=True)
            row.label(text=f"{job.job_id or '…'}  {job.name}  {job.state}", icon=ICONS.get(job.state, "DOT"))
            if job.job_id:
                row.operator("wm.path_open", text="", icon="FILE_FOLDER").filepath = job.output
                row.operator("renderchain.download", text="", icon="IMPORT").job_id = job.job_id
                if job.state == "active":
                    row.operator("renderchain.cancel", text="", icon="CANCEL").job_id = job.job_id
        if not state.jobs:
            self.layout.label(text="No jobs yet")

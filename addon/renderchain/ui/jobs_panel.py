"""The artist's jobs in Render properties; it draws cached state only."""

from __future__ import annotations

import bpy

from . import messages
from .state import state

MOST_JOBS = 10
ICONS = {"active": "RENDER_ANIMATION", "completed": "CHECKMARK", "canceled": "X", "sending": "QUESTION"}


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
        messages.draw(self.layout, messages.Place.JOBS, messages.width_of_panel(context))

"""What an artist does with a job that is on the network."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.ids import JobId
from ..ports.reporter import Reporter
from .preferences import read_settings
from .state import state
from .work import Operator, perform


class RENDERCHAIN_OT_download(Operator):  # noqa: N801 - Blender's naming
    """Fetch a job's frames as they come, check them and release their pay"""

    bl_idname = "renderchain.download"
    bl_label = "Download"
    job_id: bpy.props.IntProperty(name="Job", min=1)  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> set[str]:
        """Follow the job to its end."""
        from ..composition.requester import make_requester

        settings, job_id, blender = read_settings(), JobId(self.job_id), bpy.app.binary_path

        async def work(reporter: Reporter) -> str:
            report = await make_requester(settings, reporter, blender).watch(job_id)
            again = f"; made again here: {report.false_finals}" if report.false_finals else ""
            return f"Job {job_id} is {report.state}, {len(report.frames)} frames are on disk{again}"

        return perform(self, work, stoppable=True)


class RENDERCHAIN_OT_stop(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Stop following the job; it goes on without us, and Download takes it up again"""

    bl_idname = "renderchain.stop"
    bl_label = "Stop"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only what loses nothing by it."""
        return state.running is not None

    def execute(self, context: bpy.types.Context) -> Any:
        """Ask the background work to end."""
        if state.running:
            state.running.cancel()
        return {"FINISHED"}


class RENDERCHAIN_OT_cancel(Operator):  # noqa: N801 - Blender's naming
    """Take back the pay of all frames that nobody has claimed"""

    bl_idname = "renderchain.cancel"
    bl_label = "Cancel Job"
    job_id: bpy.props.IntProperty(name="Job", min=1)  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> set[str]:
        """Cancel on-chain."""
        from ..composition.requester import make_requester

        settings, job_id = read_settings(), JobId(self.job_id)

        async def work(reporter: Reporter) -> str:
            await make_requester(settings, reporter).cancel(job_id)
            return f"Job {job_id} is canceled"

        return perform(self, work, stoppable=False)

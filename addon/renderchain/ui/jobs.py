"""What an artist does with a job that is on the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..core.errors import SettingsError
from ..core.ids import BoardJob, JobId
from ..core.notices import counted
from ..core.plain_text import printable
from .asking import DIALOG_PX, draw_question
from .following import Row, Work, chosen_number, jobs
from .preferences import read_settings
from .state import state
from .strings import texts
from .strings.language import said, say
from .work import Operator, perform

if TYPE_CHECKING:
    from ..app.requester.requester import Requester

JOB_ID = re.compile("[0-9]{1,20}")


class JobOperator(Operator):
    """Acts on the job that is chosen, or on the one of that number; never greyed by other jobs."""

    number: bpy.props.IntProperty(name="Job", options={"SKIP_SAVE"})  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Always: each job has a task of its own."""
        return True

    def row(self) -> Row | None:
        """The job's row."""
        return jobs.rows.get(self.number or chosen_number())


def at_once(operator: Operator, work: Work) -> set[str]:
    """Without an interface: do it, and wait for its end."""
    from ..composition.requester import make_requester

    settings, blender = read_settings(), bpy.app.binary_path
    return perform(operator, lambda told: work(make_requester(settings, told, blender)), stoppable=False)


class NamedJobOperator(JobOperator):
    """A script may name the job by its id on the network, too: it has 64 bits, Blender's integers 32."""

    job_id: bpy.props.StringProperty(name="Job's Id", options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def wanted_job(self) -> BoardJob:
        """The row's job, or that of the id that was given, on board 0, whatever board it is on; raises
        SettingsError where that is none.
        """
        if row := self.row():
            return row.overview.entry.board_job
        number = int(self.job_id) if JOB_ID.fullmatch(self.job_id) else 0
        if not 0 < number < 1 << 64:
            given = printable(self.job_id, 40) or say(texts.NOTHING)
            raise SettingsError(say(texts.NO_JOB_ID, id=given))
        return BoardJob(0, JobId(number))


class RENDERCHAIN_OT_refresh(Operator):  # noqa: N801 - Blender's naming
    """Read from the network how all jobs stand"""

    bl_idname = "renderchain.refresh"
    bl_label = "Refresh"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Always."""
        return True

    def act(self, context: bpy.types.Context) -> set[str]:
        """In the background."""
        jobs.refresh(told=True)
        return {"FINISHED"}


class RENDERCHAIN_OT_download(NamedJobOperator):  # noqa: N801 - Blender's naming
    """Fetch the job's frames as they come, check them and release their pay"""

    bl_idname = "renderchain.download"
    bl_label = "Download"
    directory: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Folder", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for a folder where nobody knows one: the job was submitted elsewhere."""
        row = self.row()
        if row and not row.overview.entry.output:
            context.window_manager.fileselect_add(self)
            return {"RUNNING_MODAL"}
        return self.execute(context)

    def act(self, context: bpy.types.Context) -> set[str]:
        """Follow the job; without an interface to its end."""
        row = self.row()
        if not bpy.app.background:
            if row:
                jobs.follow(row.number, Path(self.directory) if self.directory else None)
            return {"FINISHED"}
        job, output = self.wanted_job(), Path(self.directory) if self.directory else None

        async def work(requester: Requester) -> str:
            report = await requester.watch(job.job_id, output, board=job.board)
            frames = said(counted(len(report.frames), "frame"))
            return say(texts.JOB_STANDS, job=job.job_id, state=said(report.state), frames=frames)

        return at_once(self, work)


class RENDERCHAIN_OT_stop_following(JobOperator):  # noqa: N801 - Blender's naming
    """Stop fetching the job's frames; workers go on without us, and Download takes it up again"""

    bl_idname = "renderchain.stop_following"
    bl_label = "Stop Following"

    def act(self, context: bpy.types.Context) -> set[str]:
        """Ask the job's task to end."""
        if row := self.row():
            jobs.stop(row.number)
        return {"FINISHED"}


class RENDERCHAIN_OT_stop(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Stop what is going on, as long as nothing is paid"""

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


class RENDERCHAIN_OT_cancel(NamedJobOperator):  # noqa: N801 - Blender's naming
    """Take back the pay of all frames that nobody has claimed"""

    bl_idname = "renderchain.cancel"
    bl_label = "Cancel Job"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask, and say what comes back and what it takes."""
        row = self.row()
        if row is None or row.overview.cancel is None:
            self.report({"INFO"}, say(texts.NOTHING_TO_CANCEL))
            return {"CANCELLED"}
        self.number = row.number
        manager, text = context.window_manager, texts.CANCEL_JOB
        return manager.invoke_props_dialog(self, width=DIALOG_PX, confirm_text=text)

    def draw(self, context: bpy.types.Context) -> None:
        """What comes back, and what it takes."""
        row = self.row()
        if row and row.overview.cancel:
            draw_question(self.layout, row.overview.cancel.sentence)

    def act(self, context: bpy.types.Context) -> set[str]:
        """Cancel on-chain."""
        row, job = self.row(), self.wanted_job()

        async def work(requester: Requester) -> str:
            await requester.cancel(job.job_id, job.board)
            return say(texts.CANCELED)

        if bpy.app.background:
            return at_once(self, work)
        if row:
            jobs.do(row.number, texts.CANCELING, work)
        return {"FINISHED"}


class RENDERCHAIN_OT_copy_job(JobOperator):  # noqa: N801 - Blender's naming
    """Copy the job's id on the network, which the shell's commands take"""

    bl_idname = "renderchain.copy_job"
    bl_label = "Copy Id"

    def act(self, context: bpy.types.Context) -> set[str]:
        """To the clipboard, with the board where the list has jobs of several."""
        if row := self.row():
            entry = row.overview.entry
            is_on_several = len({one.overview.entry.board for one in jobs.rows.values()}) > 1
            text = f"{entry.job_id} --board {entry.board:#x}" if is_on_several else str(entry.job_id)
            context.window_manager.clipboard = text
            self.report({"INFO"}, say(texts.COPIED_ID, id=text))
        return {"FINISHED"}


CLASSES = (
    RENDERCHAIN_OT_refresh,
    RENDERCHAIN_OT_download,
    RENDERCHAIN_OT_stop_following,
    RENDERCHAIN_OT_stop,
    RENDERCHAIN_OT_cancel,
    RENDERCHAIN_OT_copy_job,
)

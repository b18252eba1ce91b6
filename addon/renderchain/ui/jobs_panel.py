"""The artist's jobs in Render properties; it draws what was read before."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.artist_job import REFUSED, SENDING, JobOverview
from ..core.job_words import marks, money, standing, summary
from ..core.lifecycle import JobState
from ..core.notices.jobs import Doubt
from . import messages, pictures, sequences
from .chosen import chosen
from .following import Row, chosen_number, jobs
from .strings import texts
from .strings.language import said, say

ICONS: dict[str, Any] = {
    JobState.ACTIVE: "RENDER_ANIMATION",
    JobState.COMPLETED: "CHECKMARK",
    JobState.CANCELED: "X",
    SENDING: "SORTTIME",
    REFUSED: "ERROR",
}
MOST_NOTES = 3
SHOWN_ROWS = 4


class RENDERCHAIN_PG_job(bpy.types.PropertyGroup):  # noqa: N801 - Blender's naming
    """An entry of the list: the number of a row."""

    number: bpy.props.IntProperty()  # type: ignore[valid-type]


class RENDERCHAIN_UL_jobs(bpy.types.UIList):  # noqa: N801 - Blender's naming
    """A line a job: number, name, how many frames are done, what it cost."""

    bl_idname = "RENDERCHAIN_UL_jobs"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: Any,
        data: Any,
        item: Any,
        icon: int | None,
        active_data: Any,
        active_property: str | None,
        index: int | None,
        flt_flag: int | None,
    ) -> None:
        """One line."""
        row = jobs.rows.get(item.number)
        if row is None:
            return
        one = row.overview
        line = layout.row(align=True)
        picture = pictures.newest_icon(one)
        name = f"{one.number}  {one.entry.name}"
        if picture:
            line.label(text=name, icon_value=picture, translate=False)
        else:
            line.label(text=name, icon=ICONS.get(one.state, "DOT"), translate=False)
        if one.frame_count:
            factor = one.delivered_count / one.frame_count
            line.progress(factor=factor, text=f"{one.delivered_count}/{one.frame_count}")
        if not messages.is_narrow(messages.width_of_panel(context)):  # below the list it stands in any case
            line.label(text=said(summary(one) if one.is_running else one.state), translate=False)


class RENDERCHAIN_PT_jobs(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """The artist's jobs."""

    bl_label = "Jobs"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """The list, and what there is of the job that is chosen in it."""
        layout, width_px = self.layout, messages.width_of_panel(context)
        row = layout.row()
        manager = context.window_manager
        lists = ("renderchain_jobs", manager, "renderchain_job")
        row.template_list("RENDERCHAIN_UL_jobs", "", manager, *lists, rows=SHOWN_ROWS)
        buttons = row.column(align=True)
        buttons.operator("renderchain.refresh", text="", icon="FILE_REFRESH")
        job = jobs.rows.get(chosen_number())
        if job:
            draw_buttons(buttons, job)
            draw_job(layout, job, width_px)
        elif jobs.hint:
            messages.draw_text(layout, jobs.hint, width_px, "INFO")
        else:
            layout.label(text=texts.NO_JOBS)
        messages.draw(layout, messages.Place.JOBS, width_px)


def draw_buttons(buttons: Any, row: Row) -> None:
    """What can be done now, beside the list."""
    one = row.overview
    if one.entry.output:
        buttons.operator("wm.path_open", text="", icon="FILE_FOLDER").filepath = one.entry.output
    if row.task:
        buttons.operator("renderchain.stop_following", text="", icon="PAUSE").number = one.number
    elif one.entry.job_id:
        buttons.operator("renderchain.download", text="", icon="IMPORT").number = one.number
    if one.cancel:
        buttons.operator("renderchain.cancel", text="", icon="CANCEL").number = one.number
    if one.entry.job_id:
        buttons.operator("renderchain.copy_job", text="", icon="COPYDOWN").number = one.number
    if one.entry.job_id and (index := chosen.text("index_url")):
        # The index serves a dashboard at its own address, with a page for each job.
        place = f"{index.rstrip('/')}/#/jobs/{one.entry.board:#x}/{one.entry.job_id}"
        buttons.operator("wm.url_open", text="", icon="URL").url = place


def draw_job(layout: Any, row: Row, width_px: float) -> None:
    """How a job stands, what goes on, what is wrong, and its pictures."""
    one, box = row.overview, layout.box()
    messages.draw_text(box, standing(one), width_px, ICONS.get(one.state, "DOT"))
    if text := money(one):
        messages.draw_text(box, text, width_px, "BLANK1")
    if (row.task or row.video) and row.message:
        box.progress(factor=row.factor, text=said(row.message), translate=False)
    elif row.is_elsewhere:
        messages.draw_text(box, texts.FETCHED_ELSEWHERE, width_px, "LINKED")
    elif row.failure:
        text = say(texts.TRIED_AGAIN, failure=said(row.failure))
        messages.draw_text(box, text, width_px, "ERROR", alert=True)
    draw_notes(box, one, width_px)
    if not row.task:
        for text in marks(one):
            messages.draw_text(box, text, width_px, "ERROR")
        draw_order(box, one)
    pictures.draw(box, one)
    sequences.draw(box, row)


def draw_notes(box: Any, one: JobOverview, width_px: float) -> None:
    """The newest warnings, which stay; a doubt has a button as long as it can be challenged."""
    for note in one.notes[-MOST_NOTES:]:
        messages.draw_text(box, note.sentence, width_px, "ERROR", most=4)
        if isinstance(note, Doubt) and one.is_running:
            button = box.operator("renderchain.challenge", text=texts.CHALLENGE)
            button.number, button.lease_id = one.number, str(note.lease_id)
            button.leaves = " ".join(map(str, getattr(note, "leaves", ())))


def draw_order(box: Any, one: JobOverview) -> None:
    """A button for frames that lack or are doubted."""
    if one.missing or one.doubted:
        button = box.operator("renderchain.order_again", icon="RECOVER_LAST")
        button.number = one.number


CLASSES = (RENDERCHAIN_PG_job, RENDERCHAIN_UL_jobs, RENDERCHAIN_PT_jobs)

"""What was packed and not sent, because Blender ended or something failed: a button goes on with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..core.errors import ContentError
from ..core.notices import Level
from ..core.unfinished import Left, PendingSubmission
from ..settings import default_folder
from . import messages
from .messages import Message, Place, tell
from .strings import texts
from .strings.language import say

if TYPE_CHECKING:
    from ..app.requester.unsent import UnsentJob
    from ..core.print_limits import PrintLimits
    from .confirm import Asked

DAY_AND_TIME = "%Y-%m-%d, %H:%M"


@dataclass(frozen=True)
class Unsent:
    """Where it is kept, what its job was to be, and whether the file was not saved again since."""

    left: Left
    job: UnsentJob
    is_as_packed: bool


_offered: list[Unsent] = []  # one at most


def folder() -> Path:
    """Where stands what is being sent, and lies with its package."""
    return default_folder() / "unfinished"


def keeping(asked: Asked, pending: PendingSubmission) -> Callable[[PrintLimits], None]:
    """What keeps a package that is whole; called on the main thread, the rest in any thread."""
    from ..app.requester.unsent import FileSeen, UnsentJob

    wish, packed_s, file = asked.wish, int(time.time()), FileSeen.at(bpy.data.filepath)

    def keep(limits: PrintLimits) -> None:
        offer = replace(wish.offer, limits=limits)
        where = (wish.output, wish.names, offer, packed_s, file)
        pending.can_be_gone_on_with(UnsentJob(wish.name, wish.scene, *where).to_bytes())
        _offered.clear()  # one is kept

    return keep


def offer(left: Left) -> bool:
    """Show a button that goes on with it; whether that can be."""
    from ..app.requester.unsent import parse_unsent

    _offered.clear()
    try:
        job = parse_unsent(left.order) if left.order else None
    except ContentError:
        job = None
    if job is None:
        return False
    _offered.append(Unsent(left, job, job.is_as_packed))
    return True


def offered() -> Unsent | None:
    """What can be gone on with."""
    return next(iter(_offered), None)


def forget() -> None:
    """Offer nothing; what is kept is offered at the next start."""
    _offered.clear()


def tell_left(found: Sequence[Left]) -> None:
    """Say what an earlier Blender left, on the main thread."""
    kept = [one.name for one in found if offer(one)]
    others = [one.name for one in found if one.name not in kept]
    said = [say(texts.NOT_SENT, jobs=", ".join(others))] if others else []
    said += [say(texts.NOT_SENT_KEPT, jobs=", ".join(kept))] if kept else []
    if said:
        tell(Place.SUBMIT, Message(" ".join(said), Level.WARNING))


def draw(layout: Any, width_px: float) -> None:
    """When it was packed, and the two ways on."""
    one = offered()
    if one is None:
        return
    box = layout.box()
    packed = time.strftime(DAY_AND_TIME, time.localtime(one.job.packed_s))
    messages.draw_text(box, say(texts.KEPT, job=one.job.name, time=packed), width_px, "FILE_BLEND")
    if not one.is_as_packed:
        messages.draw_text(box, texts.SAVED_SINCE, width_px, "INFO")
    row = box.row(align=True)
    row.operator_context = "INVOKE_DEFAULT"
    row.operator("renderchain.go_on", icon="PLAY")
    row.operator("renderchain.give_up", icon="TRASH")


class RENDERCHAIN_OT_give_up(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Delete what was packed; nothing was paid"""

    bl_idname = "renderchain.give_up"
    bl_label = "Give Up"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There is something."""
        return bool(_offered)

    def execute(self, context: bpy.types.Context) -> Any:
        """Unless another Blender goes on with it."""
        if pending := PendingSubmission.again(_offered.pop().left.file):
            pending.end()
        messages.forget(Place.SUBMIT)
        return {"FINISHED"}

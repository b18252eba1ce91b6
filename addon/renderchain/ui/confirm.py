"""The dialog before anything is packed or paid: what is rendered, and what it costs at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from ..core.durations import duration_of
from ..core.frames import format_frames
from ..core.job import DEVICE_WORDS
from ..core.money import format_strk, four_decimals
from ..core.notices import Level, counted
from ..core.progress import size_text
from ..settings import Settings
from .asking import DIALOG_PX
from .messages import MARGIN_PX, draw_text, lines_of, scale
from .strings import texts
from .strings.language import said, say
from .wish import Wish

if TYPE_CHECKING:
    from ..app.requester.estimate import Estimate, JobFrames

LABEL_SHARE = 0.4
SHORT_S = 60.0
MOST_FRAMES_TEXT = 40  # characters


@dataclass(frozen=True)
class Facts:
    """What of the scene and its Blender is known; ``count_bytes`` may take long and touches no bpy."""

    frames: JobFrames
    size: str
    count_bytes: Callable[[], int]
    blender: str
    file: str  # that is open; "" before it is saved


@dataclass(frozen=True)
class Asked:
    """What the artist is asked to pay for."""

    settings: Settings
    wish: Wish
    facts: Facts
    estimate: Estimate
    size_bytes: int
    frame_s: float | None = None  # what one takes on this machine, where it was sketched


Then = Callable[[Asked], None]
_asked: list[tuple[Asked, Then]] = []  # what the dialog is about


def facts_of(scene: bpy.types.Scene, count: int) -> Facts:
    """Read them on the main thread."""
    from ..blender.packing.size import upload_size
    from ..blender.submission import frames_asked

    frames, size = frames_asked(scene, count), _size_of(scene)
    return Facts(frames, size, upload_size(), bpy.app.binary_path, bpy.data.filepath)


def is_as_shown(scene: bpy.types.Scene, facts: Facts) -> bool:
    """Whether the scene is still what the price was asked for: another file may be open by now."""
    from ..blender.submission import frames_asked

    seen = (frames_asked(scene, facts.frames.count), _size_of(scene), bpy.data.filepath)
    return seen == (facts.frames, facts.size, facts.file)


def _size_of(scene: bpy.types.Scene) -> str:
    from ..blender.scene_reader import read_scene

    facts = read_scene(scene)
    return size_text_of(facts.width, facts.height, facts.samples)


def size_text_of(width: int, height: int, samples: int) -> str:
    """How large a frame is, and how often each pixel is sampled."""
    counted_samples = said(counted(samples, "sample"))
    return say(texts.SIZE_AND_SAMPLES, width=width, height=height, samples=counted_samples)


def ask(asked: Asked, then: Then) -> None:
    """Open the dialog, on the main thread; ``then`` is what is done if the artist says yes."""
    _asked[:] = [(asked, then)]
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.renderchain.pay("INVOKE_DEFAULT")


def rows_of(asked: Asked) -> tuple[tuple[str, str], ...]:
    """What is rendered: labels and texts."""
    wish = asked.wish
    frames, numbers = said(counted(len(wish.frames), "frame")), format_frames(wish.frames)
    if len(numbers) > MOST_FRAMES_TEXT:
        numbers = say(texts.FIRST_TO_LAST, first=wish.frames[0], last=wish.frames[-1])
    size = say(texts.NOT_SAVED)
    if asked.size_bytes:
        size = say(texts.ABOUT, amount=size_text(asked.size_bytes))
    return (
        (texts.JOB, wish.name),
        (texts.FRAMES, say(texts.FRAMES_NAMED, frames=frames, numbers=numbers)),
        (texts.SIZE, asked.facts.size),
        (texts.RENDERED_ON, DEVICE_WORDS[wish.offer.device_group]),
        (texts.FRAMES_GO_TO, str(wish.output / wish.names)),
        (texts.TO_UPLOAD, size),
        (texts.NETWORK, asked.settings.network),
        *_times_of(asked),
    )


def _times_of(asked: Asked) -> tuple[tuple[str, str], ...]:
    """What a frame takes, and all of them one after the other."""
    if asked.frame_s is None:
        return ()
    all_s = asked.frame_s * len(asked.wish.frames)
    found = (texts.FRAME_TAKES, say(texts.ON_THIS_CPU, time=_time_text(asked.frame_s)))
    if len(asked.wish.frames) < 2:
        return (found,)
    return (found, (texts.ALL_TAKE, say(texts.ON_ONE_MACHINE, time=_time_text(all_s))))


def _time_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < SHORT_S else said(duration_of(seconds))


def money_of(asked: Asked) -> tuple[tuple[str, str], ...]:
    """What it costs: all that the account will spend, and of it what usually comes back."""
    quote, cost = asked.estimate.quote, asked.estimate.quote.cost
    batches = -(-quote.shape.tasks // quote.plan.longest_lease)
    accepted, fees = said(counted(batches, "batch", "batches")), four_decimals(cost.gas_fri)
    pay, each = four_decimals(cost.pay_fri), format_strk(quote.shape.reward_fri)
    most, have = four_decimals(cost.most_fri), four_decimals(asked.estimate.have_fri, up=False)
    back = f"{four_decimals(asked.estimate.back_fri, up=False)} STRK"
    spares = ((texts.FOR_LATE, f"{four_decimals(cost.spares_fri)} STRK"),) if cost.spares_fri else ()
    return (
        (texts.PAY, say(texts.PAY_EACH, pay=pay, each=each)),
        (texts.RESERVE, f"{four_decimals(cost.pool_fri)} STRK"),
        *spares,
        (texts.FEES, say(texts.FEES_FOR, fees=fees, batches=accepted)),
        (texts.AT_MOST, say(texts.MOST_OF, most=most, have=have)),
        (texts.COMES_BACK, say(texts.ABOUT, amount=back)),
    )


class RENDERCHAIN_OT_pay(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Pay for the job and send it"""

    bl_idname = "renderchain.pay"
    bl_label = "Render on Network"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Show it."""
        return context.window_manager.invoke_props_dialog(
            self, width=DIALOG_PX, title=self.bl_label, confirm_text=texts.PAY_AND_RENDER
        )

    def draw(self, context: bpy.types.Context) -> None:
        """The two tables, and what the artist should know."""
        if not _asked:
            return
        layout, (asked, _) = self.layout, _asked[0]
        text_px = (DIALOG_PX - MARGIN_PX) * scale()
        _table(layout, rows_of(asked), text_px)
        _table(layout.box(), money_of(asked), text_px)
        for notice in asked.estimate.notices:
            if notice.level is Level.WARNING:
                draw_text(layout, notice.sentence, text_px, "ERROR")

    def execute(self, context: bpy.types.Context) -> Any:
        """What was shown is packed, sent and paid."""
        while _asked:
            asked, then = _asked.pop()
            then(asked)
        return {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Nothing was paid."""
        _asked.clear()


def _table(layout: Any, rows: tuple[tuple[str, str], ...], width_px: float) -> None:
    for label, text in rows:
        split = layout.split(factor=LABEL_SHARE)
        split.label(text=label)
        column = split.column(align=True)
        for line in lines_of(text, width_px * (1 - LABEL_SHARE)):
            column.label(text=line, translate=False)

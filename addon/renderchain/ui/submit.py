"""A scene is put on the network: looked at, priced, confirmed, then packed, sent and paid."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy

from ..core.errors import RenderChainError, SceneError
from ..core.ids import BoardJob
from ..core.sketch import Sketch
from ..core.unfinished import PendingSubmission
from ..ports.reporter import Reporter
from ..settings import Settings
from . import confirm, unsent
from .messages import Message, Place, failed, tell
from .preferences import read_settings
from .quitting import hold
from .scene_findings import at_a_glance
from .strings import texts
from .strings.language import say
from .submitting import begin, stop, submitting
from .wish import Wish, wish_of
from .work import Operator, on_main_thread, refresh_jobs

if TYPE_CHECKING:
    from ..app.requester.estimate import Estimate

CPU = "CPU"
SKETCH_S = 20.0  # the artist waits for it before the price is shown


class Submit(Operator):
    """Says what a job costs, then packs the scene and puts it on the network."""

    said_in = Place.SUBMIT
    what = ""  # "": what the panel says

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One submission at a time."""
        return not submitting.phase

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask the network for the price, then the artist."""
        return self._begin(context, lambda asked: confirm.ask(asked, pay))

    def act(self, context: bpy.types.Context) -> set[str]:
        """Pay and submit at once: who calls it from a script has decided."""
        if not bpy.app.background:
            return self._begin(context, pay)
        import asyncio

        from ..blender.console import ConsoleReporter

        reporter = ConsoleReporter()
        asked = asyncio.run(price(*_wished(context, self.what), reporter))
        job = asyncio.run(send(asked)(reporter))
        self.report({"INFO"}, say(texts.SENT, job=job.job_id))
        return {"FINISHED"}

    def _begin(self, context: bpy.types.Context, then: Callable[[confirm.Asked], None]) -> set[str]:
        try:
            wished = _wished(context, self.what)
        except (RenderChainError, OSError) as error:
            return self.refuse(error)

        sketch = sketch_of(context.scene, wished[1])

        async def work(reporter: Reporter) -> confirm.Asked:
            return await price(*wished, reporter, sketch)

        begin(texts.PRICING, work, then)
        return {"FINISHED"}


def _wished(context: bpy.types.Context, what: str) -> tuple[Settings, Wish, confirm.Facts]:
    """What is asked for; raises SceneError for what shows at a glance, SettingsError or FrameRangeError."""
    from ..blender.preflight import Findings, refuse_errors

    scene, settings = context.scene, read_settings()
    wish = wish_of(scene, what or scene.renderchain.what, settings)
    refuse_errors(Findings(at_a_glance(scene)), wish.allowed)
    return settings, wish, confirm.facts_of(scene, len(wish.frames))


def sketch_of(scene: bpy.types.Scene, wish: Wish) -> Callable[[], Coroutine[Any, Any, Sketch]] | None:
    """What sketches a frame in another Blender; None where nothing is to be tried out."""
    from ..blender.proving.other_session import other_session
    from ..blender.steps import one_step

    if not wish.probe_seconds:
        return None

    async def sketch() -> Sketch:
        session = await on_main_thread(one_step(lambda: other_session(scene)))
        return await session.sketch(wish.frames[0], SKETCH_S)

    return sketch


async def price(
    settings: Settings,
    wish: Wish,
    facts: confirm.Facts,
    reporter: Reporter,
    sketch: Callable[[], Coroutine[Any, Any, Sketch]] | None = None,
) -> confirm.Asked:
    """What it comes to; raises what would stop it later, while nothing is packed."""
    import asyncio

    from ..app.requester.output_folder import try_output
    from ..composition.requester import make_requester

    await asyncio.to_thread(try_output, wish.output)
    size_bytes = await asyncio.to_thread(facts.count_bytes)
    frame_s = await _frame_s(sketch, reporter) if sketch else wish.offer.frame_s
    is_of_cpu = wish.offer.device_group == CPU  # what a frame takes on it says nothing of GPUs
    wish = replace(wish, offer=replace(wish.offer, frame_s=frame_s if is_of_cpu else None))
    requester = make_requester(settings, reporter, facts.blender)
    reporter.say(texts.PRICING)
    estimate: Estimate = await requester.estimate(wish.offer, facts.frames, size_bytes)
    estimate.check_funds()
    return confirm.Asked(settings, wish, facts, estimate, size_bytes, frame_s)


async def _frame_s(sketch: Callable[[], Coroutine[Any, Any, Sketch]], reporter: Reporter) -> float | None:
    """What a frame takes on this machine; None where there was no sketch in its time, or could be none.

    What keeps the scene from being copied is said when it is to be sent.
    """
    reporter.say(texts.TRYING)
    try:
        return (await sketch()).frame_s
    except (RenderChainError, OSError):
        return None


def send(asked: confirm.Asked, pending: PendingSubmission | None = None) -> Callable[[Reporter], Any]:
    """What copies the scene, on the main thread, then packs, sends and pays it.

    With ``pending`` the package can be gone on with, should it not be sent.
    """
    from ..app.requester.requester import unprobed
    from ..blender.submission import Submission
    from ..composition.requester import make_requester

    wish = asked.wish
    scene = bpy.data.scenes.get(wish.scene)
    if scene is None or not confirm.is_as_shown(scene, asked.facts):
        raise SceneError(say(texts.SCENE_CHANGED, scene=repr(wish.scene)))
    steps = Submission.in_steps(
        scene,
        wish.frames,
        own_seed=wish.own_seed,
        name=wish.name,
        proof_seconds=wish.proof_seconds,
        allowed=wish.allowed,
        place=pending.place() if pending else None,
    )
    keep = unsent.keeping(asked, pending) if pending else unprobed

    async def work(reporter: Reporter) -> BoardJob:
        submission = await on_main_thread(steps)
        requester = make_requester(asked.settings, reporter, asked.facts.blender)
        offer = asked.estimate.offer  # what is paid is what was shown, whatever fees are by then
        where = (wish.output, reporter, wish.probe_seconds, wish.names)
        return await submission.send(requester, offer, *where, keep)

    return work


def pay(asked: confirm.Asked) -> None:
    """Send it, and say how that ended."""
    name = asked.wish.name
    pending = PendingSubmission(unsent.folder(), name)
    try:
        working = send(asked, pending)
    except (RenderChainError, OSError) as error:  # no room or no leave for the copy
        pending.end()
        tell(Place.SUBMIT, failed(error))
        return
    begin(say(texts.COPYING, job=name), working, lambda _: sent(name), pending)
    hold(name)


def sent(name: str) -> None:
    """It is on the network; the job's id there is nobody's word for it."""
    tell(Place.SUBMIT, Message(say(texts.SENT, job=name)))
    refresh_jobs()


class RENDERCHAIN_OT_submit(Submit):  # noqa: N801 - Blender's naming
    """Have the frames rendered on the network; you see the price first"""

    bl_idname = "renderchain.submit"
    bl_label = "Render on Network"


class RENDERCHAIN_OT_submit_still(Submit):  # noqa: N801 - Blender's naming
    """Have the current frame rendered on the network; you see the price first"""

    bl_idname = "renderchain.submit_still"
    bl_label = "Render Still on Network"
    what = "STILL"


class RENDERCHAIN_OT_submit_animation(Submit):  # noqa: N801 - Blender's naming
    """Have the scene's frame range rendered on the network; you see the price first"""

    bl_idname = "renderchain.submit_animation"
    bl_label = "Render Animation on Network"
    what = "ANIMATION"


class RENDERCHAIN_OT_stop_submitting(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Give it up; nothing is paid"""

    bl_idname = "renderchain.stop_submitting"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Until it is paid."""
        return submitting.running is not None and not submitting.is_paying

    def execute(self, context: bpy.types.Context) -> Any:
        """Stop it."""
        stop()
        return {"FINISHED"}


def draw_menu(menu: Any, context: bpy.types.Context) -> None:
    """In the Render menu, below Blender's own."""
    layout = menu.layout
    layout.separator()
    layout.operator_context = "INVOKE_DEFAULT"
    layout.operator("renderchain.submit_still", icon="RENDER_STILL")
    layout.operator("renderchain.submit_animation", icon="RENDER_ANIMATION")


CLASSES = (
    RENDERCHAIN_OT_submit,
    RENDERCHAIN_OT_submit_still,
    RENDERCHAIN_OT_submit_animation,
    RENDERCHAIN_OT_stop_submitting,
    confirm.RENDERCHAIN_OT_pay,
)

"""The artist's actions. With an interface they work in the background, without one they block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import bpy

from ..app.requester.offer import Offer
from ..app.requester.quote import quote_of
from ..blender.console import ConsoleReporter
from ..blender.scene_reader import read_scene
from ..blender.submission import Submission
from ..composition.network import gas_price_fri, open_chain
from ..composition.requester import make_requester
from ..core.errors import RenderChainError
from ..core.ids import JobId
from ..core.money import format_strk, parse_strk
from ..core.tiles import leaves_of
from ..ports.reporter import Reporter
from ..settings import Settings
from .preferences import read_settings
from .state import PanelReporter, background, state

Work = Callable[[Reporter], Coroutine[Any, Any, str]]


def perform(operator: bpy.types.Operator, work: Work, *, stoppable: bool) -> set[str]:
    """Run work to its end, or start it if there is an interface to show its progress in.

    ``stoppable`` is what may end half-way without losing money or frames.
    """
    if bpy.app.background:
        operator.report({"INFO"}, asyncio.run(work(ConsoleReporter())))
        return {"FINISHED"}

    def done(result: Any, error: str) -> None:
        state.busy, state.factor, state.running = False, 0.0, None
        refresh_jobs()
        state.message = error or str(result)

    state.busy = True
    running = background().run(work(PanelReporter()), done)
    state.running = running if stoppable else None
    return {"FINISHED"}


def refresh_jobs() -> None:
    """Read the artist's jobs into the panel."""
    try:
        state.jobs = make_requester(read_settings(), ConsoleReporter()).jobs()
    except RenderChainError as error:
        state.jobs, state.message = [], str(error)


class Operator(bpy.types.Operator):
    """Turns our errors into Blender's."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One thing at a time."""
        return not state.busy

    def act(self, context: bpy.types.Context) -> set[str]:
        """What the operator does."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Any:
        """Act; a known failure is reported and changes nothing."""
        try:
            return self.act(context)
        except RenderChainError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}


def _offer(chosen: Any, settings: Settings) -> Offer:
    return Offer(
        parse_strk(chosen.reward),
        device_group=chosen.device,
        longest_lease=chosen.longest_lease or None,
        second_look=settings.wants_second_looks,
        takes_unjudged=settings.takes_unjudged,
    )


class _Submit(Operator):
    """Packs the scene and puts a job on the network."""

    confirmed: Offer | None = None  # without an interface nobody is asked

    def frames(self, context: bpy.types.Context) -> tuple[int, ...]:
        """The frames to submit."""
        raise NotImplementedError

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Say what it costs before anything is paid."""
        try:
            count = len(self.frames(context))
            settings = read_settings()
            facts, offer = read_scene(context.scene), _offer(context.scene.renderchain, settings)
            layers = len(facts.view_layers)
            leaves = leaves_of(facts.width, facts.height, layers)
            price_fri = asyncio.run(gas_price_fri(settings))
            quote = quote_of(offer, count, leaves, layers, price_fri)
        except RenderChainError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.confirmed = quote.chosen  # what is paid is what was shown, whatever gas costs by then
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Render on network",
            message=f"On {settings.network}: {' '.join(one.sentence for one in quote.notices)}",
            confirm_text="Pay and Submit",
        )

    def act(self, context: bpy.types.Context) -> set[str]:
        """Copy the scene here, then pack, pin and pay in the background."""
        scene, chosen = context.scene, context.scene.renderchain
        settings = read_settings()
        offer = self.confirmed or _offer(chosen, settings)
        output = Path(bpy.path.abspath(chosen.output)).resolve()
        submission = Submission(
            scene, self.frames(context), own_seed=chosen.own_seed, proof_seconds=chosen.proof_seconds
        )
        blender, seconds, private = bpy.app.binary_path, chosen.probe_seconds, chosen.private

        async def work(reporter: Reporter) -> str:
            requester = make_requester(settings, reporter, blender)
            parts = (requester, offer, output, reporter, seconds)
            job_id = await submission.send(*parts, private=private)
            return f"Job {job_id} is on the network"

        return perform(self, work, stoppable=False)


class RENDERCHAIN_OT_submit_still(_Submit):  # noqa: N801 - Blender's naming
    """Pack the current frame and have it rendered on the network"""

    bl_idname = "renderchain.submit_still"
    bl_label = "Submit Still"

    def frames(self, context: bpy.types.Context) -> tuple[int, ...]:
        """The current one."""
        return (read_scene(context.scene).frame_current,)


class RENDERCHAIN_OT_submit_animation(_Submit):  # noqa: N801 - Blender's naming
    """Pack the scene's frame range and have it rendered on the network"""

    bl_idname = "renderchain.submit_animation"
    bl_label = "Submit Animation"

    def frames(self, context: bpy.types.Context) -> tuple[int, ...]:
        """The scene's range."""
        return read_scene(context.scene).frame_range


class RENDERCHAIN_OT_download(Operator):  # noqa: N801 - Blender's naming
    """Fetch a job's frames as they come, check them and release their pay"""

    bl_idname = "renderchain.download"
    bl_label = "Download"
    job_id: bpy.props.IntProperty(name="Job", min=1)  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> set[str]:
        """Follow the job to its end."""
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
        settings, job_id = read_settings(), JobId(self.job_id)

        async def work(reporter: Reporter) -> str:
            await make_requester(settings, reporter).cancel(job_id)
            return f"Job {job_id} is canceled"

        return perform(self, work, stoppable=False)


class RENDERCHAIN_OT_test_connection(Operator):  # noqa: N801 - Blender's naming
    """Open the network as the settings say and show the account's balance"""

    bl_idname = "renderchain.test_connection"
    bl_label = "Test Connection"

    def act(self, context: bpy.types.Context) -> set[str]:
        """Ask the chain for the balance."""
        settings = read_settings()

        async def work(reporter: Reporter) -> str:
            async with open_chain(settings, reporter) as chain:
                held_fri = await chain.tokens_fri(chain.address)
            return f"Connected; the account holds {format_strk(held_fri)} STRK"

        return perform(self, work, stoppable=True)

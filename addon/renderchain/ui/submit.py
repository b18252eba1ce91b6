"""A scene is put on the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.scene_reader import read_scene
from ..core.errors import RenderChainError
from ..core.money import parse_strk
from ..core.tiles import leaves_of
from ..ports.reporter import Reporter
from ..settings import Settings
from .messages import Place
from .preferences import read_settings
from .work import Operator, perform

if TYPE_CHECKING:
    from ..app.requester.offer import Offer


def _offer(chosen: Any, settings: Settings) -> Offer:
    from ..app.requester.offer import Offer

    return Offer(
        parse_strk(chosen.reward),
        device_group=chosen.device,
        longest_lease=chosen.longest_lease or None,
        second_look=settings.wants_second_looks,
        takes_unjudged=settings.takes_unjudged,
    )


class _Submit(Operator):
    """Packs the scene and puts a job on the network."""

    said_in = Place.SUBMIT
    confirmed: Any = None  # the Offer; without an interface nobody is asked

    def frames(self, context: bpy.types.Context) -> tuple[int, ...]:
        """The frames to submit."""
        raise NotImplementedError

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Say what it costs before anything is paid."""
        import asyncio

        from ..app.requester.quote import quote_of
        from ..composition.network import gas_price_fri

        try:
            count = len(self.frames(context))
            settings = read_settings()
            facts, offer = read_scene(context.scene), _offer(context.scene.renderchain, settings)
            layers = len(facts.view_layers)
            leaves = leaves_of(facts.width, facts.height, layers)
            price_fri = asyncio.run(gas_price_fri(settings))
            quote = quote_of(offer, count, leaves, layers, price_fri)
        except RenderChainError as error:
            return self.refuse(error)
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
        from ..blender.submission import Submission
        from ..composition.requester import make_requester

        scene, chosen = context.scene, context.scene.renderchain
        settings = read_settings()
        offer = self.confirmed or _offer(chosen, settings)
        output = Path(bpy.path.abspath(chosen.output)).resolve()
        submission = Submission(
            scene, self.frames(context), own_seed=chosen.own_seed, proof_seconds=chosen.proof_seconds
        )
        blender, seconds = bpy.app.binary_path, chosen.probe_seconds

        async def work(reporter: Reporter) -> str:
            requester = make_requester(settings, reporter, blender)
            job_id = await submission.send(requester, offer, output, reporter, seconds)
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

"""A provider's panel: how the worker stands, and what owners do most; it draws cached state only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..core.errors import ChangeRefused, RenderChainError
from ..core.money import parse_strk
from ..core.worker_control import Control
from ..ports.provider_chain import ProviderChain
from ..ports.reporter import Reporter
from .messages import Message, Place, draw, keep, width_of_panel
from .preferences import read_settings
from .state import background, state
from .strings import texts
from .strings.language import say
from .work import Operator, perform

if TYPE_CHECKING:
    from ..app.provider.change import Change

STEPS = (
    ("REGISTER", "Register", "Register a worker of this machine's kind with the amount as its work stake"),
    ("ADD", "Add Stake", "Add the amount to the work stake"),
    ("MOVE", "Move to Seats", "Move the amount of free work stake into the seat purse"),
    ("WITHDRAW", "Withdraw", "Start the cool-down of the amount of free work stake"),
    ("COLLECT", "Collect", "Take out what has cooled down"),
)


class RENDERCHAIN_OT_provider_status(Operator):  # noqa: N801 - Blender's naming
    """Ask the network how the settings' worker stands"""

    said_in = Place.PROVIDER
    bl_idname = "renderchain.provider_status"
    bl_label = "Refresh"

    def act(self, context: bpy.types.Context) -> set[str]:
        """Read it into the panel."""
        from ..app.provider.control import read_control
        from ..app.provider.status import status_of
        from ..blender.provider.common import chosen_worker
        from ..composition.provider import open_provider

        settings = read_settings()

        async def work(reporter: Reporter) -> str:
            async with open_provider(settings, reporter, signs=False) as chain:
                number = await chosen_worker(chain, None)
                lines = await status_of(chain, number, read_control(settings.folder))
            _show(lines)
            return lines[0]

        return perform(self, work, stoppable=True)


class RENDERCHAIN_OT_provider_step(Operator):  # noqa: N801 - Blender's naming
    """Change what the settings' account has staked"""

    said_in = Place.PROVIDER
    bl_idname = "renderchain.provider_step"
    bl_label = "Sign"
    step: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Step", items=STEPS, translation_context=texts.CONTEXT
    )
    amount: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Amount", description="STRK", default="10", translation_context=texts.CONTEXT
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Say what it locks, leads to and costs, before anything is signed."""
        import asyncio

        from ..app.provider.signing import explained
        from ..blender.console import ConsoleReporter
        from ..composition.provider import open_provider

        try:
            settings, families = read_settings(), self._families()
            amount_fri = parse_strk(self.amount)

            async def explain() -> list[str]:
                async with open_provider(settings, ConsoleReporter(), signs=False) as chain:
                    return await explained(chain, await plan(chain, self.step, amount_fri, families))

            said = asyncio.run(explain())
        except RenderChainError as error:
            return self.refuse(error)
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=next(say(title) for name, title, _ in STEPS if name == self.step),
            message=" ".join(said),
            confirm_text=texts.SIGN_AND_SEND,
        )

    def act(self, context: bpy.types.Context) -> set[str]:
        """Sign and send."""
        from ..app.provider.control import read_control
        from ..app.provider.signing import carry_out
        from ..app.provider.status import status_of
        from ..blender.provider.common import chosen_worker
        from ..composition.provider import open_provider

        settings, families = read_settings(), self._families()
        step, amount_fri = self.step, parse_strk(self.amount)

        async def work(reporter: Reporter) -> str:
            async with open_provider(settings, reporter) as chain:
                made = await plan(chain, step, amount_fri, families)
                await carry_out(chain, made, reporter.say, lambda: True)
                number = await chosen_worker(chain, None)
                _show(await status_of(chain, number, read_control(settings.folder)))
            return say(texts.STEP_DONE, step=made.action)

        return perform(self, work, stoppable=False)

    def _families(self) -> list[int]:
        """Those of this machine, which only registering needs; the devices are asked on the main thread."""
        if self.step != "REGISTER":
            return []
        from ..blender.provider.machine import own_families

        return own_families(read_settings())


class RENDERCHAIN_OT_provider_pause(Operator):  # noqa: N801 - Blender's naming
    """Have the worker claim nothing until it is resumed"""

    said_in = Place.PROVIDER
    bl_idname = "renderchain.provider_pause"
    bl_label = "Pause"
    paused: bpy.props.BoolProperty(name="Paused", default=True)  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> set[str]:
        """Write it where the worker looks."""
        from ..app.provider.control import write_control

        path = write_control(read_settings().folder, Control(paused=self.paused))
        message = Message(say(texts.PAUSED if self.paused else texts.RESUMED, file=path))
        keep(self.said_in, message)
        self.report({"INFO"}, message.text)
        return {"FINISHED"}


class RENDERCHAIN_PT_provider(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """A provider's worker."""

    bl_label = "Provide This Machine"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender's naming
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    def draw(self, context: bpy.types.Context) -> None:
        """What was read last, and a button for each step."""
        layout, offer = self.layout, context.scene.renderchain
        for line in state.worker_lines:
            layout.label(text=line, translate=False)
        row = layout.row(align=True)
        row.operator("renderchain.provider_status", icon="FILE_REFRESH")
        row.operator("renderchain.provider_pause", text=texts.PAUSE, icon="PAUSE").paused = True
        row.operator("renderchain.provider_pause", text=texts.RESUME, icon="PLAY").paused = False
        layout.prop(offer, "stake_amount")
        column = layout.column(align=True)
        for step, text, _ in STEPS:
            button = column.operator("renderchain.provider_step", text=say(text))
            button.step = step
            button.amount = offer.stake_amount
        draw(layout, Place.PROVIDER, width_of_panel(context))


async def plan(chain: ProviderChain, step: str, amount_fri: int, families: list[int]) -> Change:
    """The change of a step; raises ChangeRefused where it can't be done."""
    from ..app.provider.changes import Changes
    from ..blender.provider.common import chosen_worker

    changes = Changes(chain)
    if step == "REGISTER":
        if not families:
            raise ChangeRefused(say(texts.RENDERS_NOTHING))
        return await changes.register(chain.address, chain.address, families, amount_fri)
    number = await chosen_worker(chain, None)
    match step:
        case "ADD":
            return await changes.add_stake(number, amount_fri)
        case "MOVE":
            return await changes.move_to_seats(number, amount_fri)
        case "WITHDRAW":
            return await changes.withdraw_work(number, amount_fri)
    return await changes.collect(number)


def _show(lines: list[str]) -> None:
    """Into the panel, whose state is the main thread's; without an interface at once."""
    if bpy.app.background:
        state.worker_lines = lines
    else:
        background().later(lambda: setattr(state, "worker_lines", lines))

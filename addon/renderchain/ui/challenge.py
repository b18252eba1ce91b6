"""The artist doubts a lease and has verifiers look at it."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.errors import SettingsError
from ..core.ids import LeaseId
from ..ports.reporter import Reporter
from .preferences import read_settings
from .state import state
from .work import Operator, perform

MOST_LEAVES = 8


class RENDERCHAIN_OT_challenge(Operator):  # noqa: N801 - Blender's naming
    """Have verifiers look at a lease, before its window is over. Stop following the job first"""

    bl_idname = "renderchain.challenge"
    bl_label = "Challenge a Lease"
    lease_id: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Lease", description="Its number, as Download says it"
    )
    leaves: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Leaves",
        description=(
            "Up to 8 numbers of leaves that look false: the frame's place in the lease, from 0, times leaves "
            "a frame, plus the tile times the view layers, plus the layer. Empty: whether the results can "
            "be had at all"
        ),
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask, and say what it costs."""
        return context.window_manager.invoke_props_dialog(self, width=440, confirm_text="Pay the Bond")

    def draw(self, context: bpy.types.Context) -> None:
        """The two numbers and the price."""
        layout = self.layout
        layout.prop(self, "lease_id")
        layout.prop(self, "leaves")
        layout.label(text="The bond is 30 % of the lease's pay and an audit's fees.")
        layout.label(text="It comes back if you are right, else the worker gets what is left of it.")

    def act(self, context: bpy.types.Context) -> set[str]:
        """Pay the bond and challenge on-chain."""
        from ..composition.requester import make_requester

        settings, (lease_id, leaves) = read_settings(), self._wanted()

        async def work(reporter: Reporter) -> str:
            await make_requester(settings, reporter).challenge(lease_id, leaves)
            state.doubts.pop(lease_id, None)
            return f"Lease {lease_id} is challenged; press Download to go on"

        return perform(self, work, stoppable=False)

    def _wanted(self) -> tuple[LeaseId, list[int]]:
        """The numbers as typed; raises SettingsError."""
        try:
            lease_id, leaves = int(self.lease_id), [int(one) for one in self.leaves.split()]
        except ValueError:
            lease_id, leaves = 0, []
        if lease_id < 1 or len(leaves) > MOST_LEAVES or any(leaf < 0 for leaf in leaves):
            raise SettingsError(
                "A lease is a number as Download says it, leaves are up to 8 numbers with spaces between; "
                "nothing was paid. Type them again."
            )
        return LeaseId(lease_id), leaves

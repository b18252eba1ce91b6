"""Whether the network can be reached as the settings say."""

from __future__ import annotations

import bpy

from ..core.money import format_strk
from ..ports.reporter import Reporter
from .messages import Place
from .preferences import read_settings
from .work import Operator, perform


class RENDERCHAIN_OT_test_connection(Operator):  # noqa: N801 - Blender's naming
    """Open the network as the settings say and show the account's balance"""

    said_in = Place.PREFERENCES
    bl_idname = "renderchain.test_connection"
    bl_label = "Test Connection"

    def act(self, context: bpy.types.Context) -> set[str]:
        """Ask the chain for the balance."""
        from ..composition.network import open_chain

        settings = read_settings()

        async def work(reporter: Reporter) -> str:
            async with open_chain(settings, reporter) as chain:
                held_fri = await chain.tokens_fri(chain.address)
            return f"Connected; the account holds {format_strk(held_fri)} STRK"

        return perform(self, work, stoppable=True)

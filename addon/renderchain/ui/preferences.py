"""The add-on's preferences: network, account, IPFS, and how each of them stands. Never a secret itself.

What they show and change is the settings file that shells read too, outside of the extension's folder:
disabling, updating and uninstalling lose nothing.
"""

from __future__ import annotations

import os
from typing import Any

import bpy

from .. import __package__ as base_package
from ..core.networks import NETWORKS
from . import checkup, messages
from .chosen import chosen
from .preferences_file import read_settings as read_settings
from .strings import texts
from .strings.language import say

NAMES = tuple(NETWORKS)
OWN, ELSEWHERE = "OWN", "NODE"
WAYS = (
    (
        ELSEWHERE,
        "A Node that Runs",
        "Kubo on this machine or elsewhere, which goes on when Blender is closed",
    ),
    (OWN, "Started with Blender", "Kubo on this machine, started when it is needed and ended with Blender"),
)
INDENT_PX = 40  # of what an add-on draws in the preferences


def _field(name: str, label: str, description: str, **options: Any) -> Any:
    """A field that shows a setting and changes it."""
    return bpy.props.StringProperty(
        name=label,
        description=description,
        translation_context=texts.CONTEXT,
        get=lambda _: chosen.text(name),
        set=lambda _, text: chosen.choose(name, text),
        **options,
    )


def _elsewhere(_: Any) -> str:
    if "config" in chosen.wrong:
        return chosen.text("config")
    return str(chosen.own().elsewhere() or "")


def _use(_: Any, text: str) -> None:
    chosen.use(text)


def _network(_: Any) -> int:
    return NAMES.index(chosen.network)


def _choose_network(_: Any, number: int) -> None:
    chosen.choose_network(NAMES[number])


def _way(_: Any) -> int:
    return int("ipfs_program" in chosen.values())


def _choose_way(_: Any, number: int) -> None:
    if number:
        chosen.choose("ipfs_api", "")
        chosen.choose("ipfs_program", "ipfs")
    else:
        chosen.choose("ipfs_program", "")


class RENDERCHAIN_AP_preferences(bpy.types.AddonPreferences):  # noqa: N801 - Blender's naming
    """Shown in Edit > Preferences > Add-ons."""

    bl_idname = base_package or "renderchain"

    config: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Settings File",
        description="A file of your own, such as a pipeline's, that is used instead of what is chosen here",
        subtype="FILE_PATH",
        get=_elsewhere,
        set=_use,
    )
    network: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Network",
        translation_context=texts.CONTEXT,
        items=[(one.name, one.title, one.about) for one in NETWORKS.values()],
        get=_network,
        set=_choose_network,
    )
    rpc_url: _field("rpc_url", "RPC", "A Starknet node's address, JSON-RPC 0.10: https://…")  # type: ignore[valid-type]
    ws_url: _field(  # type: ignore[valid-type]
        "ws_url", "WebSocket", "The node's WebSocket, wss://…; without it the node is asked every two seconds"
    )
    directory: _field(  # type: ignore[valid-type]
        "directory", "Directory", "The network's Directory contract, from which all else is found: 0x…"
    )
    index_url: _field(  # type: ignore[valid-type]
        "index_url",
        "Index",
        "The address of an index, which tells some things sooner than the chain: https://…; empty: none",
    )
    ipfs_way: bpy.props.EnumProperty(name="IPFS", items=WAYS, get=_way, set=_choose_way)  # type: ignore[valid-type]
    ipfs_api: _field(  # type: ignore[valid-type]
        "ipfs_api",
        "API",
        "Its API as a multiaddress, /dns4/ipfs.example/tcp/443/https; empty: /ip4/127.0.0.1/tcp/5001",
    )
    ipfs_program: _field(  # type: ignore[valid-type]
        "ipfs_program",
        "Program",
        "Kubo: ipfs as it is found on the PATH, or where it lies",
        subtype="FILE_PATH",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """How all stands, then what can be chosen, unless another file says it."""
        layout, width_px = self.layout, messages.width_of_panel(context) - INDENT_PX
        checkup.draw(layout, width_px)
        variable = os.environ.get("RENDERCHAIN_CONFIG")
        if variable or chosen.own().elsewhere():
            text = say(texts.FROM_VARIABLE, file=variable) if variable else texts.FROM_FILE
            messages.draw_text(layout, text, width_px, "INFO")
        else:
            if chosen.trouble:
                messages.draw_text(layout, chosen.trouble, width_px, "CANCEL", alert=True)
            self._draw_network(layout.box(), width_px)
            self._draw_account(layout.box(), width_px)
            self._draw_ipfs(layout.box(), width_px)
        self._draw_fields(layout, width_px, "config")

    def _draw_network(self, box: Any, width_px: float) -> None:
        box.label(text=texts.NETWORK, icon="WORLD")
        box.row().prop(self, "network", expand=True)
        known = NETWORKS[chosen.network]
        messages.draw_text(box, known.about, width_px)
        if chosen.directory_is_known:
            messages.draw_text(box, texts.DIRECTORY_KNOWN, width_px)
        elif known.is_public:
            messages.draw_text(box, texts.NO_DIRECTORY, width_px)
        self._draw_fields(box, width_px, "rpc_url", "ws_url", "directory", "index_url")

    def _draw_account(self, box: Any, width_px: float) -> None:
        box.label(text=texts.ACCOUNT, icon="USER")
        address = chosen.text("account")
        if address:
            row = box.row(align=True)
            row.label(text=address, translate=False)
            row.operator("renderchain.copy", icon="COPYDOWN").text = address
            row = box.row(align=True)
            if "keystore" in chosen.values():
                row.operator("renderchain.account_unlock", icon="UNLOCKED")
            row.operator("renderchain.account_deploy", icon="EXPORT")
            row.operator("renderchain.account_backup", icon="FILE_BACKUP")
        row = box.row(align=True)
        row.operator("renderchain.account_make", icon="ADD")
        row.operator("renderchain.account_import", icon="IMPORT")
        messages.draw_text(box, texts.ONLY_WHAT_YOU_SPEND, width_px, "INFO")

    def _draw_ipfs(self, box: Any, width_px: float) -> None:
        box.label(text=texts.IPFS, icon="NETWORK_DRIVE")
        box.row().prop(self, "ipfs_way", expand=True)
        if self.ipfs_way == OWN:
            self._draw_fields(box, width_px, "ipfs_program")
            box.operator("renderchain.kubo_download", icon="IMPORT")
            messages.draw_text(box, texts.ENDS_WITH_BLENDER, width_px, "INFO")
        else:
            self._draw_fields(box, width_px, "ipfs_api")
            kept = texts.CHANGE_HEADER if "ipfs_headers" in chosen.values() else texts.ADD_HEADER
            box.operator("renderchain.ipfs_headers", text=kept, icon="LOCKED")

    def _draw_fields(self, box: Any, width_px: float, *names: str) -> None:
        """Fields, and under each why it can't be what was typed."""
        column = box.column()
        column.use_property_split = True
        for name in names:
            column.prop(self, name)
            if name in chosen.wrong:
                messages.draw_text(column, chosen.wrong[name][1], width_px, "CANCEL", alert=True)

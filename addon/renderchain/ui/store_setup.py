"""What lets us in at an IPFS node elsewhere, and the program of one of our own."""

from __future__ import annotations

import asyncio
from typing import Any

import bpy

from ..core.addresses import is_loopback
from ..core.errors import SettingsError
from ..ports.reporter import Reporter
from ..settings import default_folder
from .checkup import SetupOperator
from .chosen import chosen
from .preferences_file import what_is_set_up
from .state import Work
from .strings import texts
from .strings.language import say


class RENDERCHAIN_OT_ipfs_headers(SetupOperator):  # noqa: N801 - Blender's naming
    """Keep a header that the IPFS node asks for, sealed with your account's key"""

    bl_idname = "renderchain.ipfs_headers"
    bl_label = "What Lets Us In"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    secrets = ("text",)
    header: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Header",
        description="Its name",
        default="Authorization",
        translation_context=texts.CONTEXT,
        options={"SKIP_SAVE"},
    )
    text: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Value",
        description="Such as Bearer …; empty forgets what was kept",
        subtype="PASSWORD",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for both."""
        return self.ask(context, say(texts.KEEP))

    def draw(self, context: bpy.types.Context) -> None:
        """Two fields."""
        self.layout.use_property_split = True
        self.layout.prop(self, "header")
        self.layout.activate_init = True
        self.layout.prop(self, "text")

    def work(self, secret: dict[str, str]) -> Work:
        """Seal it."""
        from ..composition.keys import keep_ipfs_headers

        settings, missing = what_is_set_up()
        if "account" in missing:
            raise SettingsError(say(texts.HEADER_NEEDS_ACCOUNT))
        name, text, own = self.header.strip(), secret["text"].strip(), chosen.own()
        if not name.isascii() or not name.replace("-", "").isalnum() or not text.isprintable():
            raise SettingsError(say(texts.NO_HEADER))

        async def kept(_: Reporter) -> str:
            headers = {name: text} if text else {}
            await asyncio.to_thread(keep_ipfs_headers, own, settings, headers)
            return say(texts.HEADER_KEPT if text else texts.HEADER_FORGOTTEN, name=name)

        return kept


class RENDERCHAIN_OT_kubo_download(SetupOperator):  # noqa: N801 - Blender's naming
    """Fetch Kubo from an address that you trust, and use it if it has the checksum that its makers name"""

    bl_idname = "renderchain.kubo_download"
    bl_label = "Download Kubo"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    url: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Address", description="Of Kubo's archive for this system, https://…", options={"SKIP_SAVE"}
    )
    checksum: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Checksum",
        description="SHA-256 or SHA-512 of that file as Kubo's makers name it, in hexadecimal",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for both: what is fetched is run."""
        return self.ask(context)

    def draw(self, context: bpy.types.Context) -> None:
        """Two fields."""
        self.layout.use_property_split = True
        self.layout.activate_init = True
        self.layout.prop(self, "url")
        self.layout.prop(self, "checksum")

    def work(self, secret: dict[str, str]) -> Work:
        """Fetch it, compare, and have it used."""
        from ..composition.storage import fetch_kubo

        url, checksum, own = self.url.strip(), self.checksum, chosen.own()
        if not is_loopback(url) and not bpy.app.online_access:
            raise SettingsError(say(texts.OFFLINE_NOW))

        async def fetched(reporter: Reporter) -> str:
            program = await fetch_kubo(url, checksum, default_folder() / "kubo", reporter)
            own.choose(ipfs_program=str(program), ipfs_api=None)
            return say(texts.KUBO_IS_IN, program=program)

        return fetched

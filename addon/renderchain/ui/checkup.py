"""How the set-up stands: checked in the background, shown as rows in the preferences."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import bpy

from .. import __package__ as base_package
from ..core.errors import RenderChainError
from ..core.finding import Finding, Health, fault_of
from ..settings import Settings
from . import messages
from .chosen import chosen
from .preferences_file import check_online, what_is_set_up
from .state import PanelReporter, Work, background, redraw
from .strings import texts
from .strings.language import said, say

LOOK_S = 1.0
WIDTH_PX = 480  # of dialogs
AGAIN_S = 15.0  # while somebody looks: a balance may have come
TITLES = {
    "key": texts.KEY,
    "node": texts.NODE,
    "chain": texts.CHAIN,
    "directory": texts.DIRECTORY,
    "index": texts.INDEX,
    "account": texts.ACCOUNT,
    "ipfs": texts.IPFS,
    "denoiser": texts.DENOISER,
    "settings": texts.SETTINGS,
}
ICONS = {Health.OK: "STRIP_COLOR_04", Health.WARNING: "STRIP_COLOR_03", Health.FAULT: "STRIP_COLOR_01"}


@dataclass
class SetupStatus:
    """Times are time.monotonic()'s; ``doing`` is what goes on, in words."""

    findings: list[Finding] = field(default_factory=list)
    is_checking: bool = False
    checked_s: float = 0.0
    drawn_s: float = 0.0
    doing: str = ""
    needs_passphrase: bool | None = None  # to keep a key here; None until somebody looked

    def of(self, what: str) -> Finding | None:
        """What was found of one thing."""
        return next((one for one in self.findings if one.what == what), None)


status = SetupStatus()


def check() -> None:
    """Look at everything, in the background; what is found is shown when all of it is there."""
    if status.is_checking:
        return
    from ..blender.cycles.devices import has_denoiser

    chosen.is_stale = False
    try:
        settings, missing = what_is_set_up()
        check_online(settings)
    except RenderChainError as error:
        _found([fault_of("settings", error)])
        return
    status.is_checking = True
    background().run(_look_at(settings, missing, has_denoiser()), _checked)


async def _look_at(settings: Settings, missing: tuple[str, ...], denoiser: bool | None) -> list[Finding]:
    """What is imported for it, and the keyring, take longer than the interface may stand still."""
    from ..composition.checkup import check_up
    from ..composition.keys import needs_passphrase

    status.needs_passphrase = await asyncio.to_thread(needs_passphrase)
    return await check_up(settings, missing, denoiser)


def _checked(result: Any, failure: Exception | None) -> None:
    if failure is None:
        _found(result)
    elif isinstance(failure, RenderChainError):
        _found([fault_of("settings", failure)])
    else:
        _found([])
        messages.tell(messages.Place.PREFERENCES, messages.failed(failure))


def _found(findings: list[Finding]) -> None:
    status.findings, status.is_checking, status.checked_s = findings, False, time.monotonic()
    redraw()


def look() -> float:
    """The timer's: check again while the rows are looked at, and when something else was chosen."""
    is_seen = status.drawn_s > status.checked_s and _is_open()
    if is_seen and not status.doing and (chosen.is_stale or time.monotonic() - status.checked_s > AGAIN_S):
        check()
    return LOOK_S


def _is_open() -> bool:
    windows = bpy.context.window_manager.windows
    return any(area.type == "PREFERENCES" for window in windows for area in window.screen.areas)


def start() -> None:
    """Begin to look, where there is an interface."""
    vars(status).update(vars(SetupStatus()))
    if not bpy.app.background:
        bpy.app.timers.register(look, first_interval=LOOK_S, persistent=True)


def stop() -> None:
    """Look no more, and keep nothing: no key that was unlocked, no node that was started."""
    if bpy.app.timers.is_registered(look):
        bpy.app.timers.unregister(look)
    for name, end in (("composition.keys", "lock"), ("composition.storage", "stop_own_kubos")):
        module = sys.modules.get(f"{base_package}.{name}")  # what was never asked for has nothing to end
        if module:
            getattr(module, end)()


def draw(layout: Any, width_px: float) -> None:
    """A row for each thing, green or red, and what to do."""
    status.drawn_s = time.monotonic()
    box = layout.box()
    row = box.row()
    row.label(text=texts.CHECKING if status.is_checking else texts.STATUS)
    row.operator("renderchain.check_up", icon="FILE_REFRESH")
    for one in status.findings:
        text = say(texts.ROW, what=say(TITLES.get(one.what, one.what)), found=said(one.text))
        messages.draw_text(box, text, width_px, ICONS[one.health], alert=one.health is Health.FAULT)
    if status.doing:
        box.label(text=said(status.doing), icon="SORTTIME", translate=False)
    messages.draw(box, messages.Place.PREFERENCES, width_px)


def _doing(text: str, factor: float) -> None:
    if status.doing:
        status.doing = text
        redraw()


class SetupOperator(bpy.types.Operator):
    """Sets something up. What was typed in secret is taken out of it before anything else is done."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One thing at a time, beside whatever jobs do."""
        return not status.doing

    def work(self, secret: dict[str, str]) -> Work:
        """What is to be done; raises RenderChainError where that can be said at once."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Any:
        """Do it in the background; without an interface wait for it."""
        secret = {name: getattr(self, name) for name in self.secrets}
        self.forget()
        try:
            work = self.work(secret)
            if bpy.app.background:
                from ..blender.console import ConsoleReporter

                self.report({"INFO"}, asyncio.run(work(ConsoleReporter())))
                return {"FINISHED"}
        except (RenderChainError, OSError) as error:
            return messages.refuse(self, messages.Place.PREFERENCES, error)
        messages.forget(messages.Place.PREFERENCES)
        status.doing = say(texts.DOING, what=say(self.bl_label))
        background().run(work(PanelReporter(_doing)), _done)
        return {"FINISHED"}

    def ask(self, context: bpy.types.Context, confirm_text: str = "") -> Any:
        """Open the operator's fields as a dialog, those of secrets empty."""
        self.forget()
        text = confirm_text or self.bl_label
        return context.window_manager.invoke_props_dialog(self, width=WIDTH_PX, confirm_text=text)

    def cancel(self, context: bpy.types.Context) -> None:
        """Nothing of what was typed stays."""
        self.forget()

    def forget(self) -> None:
        """Empty the fields of secrets."""
        for name in self.secrets:
            setattr(self, name, "")


def _done(result: Any, failure: Exception | None) -> None:
    status.doing, chosen.is_stale = "", True
    messages.tell(messages.Place.PREFERENCES, messages.outcome(result, failure))
    check()


class RENDERCHAIN_OT_check_up(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Look whether key, node, chain, Directory, account, IPFS and denoiser are as they should be"""

    bl_idname = "renderchain.check_up"
    bl_label = "Check"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    def execute(self, context: bpy.types.Context) -> Any:
        """In the background; without an interface the rows are printed."""
        if not bpy.app.background:
            check()
            return {"FINISHED"}
        from ..blender.cycles.devices import has_denoiser

        try:
            settings, missing = what_is_set_up()
            check_online(settings)
        except RenderChainError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        _found(asyncio.run(_look_at(settings, missing, has_denoiser())))
        for one in status.findings:
            self.report({"INFO" if one.health is Health.OK else "WARNING"}, one.line)
        return {"FINISHED"}

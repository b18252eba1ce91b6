"""Making, importing, unlocking and deploying the account, out of the preferences.

Keys and passphrases are typed into fields of an operator that nobody saves and nothing repeats: Blender keeps
no record of internal operators, and the fields are empty before anything is done.
"""

from __future__ import annotations

import asyncio
from typing import Any

import bpy

from ..blender.open_file import file_at
from ..core.errors import KeyStoreError, SettingsError
from ..ports.reporter import Reporter
from . import messages
from .checkup import WIDTH_PX, SetupOperator, status
from .chosen import chosen
from .preferences_file import read_settings, what_is_set_up
from .state import Work
from .strings import texts
from .strings.language import said, say


def _secret(name: str, description: str) -> Any:
    """A field that shows dots, and is saved nowhere."""
    return bpy.props.StringProperty(
        name=name, description=description, subtype="PASSWORD", options={"SKIP_SAVE", "HIDDEN"}
    )


class _Keeping(SetupOperator):
    """What stores a key, and where there is no keyring asks for a passphrase, twice."""

    secrets: tuple[str, ...] = ("passphrase", "again")
    needs_passphrase = False
    passphrase: _secret("Passphrase", "Seals the key's file; asked for once whenever Blender was started")  # type: ignore[valid-type]
    again: _secret("The Same Again", "So that a slip of the finger costs nothing")  # type: ignore[valid-type]
    in_file: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="In a File Instead",
        description="For a keyring that can't be unlocked, or that others use",
        default=False,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for what is needed."""
        from ..composition.keys import needs_passphrase

        known = status.needs_passphrase
        self.needs_passphrase = needs_passphrase() if known is None else known
        return self.ask(context)

    def draw_passphrase(self) -> None:
        """Its fields, or where the key will be."""
        layout = self.layout
        if not self.needs_passphrase:
            layout.label(text=texts.IN_KEYRING, icon="LOCKED")
            layout.prop(self, "in_file")
            if not self.in_file:
                return
        told = (texts.NO_KEYRING, texts.IN_FILE) if self.needs_passphrase else (texts.IN_FILE,)
        messages.draw_text(layout, " ".join(map(say, told)), WIDTH_PX - messages.MARGIN_PX, "INFO")
        layout.activate_init = True  # where nothing stands before it, it is typed at once
        layout.prop(self, "passphrase")
        layout.prop(self, "again")
        if chosen.text("account"):
            layout.label(text=texts.KEY_STAYS, icon="INFO")


class RENDERCHAIN_OT_account_make(_Keeping):  # noqa: N801 - Blender's naming
    """Make a key on this machine, and from it the address of a new account"""

    bl_idname = "renderchain.account_make"
    bl_label = "Make an Account"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    def draw(self, context: bpy.types.Context) -> None:
        """What will happen."""
        self.layout.use_property_split = True
        self.draw_passphrase()

    def work(self, secret: dict[str, str]) -> Work:
        """Make it, keep it, name it."""
        from ..composition.keys import keep_account, new_private_key

        passphrase, own = _same(secret), chosen.own()

        async def made(_: Reporter) -> str:
            place = await asyncio.to_thread(keep_account, own, new_private_key(), 0, passphrase)
            account = own.values()["account"]
            return f"{say(texts.MADE, account=account, place=said(place))} {say(texts.FUND)}"

        return made


class RENDERCHAIN_OT_account_import(_Keeping):  # noqa: N801 - Blender's naming
    """Use an account that you have: its key is stored here and shown nowhere"""

    bl_idname = "renderchain.account_import"
    bl_label = "Import an Account"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    secrets = ("key", "opens", "passphrase", "again")
    address: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Address",
        description="The account's address, 0x…; empty for an account that was made here or by `account new`",
        options={"SKIP_SAVE"},
    )
    key: _secret("Private Key", "Hexadecimal; it is not saved with Blender's preferences or any file")  # type: ignore[valid-type]

    file: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Or a Backup",
        description="A file that Back Up wrote, in the place of address and key",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    opens: _secret("Its Passphrase", "By which the backup was sealed")  # type: ignore[valid-type]

    def draw(self, context: bpy.types.Context) -> None:
        """Address and key, or the file that has both."""
        layout = self.layout
        layout.use_property_split = True
        layout.activate_init = True
        for name in ("address", "key", "file", *(("opens",) if self.file else ())):
            layout.prop(self, name)
        self.draw_passphrase()

    def work(self, secret: dict[str, str]) -> Work:
        """Keep it, name it."""
        from ..composition.keys import from_backup, keep_account

        passphrase, own = _same(secret), chosen.own()
        file, backup = self.file and file_at(self.file), secret["opens"]
        key, address = 0, 0
        if not file:
            key = _number(secret["key"], KeyStoreError(say(texts.NO_KEY)))
            wrong = SettingsError(say(texts.NO_ADDRESS))
            address = _number(self.address, wrong) if self.address.strip() else 0

        def keep() -> str:
            account = from_backup(file, backup) if file else (address, key)
            return keep_account(own, account[1], account[0], passphrase)

        async def imported(_: Reporter) -> str:
            place = await asyncio.to_thread(keep)
            return say(texts.STORED, account=own.values()["account"], place=said(place))

        return imported


class RENDERCHAIN_OT_account_backup(SetupOperator):  # noqa: N801 - Blender's naming
    """Write the account's key into a file that a passphrase seals, to be kept elsewhere"""

    bl_idname = "renderchain.account_backup"
    bl_label = "Back Up"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    secrets = ("passphrase", "again")
    file: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="File",
        description="A new file, best on another disk",
        subtype="FILE_PATH",
        default="//renderchain-account.json",
        options={"SKIP_SAVE"},
    )
    passphrase: _secret("Passphrase", "Without it nobody can use the file, you neither")  # type: ignore[valid-type]
    again: _secret("The Same Again", "So that a slip of the finger costs nothing")  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask where to."""
        return self.ask(context)

    def draw(self, context: bpy.types.Context) -> None:
        """Three fields."""
        self.layout.use_property_split = True
        for name in ("file", "passphrase", "again"):
            self.layout.prop(self, name)

    def work(self, secret: dict[str, str]) -> Work:
        """Seal it anew, whatever keeps it here."""
        from ..composition.keys import back_up

        (settings, _), passphrase = what_is_set_up(), _same(secret)
        file = file_at(self.file)

        async def written(_: Reporter) -> str:
            await asyncio.to_thread(back_up, settings, file, passphrase)
            return say(texts.SEALED, account=f"{settings.account:#x}", file=file)

        return written


class RENDERCHAIN_OT_account_unlock(SetupOperator):  # noqa: N801 - Blender's naming
    """Open the key's file with its passphrase, until Blender is closed"""

    bl_idname = "renderchain.account_unlock"
    bl_label = "Unlock"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    secrets = ("passphrase",)
    passphrase: _secret("Passphrase", "Of the key's file")  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for it."""
        return self.ask(context)

    def draw(self, context: bpy.types.Context) -> None:
        """One field."""
        self.layout.use_property_split = True
        self.layout.activate_init = True
        self.layout.prop(self, "passphrase")

    def work(self, secret: dict[str, str]) -> Work:
        """Open it, for as long as this process lives."""
        from ..composition.keys import is_locked, unlock

        settings, _ = what_is_set_up()

        async def unlocked(_: Reporter) -> str:
            if is_locked(settings):
                await asyncio.to_thread(unlock, settings, secret["passphrase"])
            return say(texts.UNLOCKED, account=f"{settings.account:#x}")

        return unlocked


class RENDERCHAIN_OT_account_deploy(SetupOperator):  # noqa: N801 - Blender's naming
    """Bring the account onto the chain, once it has STRK; the fee is paid out of these"""

    bl_idname = "renderchain.account_deploy"
    bl_label = "Deploy"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    def work(self, secret: dict[str, str]) -> Work:
        """Say what it costs, send, wait."""
        from ..blender.provider.accounts import deploy

        settings = read_settings()

        async def deployed(reporter: Reporter) -> str:
            said = list[str]()

            def say(text: str) -> None:
                said.append(text)
                reporter.say(text)

            await deploy(settings, reporter, lambda: True, say)
            return " ".join(said)

        return deployed


def _same(secret: dict[str, str]) -> str:
    """The passphrase; raises KeyStoreError unless it was typed twice."""
    if secret["passphrase"] != secret["again"]:
        raise KeyStoreError(say(texts.TWO_PASSPHRASES))
    return secret["passphrase"]


def _number(text: str, wrong: Exception) -> int:
    try:
        return int(text.strip(), 16)
    except ValueError:
        raise wrong from None

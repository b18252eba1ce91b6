"""``doctor``: is all there that an artist or a worker needs? It ends with the code of the first fault."""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
import time
from collections.abc import Sequence

from ...adapters.blender_process.describe import describe_devices, describe_limits
from ...adapters.people import People
from ...app.provider.doctor_chain import examine_chain, judge_nodes
from ...app.provider.doctor_machine import (
    attempted,
    examine_disk,
    examine_folder,
    examine_secrets,
    examine_watchtower,
    question,
)
from ...composition.checkup import check_up
from ...composition.index import open_asking
from ...composition.keys import public_key, secret_files
from ...composition.own_settings import begun, read_values
from ...composition.provider import (
    ask_store,
    look_at_nodes,
    oldest_head_s,
    open_provider,
    try_sandbox,
)
from ...composition.rendering import limits_of
from ...core.errors import KeyStoreError
from ...core.finding import Finding, Health, as_json, code_of, doubt, fault_of, fine
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import guarded, real_path, settings_file_of
from .common import provider_parser, provider_settings, say
from .machine import look_at_blenders


def doctor(arguments: Sequence[str]) -> int:
    """Look whether an artist's client, or a worker, could work here."""
    parser = provider_parser(
        "doctor", "Check what an artist needs, or a provider: machine, network, account."
    )
    parser.add_argument("who", nargs="?", choices=("artist", "provider"), default="artist")
    parser.add_argument("--json", action="store_true", help="the findings as one JSON object")
    options = parser.parse_args(list(arguments))

    def run(reporter: Reporter) -> int:
        examine = _provider(options, reporter) if options.who == "provider" else _artist(options)
        found = asyncio.run(examine)
        for text in [as_json(found)] if options.json else [one.line for one in found]:
            say(text)
        return code_of(found)

    return guarded(options, run)


async def _artist(options: argparse.Namespace) -> list[Finding]:
    file = settings_file_of(options)
    values = read_values(file) if file else {}
    named = {name: getattr(options, name) for name in ("keystore", "password_file")}
    given = {name: str(real_path(one)) for name, one in named.items() if one}
    given |= {"account": options.account} if options.account else {}
    settings, missing = begun(file, values, given)
    return await check_up(settings, missing, _has_denoiser())


def _has_denoiser() -> bool | None:
    """Whether the Blender that this runs in has OpenImageDenoise; None outside of any."""
    if "bpy" not in sys.modules:
        return None
    from ..cycles.devices import has_denoiser

    return has_denoiser()


async def _provider(options: argparse.Namespace, reporter: Reporter) -> list[Finding]:
    settings = provider_settings(options)
    found = [fine("settings", "read without a fault"), fine("python", platform.python_version())]
    families, blender = await look_at_blenders(settings, reporter)
    found += blender
    found.append(_sandbox(settings))
    found += [fine("limits", one) for one in describe_limits(limits_of(settings))]
    found.append(fine("limits", describe_devices(settings.device)))
    stored, key = _key(settings)
    found.append(key)
    found += examine_secrets(secret_files(settings))
    found.append(examine_folder(settings.folder))
    found.append(examine_disk(settings.folder))
    found.append(examine_watchtower(settings.watchtower_key))
    found += _people(settings)
    found.append(await question("ipfs", lambda: ask_store(settings)))
    found += judge_nodes(await look_at_nodes(settings))
    found += await examine_chain(
        lambda: open_provider(settings, reporter, signs=False),
        families,
        time.time(),
        oldest_head_s(settings),
        stored,
        open_asking(settings),
    )
    return found


def _key(settings: Settings) -> tuple[int, Finding]:
    """The public half of the key that is stored, 0 if it can't be read."""
    try:
        return public_key(settings), fine("key", f"the key of {settings.account:#x} can be read")
    except KeyStoreError as error:
        return 0, fault_of("key", error)


def _people(settings: Settings) -> list[Finding]:
    if not settings.idle_minutes:
        return []
    if People(time.time).desktops_are_heard:
        return [fine("people", "terminals and desktops are heard of")]
    return [
        doubt("people", "only what is typed in terminals is heard of: no systemd-logind tells of desktops")
    ]


def _sandbox(settings: Settings) -> Finding:
    found = attempted("sandbox", "bubblewrap starts", try_sandbox)
    if found.health is Health.FAULT and settings.allow_unsandboxed:
        return doubt("sandbox", f"{found.text} allow_unsandboxed is set, so anybody's scene may do anything.")
    return found

"""``doctor``: is all there that a worker needs? One line each, exit code 1 where something is at fault."""

from __future__ import annotations

import argparse
import asyncio
import platform
import time
from collections.abc import Sequence

from ...adapters.blender_process.describe import describe_limits
from ...app.provider.doctor_chain import examine_chain, judge_nodes
from ...app.provider.doctor_machine import (
    attempted,
    examine_disk,
    examine_folder,
    examine_secrets,
    question,
)
from ...composition.keys import public_key, secret_files
from ...composition.provider import (
    ask_store,
    look_at_nodes,
    oldest_head_s,
    open_provider,
    try_sandbox,
)
from ...composition.rendering import limits_of
from ...core.errors import KeyStoreError
from ...core.finding import Finding, Health, doubt, fault, fine
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import guarded
from .common import provider_parser, provider_settings, say
from .machine import look_at_blenders


def doctor(arguments: Sequence[str]) -> int:
    """Look whether a worker could work here."""
    parser = provider_parser("doctor", "Check this machine, the network, the account and the worker.")
    options = parser.parse_args(list(arguments))

    def run(reporter: Reporter) -> int:
        return asyncio.run(_examine(options, reporter))

    return guarded(options, run)


async def _examine(options: argparse.Namespace, reporter: Reporter) -> int:
    settings = provider_settings(options)
    found = [fine("settings", "read without a fault"), fine("python", platform.python_version())]
    families, blender = await look_at_blenders(settings, reporter)
    found += blender
    found.append(_sandbox(settings))
    found += [fine("limits", one) for one in describe_limits(limits_of(settings))]
    stored, key = _key(settings)
    found.append(key)
    found += examine_secrets(secret_files(settings))
    found.append(examine_folder(settings.folder))
    found.append(examine_disk(settings.folder))
    found.append(await question("ipfs", lambda: ask_store(settings)))
    found += judge_nodes(await look_at_nodes(settings))
    found += await examine_chain(
        lambda: open_provider(settings, reporter, signs=False),
        families,
        time.time(),
        oldest_head_s(settings),
        stored,
    )
    for one in found:
        say(one.line)
    return 1 if any(one.health is Health.FAULT for one in found) else 0


def _key(settings: Settings) -> tuple[int, Finding]:
    """The public half of the key that is stored, 0 if it can't be read."""
    try:
        return public_key(settings), fine("key", f"the key of {settings.account:#x} can be read")
    except KeyStoreError as error:
        return 0, fault("key", str(error))


def _sandbox(settings: Settings) -> Finding:
    found = attempted("sandbox", "bubblewrap starts", try_sandbox)
    if found.health is Health.FAULT and settings.allow_unsandboxed:
        return doubt("sandbox", f"{found.text} allow_unsandboxed is set, so anybody's scene may do anything.")
    return found

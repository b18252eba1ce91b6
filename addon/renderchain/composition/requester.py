"""The artist's use cases."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

from ..adapters.blender_process.exr_reader import SandboxedReader
from ..adapters.blender_process.second_child import SecondChild
from ..adapters.poseidon import hash_many
from ..adapters.sealing import AccountUnwrapper, ChaChaSealer
from ..app.requester.final_check import FinalCheck
from ..app.requester.own_check import OwnCheck
from ..app.requester.own_keys import OwnKeys
from ..app.requester.requester import Requester, RequesterParts
from ..core.private_package import package_key_of
from ..ports.reporter import Reporter
from ..settings import Settings
from .keys import open_keys
from .network import open_chain, open_journal
from .rendering import make_renderer, make_scene_probe
from .storage import open_store, open_upkeep


def make_requester(settings: Settings, reporter: Reporter, blender: str = "") -> Requester:
    """The artist's use cases; ``blender`` checks leases and final images, "" for the bpy module."""
    parts = RequesterParts(
        open_chain=lambda: open_chain(settings, reporter),
        store=open_store(settings, reporter),
        journal=open_journal(settings),
        unwrapper=lambda chain: _unwrapper(settings, chain.chain_id),
        sealer=ChaChaSealer(),
        final_check=_final_check(settings, reporter, blender),
        own_check=_own_check(settings, reporter, blender),
        most_challenges=settings.own_challenges,
        package_sealer=ChaChaSealer(),
        package_keys=lambda chain: _package_keys(settings, chain.chain_id),
        most_private_workers=settings.most_private_workers,
        # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
        probe=make_scene_probe(reporter, blender, settings.folder, allow_unsandboxed=True),
        hash_many=hash_many,
        # Where there is no sandbox, a process of its own still has limits.
        read_noisy=SandboxedReader(SecondChild(allow_unsandboxed=True)),
        from_block=settings.from_block,
        upkeep=open_upkeep(settings, reporter),
    )
    return Requester(parts, reporter)


def _unwrapper(settings: Settings, chain_id: int) -> AccountUnwrapper:
    return AccountUnwrapper(open_keys(settings).private_key(settings.account), chain_id)


def _package_keys(settings: Settings, chain_id: int) -> OwnKeys:
    return OwnKeys(partial(package_key_of, open_keys(settings).private_key(settings.account), chain_id))


def _final_check(settings: Settings, reporter: Reporter, blender: str) -> FinalCheck:
    # The scene is the artist's own; where there is no sandbox it is opened without, scripts off.
    renderer = make_renderer(settings, blender, allow_unsandboxed=True)
    # Workers must not know which frames are looked at.
    chance = random.SystemRandom()
    return FinalCheck(renderer, reporter, settings.final_checks, chance)


def _own_check(settings: Settings, reporter: Reporter, blender: str) -> OwnCheck:
    # Where leaves of others are judged the sandbox is not left out unasked.
    renderer = make_renderer(settings, blender, allow_unsandboxed=settings.allow_unsandboxed)
    return OwnCheck(
        lambda device: replace(renderer, device=device),
        reporter,
        random.SystemRandom(),
        per_lease=settings.own_checks,
        most_s=settings.own_check_seconds,
    )

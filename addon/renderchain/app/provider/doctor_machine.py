"""What a check-up sees of this machine: room on the disk, who may read what, the parts that work needs."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from ...core.errors import RenderChainError
from ...core.finding import Finding, doubt, fault, fault_of, fine
from ...core.notices.watching import NoWatchtower
from ...core.settings_kinds import NO_WATCHTOWER

GIB = 2**30
LITTLE_BYTES = 10 * GIB  # a few packages, results and logs
LEAST_BYTES = GIB


def attempted(what: str, text: str, attempt: Callable[[], object]) -> Finding:
    """Fine with that text where the attempt works, a fault with its sentence where it does not."""
    try:
        attempt()
    except RenderChainError as error:
        return fault_of(what, error)
    return fine(what, text)


async def question(what: str, ask: Callable[[], Awaitable[str]]) -> Finding:
    """Fine with the answer, a fault with the sentence of what went wrong."""
    try:
        return fine(what, await ask())
    except RenderChainError as error:
        return fault_of(what, error)


def examine_watchtower(watchtower_key: str) -> Finding:
    """Whether somebody answers for the worker while this machine is down, by what its settings say."""
    if not watchtower_key:
        return doubt("watchtower", NoWatchtower().sentence)
    if watchtower_key == NO_WATCHTOWER:
        return fine("watchtower", "none, as you say in the settings")
    return fine("watchtower", f"{watchtower_key[:8]}… answers for the worker, as the settings say")


def examine_disk(folder: Path) -> Finding:
    """Room where the worker keeps its files, or will."""
    there = _existing(folder)
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return fault("disk", f"{there} can't be looked at ({error.strerror}); check its permissions.")
    text = f"{free / GIB:.1f} GiB free at {there}"
    if free < LEAST_BYTES:
        return fault("disk", f"{text}, too little for a package and its results; make room.")
    if free < LITTLE_BYTES:
        return doubt("disk", f"{text}; make room before it is used up.")
    return fine("disk", text)


def examine_folder(folder: Path) -> Finding:
    """Whether the worker may write its files, and whether others may look into them."""
    there = _existing(folder)
    if not there.is_dir():
        return fault("folder", f"{there} is no folder; correct the setting folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        return fault("folder", f"{there} can't be written by this user; correct its owner or its mode.")
    evidence = folder / "evidence"
    if evidence.is_dir() and evidence.stat().st_mode & 0o077:
        return doubt("folder", f"others may look into {evidence}, which has keys: chmod 700 {evidence}")
    return fine("folder", f"{folder} can be written")


def examine_secrets(paths: Iterable[Path]) -> list[Finding]:
    """Whether files with secrets are for their user alone; those that are not there are others' matter."""
    found = []
    for path in paths:
        if not path.is_file():
            continue
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(doubt("secrets", f"others may read {path}: chmod 600 {path}"))
        else:
            found.append(fine("secrets", f"{path} is for its user alone"))
    return found


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that there is."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder

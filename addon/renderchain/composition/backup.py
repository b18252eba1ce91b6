"""Copies of what a worker or an artist may not lose, as the settings say where it is."""

from __future__ import annotations

from pathlib import Path

from ..adapters.backup import Restored, restore_backup, write_backup
from ..adapters.locks import hold
from ..settings import Settings


def back_up(settings: Settings, file: Path) -> int:
    """Journal, evidence and keystore in a new file; the worker may go on meanwhile. Raises ChangeRefused."""
    return write_backup(settings.folder, settings.keystore, file)


async def restore(settings: Settings, file: Path) -> Restored:
    """Bring them back; raises ChangeRefused, JournalError, or AgentRunsAlready where a worker is at work."""
    async with hold(settings.folder / "agent.lock", f"the folder {settings.folder}"):
        return restore_backup(file, settings.folder, settings.keystore)

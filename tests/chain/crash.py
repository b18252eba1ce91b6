"""Adds stake through the outbox in a process of its own, and dies at the step it is told to.

python crash.py RPC ACCOUNT KEY DIRECTORY JOURNAL STEP        (STEP "none" lives)
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.adapters.starknet.registry import StarknetRegistry
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.ids import WorkerId

WORKER = WorkerId(1)
AMOUNT_FRI = 10**17


async def main(rpc: str, address: int, key: int, directory: int, journal: Path, step: str) -> None:
    """Finish what was left, then add stake once under the intent's name, which never changes."""

    def die(at: str) -> None:
        if at == step:
            os.kill(os.getpid(), signal.SIGKILL)

    account = await open_account(Node(rpc, ""), address, key)
    try:
        sender = Sender(account, SqliteJournal(journal), 10**19, at_step=die)
        await sender.recover()
        registry = await StarknetRegistry.connect(account, sender, directory)
        await registry.add_stake(WORKER, AMOUNT_FRI, intent_name="the one")
    finally:
        await close_account(account)


if __name__ == "__main__":
    rpc, address, key, directory, journal, step = sys.argv[1:]
    asyncio.run(main(rpc, int(address, 16), int(key, 16), int(directory, 16), Path(journal), step))

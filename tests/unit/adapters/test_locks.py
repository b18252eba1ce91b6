"""One agent per folder and per account: a second is refused, with whose it is, until the first is gone."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.adapters.locks import hold
from renderchain.core.errors import AgentRunsAlready

HOLDER = """
import asyncio, sys, time
from pathlib import Path
from renderchain.adapters.locks import hold

async def main():
    async with hold(Path(sys.argv[1]), "the folder"):
        print("held", flush=True)
        time.sleep(60)

asyncio.run(main())
"""


async def held(lock: Path) -> bool:
    async with hold(lock, "the folder"):
        return True


def test_a_second_agent_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "folder" / "agent.lock"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(AgentRunsAlready, match=f"process {other.pid}\\) works with the folder"):
            asyncio.run(held(lock))
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert asyncio.run(held(lock)) and asyncio.run(held(lock))

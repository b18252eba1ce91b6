"""A worker's machine: its agent, its Kubo and its way to the node, each killed and started again.

What is started again, and when, is what an operator's supervisor does: at once or after a moment, as often
as it takes.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devkit.network.local import Network
from devkit.network.services import (
    free_port,
    is_running,
    start,
    start_kubo_again,
    stop,
    wait_for_port,
)

from .below import alive_below, bury, state_of

FRONT = Path(__file__).with_name("front.py")
DEAD_S = 15.0  # what an agent leaves behind when it is killed is gone after that long, on a busy machine
START_S = 60.0
STARTS_IN_PEACE = 0.7  # of the agent's starts; else most kills would be of agents that only begin
LONGEST_AWAY_S = 2.0  # until a supervisor, or somebody, has started it again
LOOK_S = 0.05
AGENT, CHILD, KUBO, NODE, HANG = "agent", "child", "Kubo", "node's port", "node hangs"
# Of ten, so that the agent lives long enough to get somewhere.
WEIGHTS = {AGENT: 2, CHILD: 4, KUBO: 2, NODE: 2}


@dataclass
class Machine:
    """``pids`` of services are of this network; ``said`` gathers what was done to whom."""

    network: Network
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    left_behind: list[str] = field(default_factory=list)  # processes that outlived the agent
    ended_alone: int = 0  # times that the agent ended without being killed
    agent: int = 0
    front: int = 0
    front_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.devnet, self.kubo, self.heartbeat = self.network.pids

    @property
    def log(self) -> Path:
        """What the agent says, in all its lives."""
        return self.network.folder / "agent.log"

    @property
    def settings(self) -> Path:
        """The worker's, but for its way to the node."""
        return self.network.folder / "killed-worker.toml"

    def known(self) -> set[int]:
        """Children of ours that are waited for."""
        return {self.agent, self.front, self.devnet, self.kubo, self.heartbeat}

    def begin(self) -> None:
        """Start the front and the agent."""
        port = str(self.network.rpc_url.rpartition(":")[2].removesuffix("/rpc"))
        text = self.network.settings_file("worker-1").read_text()
        self.settings.write_text(text.replace(f":{port}/", f":{self.front_port}/") + "probe_seconds = 0\n")
        self._start_front()
        self._start_agent()

    def end(self) -> None:
        """Stop them, the agent as it is stopped every day."""
        for pid in (self.agent, self.front, self.kubo):
            stop(pid)
        bury(self.known())

    async def watch_agent(self) -> None:
        """Start the agent again whenever it ended; forever."""
        while True:
            if not is_running(self.agent):
                self.ended_alone += 1
                self._start_agent()
            await asyncio.sleep(LOOK_S)

    async def kill_one(self) -> str:
        """Kill a process of the machine, and see to it that it comes back; who it was."""
        who = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        away_s = self.chance.uniform(0, LONGEST_AWAY_S)
        if who == AGENT:
            await self._kill_agent()
        elif who == CHILD:
            if not await self._kill_child():
                return ""
        elif who == KUBO:
            _kill(self.kubo)
            await asyncio.sleep(away_s)
            port = int(self.network.ipfs_api.rpartition("/")[2])
            self.kubo = await asyncio.to_thread(start_kubo_again, self.network.folder, port)
        else:
            _kill(self.front)
            await asyncio.sleep(away_s)
            await asyncio.to_thread(self._start_front)
        self.killed[who] += 1
        return who

    async def hang_node(self) -> None:
        """Let the node stand still for a moment, with all its connections open."""
        os.kill(self.devnet, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.chance.uniform(0, LONGEST_AWAY_S))
        finally:
            os.kill(self.devnet, signal.SIGCONT)
        self.killed[HANG] += 1

    async def _kill_agent(self) -> None:
        """As the kernel does when memory is short: it alone, and what it started has to see to itself."""
        below, said = alive_below(self.agent), self.log.stat().st_size
        _kill(self.agent)
        self._start_agent()
        for _ in range(int(DEAD_S / LOOK_S)):
            below = [pid for pid in below if state_of(pid) not in ("Z", "X", "")]
            if not below:
                break
            await asyncio.sleep(LOOK_S)
        self.left_behind += [_name_of(pid) for pid in below]
        if self.chance.random() < STARTS_IN_PEACE:
            await self._ready(said)

    async def _ready(self, from_byte: int) -> None:
        """Wait until the agent has said, behind that byte of its log, that it is ready for work."""
        for _ in range(int(START_S / LOOK_S)):
            with self.log.open("rb") as log:
                log.seek(from_byte)
                if b"waiting_for_work" in log.read():
                    return
            await asyncio.sleep(LOOK_S)

    async def _kill_child(self) -> bool:
        """Any process below the agent, of its sandboxes or inside them; False if there was none for long."""
        for _ in range(int(DEAD_S / LOOK_S)):
            if below := alive_below(self.agent):
                with suppress(ProcessLookupError):
                    os.kill(self.chance.choice(below), signal.SIGKILL)
                    return True
            await asyncio.sleep(LOOK_S)
        return False

    def _start_agent(self) -> None:
        command = [sys.executable, "-m", "renderchain", "worker", "--config", str(self.settings)]
        command += ["--log", "json", "--name", "worker-1"]
        # Its lock by account is kept there.
        self.agent = start(command, self.log, {"XDG_DATA_HOME": str(self.network.folder / "data")})

    def _start_front(self) -> None:
        node_port = self.network.rpc_url.rpartition(":")[2].removesuffix("/rpc")
        log = self.network.folder / "front.log"
        self.front = start([sys.executable, str(FRONT), str(self.front_port), node_port], log)
        wait_for_port(self.front_port, self.front, log)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):  # and it is reaped
        pass


def _name_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200]
    return str(pid)

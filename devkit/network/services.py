"""Starting and ending starknet-devnet and Kubo."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from renderchain.core.money import FRI_PER_STRK

REPO = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10
DEVNET_SEED = "7"
USUAL_FRI = 1000 * FRI_PER_STRK  # what a devnet gives each account
_children: dict[int, subprocess.Popen[bytes]] = {}  # ours; others come from a note on disk


class ServiceError(Exception):
    """A service did not start; the text says which and where its log is."""


@cache
def tool_root(name: str) -> Path:
    """Where the set-up put a tool; brings it if it is missing."""
    command = [sys.executable, "-m", "tools.setup", "path", name]
    return Path(subprocess.check_output(command, cwd=REPO, text=True).strip())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(command: list[str], log: Path, env: dict[str, str] | None = None) -> int:
    """Start a process of its own session that outlives us; returns its id."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    _children[process.pid] = process
    return process.pid


def is_running(pid: int) -> bool:
    """Whether the process lives."""
    if pid in _children:
        return _children[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(pid: int) -> None:
    """Ask a process and its children to end, after a while make them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not is_running(pid):
            break
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what the leader left behind


def wait_for_port(port: int, pid: int, log: Path) -> None:
    """Return when the port is open; raises ServiceError if the process ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and is_running(pid):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise ServiceError(f"Nothing answers on port {port}; the log is {log}.")


def start_devnet(
    folder: Path, accounts: int, *, archive: bool = False, wallets: bool = False, balance_fri: int = USUAL_FRI
) -> tuple[int, int]:
    """Process id and port of a fresh devnet.

    ``archive`` keeps the state of every block, so that blocks can be aborted; that takes memory without
    end, some 20 GB for 3,000 transactions. With ``wallets`` it knows the classes of a wallet's accounts, one
    of which several people sign for.
    """
    port, log = free_port(), folder / "devnet.log"
    binary = str(tool_root("devnet") / "bin" / "starknet-devnet")
    options = ["--port", str(port), "--seed", DEVNET_SEED, "--accounts", str(accounts)]
    options += ["--state-archive-capacity", "full" if archive else "none"]
    options += ["--initial-balance", str(balance_fri)]
    options += ["--predeclare-argent"] if wallets else []
    pid = start([binary, *options], log)
    wait_for_port(port, pid, log)
    return pid, port


def start_heartbeat(folder: Path, rpc_url: str) -> int:
    """Process id of what makes a block a second."""
    return start([sys.executable, "-m", "devkit.network.heartbeat", rpc_url], folder / "heartbeat.log")


def start_kubo(folder: Path) -> tuple[int, int]:
    """Process id and API port of a Kubo node that talks to nobody else."""
    port = free_port()
    _init_kubo(folder, {"API": f"/ip4/127.0.0.1/tcp/{port}", "Gateway": [], "Swarm": []})
    return start_kubo_again(folder, port), port


@dataclass(frozen=True)
class SwarmKubo:
    """A Kubo node that talks to those it is told to; ``swarm`` is where they reach it."""

    pid: int
    folder: Path
    api: str
    gateway: str
    swarm: str


def start_swarm_kubo(folder: Path) -> SwarmKubo:
    """A Kubo node on this machine that others here can connect to; it looks for nobody by itself."""
    port, gateway, swarm = free_port(), free_port(), free_port()
    api, swarm_address = f"/ip4/127.0.0.1/tcp/{port}", f"/ip4/127.0.0.1/tcp/{swarm}"
    _init_kubo(folder, {"API": api, "Gateway": f"/ip4/127.0.0.1/tcp/{gateway}", "Swarm": [swarm_address]})
    name = run_ipfs(folder, "config", "Identity.PeerID").strip()
    log = folder / "kubo.log"
    pid = start([_ipfs(), "daemon"], log, {"IPFS_PATH": str(folder / "kubo")})
    wait_for_port(port, pid, log)
    wait_for_port(gateway, pid, log)
    return SwarmKubo(pid, folder, api, f"http://127.0.0.1:{gateway}", f"{swarm_address}/p2p/{name}")


def run_ipfs(folder: Path, *arguments: str) -> str:
    """What the command says, on the node whose files are in the folder."""
    env = {**os.environ, "IPFS_PATH": str(folder / "kubo")}
    done = subprocess.run([_ipfs(), *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"ipfs {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _ipfs() -> str:
    return str(tool_root("kubo") / "bin" / "ipfs")


def _init_kubo(folder: Path, addresses: Mapping[str, object]) -> None:
    """A new repository of a node with these addresses, which finds nobody by itself."""
    run_ipfs(folder, "init", "--empty-repo")
    file = folder / "kubo" / "config"
    config = json.loads(file.read_bytes())
    config["Addresses"] |= addresses
    config["Discovery"]["MDNS"]["Enabled"] = False
    config["Routing"] = {"Type": "none", "DelegatedRouters": []}
    config |= {"Bootstrap": [], "AutoConf": {"Enabled": False}, "DNS": {"Resolvers": {}}}
    config["Ipns"]["DelegatedPublishers"] = []
    file.write_text(json.dumps(config))


def start_kubo_again(folder: Path, port: int) -> int:
    """Process id of a node on what another one kept there, and on its API port."""
    log = folder / "kubo.log"
    pid = start([_ipfs(), "daemon", "--offline"], log, {"IPFS_PATH": str(folder / "kubo")})
    wait_for_port(port, pid, log)
    return pid

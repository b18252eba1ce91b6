"""The network of deploy/compose.yaml: made once on its devnet, each part given what it needs and no more.

Then a block a second keeps it going.

    python -m devkit.network.composed FOLDER

``FOLDER/state`` has all of it; below each other folder, a volume of one part, are that part's settings and
keys. They all share one network, so that all addresses are this machine's.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from .beside import let_read, let_schedule, write_index_settings
from .devnet import is_there
from .heartbeat import beat
from .local import Network, deploy, load, predeployed, register, roles_of, save, write_settings

WORKERS, ARTISTS, SCHEDULERS = 2, 1, 1
RPC_URL, WS_URL = "http://127.0.0.1:5050/rpc", "ws://127.0.0.1:5050/ws"
IPFS_API = "/ip4/127.0.0.1/tcp/5001"
INDEX, SCHEDULER = "http://127.0.0.1:8750", "http://127.0.0.1:8752"
NODE_TIMEOUT_S = 120
BEGIN_ANEW = (
    "The devnet forgets all when it ends: then the network of these volumes is no more. Remove them with "
    "`docker compose --file deploy/compose.yaml down --volumes`, then start again."
)


def _own(role: str, settings: str) -> dict[str, str]:
    """What a part with an account has: names in its folder, and in the network's."""
    keystore, password = f"{role}.keystore.json", "keystore.password"
    return {settings: f"{role}.toml", keystore: keystore, password: password}


PARTS: Mapping[str, Mapping[str, str]] = {
    "artist": _own("artist", "artist.toml"),
    **{f"worker-{number}": _own(f"worker-{number}", "worker.toml") for number in range(1, WORKERS + 1)},
    "scheduler": _own("scheduler-1", "scheduler.toml"),
    "index": {"index.toml": "index.toml", "pgpass": "pgpass"},
    "notifier": {"notifier.toml": "notifier.toml", "pgpass": "pgpass"},
    "database": {"password": "database.password"},
}


def main(arguments: list[str]) -> int:
    """Make it unless it is there, and keep its chain going as long as there is one; returns the exit code.

    That is never 0: without blocks the network stands still, so that it is started again, or says what to do.
    """
    if len(arguments) != 1:
        print("usage: python -m devkit.network.composed FOLDER", file=sys.stderr)
        return 2
    if not prepare(Path(arguments[0])):
        return 1
    beat(RPC_URL)
    _say(f"The devnet at {RPC_URL} makes no more blocks.")
    return 1


def prepare(root: Path) -> bool:
    """Make it unless it is there, or say why not. ``network.json`` is there once all else is."""
    state = root / "state"
    if not _node_answers():
        _say(f"No devnet answers at {RPC_URL}.")
        return False
    if not (state / "network.json").exists():
        network = _make(state)
        _hand_out(root)
        save(network)
    elif not is_there(RPC_URL, load(state).contracts.directory):
        _say(f"The devnet at {RPC_URL} was started anew.")
        return False
    print(f"The network is ready: directory {load(state).contracts.directory:#x}", flush=True)
    return True


def _say(what: str) -> None:
    print(f"{what} {BEGIN_ANEW}", file=sys.stderr, flush=True)


def _node_answers() -> bool:
    deadline = time.monotonic() + NODE_TIMEOUT_S
    while True:
        try:
            is_there(RPC_URL, 1)
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)


def _make(state: Path) -> Network:
    """All of it, in the folder, which may have what an interrupted start left."""
    for path in state.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    roles = roles_of(WORKERS, ARTISTS, SCHEDULERS)
    accounts = dict(zip(roles, predeployed(RPC_URL), strict=False))
    contracts = asyncio.run(deploy(RPC_URL, accounts["deployer"], 1))
    network = Network(state, (), RPC_URL, WS_URL, IPFS_API, contracts, accounts)
    write_settings(network)
    asyncio.run(register(network, WORKERS, {}))
    let_read(network, INDEX)
    let_schedule(network, 1, SCHEDULER)
    write_index_settings(network)
    (state / "notifier.toml").write_text(notifier_settings())
    password = secrets.token_hex(16)
    for name, text in (
        ("database.password", password),
        ("pgpass", f"127.0.0.1:5432:*:services:{password}"),
    ):
        (state / name).touch(mode=0o600)
        (state / name).write_text(f"{text}\n")
    return network


def notifier_settings() -> str:
    """Nobody is told at first: whoever wants to be puts a file into the notifier's volume."""
    lines = [f'index = "{INDEX}"', f'dashboard = "{INDEX}/"', 'people_folder = "/data/people"']
    for name, url in (("The index", INDEX), ("The scheduler", SCHEDULER)):
        lines += ["[[watch]]", f'name = "{name}"', f'url = "{url}/readyz"']
    return "\n".join([*lines, ""])


def _hand_out(root: Path) -> None:
    for part, files in PARTS.items():
        for name, source in files.items():
            shutil.copy(root / "state" / source, root / part / name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

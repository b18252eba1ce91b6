"""``make network`` and ``make stop``: a network that keeps running, and its end."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .application import application_there, install_extension
from .local import Network, end, load, save, start_network
from .services import REPO, is_running

FOLDER = REPO / "build" / "network"


def main(arguments: list[str]) -> int:
    """Start or stop the network in build/network."""
    if arguments == ["start"]:
        return _start(FOLDER)
    if arguments == ["stop"]:
        return _stop(FOLDER)
    print("usage: python -m devkit.network start|stop", file=sys.stderr)
    return 2


def _start(folder: Path) -> int:
    if (folder / "network.json").exists():
        if any(is_running(pid) for pid in load(folder).pids):
            print(f"The network in {folder} is running; `make stop` ends it.")
            return 0
        shutil.rmtree(folder)
    network = start_network(folder, workers=2)
    save(network)
    print(f"devnet {network.rpc_url}, Kubo {network.ipfs_api}, directory {network.contracts.directory:#x}")
    for line in _how_to_use(network):
        print(line)
    return 0


def _how_to_use(network: Network) -> list[str]:
    """What starts the artist's side and the workers, with each Blender that is there."""
    config = f"RENDERCHAIN_CONFIG={network.settings_file('artist')}"
    lines, environment = [f"artist:  {config}"], ""
    folder = application_there()
    if folder:
        application = install_extension(folder, network.folder / "blender")
        resources = f"BLENDER_USER_RESOURCES={application.resources}"
        lines.append(f"Blender: {config} {resources} {application.program}")
        environment = "".join(f"{name}={value} " for name, value in application.environment.items())
    for number in (1, 2):
        settings = network.settings_file(f"worker-{number}")
        worker = f".venv/bin/python worker_headless/worker.py -- --config {settings}"
        lines.append(f"worker:  {environment}{worker}")
    return lines


def _stop(folder: Path) -> int:
    if not (folder / "network.json").exists():
        print("No network is running.")
        return 0
    end(load(folder))
    shutil.rmtree(folder)
    print("The network has ended.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

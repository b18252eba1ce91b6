"""``make network`` and ``make stop``: a network that keeps running, and its end.

With SERVICES=1 index, scheduler, aggregator and notifier are beside it: artists' jobs name the scheduler,
those of the second artist, who is away, are kept by the aggregator, and the desktop shows what concerns them.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from .application import application_there, install_extension
from .beside import LocalServices, let_read, let_schedule
from .local import Network, end, load, save, start_network
from .services import REPO, is_running

FOLDER = REPO / "build" / "network"
AWAY = "artist-2"


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
    has_services = bool(os.environ.get("SERVICES"))
    network = start_network(
        folder, workers=2, artists=1 + has_services, boards=1 + 2 * has_services, schedulers=int(has_services)
    )
    save(network)
    if has_services:
        _start_services(network)
    print(f"devnet {network.rpc_url}, Kubo {network.ipfs_api}, directory {network.contracts.directory:#x}")
    for line in _how_to_use(network):
        print(line)
    if has_services:
        print("The index's address, opened in a browser, is the dashboard.")
    return 0


def _start_services(network: Network) -> None:
    services = LocalServices(network, network.folder)
    try:
        index, scheduler = services.start_index(), services.start_scheduler()
        let_schedule(network, 1, scheduler)
        let_read(network, index)
        notifier = services.start_notifier(_rules(network, index))
        aggregator = services.start_aggregator(AWAY)
    except BaseException:
        services.end_all()
        end(network)
        raise
    save(replace(network, pids=(*network.pids, *services.pids)))
    print(f"dashboard {index}/ (its API: {index}/openapi.json)")
    print(f"scheduler {scheduler}, aggregator of {AWAY} {aggregator}, notifier {notifier}")


def _rules(network: Network, index: str) -> Path:
    """The notifier's file: whoever runs this hears of everybody's jobs and workers."""
    file = network.folder / "notifier.toml"
    accounts = ", ".join(f'"{one.address:#x}"' for one in network.accounts.values())
    person = ["[[person]]", 'name = "you"', f"accounts = [{accounts}]"]
    person.append('channels.desktop = { kind = "desktop" }')
    rules = 'rules = [{ hear = ["artist", "provider", "operator"], by = ["desktop"] }]'
    file.write_text("\n".join([f'index = "{index}"', f'dashboard = "{index}/"', *person, rules, ""]))
    return file


def _how_to_use(network: Network) -> list[str]:
    """What starts the artist's side and the workers, with each Blender that is there."""
    config = f"RENDERCHAIN_CONFIG={network.settings_file('artist')}"
    lines, environment = [f"artist:  {config}"], ""
    if AWAY in network.accounts:
        lines.append(f"away:    RENDERCHAIN_CONFIG={network.settings_file(AWAY)}")
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

"""Services beside a local network, each a process of its own: index, schedulers, aggregators, notifier."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .local import Network
from .services import free_port, is_running, start, stop, wait_for_port

GRACE_S = 30  # for which a scheduler may be silent, on a network whose people look on
INDEX, SCHEDULER, AGGREGATOR, NOTIFIER = "index", "scheduler", "aggregator", "notifier"


class LocalServices:
    """Their logs lie in the folder, as NAME.log; ``pids`` are those of all that were started."""

    def __init__(self, network: Network, folder: Path) -> None:
        self._network = network
        self._folder = folder
        self._pids: dict[str, int] = {}
        self._ports: dict[str, int] = {}

    @property
    def pids(self) -> tuple[int, ...]:
        """Their processes."""
        return tuple(self._pids.values())

    def log(self, name: str) -> Path:
        """What one of them says."""
        return self._folder / f"{name}.log"

    def start_index(self) -> str:
        """It keeps an SQLite database in the network's folder; returns its address."""
        return self._start(INDEX, INDEX, write_index_settings(self._network))

    def start_scheduler(self, number: int = 1) -> str:
        """For the account scheduler-N; returns its address."""
        name = f"{SCHEDULER}-{number}"
        return self._start(name, SCHEDULER, self._network.settings_file(name))

    def start_aggregator(self, artist: str, *options: str) -> str:
        """It keeps the jobs of an artist of the network; returns the address of its health."""
        name = f"{AGGREGATOR}-{artist}"
        return self._start(name, AGGREGATOR, self._network.settings_file(artist), *options)

    def start_notifier(self, file: Path) -> str:
        """It tells the people of an operator's file; returns the address of its health."""
        return self._start(NOTIFIER, NOTIFIER, file)

    def _start(self, name: str, service: str, settings: Path, *options: str) -> str:
        port = self._ports.setdefault(name, free_port())  # whoever knows one finds it again
        command = [sys.executable, "-m", f"services.{service}", "--config", str(settings)]
        command += ["--port", str(port)]
        self._pids[name] = start([*command, *options], self.log(name))
        wait_for_port(port, self._pids[name], self.log(name))
        return f"http://127.0.0.1:{port}"

    def is_running(self, name: str) -> bool:
        """Whether its process lives."""
        return is_running(self._pids[name])

    def kill(self, name: str) -> None:
        """As if its machine lost its power."""
        with suppress(ProcessLookupError):
            os.killpg(self._pids[name], signal.SIGKILL)

    def end(self, name: str) -> None:
        """Ask one to end, after a while make it."""
        stop(self._pids[name])

    def end_all(self) -> None:
        """Ask every one to end, after a while make it."""
        for pid in self._pids.values():
            stop(pid)


def write_index_settings(network: Network) -> Path:
    """Of an index, which has no account; returns the file."""
    file = network.settings_file(INDEX)
    values = {
        "rpc_url": network.rpc_url,
        "ws_url": network.ws_url,
        "network": "devnet",
        "directory": hex(network.contracts.directory),
        "folder": INDEX,
    }
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
    return file


def let_read(network: Network, address: str) -> None:
    """Have all artists and workers read of an index; before any of them is started."""
    for role in network.accounts:
        if role.startswith(("artist", "worker")):
            with network.settings_file(role).open("a") as file:
                file.write(f'index_url = "{address}"\n')


def let_schedule(network: Network, number: int, address: str) -> None:
    """Have the jobs of all artists name the account scheduler-N, and all workers tell it of themselves.

    Before any of them is started: it stands in their settings.
    """
    account = network.accounts[f"{SCHEDULER}-{number}"].address
    for role in network.accounts:
        if role.startswith("artist"):
            lines = f'scheduler = "{account:#x}"\nscheduler_grace_seconds = {GRACE_S}\n'
        elif role.startswith("worker"):
            lines = f'schedulers = ["{account:#x} {address}"]\n'
        else:
            continue
        with network.settings_file(role).open("a") as file:
            file.write(lines)


@contextmanager
def running_services(network: Network, folder: Path) -> Iterator[LocalServices]:
    """Services that end with the block; their logs stay."""
    services = LocalServices(network, folder)
    try:
        yield services
    finally:
        services.end_all()

"""A PostgreSQL server for tests and benchmarks, in a folder of its own; root runs it as the user postgres."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .services import ServiceError, free_port

INSTALLED = Path("/usr/lib/postgresql")
USER = "postgres"


def programs() -> Path:
    """The folder with those of the newest version here. Raises ServiceError."""
    versions = sorted(INSTALLED.glob("*/bin"), key=lambda one: int(one.parent.name))
    if not versions:
        raise ServiceError("PostgreSQL is not installed: python3 -m tools.setup postgres")
    return versions[-1]


@dataclass
class Postgres:
    """Make it with ``make``, end it with ``end``."""

    folder: Path
    port: int
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def make(cls) -> Postgres:
        """A new server that runs. Raises ServiceError."""
        # Not below the tests' folder, which is the user's alone.
        server = cls(Path(tempfile.mkdtemp(prefix="renderchain-postgres-")), free_port())
        if os.geteuid() == 0:
            shutil.chown(server.folder, USER)
        try:
            server._run(
                "initdb", "-D", str(server._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"
            )
            server.start()
        except ServiceError:
            shutil.rmtree(server.folder, ignore_errors=True)
            raise
        return server

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories= -c fsync=on"
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", log, "-o", options)

    def kill(self) -> None:
        """As a machine that loses its power: what was not committed is lost."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", "immediate")

    def new_database(self) -> str:
        """The address of an empty one."""
        name = f"index_{next(self._numbers)}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def end(self) -> None:
        """For good, with all that it holds."""
        try:
            if (self._data / "postmaster.pid").exists():
                self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", "fast")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(programs() / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        # Into a file: the server keeps what it was started with open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(command, cwd="/", stdout=output, stderr=subprocess.STDOUT, check=False)
            output.seek(0)
            if done.returncode:
                raise ServiceError(f"{program} failed: {output.read().decode(errors='replace')[-1000:]}")

"""What a release on a node needs beside it: a chain with the network's contracts, and a database.

Both run in the node's room; pods find them at the node's address.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devkit.fakes.tls_front import make_certificate
from devkit.network.composed import PARTS
from devkit.network.local import Network, load
from devkit.network.postgres import USER, programs
from devkit.network.services import is_running, start, stop, tool_root
from tests.deploy.cluster.node import ADDRESS, SUBNET, Node

LOOPBACK = "127.0.0.1"
DEVNET = ("--host", "0.0.0.0", "--port", "5050", "--state-archive-capacity", "none", "--accounts", "10")
# Of the role and the databases that the chart wants; it lets in nobody without TLS and the password.
MAKE = f"""\
initdb --pgdata data --username services --pwfile password --auth scram-sha-256 --encoding UTF8 --no-sync
echo 'hostssl index,notifier services {SUBNET} scram-sha-256' >>data/pg_hba.conf
install -m 600 key.pem data/server.key
install -m 600 certificate.pem data/server.crt
pg_ctl start -w --pgdata data --log log \
    -o '-c listen_addresses={LOOPBACK},{ADDRESS} -c ssl=on -c unix_socket_directories='
export PGPASSWORD="$(cat password)"
for name in index notifier; do createdb --host {LOOPBACK} --username services $name; done
"""
END = "pg_ctl stop -w --pgdata data --mode fast"


@dataclass(frozen=True)
class Surroundings:
    """``parts`` has a folder for each part of a network, with settings and keys for pods; ``password`` is the
    file with the database's.
    """

    network: Network
    parts: Path
    password: Path


@contextmanager
def surroundings(node: Node, folder: Path) -> Iterator[Surroundings]:
    """On the chain there is a block a second, and two workers have their stake."""
    with _chain(node, folder) as network, _database(node) as password:
        yield Surroundings(network, network.folder.parent, password)


@contextmanager
def _chain(node: Node, folder: Path) -> Iterator[Network]:
    parts, log = folder / "parts", folder / "network.log"
    for part in ("state", *PARTS):
        (parts / part).mkdir(parents=True)
    devnet = [str(tool_root("devnet") / "bin" / "starknet-devnet"), *DEVNET]
    with ExitStack() as stack:
        stack.callback(stop, start([*node.inside, *devnet], folder / "devnet.log"))
        made = start([*node.inside, sys.executable, "-m", "devkit.network.composed", str(parts)], log)
        stack.callback(stop, made)

        def is_made() -> bool:
            assert is_running(made), log.read_text()[-2000:]
            return (parts / "state" / "network.json").exists()

        node.plane.wait_for(is_made)
        for file in parts.glob("*/*.toml"):
            file.write_text(file.read_text().replace(LOOPBACK, ADDRESS))
        yield load(parts / "state")


@contextmanager
def _database(node: Node) -> Iterator[Path]:
    # Not below the tests' folder, which is the user's alone.
    folder = Path(tempfile.mkdtemp(prefix="renderchain-postgres-"))
    try:
        (folder / "password").write_text(secrets.token_hex(16))
        make_certificate(folder)
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, USER)
        try:
            _as_its_user(node, folder, MAKE)
            yield folder / "password"
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                _as_its_user(node, folder, END)
    finally:
        shutil.rmtree(folder)


def _as_its_user(node: Node, folder: Path, script: str) -> None:
    # Into a file: the server keeps what it was started with open.
    log = folder / "said"
    with log.open("a") as said:
        done = subprocess.run(
            [*node.inside, "runuser", "-u", USER, "--", "sh", "-euc", f'cd "$1"; PATH=$2:$PATH; {script}']
            + ["sh", str(folder), str(programs())],
            stdout=said,
            stderr=said,
            check=False,
        )
    assert done.returncode == 0, log.read_text()[-2000:]

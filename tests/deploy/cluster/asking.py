"""Ask an address over and over, by a new connection each time, and write down what came of it.

python -m tests.deploy.cluster.asking URL FILE
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from devkit.network.devnet import direct
from devkit.network.services import start
from tests.deploy.cluster.node import Node

PAUSE_S, TIMEOUT_S = 0.05, 10
ANSWERED = "200"


@contextmanager
def asking(node: Node, url: str, file: Path) -> Iterator[list[str]]:
    """From beside the pods, as long as this lasts; afterwards the list has what came of each."""
    command = [*node.inside, sys.executable, "-m", __name__, url, str(file)]
    number, outcomes = start(command, file.with_suffix(".log")), list[str]()
    try:
        node.plane.wait_for(lambda: file.exists() and file.read_text())
        yield outcomes
    finally:
        os.killpg(number, signal.SIGKILL)
    outcomes += file.read_text().splitlines()


def main(url: str, file: Path) -> None:
    """Until it is killed."""
    with file.open("a", buffering=1) as said:
        while True:
            print(_outcome(url), file=said)
            time.sleep(PAUSE_S)


def _outcome(url: str) -> str:
    try:
        with direct.open(url, timeout=TIMEOUT_S) as answer:
            answer.read()
            return str(answer.status)
    except (OSError, HTTPException) as error:
        return f"{error!r} at {time.time():.1f}"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

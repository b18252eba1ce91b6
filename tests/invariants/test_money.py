"""Random calls by many accounts on a real devnet: each does what the model says, to the fri.

make test-invariants makes 20,000 of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.network.services import start_devnet, stop
from tests.invariants.devnet import OnDevnet
from tests.invariants.rounds import play_round
from tests.invariants.world import NAMES


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A devnet for this alone: it is made older as it pleases the test."""
    pid, port = start_devnet(tmp_path / "devnet", len(NAMES))
    yield port
    stop(pid)


# starknet-py raises it for the parser of its ABIs.
@pytest.mark.filterwarnings("ignore:The recursion limit")
def test_money_adds_up_after_every_random_call(port: int, request: pytest.FixtureRequest) -> None:
    wanted, number = (request.config.getoption(name) for name in ("--invariant-calls", "--invariant-seed"))
    OnDevnet.port, OnDevnet.total = port, 0
    OnDevnet.done, OnDevnet.told = {}, {}
    OnDevnet.loop = asyncio.new_event_loop()
    started_s, rounds = time.monotonic(), 0
    try:
        while OnDevnet.total < wanted:
            print(f"seed {number + rounds}: {OnDevnet.total} calls so far", flush=True)
            play_round(OnDevnet, number + rounds)
            rounds += 1
    finally:
        OnDevnet.loop.close()
    print(f"{OnDevnet.total} calls, {rounds} seeds from {number}, {time.monotonic() - started_s:.0f} s")
    for what, counts in (("done", OnDevnet.done), ("told", OnDevnet.told)):
        print(f"{what}:", ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))

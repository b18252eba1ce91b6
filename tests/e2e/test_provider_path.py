"""docs/provider.md, followed word for word: from nothing to the first pay, and to the stake back home."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from renderchain.core.money import FRI_PER_STRK, parse_strk
from renderchain.settings import load_settings

from devkit.network.devnet import pass_time, tell
from devkit.network.local import RULES, Network, running_network
from devkit.network.services import REPO

PAGE = (REPO / "docs" / "provider.md").read_text()
SCENE = REPO / "tests" / "scenes" / "linked.py"
TIMEOUT_S = 240
MINTED_FRI = 40 * FRI_PER_STRK
REWARD = "0.5"


def blocks() -> list[str]:
    """The page's commands, in its order."""
    return re.findall(r"^```sh\n(.*?)\n```$", PAGE, re.M | re.S)


@dataclass
class Reader:
    """Somebody who follows the page in a folder of their own; ``python`` is this one."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RENDERCHAIN_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "XDG_CONFIG_HOME": str(self.folder / "config")}

    def run(self, command: str, typed: str = "", *, code: int = 0) -> str:
        """The command as it stands on the page, and what it said."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    @contextmanager
    def running(self, command: str) -> Iterator[None]:
        """The command in a terminal of its own, until somebody presses Ctrl-C there."""
        with (self.folder / "worker.log").open("w") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield
                process.send_signal(signal.SIGINT)
                assert process.wait(TIMEOUT_S) == 0, (self.folder / "worker.log").read_text()[-3000:]
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """One without any worker."""
    with running_network(tmp_path_factory.mktemp("network") / "net", workers=0) as started:
        yield started


def render_one_lease(network: Network, folder: Path) -> None:
    """An artist has two frames rendered, checks them and pays."""
    folder.mkdir()
    make = [sys.executable, str(SCENE), str(folder)]
    subprocess.run(make, check=True, capture_output=True, timeout=TIMEOUT_S)
    options = [
        "--frames",
        "1-2",
        "--lease",
        "2",
        "--reward",
        REWARD,
        "--wait",
        "--output",
        str(folder / "frames"),
    ]
    command = [
        sys.executable,
        "-m",
        "renderchain",
        "submit",
        str(folder / "project" / "main.blend"),
        *options,
    ]
    config = {"RENDERCHAIN_CONFIG": str(network.settings_file("artist"))}
    done = subprocess.run(
        command, env={**os.environ, **config}, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def has_fri(network: Network, account: int) -> int:
    async def ask() -> int:
        async with network.chain("artist") as chain:
            return await chain.tokens_fri(account)

    return asyncio.run(ask())


def typed_for(network: Network) -> str:
    """What the person types: the network, its nodes, a folder, the CPU, and a new account."""
    answers = (
        *("devnet", network.rpc_url, network.ws_url, hex(network.contracts.directory), "0"),
        *(network.ipfs_api, "worker", "CPU", "new"),
    )
    return "".join(f"{one}\n" for one in answers)


def test_the_page_leads_from_nothing_to_pay_and_the_stake_back_home(network: Network, tmp_path: Path) -> None:
    reader = Reader(tmp_path / "home")
    reader.folder.mkdir()
    follow = iter(blocks())

    said = reader.run(next(follow), typed_for(network), code=1)
    account = load_settings(reader.folder / "worker.toml").account
    assert f"Send STRK to {account:#x}" in said
    tell(network.rpc_url, "mint", address=hex(account), amount=MINTED_FRI, unit="FRI")
    # Deploy; stake, families and payout as suggested; register; two seats, their family and fee; sign these.
    said = reader.run(next(follow), "y\n" + "\n\n\n" + "y\n" + "2\n\n\n" + "y\ny\ny\ny\n")
    assert "Worker 1 is ready." in said
    assert "worker.toml" in (reader.folder / "config/systemd/user/renderchain-worker.service").read_text()
    assert "fault    " not in reader.run(next(follow))

    start, status, earnings = next(follow), next(follow), next(follow)
    assert "renderchain worker " in start
    with reader.running(start):
        render_one_lease(network, tmp_path / "artist")
        assert "Worker 1 on SN_SEPOLIA" in reader.run(status)
        for _ in range(60):  # the worker's own withdrawal may be on its way
            said = reader.run(earnings)
            if "still owed to it: 0 STRK" in said:
                break
            time.sleep(1)
    assert "paid for leases: 1 STRK" in said, said
    assert parse_strk(REWARD) * 2 == FRI_PER_STRK
    withdraw = next(follow)
    assert "renderchain payout withdraw" in withdraw
    owed = "still owed to it: 0 STRK" not in said
    reader.run(withdraw, "y\n", code=0 if owed else 1)

    give_up, seats_out, work_out, collect = follow
    pass_time(network.rpc_url, 1, 2 * RULES.epoch_blocks)
    for command in (give_up, seats_out, work_out):
        assert "Done in block" in reader.run(command, "y\n")
    pass_time(network.rpc_url, RULES.cooldown_s + 3600, 10)
    before = has_fri(network, account)
    assert "30 STRK go to the owner" in reader.run(collect, "y\n")
    assert has_fri(network, account) - before > 29 * FRI_PER_STRK
    assert has_fri(network, account) > MINTED_FRI, "what was earned is more than all the fees"

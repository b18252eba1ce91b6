"""From an extension that was just enabled to one that is ready, without a file and without a shell."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.settings import load_settings

from devkit.made_up_job import RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.local import predeployed
from devkit.network.services import REPO, start_devnet, stop, tool_root

KUBO = str(tool_root("kubo") / "bin" / "ipfs")


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[int]:
    """The port of a devnet of its own: other tests turn the clocks of theirs, which a check-up sees."""
    pid, port = start_devnet(tmp_path / "devnet", 2)
    yield port
    stop(pid)


def test_an_artist_sets_up_network_account_and_ipfs_in_the_preferences(devnet: int, tmp_path: Path) -> None:
    """It took a TOML file written by hand and a command for the key."""
    rpc_url = f"http://127.0.0.1:{devnet}/rpc"
    deployer = predeployed(rpc_url)[0]

    async def deploy() -> Deployed:
        owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
        try:
            return await deploy_network(owner, RULES)
        finally:
            await close_account(owner)

    directory = hex(asyncio.run(deploy()).directory)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("RENDERCHAIN_")}
    places = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chain.first_run", rpc_url, directory, KUBO],
        cwd=REPO,
        env={**kept, **places, **keyring},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = {key: rest for key, _, rest in (line.partition(" ") for line in done.stdout.splitlines())}
    # Key, node, chain, Directory, account, IPFS, denoiser.
    assert said["NOTHING"].startswith("fffff")
    assert said["NETWORK"] == "fooofoo"
    assert said["ACCOUNT"] == said["FUNDED"] == "oooofoo"
    assert "has 0 STRK" in said["POOR"] and "send STRK to it first" in said["POOR"]
    assert said["READY"] == "ooooooo", done.stdout
    settings = load_settings(tmp_path / "config" / "renderchain" / "settings.toml")
    assert settings.network == "devnet" and settings.ipfs_program == KUBO
    assert "opens it" not in done.stdout + done.stderr

"""A provider's panel on a real chain, in the bpy module."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from renderchain.adapters.keys import KeystoreFile, make_password
from renderchain.adapters.starknet.node import Node, close_account, open_account

from devkit.made_up_job import RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.local import predeployed
from devkit.network.services import REPO


def test_whoever_likes_windows_registers_stakes_and_pauses_there(devnet: int, tmp_path: Path) -> None:
    rpc_url = f"http://127.0.0.1:{devnet}/rpc"
    deployer, one = predeployed(rpc_url)[:2]

    async def deploy() -> Deployed:
        owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
        try:
            return await deploy_network(owner, RULES)
        finally:
            await close_account(owner)

    deployed = asyncio.run(deploy())
    make_password(tmp_path / "key.password")
    KeystoreFile(tmp_path / "key.json", tmp_path / "key.password").save(one.address, one.private_key)
    config = tmp_path / "settings.toml"
    config.write_text(
        f'rpc_url = "{rpc_url}"\nnetwork = "devnet"\ndirectory = "{deployed.directory:#x}"\n'
        f'account = "{one.address:#x}"\nkeystore = "key.json"\nfolder = "worker"\ndevice = "CPU"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.chain.panel"],
        cwd=REPO,
        env={**os.environ, "RENDERCHAIN_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = {key: rest for key, _, rest in (line.partition(" ") for line in done.stdout.splitlines())}
    assert "neither operates nor owns a worker" in said["BEFORE"]
    assert "5 STRK become the worker's stake" in said["DIALOG"] and "It costs 5 STRK" in said["DIALOG"]
    assert "at least 1 STRK" in said["REFUSED"]
    for shown in (
        "work stake: 4 STRK",
        "seat stake: 2 STRK",
        "families: 4.5/cycles/cpu",
        "told to the worker here: to claim nothing",
        "RENDERCHAIN_OT_provider_step",
        "stake_amount 10",
    ):
        assert shown in said["PANEL"]
    assert said["LINES"].startswith("['Worker 1 on SN_SEPOLIA") and said["LEFT"] == "[] []"

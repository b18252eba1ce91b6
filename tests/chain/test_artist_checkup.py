"""The artist's check-up on a real chain and a real IPFS node, from a new account to one that is ready."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters import keys as adapter
from renderchain.adapters.keys import KeystoreFile, make_password
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.blender.provider.accounts import deploy
from renderchain.composition.checkup import check_up
from renderchain.composition.keys import derived_address
from renderchain.core.finding import Finding, Health
from renderchain.core.money import FRI_PER_STRK
from renderchain.settings import Settings

from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import tell
from devkit.network.local import predeployed

KEY = 0xA1B2C3


@pytest.fixture(scope="module")
def deployed(devnet: int) -> Deployed:
    rpc_url = f"http://127.0.0.1:{devnet}/rpc"
    deployer = predeployed(rpc_url)[0]

    async def deploy_all() -> Deployed:
        owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
        try:
            return await deploy_network(owner, RULES)
        finally:
            await close_account(owner)

    return asyncio.run(deploy_all())


@pytest.fixture
def settings(
    devnet: int, kubo: str, deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setattr(adapter, "PBKDF2_ROUNDS", 1000)
    address, rpc_url = derived_address(KEY), f"http://127.0.0.1:{devnet}/rpc"
    make_password(tmp_path / "key.password")
    KeystoreFile(tmp_path / "key.json", tmp_path / "key.password").save(address, KEY)
    keystore = tmp_path / "key.json"
    return Settings(rpc_url, deployed.directory, address, "devnet", ipfs_api=kubo, keystore=keystore)


def checked(settings: Settings, missing: tuple[str, ...] = ()) -> dict[str, Finding]:
    return {one.what: one for one in asyncio.run(check_up(settings, missing, True))}


def faults(settings: Settings, missing: tuple[str, ...] = ()) -> list[str]:
    return [what for what, one in checked(settings, missing).items() if one.health is Health.FAULT]


def test_from_a_new_account_to_one_that_can_pay(settings: Settings) -> None:
    account = checked(settings)["account"]
    assert "has 0.0000 STRK and is not deployed; send STRK to it, then deploy it" in account.text
    assert account.code == 75 and faults(settings) == ["account"]
    tell(settings.rpc_url, "mint", address=hex(settings.account), amount=10 * FRI_PER_STRK, unit="FRI")
    assert "has 10.0000 STRK and is not deployed; deploy it (the button" in checked(settings)["account"].text
    reporter = RecordingReporter()
    assert asyncio.run(deploy(settings, reporter, lambda: True, reporter.say))
    assert faults(settings) == []
    assert checked(settings)["directory"].text.startswith("it leads to contracts")


def test_what_is_chosen_wrongly_is_accused_and_nothing_before_it(settings: Settings) -> None:
    assert faults(replace(settings, directory=0xBAD)) == ["directory", "account"]
    assert checked(replace(settings, directory=0xBAD))["directory"].code == 76
    assert faults(replace(settings, network="mainnet")) == ["chain", "directory", "account"]
    assert checked(replace(settings, network="mainnet"))["chain"].code == 76
    assert faults(settings, ("directory",)) == ["directory", "account"]
    assert faults(replace(settings, ipfs_api="/ip4/127.0.0.1/tcp/9"))[-1] == "ipfs"

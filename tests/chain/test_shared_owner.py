"""A network whose Directory is owned by an account that two people sign for, on a real chain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.app.network.records import read_record
from starknet_py.net.client_errors import ClientError

from devkit.network.devnet import tell
from devkit.network.services import start_devnet, stop
from tests.chain.network_shell import Shell, shell_of
from tests.chain.several_signers import SharedAccount, deploy_shared

KEYS = (0x1111, 0x2222)
FUNDS_FRI = 1000 * 10**18
_T = TypeVar("_T")


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """On a chain that knows a wallet's classes."""
    pid, port = start_devnet(tmp_path, 2, wallets=True)
    try:
        yield shell_of(port, tmp_path, capsys)
    finally:
        stop(pid)


def as_deployer(shell: Shell, do: Callable[[Any], Awaitable[_T]]) -> _T:
    """What comes of it, with the account that deploys."""

    async def run() -> _T:
        opened = await open_account(
            Node(shell.rpc_url, ""), shell.accounts[0].address, shell.accounts[0].private_key
        )
        try:
            return await do(opened)
        finally:
            await close_account(opened)

    return asyncio.run(run())


def signed(shell: Shell, owner: SharedAccount, file: Path, keys: tuple[int, ...] = KEYS) -> None:
    """Have the calls of a file signed and sent as a wallet would, which reads nothing else of it."""
    calls = json.loads(file.read_text())["calls"]
    as_deployer(shell, lambda deployer: owner.send(deployer.client, calls, keys))


def test_two_signers_own_a_network_and_do_all_that_an_owner_may(shell: Shell) -> None:
    owner = as_deployer(shell, lambda deployer: deploy_shared(deployer, KEYS))
    tell(shell.rpc_url, "mint", address=hex(owner.address), amount=FUNDS_FRI, unit="FRI")
    deploy = f"deploy NAME --yes --owner {owner.address:#x}"
    shell.run(deploy)
    calls = shell.record.with_suffix(".calls.json")
    with pytest.raises(ClientError):
        signed(shell, owner, calls, KEYS[:1])
    assert "has these calls already" in shell.run(deploy), "one signer alone changes nothing"
    signed(shell, owner, calls)
    assert "The network is deployed" in shell.run(deploy)
    said = shell.run("verify NAME")
    assert "All of it is right." in said and f"owner is {owner.address:#x}\n" in said

    def printed(command: str, account: str = "") -> Path:
        file = shell.folder / f"{command.split()[0]}.json"
        file.unlink(missing_ok=True)
        said = shell.run(f"{command} --print {file} {account}", 1)
        assert f"where the key of {owner.address:#x} is" in said
        return file

    signed(shell, owner, printed("pause NAME"))
    assert "the network is paused" in shell.run("verify NAME")
    signed(shell, owner, printed("resume NAME"))
    assert "the network is not paused" in shell.run("verify NAME")
    signed(shell, owner, printed("announce-board NAME"))
    assert "is announced" in shell.run("announce-board NAME --yes", 1), "noted by whoever has the record"
    first = read_record(shell.record).addresses[0]
    signed(shell, owner, printed(f"retire-board NAME {first:#x}"))
    assert "board 0 is active, retired" in shell.run("verify NAME")
    another = shell.accounts[1].address
    signed(shell, owner, printed(f"transfer NAME {another:#x}"))
    shell.run("accept NAME --yes", 1)
    shell.run(f"transfer NAME {owner.address:#x} --yes", 1)
    signed(shell, owner, printed("accept NAME", f"--account {owner.address:#x}"))
    said = shell.run("verify NAME")
    assert "All of it is right." in said and f"owner is {owner.address:#x}\n" in said

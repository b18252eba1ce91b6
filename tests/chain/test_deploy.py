"""A network whose making was cut off is made all the same the next time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from renderchain.core.network_record import CLASSES

from devkit.made_up_job import RULES
from devkit.network import deploy
from devkit.network.clients import Chains
from devkit.network.devnet import is_there
from devkit.network.services import start_devnet, stop


@pytest.mark.parametrize("declared", [1, len(CLASSES) - 1])
def test_a_network_that_was_cut_off_between_two_declarations_is_made_again(
    declared: int, tmp_path: Path
) -> None:
    pid, port = start_devnet(tmp_path, 1)

    async def make_twice() -> None:
        async with AsyncExitStack() as stack:
            chains = Chains(port, tmp_path, stack)
            owner = await chains.account(chains.accounts[0])
            for name in CLASSES[:declared]:
                await deploy._declare(owner, name)
            made = await deploy.deploy_network(owner, RULES)
            assert is_there(chains.node.rpc_url, made.board)

    try:
        asyncio.run(make_twice())
    finally:
        stop(pid)

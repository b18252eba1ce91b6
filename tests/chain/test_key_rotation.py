"""Keys that are changed: docs/operations.md, Key rotation."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from renderchain.composition.keys import open_keys
from renderchain.core.errors import KeyStoreError, RenderChainError
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import LeaseState
from renderchain.settings import load_settings

from devkit.made_up_job import TERMS
from devkit.network.services import REPO
from tests.chain.test_provider_commands import FAMILY, Shell, new_account
from tests.chain.test_provider_commands import shell as shell

RESULT = LeaseResult(1, 2, 3, 4)


def test_a_new_operator_has_the_open_leases_and_the_old_key_can_do_nothing_for_them(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            job = await net.artist.create_job(TERMS)
            first = await net.worker.claim_lease(job, 0, 1)
            chain, registry = await net.person(4)
            await net.owner.set_operator(net.worker_id, opened.accounts[4].address)
            second = await net.worker.claim_lease(job, 1, 1)  # so long as nobody has accepted
            await registry.accept_operator(net.worker_id)
            for refused in (
                net.worker.submit(first, 1, RESULT),
                net.worker.give_back(second, "old"),
                net.worker.claim_lease(job, 2, 1),
            ):
                with pytest.raises(RenderChainError):
                    await refused
            assert sorted(await chain.open_leases()) == sorted([first, second])
            await chain.submit(first, 1, RESULT)
            await chain.give_back(second, "enough")
            assert (await chain.lease(first)).state is LeaseState.SUBMITTED
            assert await chain.open_leases() == [first]

    asyncio.run(run())


def test_the_operators_key_is_changed_by_the_commands_of_the_docs(shell: Shell) -> None:
    page = (REPO / "docs" / "operations.md").read_text()
    for command in ("account new --keystore next.json", "operator set 0x…", "operator accept"):
        assert f"`renderchain {command}`" in page
    owner = new_account(shell, 20)
    shell.run(f"register --stake 5 --families {FAMILY} --yes")
    following = shell.config.parent / "next.json"
    made = re.search(r'account = "(0x[0-9a-f]+)"', shell.run(f"account new --keystore {following}"))
    assert made and made[1] != owner
    shell.fund(made[1], 5)
    shell.run(f"operator set {made[1]} --yes")
    shell.write(account=made[1], keystore="next.json")
    assert "neither operates nor owns" in shell.run("status", code=1)  # named, and not accepted yet
    shell.run("account deploy --yes")
    shell.run("operator accept --worker 1 --yes")
    assert f"operator: {made[1]}" in shell.run("status")
    assert "Only the owner" in shell.run("payout set 0x1234 --worker 1 --yes", code=1)


def test_a_keystore_that_was_sealed_anew_opens_by_the_new_password_alone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = new_account(shell, 1)
    key = open_keys(load_settings(shell.config)).private_key(int(address, 16))
    monkeypatch.setattr("sys.stdin", io.StringIO("another passphrase\n"))
    shell.run(f"account backup {tmp_path / 'next.json'}")
    shell.write(account=address, keystore="next.json", password_file="next.password")
    (tmp_path / "next.password").write_text((tmp_path / "provider.password").read_text())
    (tmp_path / "next.password").chmod(0o600)
    with pytest.raises(KeyStoreError):
        open_keys(load_settings(shell.config)).private_key(int(address, 16))
    (tmp_path / "next.password").write_text("another passphrase\n")
    assert open_keys(load_settings(shell.config)).private_key(int(address, 16)) == key
    assert f"{address} on SN_SEPOLIA: deployed" in shell.run("account show")

"""The command ``network`` as a shell calls it, with the settings of a devnet's accounts."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from eth_keyfile import create_keyfile_json
from renderchain.adapters.starknet.node import Node, close_account, open_reader
from renderchain.adapters.starknet.signing import class_at
from renderchain.blender.network.commands import network

from devkit.network.local import Account, predeployed

RULES = 'slowest_block_s = "86400"\nseat_age_epochs = "0"\nfamily_age_epochs = 0\n'


@dataclass
class Shell:
    """Runs ``network`` with the settings of one of the devnet's accounts."""

    folder: Path
    rpc_url: str
    name: str
    accounts: list[Account]
    capture: pytest.CaptureFixture[str]

    def settings(self, number: int) -> Path:
        """Those of an account, with its key in a keystore."""
        account, password = self.accounts[number], self.folder / "password"
        password.touch(mode=0o600)
        password.write_text("a password")
        key = account.private_key.to_bytes(32, "big")
        sealed = create_keyfile_json(key, b"a password", kdf="pbkdf2", iterations=1000)  # opened in no time
        keystore = json.dumps({**sealed, "starknet_address": hex(account.address)})
        (self.folder / f"{number}.json").write_text(keystore)
        values = {
            "rpc_url": self.rpc_url,
            "network": "devnet",
            "account": hex(account.address),
            "keystore": f"{number}.json",
            "password_file": "password",
            "folder": f"of-{number}",
            "fee_limit_fri": "100STRK",
        }
        file = self.folder / f"{number}.toml"
        file.write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
        return file

    def arguments(self, command: str, number: int) -> list[str]:
        """A command's, for a process of its own too."""
        name, *rest = [self.name if one == "NAME" else one for one in command.split()]
        records = str(self.folder / "networks")
        return [name, "--config", str(self.settings(number)), "--records", records, *rest]

    def run(self, command: str, number: int = 0, *, code: int = 0) -> str:
        """What it wrote, both streams; the exit code must be this one, and no key in it."""
        self.capture.readouterr()
        ended = network(self.arguments(command, number))
        out = "".join(self.capture.readouterr())
        assert ended == code, out
        assert not any(f"{one.private_key:x}" in out for one in self.accounts)
        return out

    @property
    def record(self) -> Path:
        """Where the network's record is."""
        return self.folder / "networks" / f"{self.name}.toml"

    def class_at(self, address: int) -> int:
        """What is at an address of the chain."""

        async def ask() -> int:
            reader = await open_reader(Node(self.rpc_url, ""), self.accounts[0].address)
            try:
                return await class_at(reader.client, address)
            finally:
                await close_account(reader)

        return asyncio.run(ask())


def shell_of(port: int, folder: Path, capture: pytest.CaptureFixture[str]) -> Shell:
    """A network's name follows from the folder, as all tests of a process may share a chain."""
    rpc_url = f"http://127.0.0.1:{port}/rpc"
    name = f"local-{sha256(str(folder).encode()).hexdigest()[:12]}"
    (folder / "rules.toml").write_text(RULES)
    return Shell(folder, rpc_url, name, predeployed(rpc_url), capture)

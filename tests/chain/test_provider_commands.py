"""A provider's commands on a real chain, as a shell calls them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.app.provider.control import read_control
from renderchain.blender.provider.table import PROVIDER_COMMANDS
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.worker_control import Control
from renderchain.settings import load_settings

from devkit.made_up_job import RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_time, tell
from devkit.network.local import predeployed
from devkit.network.services import REPO

FAMILY = "4.5/cycles/cpu"


@dataclass
class Shell:
    """Runs commands with one settings file."""

    config: Path
    rpc_url: str
    deployed: Deployed
    capture: pytest.CaptureFixture[str]

    def run(self, command: str, *, code: int = 0) -> str:
        """What it wrote, both streams; the exit code must be this one."""
        name, *rest = command.split()
        options = ["--config", str(self.config)]
        place = 1 if rest and not rest[0][0].isdigit() and not rest[0].startswith(("-", "/")) else 0
        self.capture.readouterr()
        ended = PROVIDER_COMMANDS[name]([*rest[:place], *options, *rest[place:]])
        out = "".join(self.capture.readouterr())
        assert ended == code, out
        return out

    def write(self, **values: str) -> None:
        """The settings."""
        known = {
            "rpc_url": self.rpc_url,
            "network": "devnet",
            "directory": hex(self.deployed.directory),
            "account": "0x1",
            "keystore": "provider.json",
            "folder": "worker",
        }
        lines = (f'{name} = "{value}"\n' for name, value in (known | values).items())
        self.config.write_text("".join(lines))

    def fund(self, address: str, strk: int) -> None:
        """Give an account STRK."""
        tell(self.rpc_url, "mint", address=address, amount=strk * FRI_PER_STRK, unit="FRI")


@pytest.fixture
def shell(devnet: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    rpc_url = f"http://127.0.0.1:{devnet}/rpc"
    deployer = predeployed(rpc_url)[0]

    async def deploy() -> Deployed:
        owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
        try:
            return await deploy_network(owner, RULES)
        finally:
            await close_account(owner)

    made = Shell(tmp_path / "settings.toml", rpc_url, asyncio.run(deploy()), capsys)
    made.write()
    yield made


def new_account(shell: Shell, strk: int, **places: str) -> str:
    """A deployed account that the settings then name."""
    shell.write(**places)
    address = re.search(r'account = "(0x[0-9a-f]+)"', shell.run("account new"))
    assert address
    shell.write(**places, account=address[1])
    shell.fund(address[1], strk)
    shell.run("account deploy --yes")
    return address[1]


def test_the_path_from_a_new_account_to_the_stake_back_home(shell: Shell) -> None:
    assert "is not there; put it back" in shell.run("account deploy --yes", code=77)
    address = new_account(shell, 20)
    folder = shell.config.parent
    assert (folder / "provider.password").stat().st_mode & 0o777 == 0o600
    assert (folder / "provider.json").stat().st_mode & 0o777 == 0o600
    assert "is there already" in shell.run("account new", code=77)
    assert "deployed already" in shell.run("account deploy --yes")
    assert "neither operates nor owns" in shell.run("status", code=1)
    said = shell.run(f"register --stake 5 --families {FAMILY} --yes")
    assert "become the worker's stake" in said and "The worker has the number 1" in said
    shown = shell.run("account show")
    assert f"{address} on SN_SEPOLIA: deployed" in shown and "owns worker 1" in shown
    facts = json.loads(shell.run("account show --json"))
    assert (facts["account"], facts["is_deployed"], facts["owns"]) == (address, True, [1])
    assert json.loads(shell.run("account deploy --json --yes").splitlines()[0])["balance_fri"].isdecimal()
    assert "operates worker 1" in shown
    shell.run(f"families remove {FAMILY} --yes")
    said = shell.run("families add --here --yes")
    assert "known tile is right" in said and FAMILY in shell.run("families")
    shell.run("stake add 1 --yes")
    shell.run("stake move 2 --yes")
    shell.run("offer --votes-from 0.001 --memory 4096 --yes")
    shell.run(f"seats 2 --family {FAMILY} --yes")
    shell.run("families add 5.2/cycles/cpu --yes")
    assert shell.run("families") == f"{FAMILY}\t2 seats\n5.2/cycles/cpu\t0 seats\n"
    shell.run("families remove 5.2/cycles/cpu --yes")
    shell.run("payout set 0x1234 --yes")
    assert "nothing to withdraw" in shell.run("payout withdraw --yes", code=1)
    shell.run("key signer --yes")
    shell.run("key signer --none --yes")
    said = shell.run("status")
    for part in ("2 in 4.5/cycles/cpu", "work stake: 4 STRK", "votes: from 0.001", "0x1234", "leases: none"):
        assert part in said
    assert "Nothing was paid" in shell.run("earnings")
    assert list(csv.DictReader(io.StringIO(shell.run("earnings --csv")))) == []
    assert "does not hold lease 77" in shell.run("give_back 77 --yes", code=1)

    pass_time(shell.rpc_url, 1, RULES.epoch_blocks)
    shell.run(f"seats 0 --family {FAMILY} --yes")
    cooled = (RULES.cooldown_s + 100, RULES.cooldown_s // RULES.slowest_block_s + 30)
    pass_time(shell.rpc_url, *cooled)
    shell.run("stake withdraw 4 --yes")
    shell.run("stake withdraw 2 --seats --yes")
    assert "cools down for another" in shell.run("stake collect --yes", code=1)
    shell.run("stake keep --yes")
    shell.run("stake withdraw 4 --yes")
    shell.run("stake withdraw 2 --seats --yes")
    pass_time(shell.rpc_url, *cooled)
    assert "6 STRK go to the owner" in shell.run("stake collect --yes")


def test_what_is_not_agreed_to_is_not_sent(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    new_account(shell, 20)
    register = f"register --stake 5 --families {FAMILY}"
    for answer in ("n\n", "\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert "Nothing was sent." in shell.run(register, code=1)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert "Done in block" in shell.run(register)


def test_an_owner_signs_on_a_machine_of_its_own(shell: Shell) -> None:
    owner = new_account(shell, 20, keystore="owner.json")
    operator = new_account(shell, 20, keystore="operator.json")
    file = shell.config.parent / "calls.json"
    command = f"register --stake 5 --families {FAMILY} --account {owner}"
    assert "has the key of" in shell.run(f"{command} --yes", code=77)
    said = shell.run(f"{command} --operator {operator} --print {file}")
    assert "Nothing was sent" in said and json.loads(file.read_text())["account"] == owner
    keystore = shell.config.parent / "owner.json"
    owners = f"--account {owner} --keystore {keystore} --yes"
    assert "The worker has the number 1" in shell.run(f"send {file} {owners}")
    assert "Only the owner" in shell.run("payout set 0x1234 --worker 1 --yes", code=1)
    shell.run("operator accept --worker 1 --yes")
    assert f"operator: {operator}" in shell.run("status")
    shell.run(f"payout set 0x1234 {owners}")


def test_a_worker_is_told_to_pause_by_a_file_in_its_folder(shell: Shell) -> None:
    folder = shell.config.parent / "worker"
    for command, control in (
        ("pause", Control(paused=True)),
        ("drain", Control(draining=True)),
        ("resume", Control()),
    ):
        assert str(folder) in shell.run(command)
        assert read_control(folder) == control


@pytest.mark.parametrize(
    "command",
    [
        "families add",
        "families add --here 4.5/cycles/cpu",
        "register --stake -1 --families a",
        "stake add many",
        "payout set nobody",
        "offer",
        "seats 1",
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = command.split()
    with pytest.raises(SystemExit) as ended:
        PROVIDER_COMMANDS[name](rest)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err


def test_an_imported_key_is_asked_for_on_standard_input(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: Callable[..., object]
) -> None:
    one = predeployed(shell.rpc_url)[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("no key\n"))
    assert "no hexadecimal key" in shell.run(f"account import {one.address:#x}", code=77)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{one.private_key:#x}\n"))
    shell.run(f"account import {one.address:#x}")
    shell.write(account=hex(one.address))
    assert "deployed already" in shell.run("account deploy --yes")


def test_a_check_up_of_a_worker_that_is_ready_and_of_one_that_is_not(shell: Shell, kubo: str) -> None:
    new_account(shell, 20, ipfs_api=kubo, device="CPU")
    command = [sys.executable, "-m", "renderchain", "doctor", "provider", "--config", str(shell.config)]

    def examined() -> tuple[int, str]:
        done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, said = examined()
    assert code == 1 and "fault    worker:" in said and "ok       ipfs: Kubo" in said, said
    assert "ok       sandbox" in said and f"family {FAMILY}" in said, said
    shell.run(f"register --stake 5 --families {FAMILY} --yes")
    code, said = examined()
    assert code == 0 and "fault    " not in said, said


def test_a_set_up_goes_on_where_it_ended(shell: Shell, kubo: str) -> None:
    folder = shell.config.parent / "set up"
    folder.mkdir()
    config, unit, answers = folder / "worker.toml", folder / "worker.service", folder / "answers.toml"
    lines = {
        "network": "devnet",
        "rpc_url": shell.rpc_url,
        "directory": hex(shell.deployed.directory),
        "ipfs_api": kubo,
        "device": "CPU",
        "stake": "3",
        "seats": "2",
    }
    answers.write_text("".join(f'{name} = "{value}"\n' for name, value in lines.items()))
    places = ["--config", str(config), "--unit", str(unit), "--answers", str(answers), "--yes"]
    command = [sys.executable, "-m", "renderchain", "setup", "provider", *places]

    def run(code: int) -> str:
        done = subprocess.run(
            command, cwd=REPO, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    said = run(1)
    address = load_settings(config).account
    assert f"Send STRK to {address:#x}" in said and not unit.exists()
    assert "The key of" in said and "The key of" not in run(1)
    config.unlink()  # as if it was lost: the key is not made anew
    assert f"is used, of the account {address:#x}" in run(1)
    shell.fund(hex(address), 4)
    assert "Adding stake to worker 1 takes 2 STRK" in _refused(command)
    shell.fund(hex(address), 4)
    said = run(0)
    assert "operates worker 1 already" in said and "Worker 1 is ready" in said
    assert f'"{sys.executable}" "-m" "renderchain" "worker" "--config" "{config}"' in unit.read_text()
    again = run(0)
    assert "holds seats already" in again and "Done in block" not in again
    shell.config = config
    shown = shell.run("status")
    assert f"2 in {FAMILY}" in shown and "work stake: 3 STRK" in shown and "seat stake: 2 STRK" in shown


def _refused(command: list[str]) -> str:
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 75, done.stdout + done.stderr
    return done.stderr

"""Deploying a network and owning it, on a real chain, as a shell calls the commands."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.adapters.starknet import contracts
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.app.network.records import read_record, write_record
from renderchain.blender.network.commands import network
from renderchain.composition.network_owner import ARTEFACTS, known_classes
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.network_record import CLASSES, STRK
from starknet_py.common import create_sierra_compiled_contract
from starknet_py.hash.selector import get_selector_from_name
from starknet_py.hash.sierra_class_hash import compute_sierra_class_hash
from starknet_py.net.client_models import Call

from devkit.network.devnet import tell
from devkit.network.services import REPO, start_devnet, stop
from tests.chain.network_shell import Shell, shell_of


@pytest.fixture
def shell(devnet: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return shell_of(devnet, tmp_path, capsys)


@pytest.fixture
def fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """On a chain of its own, which knows none of the classes."""
    pid, port = start_devnet(tmp_path, 3)
    try:
        yield shell_of(port, tmp_path, capsys)
    finally:
        stop(pid)


def test_a_deployment_is_refused_with_other_contracts_priced_and_goes_on_where_it_was_killed(
    fresh: Shell,
) -> None:
    """One after the other on one chain, as classes are declared once."""
    refused_for_other_contracts(fresh)
    priced_without_a_key(fresh)
    killed_and_finished(fresh)
    refused_for_what_it_costs(fresh)


def refused_for_other_contracts(fresh: Shell) -> None:
    """Contracts of another version are refused before anything is sent."""
    folder = fresh.folder / "artefacts"
    folder.mkdir()
    assert "--artefacts" in fresh.run(f"deploy NAME --yes --artefacts {folder}", code=1)
    (folder / "Directory.sierra.json").write_text(json.dumps({"abi": []}))
    assert "is no compiled class" in fresh.run(f"deploy NAME --yes --artefacts {folder}", code=1)
    shutil.copy(ARTEFACTS / "ChallengeLibrary.sierra.json", folder / "Directory.sierra.json")
    said = fresh.run(f"deploy NAME --yes --artefacts {folder}", code=1)
    assert "Directory.sierra.json has the class" in said and hex(known_classes()["Directory"]) in said
    assert not fresh.record.exists()


def priced_without_a_key(fresh: Shell) -> None:
    """A dry run says what each transaction costs, and sends nothing."""
    fresh.capture.readouterr()
    arguments = fresh.arguments("deploy NAME --dry-run --boards 2", 0)
    (fresh.folder / "0.json").unlink()
    assert network(arguments) == 0
    out = fresh.capture.readouterr().out
    prices = re.findall(r"^  (?:Declaring (\w+)|Deploying the contracts): about ([0-9.]+) STRK", out, re.M)
    assert [name for name, _ in prices] == [*CLASSES, ""]
    assert all(float(strk) > 0 for _, strk in prices)
    (total,) = re.findall(r"All together: about ([0-9.]+) STRK", out)
    assert float(total) == pytest.approx(sum(float(strk) for _, strk in prices))
    assert "Nothing was sent." in out and not fresh.record.exists()
    (directory,) = re.findall(r"its Directory at (0x[0-9a-f]+)", out)
    assert fresh.class_at(int(directory, 16)) == 0


def refused_for_what_it_costs(fresh: Shell) -> None:
    """What can't be paid is told before anything is sent; the classes are there by now."""
    arguments = fresh.arguments("deploy other --yes", 2)
    config = Path(arguments[2])
    known = config.read_text()
    config.write_text(known.replace("100STRK", "0.000001STRK"))
    fresh.capture.readouterr()
    assert network(arguments) == 1
    said = "".join(fresh.capture.readouterr())
    assert "All together: about" in said and "may cost more than your limit" in said
    config.write_text(known.replace(hex(fresh.accounts[2].address), "0x1234567"))
    assert network([*arguments, "--dry-run"]) == 1
    assert "There is no account at 0x1234567" in "".join(fresh.capture.readouterr())
    spend_all(fresh, 2)
    config.write_text(known)
    assert network(arguments) == 75
    assert "send STRK to it first" in "".join(fresh.capture.readouterr())
    assert not fresh.record.with_name("other.toml").exists()


def killed_and_finished(fresh: Shell) -> None:
    """Killed, a deployment goes on where it was."""
    command = [sys.executable, "-m", "renderchain", "network", *fresh.arguments("deploy NAME --yes", 0)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPO) as process:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "WorkerRegistry is declared" in line:
                process.kill()
                break
    assert process.returncode < 0, said
    assert not read_record(fresh.record).complete
    assert "broke off" in fresh.run("verify NAME", code=1)
    said = fresh.run("deploy NAME --yes")
    assert "Directory is declared" not in said and "WorkerRegistry is declared" not in said
    assert "The network is deployed" in said, "what is there is not sent again"
    assert "All of it is right." in fresh.run("verify NAME")


def test_a_network_is_deployed_checked_extended_paused_handed_over_and_its_board_retired(
    shell: Shell,
) -> None:
    rules = f"--rules {shell.folder / 'rules.toml'}"
    said = shell.run(f"deploy NAME --yes {rules}")
    assert "The network is deployed" in said
    record = read_record(shell.record)
    assert record.complete and record.rules.seat_age_epochs == 0 and len(record.boards) == 1
    assert shell.class_at(record.addresses[0]) == known_classes()["JobBoard"]
    assert "All of it is right." in shell.run("verify NAME")
    before = tell(shell.rpc_url, "getAccountBalance", address=hex(shell.accounts[0].address), unit="FRI")
    assert "The network is deployed" in shell.run(f"deploy NAME --yes {rules}")
    after = tell(shell.rpc_url, "getAccountBalance", address=hex(shell.accounts[0].address), unit="FRI")
    assert before == after, "what is there is not paid twice"

    assert "deployment with other rules" in shell.run(f"deploy NAME --yes --rules {odd(shell)}", code=1)
    assert "deployment with other owner" in shell.run("deploy NAME --yes", 1, code=1)
    assert "Only the owner" in shell.run("pause NAME --yes", 1, code=1)
    shell.run("pause NAME --yes")
    assert "paused already" in shell.run("pause NAME --yes", code=1)
    assert "the network is paused" in shell.run("verify NAME")
    shell.run("resume NAME --yes")
    assert "is announced" in shell.run("announce-board NAME --yes")
    boards = read_record(shell.record).addresses
    assert len(boards) == 2 and "All of it is right." in shell.run("verify NAME")
    assert "no board of this network" in shell.run("retire-board NAME 0x123 --yes", code=1)
    shell.run(f"retire-board NAME {boards[0]:#x} --yes")
    assert "retired already" in shell.run(f"retire-board NAME {boards[0]:#x} --yes", code=1)
    assert "board 0 is active, retired" in shell.run("verify NAME")
    assert "not the pending owner" in shell.run("accept NAME --yes", 1, code=1)
    shell.run(f"transfer NAME {shell.accounts[1].address:#x} --yes")
    shell.run("accept NAME --yes", 1)
    assert "Only the owner" in shell.run("pause NAME --yes", code=1)
    assert "was deployed for another" in shell.run("verify NAME")


def odd(shell: Shell) -> Path:
    """Rules that no network of these tests has."""
    file = shell.folder / "odd.toml"
    file.write_text("epoch_blocks = 11\n")
    return file


def test_a_later_version_announces_a_board_of_its_own_in_the_same_network(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("deploy NAME --yes")
    artefacts, later = of_a_later_version(shell.folder / "later")
    known = {name: hex(one) for name, one in known_classes().items()}
    with monkeypatch.context() as patched:
        patched.setattr(contracts, "_classes", lambda: {**known, "JobBoard": hex(later)})
        assert "JobBoard; nothing was sent" in shell.run("announce-board NAME --yes", code=1)
        said = shell.run(f"declare NAME --yes --artefacts {artefacts}")
        assert "JobBoard is declared" in said and "Directory" not in said
        assert "has all classes" in shell.run(f"declare NAME --yes --artefacts {artefacts}")
        assert "other contracts than boards before it" in shell.run("announce-board NAME --yes")
        said = shell.run("verify NAME", code=1)
        assert "?     board 0 has contracts of another version" in said and "WRONG" not in said
    first, second = read_record(shell.record).boards
    assert (shell.class_at(first.address), shell.class_at(second.address)) == (
        int(known["JobBoard"], 16),
        later,
    )
    said = shell.run("verify NAME", code=1)
    assert f"?     board 1 has contracts of another version: JobBoard {later:#x}" in said
    assert "WRONG" not in said and "Nothing is wrong, and 1 of" in said
    assert "The network is deployed" in shell.run("deploy NAME --yes"), "all of it stands"


def of_a_later_version(folder: Path) -> tuple[Path, int]:
    """Compiled contracts whose board has another class for what else its ABI names, and that class."""
    shutil.copytree(ARTEFACTS, folder)
    file = folder / "JobBoard.sierra.json"
    body = json.loads(file.read_text())
    body["abi"].append({"type": "struct", "name": "renderchain::Later", "members": []})
    file.write_text(json.dumps(body))
    return folder, compute_sierra_class_hash(
        create_sierra_compiled_contract(compiled_contract=file.read_text())
    )


def test_a_board_that_was_announced_and_not_noted_is_noted_and_not_announced_again(shell: Shell) -> None:
    shell.run("deploy NAME --yes")
    before = read_record(shell.record)
    shell.run("announce-board NAME --yes")
    after = read_record(shell.record)
    write_record(shell.record, before)  # as if it had been killed in between
    assert "WRONG its boards" in shell.run("verify NAME", code=1)
    shell.run("announce-board NAME --yes")
    assert read_record(shell.record) == after


def spend_all(fresh: Shell, number: int) -> None:
    """Have an account send another all but a trifle of its STRK."""
    account = fresh.accounts[number]

    async def send() -> None:
        opened = await open_account(Node(fresh.rpc_url, ""), account.address, account.private_key)
        try:
            have_fri = await opened.get_balance(STRK)
            to, left_fri = fresh.accounts[0].address, FRI_PER_STRK // 50
            call = Call(STRK, get_selector_from_name("transfer"), [to, have_fri - left_fri, 0])
            sent = await opened.execute_v3(call, auto_estimate=True)
            await opened.client.wait_for_tx(sent.transaction_hash, check_interval=0.1)
        finally:
            await close_account(opened)

    asyncio.run(send())


def test_another_owner_signs_what_is_written_down_and_then_the_deployment_is_finished(shell: Shell) -> None:
    owner = shell.accounts[1].address
    said = shell.run(f"deploy NAME --yes --owner {owner:#x}")
    calls = shell.folder / "networks" / f"{shell.name}.calls.json"
    assert str(calls) in said and not read_record(shell.record).complete
    body = json.loads(calls.read_text())
    assert [one["entry_point"] for one in body["calls"]] == ["set_registry", "announce_board"]
    assert body["account"] == hex(owner)
    assert "is for the account" in shell.run(f"send NAME {calls} --yes", code=1)
    said = shell.run(f"send NAME {calls} --yes", 1)
    assert "set_registry(registry: " in said
    assert "The network is deployed" in shell.run(f"deploy NAME --yes --owner {owner:#x}")
    assert "All of it is right." in shell.run("verify NAME")
    printed = shell.folder / "board.json"
    shell.run(f"announce-board NAME --print {printed}")
    assert "deploy a JobBoard with" in shell.run(f"send NAME {printed} --yes", 1)
    assert "is announced" in shell.run("announce-board NAME --yes", 1)
    assert "All of it is right." in shell.run("verify NAME")


def test_a_record_that_was_changed_is_found_out(shell: Shell) -> None:
    shell.run("deploy NAME --yes")
    text = shell.record.read_text()
    shell.record.write_text(text.replace('epoch_blocks = "720"', 'epoch_blocks = "721"'))
    said = shell.run("verify NAME", code=1)
    assert "WRONG the registry" in said and "don't use this network" in said
    assert "somebody changed it" in shell.run("deploy NAME --yes", code=1)
    shell.record.write_text(text.replace("renderchain/network/2", "renderchain/network/9"))
    assert "no record of a network" in shell.run("verify NAME", code=78)


def test_settings_and_environment_need_name_neither_directory_nor_account_to_verify(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("deploy NAME --yes")
    bare = shell.folder / "bare.toml"
    bare.write_text(f'rpc_url = "{shell.rpc_url}"\n')
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    assert "RENDERCHAIN_ACCOUNT" not in os.environ
    arguments = ["verify", shell.name, "--config", str(bare), "--records", str(shell.folder / "networks")]
    assert network(arguments) == 0

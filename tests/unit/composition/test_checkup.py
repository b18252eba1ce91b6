"""The artist's check-up of what is not there: a finding for each thing, with what to do and a code."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from renderchain.app.requester.checkup import CHECKED
from renderchain.blender.provider.doctor import doctor
from renderchain.composition.checkup import check_up
from renderchain.composition.own_settings import begun
from renderchain.core.finding import Finding, Health
from renderchain.settings import Settings

NOWHERE = "http://127.0.0.1:9/rpc"
NO_STORE = "/ip4/127.0.0.1/tcp/9"


def checked(settings: Settings, missing: tuple[str, ...], *, denoiser: bool | None = True) -> list[Finding]:
    found = asyncio.run(check_up(settings, missing, denoiser))
    assert tuple(one.what for one in found) == CHECKED
    assert all(one.text.rstrip().endswith((".", "again")) or one.health is Health.OK for one in found)
    return found


def test_before_anything_is_chosen_each_row_says_what_to_choose() -> None:
    settings, missing = begun(None, {})
    found = checked(replace(settings, ipfs_api=NO_STORE), missing)
    key, node, chain, directory, account, ipfs, denoiser = found
    assert "make one or import one" in key.text and "fill in the address (RPC)" in node.text
    assert all("once the node is right" in one.text for one in (chain, directory, account))
    assert "can't be reached" in ipfs.text and denoiser.health is Health.OK
    assert [one.code for one in (key, node, ipfs)] == [78, 78, 69]


def test_a_node_that_is_away_is_the_only_thing_that_its_row_accuses(tmp_path: Path) -> None:
    """`Test Connection` said Connected although the IPFS node was down."""
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    settings = Settings(NOWHERE, 5, 6, ipfs_api=NO_STORE, keystore=tmp_path / "key.json")
    key, node, chain, _, _, ipfs, denoiser = checked(settings, (), denoiser=False)
    assert (key.health, key.code) == (Health.FAULT, 77) and "put it back or import" in key.text
    assert (node.health, node.code) == (Health.FAULT, 69) and "127.0.0.1:9" in node.text
    assert chain.text == "it is looked at once the node is right."
    assert ipfs.health is Health.FAULT and denoiser.health is Health.WARNING


def test_an_index_has_a_row_where_one_is_named() -> None:
    settings, missing = begun(None, {})
    named = replace(settings, ipfs_api=NO_STORE, index_url="http://127.0.0.1:9")
    index = asyncio.run(check_up(named, missing, True))[5]
    assert (index.what, index.health) == ("index", Health.WARNING)
    assert index.text == "it is looked at once the node is right."


def test_the_shell_ends_with_the_code_of_the_first_fault_and_can_say_it_to_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    monkeypatch.setenv("RENDERCHAIN_IPFS_API", NO_STORE)
    assert doctor(["--json"]) == 78
    said = json.loads(capsys.readouterr().out)
    assert said["code"] == 78 and [one["what"] for one in said["found"]] == list(CHECKED)
    assert said["found"][0]["health"] == "fault"
    # Whether other tests of this process have loaded a Blender is theirs to say.
    assert said["found"][-1]["health"] == ("ok" if "bpy" in sys.modules else "warning")
    config = tmp_path / "pipeline.toml"
    config.write_text(f'rpc_url = "{NOWHERE}"\ndirectory = "0x5"\naccount = "0x6"\nkeystore = "key.json"\n')
    assert doctor(["artist", "--config", str(config)]) == 77
    assert "fault    node: " in capsys.readouterr().out

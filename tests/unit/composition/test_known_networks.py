"""Which records of networks are used, and what they say to who sets up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.network.records import write_record
from renderchain.blender.provider.setup import _suggested
from renderchain.composition.known_networks import known_networks
from renderchain.composition.network_owner import known_classes
from renderchain.core.network_record import OF_A_BOARD, ONE_EACH, NetworkRecord, RecordedBoard
from renderchain.core.network_rules import Rules
from renderchain.core.networks import NETWORKS
from renderchain.settings import own_settings_file

CLASSES = known_classes()
CORE = {name: CLASSES[name] for name in ONE_EACH}
BOARD = RecordedBoard(0xABE, {name: CLASSES[name] for name in OF_A_BOARD})
RECORD = NetworkRecord(
    "one", "sepolia", "SN_SEPOLIA", 1, Rules(), CORE, 0xABC, 0xABD, (BOARD,), from_block=70
)
WHOLE = replace(RECORD, complete=True)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a person's own record of Sepolia would be."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return own_settings_file().parent / "networks" / "sepolia.toml"


def test_a_whole_record_says_directory_and_first_block(path: Path) -> None:
    assert known_networks() == NETWORKS
    assert _suggested("directory", {"network": "sepolia"}) == ""
    write_record(path, WHOLE)
    known = known_networks()
    assert known["sepolia"] == replace(NETWORKS["sepolia"], directory=0xABC, from_block=70)
    assert {**known, "sepolia": NETWORKS["sepolia"]} == NETWORKS
    chosen = {"network": "sepolia"}
    assert [_suggested(one, chosen) for one in ("directory", "from_block", "board")] == ["0xabc", "70", ""]


@pytest.mark.parametrize("text", [RECORD.to_text(), replace(WHOLE, network="custom").to_text(), "schema = 1"])
def test_a_record_that_is_not_whole_or_of_another_network_or_wrong_is_left_out_and_said(
    path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert known_networks() == NETWORKS
    assert str(path) in caplog.text

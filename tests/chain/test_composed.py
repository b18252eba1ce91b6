"""What prepares the network of deploy/compose.yaml, on a devnet."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from renderchain.core.errors import SettingsError
from renderchain.settings import load_settings

from devkit.network import composed
from devkit.network.devnet import is_there

ROLES = {"artist": "artist", "worker-1": "worker", "worker-2": "worker", "scheduler": "scheduler"}


@pytest.fixture
def volumes(devnet: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty ones, beside a devnet."""
    monkeypatch.setattr(composed, "RPC_URL", f"http://127.0.0.1:{devnet}/rpc")
    monkeypatch.setattr(composed, "WS_URL", f"ws://127.0.0.1:{devnet}/ws")
    for name in ("state", *composed.PARTS):
        (tmp_path / name).mkdir()
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """All that is in it."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "journal"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_each_part_is_given_settings_that_work_and_the_next_start_leaves_them(
    volumes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (volumes / "state" / "artist.keystore.json").write_text("what an interrupted start left")
    (volumes / "state" / "worker-1").mkdir()
    assert composed.prepare(volumes)
    for part, name in ROLES.items():
        settings = load_settings(volumes / part / f"{name}.toml")
        assert is_there(settings.rpc_url, settings.directory) and is_there(settings.rpc_url, settings.account)
        assert settings.keystore and settings.keystore.is_file() and settings.password_file
        assert stat.S_IMODE(settings.password_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(settings.keystore.stat().st_mode) == 0o600
    for part, files in composed.PARTS.items():
        assert set(contents(volumes / part)) == set(files)
    with pytest.raises(SettingsError, match="account is missing"):
        load_settings(volumes / "index" / "index.toml")
    password = (volumes / "database" / "password").read_text().strip()
    assert (volumes / "index" / "pgpass").read_text() == f"127.0.0.1:5432:*:services:{password}\n"
    before = contents(volumes)
    assert composed.prepare(volumes)
    assert contents(volumes) == before
    assert capsys.readouterr().out.count("The network is ready: directory 0x") == 2


def test_volumes_of_a_chain_that_is_no_more_are_left_as_they_are_and_it_is_said_what_to_do(
    volumes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contracts = {"directory": 0x123, "registry": 0x124, "boards": [0x125]}
    note = {"folder": "", "pids": [], "rpc_url": "", "ws_url": "", "ipfs_api": "", "accounts": {}}
    (volumes / "state" / "network.json").write_text(json.dumps(note | {"contracts": contracts}))
    before = contents(volumes)
    assert composed.main([str(volumes)]) == 1
    assert "down --volumes" in capsys.readouterr().err and contents(volumes) == before

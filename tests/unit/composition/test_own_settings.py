"""What the preferences write is what everybody reads, and nothing of it is lost."""

from __future__ import annotations

import argparse
import stat
import threading
from pathlib import Path

import pytest
from renderchain.adapters import locks
from renderchain.blender.command_line import settings_file_of
from renderchain.composition import own_settings
from renderchain.composition.own_settings import OwnSettings
from renderchain.core.errors import SettingsError
from renderchain.core.file_lock import take
from renderchain.settings import load_settings, own_settings_file

NODE = {"rpc_url": "http://127.0.0.1:1/rpc", "directory": "0x5", "account": "0x6"}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnSettings:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    return OwnSettings()


def test_what_is_chosen_stands_in_the_users_folder_and_is_read_there(
    own: OwnSettings, tmp_path: Path
) -> None:
    assert own.values() == {} and own.file == own_settings_file()
    own.choose(**NODE, ws_url="ws://127.0.0.1:1/ws")
    own.choose(device="CPU", ws_url=None)
    assert own.values() == {**NODE, "device": "CPU"}
    assert load_settings(own.file).directory == 5
    assert stat.S_IMODE(own.file.stat().st_mode) == 0o600
    assert {*own.file.parent.iterdir()} == {own.file, own.file.with_name(".lock")}
    assert own.file.is_relative_to(tmp_path)


def test_what_two_choose_at_once_is_both_kept(own: OwnSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    own.choose(**NODE)
    waits = threading.Event()

    def noticed(handle: int) -> bool:
        is_ours = take(handle)
        if not is_ours:
            waits.set()
        return is_ours

    monkeypatch.setattr(locks, "take", noticed)
    second = threading.Thread(target=lambda: OwnSettings().choose(device="CPU"))
    with locks.turn(own.file.with_name(".lock")):
        second.start()
        assert waits.wait(60), "the second one waits for the first one's turn"
        own._write(own.values() | {"ws_url": "ws://127.0.0.1:1/ws"})
    second.join()
    assert own.values() == {**NODE, "device": "CPU", "ws_url": "ws://127.0.0.1:1/ws"}


def test_a_turn_that_never_ends_is_told(own: OwnSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "take", lambda handle: False)
    monkeypatch.setattr(own_settings, "turn", lambda lock: locks.turn(lock, 0.0))
    with pytest.raises(SettingsError, match="can't be written .another program holds .*.lock"):
        own.choose(device="CPU")


def test_commands_read_it_where_no_other_file_is_named(
    own: OwnSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = argparse.Namespace(config=None)
    assert settings_file_of(nothing) is None
    own.choose(**NODE)
    assert settings_file_of(nothing) == own.file
    monkeypatch.setenv("RENDERCHAIN_CONFIG", str(tmp_path / "pipeline.toml"))
    assert settings_file_of(nothing) == tmp_path / "pipeline.toml"
    assert settings_file_of(argparse.Namespace(config=Path("a.toml"))) == Path("a.toml")


@pytest.mark.parametrize(
    "wrong", [{"rpc_url": "node.example"}, {"directory": "five"}, {"network": "moon"}, {"device": "ABACUS"}]
)
def test_what_can_not_be_is_refused_and_nothing_is_written(own: OwnSettings, wrong: dict[str, str]) -> None:
    own.choose(**NODE)
    with pytest.raises(SettingsError, match=f"{next(iter(wrong))} can't be"):
        own.choose(**wrong)
    assert own.values() == NODE


def test_settings_that_are_begun_say_what_is_missing(own: OwnSettings) -> None:
    settings, missing = own.begun()
    assert missing == ("rpc_url", "directory", "account") and settings.account == 1
    own.choose(**{name: NODE[name] for name in ("rpc_url", "account")})
    settings, missing = own.begun()
    assert missing == ("directory",) and settings.account == 6


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a = [", b"[" * 100_000, b"# " + b"x" * 2**20])
def test_a_file_of_garbage_is_told_and_left_as_it_is(own: OwnSettings, raw: bytes) -> None:
    own.file.parent.mkdir()
    own.file.write_bytes(raw)
    for do in (own.values, own.begun, lambda: own.choose(device="CPU")):
        with pytest.raises(SettingsError, match=str(own.file)):
            do()
    assert own.file.read_bytes() == raw


def test_a_name_that_is_no_setting_is_told_before_anything_is_written(own: OwnSettings) -> None:
    own.file.parent.mkdir()
    own.file.write_text('colour = "red"\n')
    with pytest.raises(SettingsError, match="is wrong: colour is no setting. Correct it"):
        own.choose(device="CPU")
    assert own.file.read_text() == 'colour = "red"\n'


@pytest.mark.parametrize("value", ["1.5", "2020-01-01", "{ a = 1 }"])
def test_a_value_that_no_setting_has_is_told_before_anything_is_written(own: OwnSettings, value: str) -> None:
    own.file.parent.mkdir()
    own.file.write_text(f"rpc_url = {value}\n")
    with pytest.raises(SettingsError, match="is wrong: rpc_url can't have that value. Correct it"):
        own.choose(device="CPU")
    assert own.file.read_text() == f"rpc_url = {value}\n"


def test_another_files_name_that_can_not_be_written_down_leaves_the_one_before(own: OwnSettings) -> None:
    own.use(Path("/pipeline.toml"))
    with pytest.raises(SettingsError, match=r"/caf\\udce9.toml can't be written down"):
        own.use(Path("/caf\udce9.toml"))
    assert own.elsewhere() == Path("/pipeline.toml")


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="can't be (read|written)"):
        OwnSettings(tmp_path / "file" / "settings.toml").choose(device="CPU")

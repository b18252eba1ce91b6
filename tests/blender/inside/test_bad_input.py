"""What an artist may get wrong: the button says what it is and what to do, and nothing is changed or sent."""

import os
import tempfile
from pathlib import Path

import bpy
import pytest

DEAD_NODE = "http://127.0.0.1:9/rpc"
SETTINGS = f'''
network = "devnet"
rpc_url = "{DEAD_NODE}"
directory = "0x5"
account = "0xabc"
keystore = "account.json"
password_file = "password"
folder = "kept"
'''


@pytest.fixture
def settings(part, tmp_path, monkeypatch):
    """A settings file of an artist, with a key, whose node is down."""
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text("a phrase that opens it")
    monkeypatch.setattr(part("adapters.keys"), "SCRYPT_COST", 2)
    part("adapters.keys").KeystoreFile(tmp_path / "account.json", password).save(0xABC, 0x1BADC0FFEE)
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS)
    monkeypatch.setenv("RENDERCHAIN_CONFIG", str(file))
    return file


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.fixture
def artist(part, registered, stage, settings, temporary, tmp_path):
    """A scene that could be sent, saved, with a folder for its frames."""
    stage.renderchain.output = str(tmp_path / "frames")
    stage.renderchain.proof_seconds = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    yield bpy.context.scene
    part("ui.messages").forget(part("ui.messages").Place.SUBMIT)


def refused(part):
    """What the button says, which has to stand in the panel too; nothing may have been left or changed."""
    file = Path(bpy.data.filepath)
    before = file.read_bytes() if bpy.data.filepath else b""
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.renderchain.submit()
    said = " ".join(str(caught.value).removeprefix("Error: ").split())
    messages = part("ui.messages")
    assert " ".join(messages.told(messages.Place.SUBMIT).text.split()) == said
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    assert not bpy.data.filepath or file.read_bytes() == before
    return said


def no_camera(scene):
    scene.camera = None


def other_engine(scene):
    scene.render.engine = "BLENDER_WORKBENCH"


def no_frames(scene):
    scene.renderchain.what = "RANGE"
    scene.renderchain.first, scene.renderchain.last = 8, 1


def too_many_frames(scene):
    scene.renderchain.what = "RANGE"
    scene.renderchain.first, scene.renderchain.last = 0, 1_000_000


def pay_in_words(scene):
    scene.renderchain.price, scene.renderchain.amount = "TOTAL", "a lot"


def no_folder(scene):
    scene.renderchain.output = ""


def folder_in_a_file(scene):
    scene.renderchain.output = str(Path(bpy.data.filepath) / "frames")


@pytest.mark.parametrize(
    ("spoil", "what", "to_do"),
    [
        (no_camera, "no camera", "camera"),
        (other_engine, "Cycles", "Cycles"),
        (no_frames, "has no frames", "put the lower number first"),
        (too_many_frames, "frames", "split them into jobs"),
        (pay_in_words, "a lot", "STRK"),
        (no_folder, "No folder is chosen", "Choose one"),
        (folder_in_a_file, "film.blend", "folder"),
    ],
)
def test_what_the_scene_lacks_is_said_before_anything_is_asked(part, artist, spoil, what, to_do):
    spoil(artist)
    said = refused(part)
    assert what in said and to_do in said, said
    assert DEAD_NODE not in said


def test_a_folder_beside_a_file_that_was_never_saved_is_told(part, registered, stage, settings, temporary):
    said = refused(part)
    assert "the file is not saved" in said and "Save it, or choose another folder" in said


def test_a_node_that_is_down_is_named_with_what_to_do(part, artist, settings):
    before = settings.read_bytes()
    said = refused(part)
    assert "127.0.0.1:9" in said and said.endswith(".")
    assert settings.read_bytes() == before


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"rpc_url = ", b"account = 'me'\n", b"[[[[[[[["])
def test_settings_that_are_garbage_are_told_and_left_as_they_are(part, artist, settings, raw):
    settings.write_bytes(raw)
    said = refused(part)
    assert str(settings) in said or "The settings" in said, said
    assert any(what in said for what in ("Correct", "Move", "hexadecimal")), said
    assert settings.read_bytes() == raw


def test_settings_that_are_not_there_are_named(part, artist, settings):
    settings.unlink()
    assert str(settings) in refused(part)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_said_with_what_to_do(part, artist, tmp_path):
    tmp_path.joinpath("frames").mkdir(mode=0o500)
    said = refused(part)
    assert "frames" in said and "folder" in said

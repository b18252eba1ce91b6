"""Setting up in the preferences: they show and write the file that shells read, and it has no secret."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import addon_utils
import bpy
import keyring
import pytest
from conftest import ADDON, IS_INSTALLED
from keyring.backends.fail import Keyring as NoKeyring

NAME = ADDON if IS_INSTALLED else "renderchain"
KEY = "0x1badc0ffee1badc0ffee"
PASSPHRASE = "a phrase that opens it"
SECRETS = [KEY, KEY[2:], PASSPHRASE]
NO_STORE = "/ip4/127.0.0.1/tcp/9"


class Layout:
    """Draws by noting; what it is asked to draw has to be there."""

    def __init__(self, seen=None):
        self.seen = [] if seen is None else seen

    def box(self):
        return self

    def row(self, **_):
        return self

    def column(self, **_):
        return self

    def label(self, text, icon="NONE", **_):
        self.seen.append((icon, text))

    def prop(self, owner, name, **_):
        self.seen.append((name, getattr(owner, name)))

    def operator(self, name, **_):
        assert getattr(bpy.ops.renderchain, name.removeprefix("renderchain.")).idname()
        pressed = SimpleNamespace()
        self.seen.append((name, pressed))
        return pressed


@pytest.fixture
def preferences(monkeypatch, part, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("RENDERCHAIN_CONFIG", raising=False)
    monkeypatch.setenv("RENDERCHAIN_IPFS_API", NO_STORE)
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    monkeypatch.setattr(part("adapters.keys"), "SCRYPT_COST", 2)
    addon_utils.enable(NAME, default_set=True)
    chosen = part("ui.chosen").chosen
    chosen.__init__()
    yield bpy.context.preferences.addons[NAME].preferences
    part("composition.keys").lock()
    chosen.__init__()
    keyring.set_keyring(before)
    if not IS_INSTALLED:
        addon_utils.disable(NAME)


@pytest.fixture
def file(preferences, tmp_path):
    return tmp_path / "config" / "renderchain" / "settings.toml"


def drawn(preferences):
    """What the preferences show."""
    layout = Layout()
    context = SimpleNamespace(region=SimpleNamespace(width=700))
    kind = type(preferences)
    drawing = SimpleNamespace(layout=layout)
    for name in ("_draw_network", "_draw_account", "_draw_ipfs", "_draw_fields"):
        setattr(drawing, name, getattr(kind, name).__get__(drawing))
    for name in (
        "network",
        "rpc_url",
        "ws_url",
        "directory",
        "index_url",
        "ipfs_way",
        "ipfs_api",
        "ipfs_program",
        "config",
    ):
        setattr(drawing, name, getattr(preferences, name))
    kind.draw(drawing, context)
    return layout.seen


def words(seen):
    """All text of what was drawn."""
    return " ".join(text for _, text in seen if isinstance(text, str))


def test_what_is_chosen_is_written_at_once_and_what_is_written_elsewhere_is_shown(part, preferences, file):
    assert preferences.rpc_url == "" and not file.exists()
    preferences.rpc_url = " http://127.0.0.1:9/rpc "
    preferences.directory = "0x5"
    assert preferences.rpc_url == "http://127.0.0.1:9/rpc"
    assert 'rpc_url = "http://127.0.0.1:9/rpc"\n'.strip() in file.read_text()
    file.write_text(file.read_text().replace(":9/rpc", ":10/rpc-of-a-shell"))
    assert preferences.rpc_url == "http://127.0.0.1:10/rpc-of-a-shell"
    preferences.rpc_url = ""
    assert "\nrpc_url" not in file.read_text() and preferences.directory == "0x5"


def test_what_can_not_be_stays_in_its_field_with_the_reason_and_out_of_the_file(preferences, file):
    preferences.directory = "0x5"
    before = file.read_text()
    preferences.directory = "five"
    assert preferences.directory == "five" and file.read_text() == before
    assert "directory can't be 'five'" in words(drawn(preferences))
    preferences.directory = "0x6"
    assert "can't be" not in words(drawn(preferences))


def test_a_network_brings_what_is_known_of_it_and_what_was_chosen_for_it_comes_back(preferences):
    preferences.network = "devnet"
    assert preferences.rpc_url == "http://127.0.0.1:5050/rpc" and preferences.directory == ""
    preferences.directory = "0x5"
    preferences.network = "sepolia"
    assert (preferences.rpc_url, preferences.directory) == ("", ""), "nothing is made up"
    assert "No Directory is known there yet" in words(drawn(preferences))
    preferences.network = "devnet"
    assert preferences.directory == "0x5"


def test_garbage_in_the_file_is_told_and_not_overwritten(preferences, file):
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\xff\xfe nothing that is TOML")
    assert "are not TOML" in words(drawn(preferences)).replace("\n", " ")
    preferences.rpc_url = "http://127.0.0.1:9/rpc"
    assert file.read_bytes().startswith(b"\xff\xfe")


@pytest.mark.parametrize(
    "text",
    ['network = ["x"]', "rpc_url = 5", "rpc_url = 1.5", "account = []", 'folder = "~nobody_of_that_name/x"'],
)
def test_values_that_no_setting_has_leave_panel_and_preferences_whole(part, preferences, file, text):
    """What is drawn was gone, with a traceback in the terminal at each redraw."""
    file.parent.mkdir(parents=True)
    file.write_text(f'{text}\nkeystore = "account.json"\n')
    drawn(preferences)
    context = SimpleNamespace(region=SimpleNamespace(width=700))
    part("ui.first_run").draw(Layout(), context.region.width)
    try:
        bpy.ops.renderchain.check_up()
    except RuntimeError as refused:
        assert "The settings are wrong" in str(refused)
    preferences.rpc_url = "http://127.0.0.1:9/rpc"
    drawn(preferences)


def test_a_settings_file_whose_name_can_not_be_kept_is_told_in_its_place(
    part, preferences, file, monkeypatch
):
    def refuse(*_):
        raise part("core.errors").SettingsError("it can't be written")

    monkeypatch.setattr(part("composition.own_settings").OwnSettings, "use", refuse)
    preferences.config = "/pipeline.toml"
    assert preferences.config == "/pipeline.toml" and "it can't be written" in words(drawn(preferences))
    monkeypatch.undo()
    part("ui.chosen").chosen.use("")
    assert preferences.config == ""


def test_an_account_is_made_here_and_its_key_is_in_a_sealed_file_only(preferences, file):
    assert bpy.ops.renderchain.account_make(passphrase=PASSPHRASE, again=PASSPHRASE) == {"FINISHED"}
    seen = drawn(preferences)
    (address,) = [text.text for name, text in seen if name == "renderchain.copy"]
    assert f'account = "{address}"' in file.read_text() and len(address) > 60
    (keystore,) = file.parent.glob("account-*.json")
    assert '"scrypt"' in keystore.read_text() and PASSPHRASE not in keystore.read_text()
    assert {"renderchain.account_unlock", "renderchain.account_deploy"} <= {name for name, _ in seen}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"key": "no key"}, "no hexadecimal key; nothing was stored"),
        ({"key": "0x0"}, "no Stark private key"),
        ({"key": KEY, "address": "mine"}, "no hexadecimal number; nothing was stored"),
        ({"key": KEY, "again": "another"}, "two passphrases; nothing was stored"),
        ({"key": KEY, "passphrase": "", "again": ""}, "Give a passphrase"),
    ],
)
def test_an_account_that_can_not_be_imported_leaves_nothing(preferences, file, typed, said):
    given = {"address": "", "passphrase": PASSPHRASE, "again": PASSPHRASE, **typed}
    with pytest.raises(RuntimeError) as refused:
        bpy.ops.renderchain.account_import(**given)
    assert said in " ".join(str(refused.value).split())
    assert not file.exists() and KEY not in str(refused.value)


def test_a_key_is_backed_up_into_a_sealed_file_that_can_be_imported_elsewhere(part, preferences, tmp_path):
    preferences.rpc_url, preferences.directory = "http://127.0.0.1:9/rpc", "0x5"
    bpy.ops.renderchain.account_import(key=KEY, address="0xabc", passphrase=PASSPHRASE, again=PASSPHRASE)
    file, sealed = str(tmp_path / "backup.json"), {"passphrase": "elsewhere", "again": "elsewhere"}
    with pytest.raises(RuntimeError, match="give a passphrase for the file"):
        bpy.ops.renderchain.account_backup(file=file)
    assert bpy.ops.renderchain.account_backup(file=file, **sealed) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="is there already"):
        bpy.ops.renderchain.account_backup(file=file, **sealed)
    bpy.ops.renderchain.account_make(passphrase=PASSPHRASE, again=PASSPHRASE)
    again = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    with pytest.raises(RuntimeError, match="can't be opened"):
        bpy.ops.renderchain.account_import(file=file, opens="a guess", **again)
    assert bpy.ops.renderchain.account_import(file=file, opens="elsewhere", **again) == {"FINISHED"}
    settings = part("ui.preferences").read_settings()
    assert settings.account == 0xABC
    assert part("composition.keys").open_keys(settings).private_key(0xABC) == int(KEY, 16)


def test_a_locked_key_is_unlocked_once_and_stays_so(part, preferences):
    preferences.rpc_url, preferences.directory = "http://127.0.0.1:9/rpc", "0x5"
    bpy.ops.renderchain.account_import(key=KEY, passphrase=PASSPHRASE, again=PASSPHRASE)
    keys = part("composition.keys")
    settings = part("ui.preferences").read_settings()
    keys.lock()
    with pytest.raises(RuntimeError, match="can't be opened"):
        bpy.ops.renderchain.account_unlock(passphrase="a guess")
    assert keys.is_locked(settings)
    bpy.ops.renderchain.account_unlock(passphrase=PASSPHRASE)
    assert keys.open_keys(settings).private_key(settings.account) == int(KEY, 16)


def test_the_rows_say_of_each_thing_whether_it_is_right_and_what_to_do(part, preferences):
    """A test of the connection said Connected with IPFS down, in another editor."""
    preferences.network = "devnet"
    preferences.rpc_url = "http://127.0.0.1:9/rpc"
    assert bpy.ops.renderchain.check_up() == {"FINISHED"}
    found = {one.what: one for one in part("ui.checkup").status.findings}
    assert list(found) == ["key", "node", "chain", "directory", "account", "ipfs", "denoiser"]
    seen = drawn(preferences)
    shown = words(seen)
    for text in ("Key: there is no account yet; make one or", "Node: ", "the node is right", "IPFS: Asking"):
        assert text in shown
    assert "127.0.0.1:9" in found["node"].text and "/tcp/9 can't be reached" in found["ipfs"].text
    assert [icon for icon, text in seen if str(text).startswith("IPFS: ")] == ["STRIP_COLOR_01"]
    assert ("renderchain.check_up" in {name for name, _ in seen}) and "Connected" not in shown


def test_blender_offline_reaches_this_machine_only(part, preferences):
    if bpy.app.online_access:
        pytest.skip("this Blender is online")
    preferences.rpc_url, preferences.directory = "https://localhost.example/127.0.0.1/rpc", "0x5"
    bpy.ops.renderchain.account_import(key=KEY, passphrase=PASSPHRASE, again=PASSPHRASE)
    with pytest.raises(RuntimeError) as refused:
        bpy.ops.renderchain.check_up()
    assert "Blender is offline, and https://localhost.example" in " ".join(str(refused.value).split())
    with pytest.raises(RuntimeError, match="Blender is offline"):
        bpy.ops.renderchain.kubo_download(url="https://kubo.example/a", checksum="0" * 64)
    preferences.rpc_url = "http://127.0.0.1:9/rpc"  # without a WebSocket that was taken for remote
    assert part("ui.preferences").read_settings().ws_url == ""


def test_an_ipfs_node_elsewhere_has_its_header_sealed_and_one_of_ours_needs_none(
    preferences, file, monkeypatch
):
    monkeypatch.delenv("RENDERCHAIN_IPFS_API")
    with pytest.raises(RuntimeError, match="make or import an account first"):
        bpy.ops.renderchain.ipfs_headers(text="Bearer word")
    preferences.rpc_url, preferences.directory = "http://127.0.0.1:9/rpc", "0x5"
    bpy.ops.renderchain.account_import(key=KEY, passphrase=PASSPHRASE, again=PASSPHRASE)
    preferences.ipfs_api = "/dns4/ipfs.example/tcp/443/https"
    bpy.ops.renderchain.ipfs_headers(text="Bearer word")
    assert 'ipfs_headers = "ipfs-headers.json"' in file.read_text()
    assert not [one for one in file.parent.iterdir() if b"Bearer" in one.read_bytes()]
    bpy.ops.renderchain.ipfs_headers(text="")
    assert "\nipfs_headers" not in file.read_text()
    preferences.ipfs_way = "OWN"
    assert preferences.ipfs_program == "ipfs" and "\nipfs_api" not in file.read_text()
    assert "leave Blender open until workers have fetched" in words(drawn(preferences))
    preferences.ipfs_way = "NODE"
    assert "\nipfs_program" not in file.read_text()


def test_a_pipelines_file_is_used_instead_by_the_panel_and_by_shells_and_is_never_written(
    part, preferences, file, tmp_path
):
    pipeline = tmp_path / "pipeline.toml"
    pipeline.write_text('rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\n')
    before = pipeline.read_text()
    preferences.config = str(pipeline)
    assert part("ui.preferences").read_settings().account == 6
    named = part("blender.command_line").settings_file_of(SimpleNamespace(config=None))
    assert named == pipeline
    assert "The settings are those of the file below" in words(drawn(preferences))
    preferences.config = ""
    assert pipeline.read_text() == before and part("composition.own_settings").settings_file() is None


def test_the_panel_leads_to_what_is_missing_and_to_a_locked_key(part, preferences):
    first_run = part("ui.first_run")

    def shown():
        layout = Layout()
        first_run.draw(layout, 700)
        return [name for name, _ in layout.seen if name.startswith("renderchain.")]

    assert shown() == ["renderchain.set_up"]
    preferences.rpc_url, preferences.directory = "http://127.0.0.1:9/rpc", "0x5"
    assert shown() == ["renderchain.set_up"]
    bpy.ops.renderchain.account_import(key=KEY, passphrase=PASSPHRASE, again=PASSPHRASE)
    assert shown() == []
    part("composition.keys").lock()
    assert shown() == ["renderchain.account_unlock"]
    bpy.ops.renderchain.account_unlock(passphrase=PASSPHRASE)
    assert shown() == []


def test_disabling_and_enabling_loses_nothing_but_what_was_unlocked(part, preferences):
    preferences.rpc_url, preferences.directory = "http://127.0.0.1:9/rpc", "0x5"
    bpy.ops.renderchain.account_import(key=KEY, passphrase=PASSPHRASE, again=PASSPHRASE)
    settings = part("ui.preferences").read_settings()
    addon_utils.disable(NAME)
    keys = part("composition.keys")
    assert keys.is_locked(settings)
    addon_utils.enable(NAME, default_set=True)
    again = bpy.context.preferences.addons[NAME].preferences
    assert again.directory == "0x5" and part("ui.preferences").read_settings() == settings


SAVE_ALL = f"""
import bpy, sys
bpy.ops.preferences.addon_enable(module={NAME!r})
ops = bpy.ops.renderchain
assert ops.account_import(key={KEY!r}, passphrase={PASSPHRASE!r}, again={PASSPHRASE!r}) == {{"FINISHED"}}
bpy.context.preferences.addons[{NAME!r}].preferences.rpc_url = "http://127.0.0.1:9/rpc"
bpy.context.preferences.addons[{NAME!r}].preferences.directory = "0x5"
ops.ipfs_headers(text={PASSPHRASE!r})
bpy.ops.wm.save_userpref()
bpy.ops.wm.save_homefile()
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
print("SAVED", bpy.utils.user_resource("CONFIG"))
"""


@pytest.mark.skipif(not IS_INSTALLED, reason="the bpy module has no preferences of its own to save")
def test_no_secret_is_in_any_file_that_blender_saves(tmp_path):
    folders = {"BLENDER_USER_CONFIG": "blender", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    places = {name: str(tmp_path / folder) for name, folder in folders.items()}
    Path(places["BLENDER_USER_CONFIG"]).mkdir()
    places["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("RENDERCHAIN_")}
    command = [bpy.app.binary_path, "-b", "--python-exit-code", "9", "--python-expr", SAVE_ALL]
    done = subprocess.run(
        [*command, "--", str(tmp_path / "scene.blend")],
        capture_output=True,
        text=True,
        env={**kept, **places},
    )
    assert done.returncode == 0 and "SAVED" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    saved = [one for one in tmp_path.rglob("*") if one.is_file()]
    names = {one.name for one in saved}
    assert {"userpref.blend", "startup.blend", "scene.blend", "settings.toml", "ipfs-headers.json"} <= names
    for one in saved:
        raw = one.read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in raw], one
    assert KEY not in done.stdout + done.stderr

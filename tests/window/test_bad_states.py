"""What may be wrong around an artist is said at the button with what to do, and nothing is paid or lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.keys import KeystoreFile, Opened, PassphraseKeystore

from devkit.fakes.silent import silent_server
from devkit.network.local import Network, running_network
from devkit.window.driver import Window
from devkit.window.screen import Screen
from tests.application import Application
from tests.window.artist import (
    CANCEL,
    QUICK,
    SUBMIT,
    Artist,
    home_environment,
    settings_of,
    small_scene,
)

SMALL_BYTES = 2**20
BESIDE_LIST = (0.89, 0.92)  # the icons there, across the panel
QUIT_S = 120  # not how long it takes, but that it does not wait for the store
PASSPHRASE = "a phrase that opens it"
# Every byte of the small disk is somebody's.
FILL = """
with open({file!r}, "wb", buffering=0) as file:
    try:
        while file.write(bytes(4096)):
            pass
    except OSError:
        pass
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network whose worker does not run: nothing of it moves but what the artist does."""
    with running_network(tmp_path_factory.mktemp("network") / "net", workers=1) as running:
        yield running


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders in which Blender has a small disk, and one that it can only read."""
    folder = tmp_path_factory.mktemp("disks")
    small, fixed = folder / "small", folder / "fixed"
    small.mkdir()
    fixed.mkdir()
    return small, fixed


@pytest.fixture(scope="module")
def artist(
    screen: Screen,
    application: Application,
    disks: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Artist]:
    """One Blender for all; each test leaves the panel as it found it."""
    folder = tmp_path_factory.mktemp("artist")
    (small, fixed), scene = disks, str(small_scene(application, folder))
    mounts = ["--size", str(SMALL_BYTES), "--tmpfs", str(small), "--ro-bind", str(fixed), str(fixed)]
    command = ["bwrap", "--dev-bind", "/", "/", *mounts, "--die-with-parent", "--", application.blender]
    environment = home_environment(application, folder / "home")
    window = Window(screen, command, environment, folder / "blender.log", scene)
    try:
        found = Artist(window, folder / "home")
        found.begin()
        yield found
        assert window.complaints() == []
    finally:
        window.end()


@pytest.fixture
def usual(artist: Artist, network: Network) -> Iterator[dict[str, object]]:
    """Settings with which all is well."""
    artist.window.ask(f"bpy.context.scene.renderchain.output = {str(artist.home / 'frames')!r}")
    values = settings_of(network)
    artist.choose(values)
    yield values
    artist.choose(values)
    artist.window.show_panel()  # and what a failure left open is in nobody's way


def jobs_of(network: Network) -> int:
    """How many the artist has noted."""
    journal = network.folder / "artist" / "journal.sqlite"
    return len(SqliteJournal(journal).jobs()) if journal.exists() else 0


def test_another_network_than_the_settings_say_is_named(artist: Artist, usual: dict[str, object]) -> None:
    artist.choose({**usual, "network": "mainnet"})
    said = artist.submit()
    artist.picture("wrong-network")
    assert "the settings say SN_MAIN. Nothing was sent; correct" in said, said


def test_an_account_without_funds_is_told_what_the_job_costs(
    artist: Artist, usual: dict[str, object], network: Network
) -> None:
    poor, password = 0xB00, network.folder / "keystore.password"
    keystore = artist.home / "poor.json"
    if not keystore.exists():
        KeystoreFile(keystore, password).save(poor, 0x5EED)
    artist.choose({**usual, "account": hex(poor), "keystore": str(keystore)})
    said = artist.submit()
    artist.picture("no-funds")
    assert "The job costs up to" in said and "The account holds 0.0000" in said, said
    assert "Nothing was paid; add funds" in said


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("chosen.what, chosen.first, chosen.last = 'RANGE', 9, 3", "The range 9 to 3 has no frames. Nothing"),
        ("chosen.what, chosen.first, chosen.last = 'RANGE', 1, 10**6", "frames; split them into jobs"),
        ("chosen.price, chosen.amount = 'FRAME', '0'", "Nobody renders frames that pay nothing; offer more"),
        ("chosen.price, chosen.amount = 'TOTAL', 'ten'", "'ten' is not an amount of STRK; write digits"),
        ("chosen.names = '../frame'", "names no files"),
    ],
)
def test_what_cannot_be_chosen_is_told_with_what_to_do(
    artist: Artist, usual: dict[str, object], network: Network, choice: str, words: str
) -> None:
    before = jobs_of(network)
    artist.window.ask(choice)
    try:
        said = artist.submit()
        assert words in said and said.endswith("."), said
    finally:
        artist.window.ask("[chosen.property_unset(one) for one in ('what', 'price', 'amount', 'names')]")
        artist.window.ask(QUICK)
    assert jobs_of(network) == before


def test_a_node_that_is_down_is_named_with_what_to_do(artist: Artist, usual: dict[str, object]) -> None:
    artist.choose({**usual, "rpc_url": "http://127.0.0.1:9/rpc", "ws_url": None})
    said = artist.submit()
    artist.picture("no-node")
    assert "the node can't be reached" in said and "Check its address and your connection." in said, said


def test_a_key_that_is_locked_is_unlocked_from_the_panel(
    artist: Artist, usual: dict[str, object], network: Network
) -> None:
    account = network.accounts["artist"]
    sealed = artist.home / "sealed.json"
    if not sealed.exists():
        PassphraseKeystore(sealed, Opened()).create(account.address, account.private_key, PASSPHRASE)
    artist.choose({**usual, "keystore": str(sealed), "password_file": None})
    said = artist.submit()
    artist.picture("locked")
    assert "is locked. Unlock it" in said, said
    artist.press("renderchain.account_unlock")
    artist.click_in_dialog(".passphrase")
    artist.window.type(PASSPHRASE)
    artist.window.press("enter")
    artist.window.settle(20)
    artist.window.press("enter")
    artist.wait_for("not part('ui.first_run').is_to_be_unlocked()")
    assert artist.submit() == "", "with the key at hand there is a price to be asked about"
    artist.window.press("escape")


def test_without_a_keyring_it_is_said_where_the_key_could_be(
    artist: Artist, usual: dict[str, object]
) -> None:
    artist.choose({**usual, "keystore": None, "password_file": None})
    said = artist.submit()
    artist.picture("no-keyring")
    assert "keyring" in said and said.endswith("."), said


def test_a_node_that_is_frozen_can_be_left_at_once(artist: Artist, usual: dict[str, object]) -> None:
    with silent_server() as node:
        artist.choose({**usual, "rpc_url": f"http://127.0.0.1:{node.port}/rpc", "ws_url": None})
        artist.press(SUBMIT)
        assert node.heard.wait(60)
        artist.picture("frozen-node")
        artist.press(CANCEL)
        artist.wait_for("told('SUBMIT')")
        assert artist.window.ask("told('SUBMIT')") == "Stopped. Nothing was paid."
    artist.close_popup()


def test_an_ipfs_node_that_freezes_in_mid_upload_can_be_left_and_nothing_is_paid(
    artist: Artist, usual: dict[str, object], network: Network
) -> None:
    before = jobs_of(network)
    with silent_server(int(network.ipfs_api.rpartition("/")[2]), b"/api/v0/add") as store:
        artist.choose({**usual, "ipfs_api": f"/ip4/127.0.0.1/tcp/{store.port}"})
        assert artist.submit() == ""
        artist.pay()
        artist.window.wait_until(store.heard.is_set, 120)
        artist.picture("frozen-ipfs")
        artist.press(CANCEL)
        artist.wait_for("told('SUBMIT')")
        assert artist.window.ask("told('SUBMIT')") == "Stopped. Nothing was paid."
    assert jobs_of(network) == before
    artist.close_popup()


def test_an_ipfs_node_that_is_down_is_named_and_nothing_is_paid(
    artist: Artist, usual: dict[str, object], network: Network
) -> None:
    before = jobs_of(network)
    artist.choose({**usual, "ipfs_api": "/ip4/127.0.0.1/tcp/9"})
    assert artist.submit() == ""
    artist.pay()
    artist.wait_for("told('SUBMIT')")
    artist.picture("no-ipfs")
    said = artist.window.ask("told('SUBMIT')")
    assert "the IPFS node at /ip4/127.0.0.1/tcp/9 can't be reached" in said and "Start it" in said, said
    assert jobs_of(network) == before
    artist.close_popup()


def test_a_journal_of_an_older_version_is_read_and_one_of_a_newer_one_left_as_it_is(
    artist: Artist, usual: dict[str, object], network: Network
) -> None:
    folder = artist.home / "older"
    folder.mkdir()
    file = folder / "journal.sqlite"
    made = sqlite3.connect(file)
    made.executescript(
        """
        CREATE TABLE jobs (
            entry_id INTEGER PRIMARY KEY, board TEXT NOT NULL, job_id INTEGER NOT NULL, name TEXT NOT NULL,
            package_cid TEXT NOT NULL, output TEXT NOT NULL, from_block INTEGER NOT NULL, state TEXT NOT NULL
        );
        CREATE TABLE leases (
            board TEXT NOT NULL, lease_id INTEGER NOT NULL, job_id INTEGER NOT NULL, secret TEXT NOT NULL,
            state TEXT NOT NULL, PRIMARY KEY (board, lease_id)
        );
        PRAGMA user_version = 1;
        """
    )
    board = hex(network.contracts.board)
    made.execute(
        "INSERT INTO jobs VALUES (1, ?, 0, 'from before', 'bafy', '/frames', 0, 'refused')", (board,)
    )
    made.commit()
    made.close()
    artist.choose({**usual, "folder": str(folder)})
    artist.window.show_panel("Jobs")
    artist.press("renderchain.refresh", BESIDE_LIST)
    artist.wait_for(
        "[one.overview.entry.name for one in part('ui.following').jobs.rows.values()] == ['from before']"
    )
    artist.picture("older-journal")

    newer = artist.home / "newer"
    newer.mkdir()
    with sqlite3.connect(newer / "journal.sqlite") as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    before = (newer / "journal.sqlite").read_bytes()
    artist.choose({**usual, "folder": str(newer)})
    artist.press("renderchain.refresh", BESIDE_LIST)
    artist.wait_for("'newer RenderChain' in told('JOBS')")
    artist.picture("newer-journal")
    said = artist.window.ask("told('JOBS')")
    assert "nothing was changed. Update." in said and (newer / "journal.sqlite").read_bytes() == before
    artist.close_popup()


def test_a_full_disk_is_said_before_anything_is_paid(
    artist: Artist, usual: dict[str, object], disks: tuple[Path, Path]
) -> None:
    small, _ = disks
    artist.window.ask(FILL.format(file=str(small / "full")))
    artist.window.ask(f"bpy.context.scene.renderchain.output = {str(small)!r}")
    said = artist.submit()
    artist.picture("full-disk")
    assert str(small) in said and "No space left on device" in said and "Nothing was sent or paid" in said, (
        said
    )


def test_a_full_disk_for_what_nobody_keeps_is_said_when_the_scene_is_copied(
    artist: Artist, usual: dict[str, object], disks: tuple[Path, Path], network: Network
) -> None:
    small, before = disks[0], jobs_of(network)
    artist.window.ask(FILL.format(file=str(small / "full")))
    artist.window.ask(f"import tempfile; kept, tempfile.tempdir = tempfile.tempdir, {str(small)!r}")
    try:
        assert artist.submit() == ""
        artist.window.press("enter")
        artist.wait_for("told('SUBMIT')")
        said = artist.window.ask("told('SUBMIT')")
        artist.picture("full-scratch")
        assert "There is no room left" in said and "Make some, and try again" in said, said
    finally:
        artist.window.ask("tempfile.tempdir = kept")
    assert jobs_of(network) == before
    artist.close_popup()


def test_a_folder_that_can_only_be_read_is_seen_before_the_button_is_pressed(
    artist: Artist, usual: dict[str, object], disks: tuple[Path, Path]
) -> None:
    frames = disks[1] / "frames"
    artist.window.ask(f"bpy.context.scene.renderchain.output = {str(frames)!r}")
    found = "[one.text for one in part('ui.scene_findings').found_in(bpy.context.scene)]"
    artist.wait_for(f"any('may not be written to' in one for one in {found})")
    artist.picture("read-only")
    assert str(frames) in " ".join(artist.window.ask(found))


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"rpc_url = ", b"account = 'me'\n"])
def test_settings_that_are_garbage_are_told_and_left_as_they_are(
    artist: Artist, usual: dict[str, object], raw: bytes
) -> None:
    artist.settings.write_bytes(raw)
    said = artist.submit()
    artist.picture("garbage-settings")
    assert str(artist.settings) in said or "The settings" in said or "account" in said, said
    assert said.endswith(".") and artist.settings.read_bytes() == raw


def test_quitting_in_mid_upload_is_asked_about_pays_nothing_and_one_press_goes_on_with_it(
    screen: Screen, application: Application, network: Network, tmp_path: Path
) -> None:
    before, temporary = jobs_of(network), tmp_path / "temporary"
    temporary.mkdir()
    scene, home = str(small_scene(application, tmp_path)), tmp_path / "home"
    environment = {**home_environment(application, home), "TMPDIR": str(temporary)}
    with silent_server(int(network.ipfs_api.rpartition("/")[2]), b"/api/v0/add") as store:
        window = Window(screen, [application.blender], environment, tmp_path / "blender.log", scene)
        try:
            own = Artist(window, home)
            own.choose({**settings_of(network), "ipfs_api": f"/ip4/127.0.0.1/tcp/{store.port}"})
            own.begin()
            assert own.submit() == "" and not window.ask("bpy.data.is_dirty")
            own.pay()
            window.wait_until(store.heard.is_set, 120)
            quit_and(own, "escape", "asked-before-quitting")
            assert window.ask("part('ui.submitting').submitting.phase"), "who says Cancel has it go on"
            assert not window.ask("bpy.data.is_dirty or bpy.context.preferences.is_dirty")
            quit_and(own, "enter", "asked-again")
            window.process.wait(QUIT_S)
        finally:
            window.end()
    assert list(temporary.glob("renderchain-*")) == [] and jobs_of(network) == before

    window = Window(screen, [application.blender], environment, tmp_path / "again.log", scene)
    try:
        again = Artist(window, home)
        again.choose(settings_of(network))
        again.begin()
        again.wait_for("told('SUBMIT')")
        again.picture("unfinished")
        said = window.ask("told('SUBMIT')")
        assert said.startswith("Blender ended before this was sent: main. Nothing was paid. Go On"), said
        again.close_popup()
        again.press("renderchain.go_on")
        again.wait_for("len(part('ui.confirm')._asked)")
        window.settle(20)
        again.picture("go-on-price")
        again.pay()
        again.wait_for("not part('ui.submitting').submitting.phase")
        assert window.ask("told('SUBMIT')") == "Job main is on the network"
        assert not window.ask("part('ui.unsent').offered()")
        assert window.complaints() == []
    finally:
        window.end()
    assert jobs_of(network) == before + 1, "it was paid for once"
    assert list((home / "data" / "renderchain" / "unfinished").iterdir()) == []


def quit_and(artist: Artist, answer: str, picture: str) -> None:
    """Quit by the keyboard, and answer Blender's question, which has to come."""
    window = artist.window
    window.screen.press("ctrl+q")
    window.settle(60)
    artist.picture(picture)
    window.screen.press(answer)

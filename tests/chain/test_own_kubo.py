"""A Kubo node of our own: there when it is asked, gone with whoever started it, however that one ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.adapters.ipfs.own_kubo import OwnKubo
from renderchain.composition.provider import ask_store
from renderchain.composition.storage import open_node, stop_own_kubos
from renderchain.core.errors import StoreAway, StoreError
from renderchain.settings import Settings

from devkit.network.services import REPO, tool_root

PROGRAM = str(tool_root("kubo") / "bin" / "ipfs")
GONE_S = 20.0


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnKubo]:
    made = OwnKubo(PROGRAM, tmp_path / "ipfs", is_private=True)
    yield made
    made.stop()


def answers(api: str, headers: dict[str, str]) -> bool:
    """Whether the node says who it is; raises HTTPError where it lets nobody in."""
    _, _, host, _, port = api.split("/")
    request = urllib.request.Request(f"http://{host}:{port}/api/v0/id", b"", headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bool(json.load(answer)["ID"])
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False


def is_gone(api: str, headers: dict[str, str]) -> bool:
    until_s = time.monotonic() + GONE_S
    while time.monotonic() < until_s:
        if not answers(api, headers):
            return True
        time.sleep(0.1)
    return False


def test_it_is_started_when_it_is_asked_and_ends_when_it_is_told_to(own: OwnKubo, tmp_path: Path) -> None:
    store = KuboStore("", own=own)
    (tmp_path / "scene").mkdir()
    (tmp_path / "scene" / "a.txt").write_text("what is stored")
    cid = asyncio.run(store.add_folder(tmp_path / "scene", lambda _: None))
    back = tmp_path / "back"
    asyncio.run(store.fetch_folder(cid, back, max_bytes=2**20, max_files=9, on_bytes=lambda _: None))
    assert (tmp_path / "back" / "a.txt").read_text() == "what is stored"
    place = own.place()
    assert answers(*place)
    own.stop()
    assert is_gone(*place)
    assert asyncio.run(store.is_pinned(cid)), "it was started again, on the same repository"


def test_it_has_ports_of_its_own_and_lets_in_only_who_reads_its_configuration(own: OwnKubo) -> None:
    api, headers = own.place()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        answers(api, {})
    config = own.repository / "config"
    assert config.stat().st_mode & 0o077 == 0
    known = json.loads(config.read_text())
    assert known["Bootstrap"] == [] and known["Addresses"]["Gateway"] == []
    assert known["Addresses"]["Swarm"] == ["/ip4/127.0.0.1/tcp/0"]
    assert known["Discovery"] == {"MDNS": {"Enabled": False}} and known["Routing"] == {"Type": "none"}
    assert not api.endswith("/5001") and answers(api, headers)


def test_one_on_the_public_network_keeps_its_port_and_what_kubo_itself_sets(tmp_path: Path) -> None:
    public = OwnKubo(PROGRAM, tmp_path / "ipfs", is_private=False)
    public._run(PROGRAM, "init", "--empty-repo")
    before = public._config()
    public._configure()
    known = public._config()
    for name in ("Bootstrap", "Discovery", "Routing", "AutoTLS"):
        assert known.get(name) == before.get(name)
    (port,) = {one.split("/")[4] for one in known["Addresses"]["Swarm"]}
    assert port not in ("0", "4001") and known["Addresses"]["API"] == "/ip4/127.0.0.1/tcp/0"
    public._configure()
    assert public._config() == known


def test_a_second_process_of_the_same_user_uses_the_node_that_runs(own: OwnKubo) -> None:
    place = own.place()
    other = OwnKubo(own.program, own.repository, is_private=True)
    assert other.place() == place
    other.stop()
    assert answers(*place), "it was not the other's to end"


def test_two_processes_that_start_one_in_the_same_moment_share_it(own: OwnKubo) -> None:
    own._run(PROGRAM, "init", "--empty-repo")
    others = [OwnKubo(own.program, own.repository, is_private=True) for _ in range(3)]
    with ExitStack() as stack:
        for one in others:
            stack.callback(one.stop)
        with ThreadPoolExecutor() as pool:
            places = list(pool.map(lambda one: one.place(), others))
        assert len(set(map(str, places))) == 1 and answers(*places[0])
    assert is_gone(*places[0])


def test_what_else_listens_where_a_node_was_is_told_no_secret(own: OwnKubo) -> None:
    api, _ = own.place()
    own.stop()
    (own.repository / "api").write_text(api)  # as one leaves it that was killed
    with socket.socket() as outsider:
        outsider.bind(("127.0.0.1", int(api.split("/")[4])))
        outsider.listen()
        outsider.settimeout(GONE_S)
        with ThreadPoolExecutor() as pool:
            started = pool.submit(own.place)
            link, _ = outsider.accept()
            asked = link.recv(2**16)
            link.close()
            assert started.result().api != api
    assert b"version" in asked and b"uthorization" not in asked


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_started_it_however_that_ends(tmp_path: Path, number: int) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from renderchain.adapters.ipfs.own_kubo import OwnKubo\n"
        "place = OwnKubo(sys.argv[1], Path(sys.argv[2]), is_private=True).place()\n"
        "print(place.api, place.headers['Authorization'], flush=True); time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, PROGRAM, str(tmp_path / "ipfs")]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        api, word, secret = starter.stdout.readline().split()
        headers = {"Authorization": f"{word} {secret}"}
        assert answers(api, headers)
        os.kill(starter.pid, number)
    assert is_gone(api, headers)


def test_it_ends_with_its_keeper_too(own: OwnKubo) -> None:
    place = own.place()
    assert own._keeper is not None
    own._keeper.kill()
    assert is_gone(*place)
    again = own.place()
    assert answers(*again)


def test_settings_have_it_started_in_their_folder(tmp_path: Path) -> None:
    settings = Settings("http://127.0.0.1:9/rpc", 5, 6, ipfs_program=PROGRAM, folder=tmp_path)
    try:
        said = asyncio.run(ask_store(settings))
        assert f"started from {PROGRAM}" in said and (tmp_path / "ipfs-local" / "config").is_file()
        assert open_node(settings)._own is open_node(replace(settings, account=7))._own
    finally:
        stop_own_kubos()


def test_no_such_program_another_one_and_a_broken_repository_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "ipfs"
    with pytest.raises(StoreError, match="there is no program no-such-kubo. Install Kubo"):
        OwnKubo("no-such-kubo", folder, is_private=True).place()
    with pytest.raises(StoreError, match="is it Kubo"):
        OwnKubo("false", folder, is_private=True).place()
    folder.mkdir()
    (folder / "config").write_text("{}")
    with pytest.raises(StoreError, match="no configuration of Kubo"):
        OwnKubo(PROGRAM, folder, is_private=True).place()
    quick = OwnKubo("true", tmp_path / "other", is_private=True)
    with pytest.raises((StoreAway, StoreError)):
        quick.place()

"""What is seen of a worker from outside: its pages over its state, and its log."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from renderchain.adapters.live_terminal import EVERY_S
from renderchain.adapters.state_keeper import StateKeeper
from renderchain.blender.seen import STILL_S, pages_of, seen
from renderchain.core.errors import ChainError, SettingsError
from renderchain.core.notices.devices import FamilyOutOfService
from renderchain.core.notices.process import Stopped, WaitingForWork
from renderchain.settings import Settings

from devkit.fakes.reporter import RecordingReporter
from devkit.network.services import free_port
from tests.unit.core.exposition_format import parse_exposition
from tests.unit.core.test_worker_metrics import WaitEnded, WaitingFor, lease

READY = WaitingForWork("4.5", "CPU", "Xeon")


class Clock:
    def __init__(self) -> None:
        self.time_s = 1_767_225_600.0

    def __call__(self) -> float:
        return self.time_s


def settings_in(folder: Path, port: int = 0) -> Settings:
    return Settings("http://127.0.0.1:1/rpc", 1, 2, folder=folder / "worker", metrics_port=port)


def test_it_is_ready_once_it_has_started_and_waits_for_nothing(tmp_path: Path) -> None:
    clock = Clock()
    keeper = StateKeeper(clock, clock)
    ready = pages_of(keeper, tmp_path)["/readyz"]
    assert ready().status == 503 and "not started" in ready().body
    keeper.tell(READY)
    assert (ready().status, ready().body) == (200, "ready\n")
    keeper.tell(WaitingFor("the node"))
    clock.time_s += 20
    keeper.tell(WaitingFor("disk"))
    assert ready().status == 503
    assert ready().body == "Waiting for the node for 20 s.\nWaiting for disk for 0 s.\n"
    keeper.tell(WaitEnded("the node"))
    keeper.tell(WaitEnded("disk"))
    assert ready().status == 200
    keeper.tell(Stopped())
    assert ready().status == 503


def test_it_is_alive_while_its_loop_goes_round(tmp_path: Path) -> None:
    clock = Clock()
    keeper = StateKeeper(clock, clock)
    alive = pages_of(keeper, tmp_path)["/healthz"]
    clock.time_s += STILL_S - 1
    assert alive().status == 200
    clock.time_s += 1
    assert alive().status == 503 and "30 s" in alive().body
    keeper.beat()
    assert alive().status == 200


def test_a_worker_that_makes_false_pixels_says_so_where_it_is_asked_whether_it_is_ready(
    tmp_path: Path,
) -> None:
    keeper = StateKeeper(Clock(), Clock())
    ready = pages_of(keeper, tmp_path)["/readyz"]
    keeper.tell(READY)
    assert ready().status == 200
    keeper.tell(FamilyOutOfService("4.5/cycles/cpu", "It makes noise."))
    assert ready().status == 503 and "It makes noise." in ready().body


def test_metrics_are_there_also_before_the_folder_is(tmp_path: Path) -> None:
    keeper = StateKeeper(Clock(), Clock())
    keeper.tell(READY)
    page = parse_exposition(pages_of(keeper, tmp_path / "not" / "yet")["/metrics"]().body)
    assert (
        page["renderchain_ready"].samples == {(): 1} and page["renderchain_free_disk_bytes"].samples[()] > 0
    )


def test_a_worker_is_watched_while_it_works_and_its_end_is_in_its_log(tmp_path: Path) -> None:
    port, console = free_port(), RecordingReporter()
    settings = settings_in(tmp_path, port)

    def get(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    async def work() -> None:
        with seen(settings, console, "worker-1", "worker.log") as watched:
            async with watched.beating():
                assert (await asyncio.to_thread(get, "/readyz"))[0] == 503
                watched.reporter.tell(READY)
                assert await asyncio.to_thread(get, "/readyz") == (200, "ready\n")
                assert await asyncio.to_thread(get, "/healthz") == (200, "alive\n")
                status, page = await asyncio.to_thread(get, "/metrics")
                assert status == 200 and "renderchain_worker_info" in parse_exposition(page)
                raise ChainError("The node is gone.")

    with pytest.raises(ChainError):
        asyncio.run(work())
    with pytest.raises(urllib.error.URLError):
        get("/metrics")
    log = (tmp_path / "worker" / "logs" / "worker.log").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in log]
    assert (kinds[0], kinds[-1]) == ("waiting_for_work", "failed") and console.heard(WaitingForWork) == [
        READY
    ]


def test_two_workers_on_one_port_are_told_so(tmp_path: Path) -> None:
    port = free_port()
    with (
        seen(settings_in(tmp_path / "a", port), RecordingReporter(), "", "worker.log"),
        pytest.raises(SettingsError, match="metrics_port"),
        seen(settings_in(tmp_path / "b", port), RecordingReporter(), "", "worker.log"),
    ):
        pass


@pytest.mark.parametrize("lines_go_to_a_terminal", [True, False])
def test_a_view_takes_the_place_of_lines_in_the_same_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines_go_to_a_terminal: bool
) -> None:
    class Screen(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    console, screen = RecordingReporter(), Screen()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr("sys.stderr", Screen() if lines_go_to_a_terminal else io.StringIO())
    with seen(settings_in(tmp_path), console, "worker-1", "worker.log", view=True) as watched:
        watched.reporter.tell(READY)
        time.sleep(2 * EVERY_S)
    assert "RenderChain worker-1, Blender 4.5, CPU (Xeon)" in screen.getvalue()
    assert console.heard(WaitingForWork) == ([] if lines_go_to_a_terminal else [READY])
    assert "waiting_for_work" in (tmp_path / "worker" / "logs" / "worker.log").read_text()


def test_a_view_without_a_terminal_is_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = RecordingReporter()
    with seen(settings_in(tmp_path), console, "", "worker.log", view=True) as watched:
        watched.reporter.tell(READY)
    assert console.heard(WaitingForWork) == [READY] and capsys.readouterr().out == ""


def test_systemd_hears_when_it_is_ready_and_what_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.blender.seen.BEAT_S", 0.01)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

    async def work(manager: socket.socket) -> None:
        def hear() -> list[str]:
            return manager.recv(4096).decode().splitlines()

        async def until(*wanted: str) -> None:
            async with asyncio.timeout(10):
                while not set(wanted) <= set(await asyncio.to_thread(hear)):
                    pass

        with seen(settings_in(tmp_path), RecordingReporter(), "", "worker.log") as watched:
            async with watched.beating():
                assert await asyncio.to_thread(hear) == ["WATCHDOG=1", "STATUS=Starting"]
                assert await asyncio.to_thread(hear) == ["WATCHDOG=1"]  # nothing is told twice
                watched.reporter.tell(WaitingFor("the node"))
                await until("READY=1", "STATUS=Waiting for the node")
                watched.reporter.tell(WaitEnded("the node"))
                watched.reporter.tell(READY)
                await until("STATUS=Ready")
                for notice in lease(5)[:3]:
                    watched.reporter.tell(notice)
                await until("STATUS=Rendering lease 5: 1 of 2 frames; leases that have not ended: 1")
                watched.reporter.tell(Stopped())
                await until("STOPPING=1")

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        asyncio.run(work(manager))

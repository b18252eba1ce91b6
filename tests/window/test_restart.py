"""Two jobs at once, and Blender quitted while they run: all that was paid comes, by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.network.local import Network, running_network
from devkit.network.services import REPO, start, stop
from devkit.window.driver import Window
from devkit.window.screen import Screen
from tests.application import Application
from tests.window.artist import Artist, home_environment, settings_of, small_scene
from tests.window.looks import make_light, make_narrow

QUIT_S = 30
JOB_S = 600.0
ROWS = "part('ui.following').jobs.rows"
# Of each job: its number, how it stands, whether it is followed, and how many frames are here.
STANDS = (
    f"[[one.number, one.overview.state, bool(one.task), len(one.overview.kept)] for one in {ROWS}.values()]"
)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A network whose worker is not there yet."""
    with running_network(tmp_path / "net", workers=1) as running:
        yield running


def blender(
    screen: Screen, application: Application, home: Path, log: Path, scene: Path, output: Path
) -> Artist:
    """Blender as the artist starts it, with the scene open."""
    environment = home_environment(application, home)
    window = Window(screen, [application.blender], environment, log, str(scene))
    artist = Artist(window, home)
    artist.begin()
    window.ask(f"chosen.output, chosen.price, chosen.amount = {str(output)!r}, 'FRAME', '0.5'")
    return artist


def test_two_jobs_at_once_come_to_their_end_though_blender_was_quitted_in_between(
    screen: Screen, application: Application, network: Network, tmp_path: Path
) -> None:
    home, scene = tmp_path / "home", small_scene(application, tmp_path)
    parts = (screen, application, home, tmp_path / "blender.log", scene)
    first = blender(*parts, tmp_path / "first")
    try:
        first.choose(settings_of(network))
        for number, folder in ((1, "first"), (2, "second")):
            first.window.ask(f"chosen.output = {str(tmp_path / folder)!r}")
            before, written = first.window.ask("contents()"), scene.read_bytes()
            assert first.submit() == ""
            first.pay()
            first.wait_for(f"len({ROWS}) == {number}")
            assert not first.window.ask("bpy.data.is_dirty"), "nobody changed anything"
            assert first.window.ask("contents()") == before and scene.read_bytes() == written
        first.wait_for(f"{STANDS} == [[2, 'active', True, 0], [1, 'active', True, 0]]")
        first.window.show_panel("Jobs")
        first.picture("two-jobs")
        first.window.screen.press("ctrl+q")  # nothing is asked: both are sent, and nothing was changed
        first.window.process.wait(QUIT_S)
    finally:
        first.window.end()

    again = blender(*parts, tmp_path / "third")
    worker = 0
    try:
        again.wait_for(f"{STANDS} == [[2, 'active', True, 0], [1, 'active', True, 0]]")
        script = str(REPO / "worker_headless" / "worker.py")
        arguments = ["--config", str(network.settings_file("worker-1")), "--log", "json"]
        command = [application.blender, "-b", "--python", script, "--", *arguments]
        resources = {"BLENDER_USER_RESOURCES": str(application.resources)}
        worker = start(command, network.folder / "worker.log", resources)
        again.wait_for(f"{STANDS} == [[2, 'completed', False, 1], [1, 'completed', False, 1]]", JOB_S)
        again.window.show_panel("Jobs")
        again.picture("jobs-done")
        make_narrow(again.window)
        again.picture("jobs-narrow")
        make_light(again.window)
        again.picture("jobs-light")
        assert again.window.complaints() == []
    finally:
        again.window.end()
        if worker:
            stop(worker)
    assert [(tmp_path / folder / "0001.png").is_file() for folder in ("first", "second")] == [True, True]

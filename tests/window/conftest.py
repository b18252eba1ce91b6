"""Blender's window for the tests: a screen, the application with the extension, and what it is used by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.window.driver import Window
from devkit.window.screen import Screen, running_screen
from tests.application import Application
from tests.window.artist import home_environment

WIDTH, HEIGHT = 1280, 900


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """One screen for all; each test has its own Blender on it."""
    with running_screen(WIDTH, HEIGHT, tmp_path_factory.mktemp("screen") / "xvfb.log") as running:
        yield running


@pytest.fixture
def window(screen: Screen, application: Application, tmp_path: Path) -> Iterator[Window]:
    """Blender as it starts with the extension enabled, its Render properties in sight."""
    environment = home_environment(application, tmp_path / "home")  # what other tests set is not its own
    started = Window(screen, [application.blender], environment, tmp_path / "blender.log")
    try:
        started.show_panel()
        yield started
    finally:
        started.end()

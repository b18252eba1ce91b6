"""Background work comes to its end: nothing of it is left when the add-on is disabled, however often."""

import asyncio
import contextlib
import gc
import importlib.util
import os
import tempfile
import threading
import time
from pathlib import Path

import bpy
import pytest

ADDON = "bl_ext.user_default.renderchain"
TIMES = 50
ENDED = threading.Event()


def open_files():
    return len(os.listdir("/proc/self/fd"))


def threads():
    """Those that live; one whose call is over gets a moment to end."""
    until_s = time.monotonic() + 2
    while threading.active_count() > 1 and time.monotonic() < until_s:
        time.sleep(0.002)
    return sorted(one.name for one in threading.enumerate())


def children():
    """The names of processes that we started and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
            found += [name] if int(rest.split()[1]) == os.getpid() else []
    return sorted(found)


async def busy(folder, started, cleaned):
    """Has a folder, a process and a thread, and takes some turns of the loop to give them back."""
    stopped = threading.Event()
    process = await asyncio.create_subprocess_exec("sleep", "600")
    waiting = asyncio.ensure_future(asyncio.to_thread(stopped.wait, 60))
    try:
        with tempfile.TemporaryDirectory(dir=folder):
            started.set()
            await asyncio.sleep(600)
    finally:
        stopped.set()
        process.kill()
        await process.wait()
        await asyncio.gather(waiting, return_exceptions=True)
        for _ in range(5):
            await asyncio.sleep(0.001)
        cleaned.append(True)


@pytest.fixture
def counted():
    """Whatever there is more of after a test than before fails it."""
    gc.collect()
    before = threads(), open_files(), children()
    yield
    gc.collect()
    assert (threads(), open_files(), children()) == before


def test_work_that_is_stopped_cleans_up_first_and_leaves_nothing(part, tmp_path, counted):
    cleaned, heard = [], []
    for _ in range(TIMES):
        background, started = part("blender.background").Background(lambda: None), threading.Event()
        background.start()
        background.run(busy(tmp_path, started, cleaned), lambda *said: heard.append(said))
        assert started.wait(10)
        background.stop()
        assert not bpy.app.timers.is_registered(background.timer)
    assert len(cleaned) == TIMES and not list(tmp_path.iterdir())
    assert not heard, "the panel is gone; nobody may be told"


def test_what_is_stopped_may_wait_for_what_it_began(part, counted):
    """Else a clean Blender that packs would go on without anybody, and its folder stay."""
    begun, whole = threading.Event(), []

    async def packs():
        begun.set()
        await asyncio.sleep(0.2)
        whole.append(True)

    async def sends():
        packing = asyncio.create_task(packs())
        try:
            await asyncio.shield(packing)
        finally:
            await asyncio.wait({packing})

    background = part("blender.background").Background(lambda: None)
    background.start()
    background.run(sends(), lambda *said: None)
    assert begun.wait(10)
    background.stop()
    assert whole == [True]


def test_the_timer_of_background_work_outlives_opening_a_file(part, empty):
    background = part("blender.background").Background(lambda: None)
    background.start()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert bpy.app.timers.is_registered(background.timer)
    background.stop()


def test_what_is_said_after_the_end_starts_nothing_and_is_not_shown(part, counted):
    state = part("ui.state")
    reporter = state.PanelReporter()
    state.state.busy, state.state.message = True, "Packing"
    state.forget()
    reporter.say("late")
    reporter.progress("bytes", 1, 2)
    assert state.state == state.State()


def test_work_that_does_not_end_is_left_to_itself(part, monkeypatch):
    module = part("blender.background")
    monkeypatch.setattr(module, "JOIN_TIMEOUT_S", 0.2)

    async def stubborn():
        while not ENDED.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    background = module.Background(lambda: None)
    background.start()
    background.run(stubborn(), lambda *said: None)
    background.stop()
    assert background._thread.is_alive()  # it was not waited for
    ENDED.set()
    background._thread.join(60)
    assert not background._thread.is_alive()


@pytest.mark.skipif(importlib.util.find_spec(ADDON) is None, reason="needs the installed extension")
def test_disabling_and_enabling_fifty_times_while_it_works_leaves_nothing(part, tmp_path):
    import addon_utils

    def there():
        gc.collect()
        handlers = {
            name: len(getattr(bpy.app.handlers, name)) for name in dir(bpy.app.handlers) if "_p" in name
        }
        classes = sorted(name for name in dir(bpy.types) if name.startswith("RENDERCHAIN"))
        return threads(), open_files(), children(), classes, handlers, list(tmp_path.iterdir())

    before, cleaned = there(), []
    for _ in range(TIMES):
        state, said, started = part("ui.state"), part("ui.messages"), threading.Event()
        state.background().run(busy(tmp_path, started, cleaned), lambda *said: None)
        state.state.busy = True
        said.keep(said.Place.JOBS, said.Message("Packing"))
        assert started.wait(10)
        addon_utils.disable(ADDON)
        assert "renderchain" not in threads()
        addon_utils.enable(ADDON)
        assert state.state == state.State() and said.told(said.Place.JOBS) is None
    assert len(cleaned) == TIMES
    assert there() == before

"""A render process that can't be watched does not go on unwatched."""

from __future__ import annotations

import asyncio
import threading

import pytest
from renderchain.adapters.blender_process import watch
from renderchain.adapters.blender_process.groups import Groups
from renderchain.adapters.blender_process.limits import Limits


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ValueError("a field"), KeyError("pid")])
def test_whatever_hinders_the_watch_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Its thread ended without a word, and no limit held any more."""

    def taken_by(root: int) -> object:
        raise error

    killed = threading.Event()
    monkeypatch.setattr(watch, "EVERY_S", 0.01)
    monkeypatch.setattr(watch, "taken_by", taken_by)
    one = watch.Watch(1, None, Groups(), Limits(), killed.set)
    assert killed.wait(20)
    asyncio.run(one.end())
    assert one.reason.startswith("could not be watched (")

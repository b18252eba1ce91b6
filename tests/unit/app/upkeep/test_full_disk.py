"""A disk that is full or broken has a sentence: what goes on by itself says it, and logs no traceback."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from renderchain.app.upkeep.keeping import is_unforeseen, keep_at_work, reason_of
from renderchain.core.notices import Notice
from renderchain.core.notices.conditions import PartFailed


class Heard:
    def __init__(self) -> None:
        self.told: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def say(self, text: str) -> None:
        raise AssertionError(text)

    def progress(self, what: str, done: int, total: int) -> None:
        raise AssertionError(what)


async def write_to_a_full_device() -> None:
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"frame")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_part_that_meets_a_full_disk_says_so_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()

    async def for_a_while() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(keep_at_work("the frames", write_to_a_full_device, heard), 0.2)

    asyncio.run(for_a_while())
    (failed,) = heard.told
    assert isinstance(failed, PartFailed)
    assert failed.reason == "There is no room left on the disk; make some."
    assert not caplog.records


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_the_file_is_named_where_it_is_known(number: int) -> None:
    full = OSError(number, os.strerror(number), "/frames/1.exr")
    assert reason_of(full) == "There is no room left on the disk for /frames/1.exr; make some."
    assert not is_unforeseen(full)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EIO])
def test_a_disk_that_broke_is_named_with_what_the_system_says(number: int) -> None:
    broken = OSError(number, os.strerror(number), "/frames/1.exr")
    said = f"The disk can't be used for /frames/1.exr ({os.strerror(number)}); look what is wrong with it."
    assert reason_of(broken) == said
    assert not is_unforeseen(broken)


def test_any_other_error_of_a_file_keeps_its_traceback() -> None:
    assert is_unforeseen(PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/frames/1.exr"))

"""What crosses a boundary is checked: messages of a render process, results of a worker."""

from __future__ import annotations

import json

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.manifest import PackedFile
from renderchain.core.messages import (
    Command,
    Failed,
    Load,
    Loaded,
    Message,
    Progress,
    Render,
    Rendered,
    RenderTiles,
    TilesRendered,
    read_command,
    read_message,
    to_line,
)
from renderchain.core.result import FrameFiles, Result, parse_result

FILES = [PackedFile(name, "ab" * 32, 5) for name in ("1.png", "1.noisy.exr", "1.leaves")]
RESULT = Result("4.5.15", "CPU", "a processor", 2**247, (FrameFiles(1, 20, *FILES),))


@pytest.mark.parametrize(
    "message",
    [
        Loaded("4.5.15", "CPU", "a processor", 10),
        Progress(1, 2, 3),
        Rendered(1, "1.png", "1.exr", "1.leaves", 4, 5),
        TilesRendered(1, "0001.tiles", 4),
        Failed("no camera"),
    ],
)
def test_a_message_survives_its_line(message: Message) -> None:
    assert read_message(to_line(message)) == message


@pytest.mark.parametrize(
    "command",
    [
        Load("/package/a.blend", "Scene", "/output", "PNG", "png", "CPU", "tile", 16, ("Near", "Far")),
        Render(1),
        RenderTiles(1, (509, 0)),
    ],
)
def test_a_command_survives_its_line(command: Command) -> None:
    assert read_command(to_line(command)) == command


def test_tiles_are_told_by_a_file_of_the_output_folder_only() -> None:
    with pytest.raises(ContentError):
        read_message(to_line(TilesRendered(1, "../0001.tiles", 4)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("final", "../1.png"), ("noisy", "/etc/passwd"), ("leaves", "a/b"), ("frame", "1"), ("type", "boom")],
)
def test_a_malformed_message_is_refused(field: str, value: str) -> None:
    body = json.loads(to_line(Rendered(1, "1.png", "1.exr", "1.leaves", 4, 5)))
    with pytest.raises(ContentError):
        read_message(json.dumps({**body, field: value}).encode())


def test_an_overlong_line_is_refused() -> None:
    with pytest.raises(ContentError, match="over 65536"):
        read_message(to_line(Failed("x" * 70_000)))


def test_a_result_survives_its_document() -> None:
    assert parse_result(RESULT.to_bytes(), [1]) == RESULT


def test_a_result_of_other_frames_is_refused() -> None:
    with pytest.raises(ContentError, match="exactly the frames"):
        parse_result(RESULT.to_bytes(), [1, 2])


def test_a_result_that_names_a_file_twice_is_refused() -> None:
    twice = Result("4.5.15", "CPU", "x", 1, (FrameFiles(1, 2, FILES[0], FILES[0], FILES[2]),))
    with pytest.raises(ContentError, match="names one file twice"):
        parse_result(twice.to_bytes(), [1])

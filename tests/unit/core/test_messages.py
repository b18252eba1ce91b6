"""Messages of a render process are checked where they arrive."""

from __future__ import annotations

import json

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.merge_messages import FinalMade, MakeFinal, ReadSampling, SamplingRead
from renderchain.core.merging import Sampling
from renderchain.core.messages import (
    Command,
    Failed,
    KnownRendered,
    Load,
    Loaded,
    Message,
    Progress,
    Render,
    Rendered,
    RenderKnown,
    RenderTiles,
    TilesRendered,
    read_command,
    read_message,
    to_line,
)


@pytest.mark.parametrize(
    "message",
    [
        Loaded("4.5.15", "CPU", "a processor", 10),
        Progress(1, 2, 3),
        Rendered(1, "1.png", "1.exr", "1.leaves", 4, 5),
        TilesRendered(1, "0001.tiles", 4),
        Failed("no camera"),
        SamplingRead(-3, Sampling(7, 256, 64, 32, False)),
        FinalMade(1, "0001.again.png", "Freestyle draws its lines into the rendering"),
        KnownRendered("4.5.15 LTS", "4.5.15 LTS a1b2", "CPU", "a processor", "", bytes(range(256)) * 2, 90),
    ],
)
def test_a_message_survives_its_line(message: Message) -> None:
    assert read_message(to_line(message)) == message


@pytest.mark.parametrize(
    "command",
    [
        Load("/package/a.blend", "Scene", "/output", "PNG", "png", "CPU", 16, ("Near", "Far"), (1, 3), True),
        Render(1),
        RenderTiles(1, (509, 0)),
        RenderTiles(1, (509, 0), shared=True),
        RenderKnown("OPTIX"),
        ReadSampling(4),
        MakeFinal(4, "0004.merged.npy"),
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

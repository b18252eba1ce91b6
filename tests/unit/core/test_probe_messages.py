"""What a render process says of a probe is checked where it arrives."""

from __future__ import annotations

import json

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.messages import Command, Message, read_command, read_message, to_line
from renderchain.core.probe_messages import (
    COMMANDS,
    MAX_CAUSES,
    MAX_CHANGES,
    READERS,
    CausesSurveyed,
    FrameProbed,
    Played,
    PlayTo,
    ProbeFrame,
    ProbeTiles,
    Survey,
    SurveyCauses,
    Surveyed,
    TilesProbed,
)

DIGEST = "0123456789abcdef" * 4
MESSAGES: list[Message] = [
    Surveyed(-5, 12, True, (3, 250)),
    FrameProbed(6, DIGEST, (DIGEST, DIGEST), 40),
    TilesProbed(6, (DIGEST,), 40),
    Played(6, 6, DIGEST, 40),
    Played(6, 4, "", 40),
    CausesSurveyed(6, ("Object 'ball'",)),
]
ASKED: list[Command] = [
    Survey(1, 250),
    ProbeFrame(6),
    ProbeTiles(6),
    PlayTo(6, 1, 900),
    SurveyCauses(6, 1, 9),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_survives_its_line(message: Message) -> None:
    assert read_message(to_line(message)) == message


@pytest.mark.parametrize("command", ASKED)
def test_a_command_survives_its_line(command: Command) -> None:
    assert read_command(to_line(command)) == command


def test_all_kinds_were_tried() -> None:
    assert len({type(one) for one in MESSAGES}) == len(READERS)
    assert len({type(one) for one in ASKED}) == len(COMMANDS)


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        (0, "changes", list(range(MAX_CHANGES + 1))),
        (0, "changes", ["3"]),
        (0, "step_ms", -1),
        (0, "whole_frames", 1),
        (1, "digest", DIGEST[1:]),
        (1, "digest", DIGEST.upper()),
        (1, "tiles", [DIGEST] * 5),
        (1, "tiles", ["../" + DIGEST[3:]]),
        (1, "frame", 2**40),
        (2, "tiles", DIGEST),
        (3, "digest", "x"),
        (3, "reached", None),
        (5, "causes", ["a"] * (MAX_CAUSES + 1)),
        (5, "causes", [6]),
    ],
)
def test_what_is_out_of_bounds_is_refused(number: int, field: str, value: object) -> None:
    body = json.loads(to_line(MESSAGES[number])) | {field: value}
    with pytest.raises(ContentError):
        read_message(json.dumps(body).encode())


def test_a_name_comes_in_as_one_short_line() -> None:
    message = read_message(to_line(CausesSurveyed(6, ("Object 'a\n\x1b[31m" + "b" * 999,))))
    assert isinstance(message, CausesSurveyed)
    assert message.causes[0].isprintable() and len(message.causes[0]) <= 80

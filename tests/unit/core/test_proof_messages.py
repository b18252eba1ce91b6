"""What a proof's render process may say, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from renderchain.core.errors import ContentError
from renderchain.core.messages import MAX_LINE_BYTES, read_command, read_message, to_line
from renderchain.core.proof import MAX_SEEN, MOST_DETAIL, Seen
from renderchain.core.proof_messages import MAX_LINES, ProofLook, ProofLooked, ProofPicture, ProofPictured

SEEN = Seen("place", "Object 'a'", "", is_error=True)
LOOKED = ProofLooked(3, (SEEN,), ("file a not found",), 12)
PICTURED = ProofPictured(3, "10% of the pixels", (), 12)


@pytest.mark.parametrize("command", [ProofLook(-1, "record.json"), ProofPicture(1, "picture.png")])
def test_commands_arrive_as_they_were_sent(command: ProofLook | ProofPicture) -> None:
    assert read_command(to_line(command)) == command


@pytest.mark.parametrize("message", [LOOKED, PICTURED])
def test_answers_arrive_as_they_were_sent(message: ProofLooked | ProofPictured) -> None:
    assert read_message(to_line(message)) == message


def test_the_longest_answer_fits_into_a_line() -> None:
    seen = Seen("driver", "\u4e00" * 80, "\u4e00" * MOST_DETAIL, is_error=True)
    longest = ProofLooked(2**30, (seen,) * MAX_SEEN, ("\u4e00" * MOST_DETAIL,) * MAX_LINES, 2**40)
    assert len(to_line(longest)) <= MAX_LINE_BYTES and read_message(to_line(longest)) == longest


@pytest.mark.parametrize(
    "message",
    [
        replace(LOOKED, seen=(replace(SEEN, kind="joke"),)),
        replace(LOOKED, seen=(SEEN,) * (MAX_SEEN + 1)),
        replace(LOOKED, lines=("a",) * (MAX_LINES + 1)),
        replace(LOOKED, look_ms=-1),
        replace(PICTURED, frame=2**40),
    ],
)
def test_what_is_malformed_is_refused(message: ProofLooked | ProofPictured) -> None:
    with pytest.raises(ContentError):
        read_message(to_line(message))


def test_names_of_others_are_cleaned_and_cut() -> None:
    body = json.loads(to_line(LOOKED))
    body["seen"][0] |= {"block": "a\x1b[2J" + "b" * 500, "detail": "c\n" * 300}
    read = read_message(json.dumps(body).encode())
    assert isinstance(read, ProofLooked)
    assert all(
        len(text) <= MOST_DETAIL and text.isprintable() for text in (read.seen[0].block, read.seen[0].detail)
    )

"""A program that is killed while it looks at a frame has said nothing about the frame."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from renderchain.adapters.blender_process.images_reader import ATTEMPTS, SandboxedImages
from renderchain.adapters.blender_process.second_child import SecondChild
from renderchain.core.errors import ContentError

from devkit.fakes.package import manifest_of

FACTS = {
    "channel_count": 4,
    "broken_count": 0,
    "lit_count": 7,
    "pink_count": 0,
    "final_size": [8, 8],
    "noisy_size": [8, 8],
    "final_is_black": False,
}
ANSWER = json.dumps(FACTS).encode() + b"\n"


@dataclass(frozen=True)
class Said(SecondChild):
    """Its programs say these in turn."""

    answers: list[bytes] = field(default_factory=list)

    @contextlib.contextmanager
    def running(
        self, program: Path, arguments: Sequence[str], folder: Path, readable: Sequence[Path] = ()
    ) -> Iterator[IO[bytes]]:
        yield io.BytesIO(self.answers.pop(0))


def look(answers: list[bytes], folder: Path) -> int:
    read = SandboxedImages(Said(allow_unsandboxed=False, answers=answers))
    return read(folder / "1.png", folder / "1.exr", manifest_of((1,))).lit_count


def test_one_that_was_killed_is_started_again(tmp_path: Path) -> None:
    assert look([b"", ANSWER], tmp_path) == 7


@pytest.mark.parametrize("first", [b"", b"nonsense\n"])
def test_one_that_says_nonsense_or_dies_each_time_has_the_frame_refused(first: bytes, tmp_path: Path) -> None:
    answers = [first] * ATTEMPTS + [ANSWER]
    with pytest.raises(ContentError):
        look(answers, tmp_path)
    assert len(answers) == (1 if not first else ATTEMPTS)

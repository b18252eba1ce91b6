"""Frames of a lease are looked into by one program; one that is killed has said nothing about the frame."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.asked_child import ATTEMPTS
from renderchain.adapters.blender_process.images_reader import SandboxedImages
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
ANSWER = json.dumps(FACTS) + "\n"


# Answers each question with the next of these, and ends when there is none or when it is to die.
PROGRAM = """
import sys
for said in sys.argv[1:]:
    sys.stdin.readline()
    if said == "dies":
        break
    sys.stdout.write(said)
    sys.stdout.flush()
"""


@dataclass(frozen=True)
class Said(SecondChild):
    """Its programs, one after the other, say these; each has a process of its own."""

    programs: list[list[str]] = field(default_factory=list)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self,
        program: Path,
        arguments: Sequence[str],
        folder: Path,
        readable: Sequence[Path] = (),
        *,
        is_asked: bool = False,
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", PROGRAM, *self.programs.pop(0)]
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.started.append(child)
        return child


def look(child: Said, folder: Path, frames: int = 1) -> list[int]:
    with SandboxedImages(child)(folder) as read:
        found = [read(folder / "1.png", folder / "1.exr", manifest_of((1,))).lit_count for _ in range(frames)]
    assert all(one.returncode is not None for one in child.started), "none is left"
    return found


def test_all_frames_are_looked_into_by_one_program(tmp_path: Path) -> None:
    child = Said(allow_unsandboxed=False, programs=[[ANSWER] * 3])
    assert look(child, tmp_path, frames=3) == [7, 7, 7]
    assert len(child.started) == 1


def test_without_a_frame_none_is_started(tmp_path: Path) -> None:
    child = Said(allow_unsandboxed=False)
    assert look(child, tmp_path, frames=0) == [] == child.started


def test_one_that_was_killed_is_started_again_and_goes_on(tmp_path: Path) -> None:
    child = Said(allow_unsandboxed=False, programs=[[ANSWER, "dies"], [ANSWER, ANSWER]])
    assert look(child, tmp_path, frames=3) == [7, 7, 7]
    assert len(child.started) == 2


@pytest.mark.parametrize(
    ("first", "programs"), [("dies", ATTEMPTS), ("nonsense\n", 1), ("x" * 9000, ATTEMPTS)]
)
def test_one_that_says_nonsense_or_dies_each_time_has_the_frame_refused(
    first: str, programs: int, tmp_path: Path
) -> None:
    child = Said(allow_unsandboxed=False, programs=[[first]] * ATTEMPTS)
    with pytest.raises(ContentError):
        look(child, tmp_path)
    assert len(child.started) == programs
    assert all(one.returncode is not None for one in child.started)


def test_one_that_does_not_answer_is_ended(tmp_path: Path) -> None:
    child = Said(allow_unsandboxed=False, seconds=0.2, programs=[[], []])
    for program in child.programs:
        program.append("")  # it reads the question, and waits for the next
        program.append("")
    with pytest.raises(ContentError):
        look(child, tmp_path)

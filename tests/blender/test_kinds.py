"""The moving scenes of the study on determinism: they are many, and one goes all the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from devkit.honest.blenders import Blender
from devkit.network.services import REPO
from research import gpu
from research.exactness.order import AGAINST, BUILD, FRAMES

TILES = 6  # of a frame


def in_order(folder: Path, *kinds: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "research.in_order", "--blender", "module"]
    return subprocess.run(
        [*command, "--pixels", str(folder), *kinds], cwd=REPO, capture_output=True, text=True, check=False
    )


def test_kinds_have_names_of_their_own(folder: Path) -> None:
    command = Blender().script(BUILD, [str(REPO), str(folder), "all"])
    subprocess.run(command, cwd=REPO, check=True, capture_output=True)
    names = json.loads((folder / "names.json").read_text())
    assert len(names) == len(set(names)) > 150
    assert not [name for name in names if "/" in name]
    assert set(gpu.KINDS) <= set(names)


def test_a_kind_is_rendered_both_ways_once(folder: Path) -> None:
    assert max(AGAINST) <= max(FRAMES)
    done = in_order(folder, "metaballs")
    expected = f"| metaballs | passes | {TILES * len(AGAINST)} of {TILES * len(AGAINST)} | 0 | 0 |"
    assert (done.returncode, expected in done.stdout) == (0, True), done.stdout + done.stderr
    again = in_order(folder, "metaballs")
    assert expected in again.stdout and " s  metaballs" in done.stdout and " s  metaballs" not in again.stdout


def test_a_kind_that_is_refused_has_the_readers_word(folder: Path) -> None:
    done = in_order(folder, "cloth, never baked")
    assert "| cloth, never baked | refused |" in done.stdout, done.stdout + done.stderr


def test_a_name_that_no_kind_has_is_said(folder: Path) -> None:
    done = in_order(folder, "nothing like it")
    assert done.returncode and "no kind is named 'nothing like it'" in done.stderr

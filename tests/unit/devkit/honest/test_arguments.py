"""What the command takes, refuses and prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.honest.__main__ import read_arguments, table


@pytest.fixture
def file(folder: Path) -> str:
    path = folder / "scene.blend"
    path.touch()
    return str(path)


def test_frames_are_read_and_limits_are_the_least(file: str) -> None:
    options = read_arguments([file, "--frames", "1-6", "--against", "6,2"])
    assert (options.order, set(options.jumps)) == ((1, 2, 3, 4, 5, 6), {2, 6})
    assert (options.kernel, options.tile_limit, options.mean_limit) == ("same", 10, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--frames", "1-6"],
        ["--frames", "1-6", "--against", "7"],
        ["--frames", "six", "--against", "6"],
        ["--frames", "1-6", "--against", "6", "--kernel", "third"],
        ["--frames", "1-6", "--against", "6", "--blender", "/nowhere/blender"],
    ],
)
def test_what_makes_no_sense_is_a_wrong_use(
    file: str, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments([file, *wrong])
    assert ended.value.code == 2
    assert "usage: python -m devkit.honest" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments([str(folder / "gone.blend"), "--frames", "1", "--against", "1"])
    assert "gone.blend is no file" in capsys.readouterr().err


def test_the_table_says_what_was_found_and_what_was_said() -> None:
    said = {"file": "a.blend", "frames": (1, 2), "against": (2,), "tiles": 6, "refused": 1}
    shown = table(said | {"said": ["Bake it."], "seconds": {"pack": 1.5}})
    assert "tiles compared" in shown and "said: Bake it." in shown and "seconds to pack" in shown
    assert "mean" not in shown and "failed" not in shown

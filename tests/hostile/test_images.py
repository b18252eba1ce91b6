"""A frame's images are looked into by another process, with the same answers and with limits of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from renderchain.adapters.blender_process.images_reader import SandboxedImages
from renderchain.adapters.blender_process.limits import MIB
from renderchain.adapters.blender_process.second_child import SecondChild, has_compiled
from renderchain.adapters.images.facts import read_images
from renderchain.core.errors import ContentError

from devkit.fakes.package import manifest_of
from tests.hostile.children import processes_with


def written(path: Path, width: int, height: int) -> Path:
    planes = {name: np.full((height, width), 0.5, np.float32) for name in "RGBA"}
    planes["R"][0, 0] = np.nan
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, planes).write(
        str(path)
    )
    return path


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a process of this Python has left numpy compiled."""
    folder = tmp_path_factory.mktemp("compiled")
    assert not has_compiled(folder, "numpy")
    command = [sys.executable, "-I", "-X", f"pycache_prefix={folder}", "-c", "import numpy"]
    subprocess.run(command, check=True)
    return folder


def test_a_folder_of_compiled_modules_has_what_this_python_left(compiled: Path) -> None:
    assert has_compiled(compiled, "numpy")
    assert not has_compiled(compiled, "OpenEXR") and not has_compiled(compiled, "no_such_module")


@pytest.mark.parametrize("is_compiled", [False, True])
def test_what_it_finds_is_what_the_same_code_finds_here(
    tmp_path: Path, compiled: Path, is_compiled: bool
) -> None:
    before = sorted(compiled.rglob("*"))
    child = SecondChild(allow_unsandboxed=False, compiled=compiled if is_compiled else None)
    one = replace(manifest_of((1,)), width=40, height=30, file_format="OPEN_EXR", view_layers=("ViewLayer",))
    final, noisy = written(tmp_path / "0001.exr", 40, 30), written(tmp_path / "0001.noisy.exr", 40, 30)
    with SandboxedImages(child)(tmp_path) as read:
        found = [read(final, noisy, one) for _ in range(2)]
    assert found == [read_images(final, noisy, one)] * 2 and found[0].broken_count == 1
    assert sorted(compiled.rglob("*")) == before, "it must not write there"
    assert not processes_with(str(tmp_path))


def test_a_bomb_of_the_expected_size_ends_the_child_alone(tmp_path: Path) -> None:
    one = replace(manifest_of((1,)), width=9000, height=8000, file_format="OPEN_EXR", view_layers=("A",))
    final = written(tmp_path / "0001.exr", 8, 8)
    noisy = written(tmp_path / "0001.noisy.exr", 9000, 8000)
    reader = SandboxedImages(SecondChild(allow_unsandboxed=False, memory=MIB, seconds=20))
    with pytest.raises(ContentError, match="refused|no OpenEXR"), reader(tmp_path) as read:
        read(final, noisy, one)
    assert not processes_with(str(tmp_path))


def test_what_a_bomb_ended_is_there_again_for_the_next_frame(tmp_path: Path) -> None:
    one = replace(manifest_of((1,)), width=9000, height=8000, file_format="OPEN_EXR", view_layers=("A",))
    small = replace(one, width=40, height=30)
    final = written(tmp_path / "0001.exr", 40, 30)
    bomb, noisy = (
        written(tmp_path / "0001.noisy.exr", 9000, 8000),
        written(tmp_path / "0002.noisy.exr", 40, 30),
    )
    with SandboxedImages(SecondChild(allow_unsandboxed=False, memory=MIB, seconds=20))(tmp_path) as read:
        with pytest.raises(ContentError):
            read(final, bomb, one)
        assert read(final, noisy, small).noisy_size == (40, 30)

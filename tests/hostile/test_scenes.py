"""Scenes that mean harm, opened and rendered as a worker does it: by the bpy module, and the application."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from renderchain.adapters.blender_process.limits import MIB, Limits
from renderchain.core.errors import RenderChainError
from renderchain.core.scene_code import FREESTYLE

from devkit.fakes.package import manifest_of
from devkit.honest.blenders import Blender
from tests.hostile.children import nothing_left
from tools.setup.debian import blender_root

SCENES = Path(__file__).with_name("scenes.py")
LIMITS = Limits(
    memory=1536 * MIB,
    file=64 * MIB,
    output=64 * MIB,
    output_files=500,
    tmpfs=64 * MIB,
    seconds=20.0,
    frame_seconds=6.0,
)
CODE = "that their providers have not allowed"
REFUSED = {
    "freestyle": CODE,
    "keyed_freestyle": CODE,
    "osl": CODE,
    "keyed_osl": CODE,
    "osl_camera": CODE,
    "workbench": "workers render Cycles alone",
    "composited_workbench": "workers render Cycles alone",
    "edited_workbench": "workers render Cycles alone",
}
HARMLESS = ("kept_freestyle", "registered_text", "keys_as_image", "keys_as_library", "parents")
# What Blender makes of these is its own affair, and another in each version, as long as it comes to an end.
EITHER = (
    *("device_image", "device_font", "device_volume", "device_cache", "device_sequence"),
    *("picture_bomb", "thin_steps", "huge_canvas", "nested_groups"),
)
# Blender does not evaluate such drivers with scripts off; whether they are refused is the reader's business.
DRIVERS = ("python_driver", "namespace_driver")
FILES = {"0001.leaves", "0001.noisy.exr", "0001.png"}
NOTHING_OF_CYCLES = "has no Combined pass"  # as of a sequence of pictures alone
TOO_MUCH = ("memory", "one answer", "ended by itself", "MemoryError")
GREEDY = {
    "subdivision": ("memory", "one answer", "ended by itself", "MemoryError"),
    "arrays": ("memory", "one answer", "ended by itself", "MemoryError"),
    "repeat_zone": ("memory", "one answer", "ended by itself", "MemoryError"),
    "samples": ("one answer",),
    "file_outputs": ("writes files of its own",),
    "huge_frame": ("memory", "one answer", "ended by itself", "could not render"),
    "hair": TOO_MUCH,
    "instances": TOO_MUCH,
    "fine_dicing": TOO_MUCH,
    "outputs_elsewhere": ("writes files of its own",),
}
BROKEN = tuple(f"mutated-{seed}" for seed in range(1, 5))  # files some of whose bytes are others
ALL = (*REFUSED, *EITHER, "half", *BROKEN, *HARMLESS, *DRIVERS, *GREEDY)


@dataclass(frozen=True)
class Opened:
    """What became of a scene: what the agent says, "" where it was rendered; the output folder."""

    said: str
    output: Path
    is_over: bool


def blenders() -> list[object]:
    application = blender_root() / "blender"  # only looked for: collecting tests installs nothing
    is_there = pytest.mark.skipif(not application.exists(), reason="the Blender application is not set up")
    return [pytest.param("", id="4.5"), pytest.param(str(application), id="5.2", marks=is_there)]


Opening = Callable[..., Opened]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opening:
    """Opens a scene of a kind and renders its first frame; each Blender makes all scenes at once."""

    @cache
    def scenes(program: str) -> Path:
        folder = tmp_path_factory.mktemp("scenes")
        command = Blender(program).script(SCENES, [str(folder), *ALL])
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert len(list(folder.glob("*/main.blend"))) == len(ALL), done.stdout[-1000:] + done.stderr[-1000:]
        return folder

    return lambda program, name, *more: rendered(program, scenes(program) / name, *more)


def rendered(program: str, package: Path, folder: Path, allowed: tuple[str, ...] = ()) -> Opened:
    """The first frame of the scene in a package, into a folder."""
    blender, output = Blender(program), folder / "output"
    output.mkdir()
    manifest = replace(
        manifest_of((1,)),
        main_blend="main.blend",
        scene="Scene",
        view_layers=("ViewLayer",),
        width=64,
        height=64,
        samples=1,
    )
    renderer = replace(
        blender.renderer(folder / "logs", "3.14" if program else "3.11", {}), limits=LIMITS, allowed=allowed
    )

    async def life() -> str:
        try:
            async with renderer.open(package, manifest, output) as session:
                await session.render(1, lambda _: None)
        except RenderChainError as error:
            return str(error)
        return ""

    said = asyncio.run(life())
    return Opened(said, output, nothing_left(str(output), output))


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("kind", REFUSED)
def test_a_scene_that_needs_code_of_its_own_is_refused(
    opened: Opening, program: str, kind: str, tmp_path: Path
) -> None:
    found = opened(program, kind, tmp_path)
    assert REFUSED[kind] in found.said and found.is_over
    assert not (found.output / "ran").exists()


@pytest.mark.parametrize("program", blenders()[1:])
def test_a_style_module_runs_where_it_is_allowed_and_so_must_be_kept_from_running(
    opened: Opening, program: str, tmp_path: Path
) -> None:
    found = opened(program, "freestyle", tmp_path, (FREESTYLE,))
    assert (found.output / "ran").exists() and found.is_over


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("kind", EITHER)
def test_what_never_ends_or_is_huge_is_left_out_or_ended(
    opened: Opening, program: str, kind: str, tmp_path: Path
) -> None:
    found = opened(program, kind, tmp_path)
    assert found.is_over
    if found.said:
        assert any(words in found.said for words in (*TOO_MUCH, NOTHING_OF_CYCLES)), found.said
    else:
        assert {path.name for path in found.output.iterdir()} == FILES


@pytest.mark.parametrize("program", blenders())
def test_half_a_file_is_refused(opened: Opening, program: str, tmp_path: Path) -> None:
    found = opened(program, "half", tmp_path)
    assert found.is_over and found.said and not any(found.output.iterdir())


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("name", BROKEN)
def test_whatever_a_broken_file_does_to_blender_ends_with_it(
    opened: Opening, program: str, name: str, tmp_path: Path
) -> None:
    found = opened(program, name, tmp_path)
    assert found.is_over and found.said.isprintable()
    assert found.said or {path.name for path in found.output.iterdir()} == FILES


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("kind", HARMLESS)
def test_what_would_harm_is_left_alone_and_the_rest_is_rendered(
    opened: Opening, program: str, kind: str, tmp_path: Path
) -> None:
    found = opened(program, kind, tmp_path)
    assert found.said == "" and found.is_over
    assert {path.name for path in found.output.iterdir()} == FILES


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("kind", DRIVERS)
def test_drivers_run_no_python(opened: Opening, program: str, kind: str, tmp_path: Path) -> None:
    found = opened(program, kind, tmp_path)
    assert found.is_over and not (found.output / "ran").exists()


@pytest.mark.parametrize("program", blenders())
@pytest.mark.parametrize("kind", GREEDY)
def test_a_scene_that_takes_too_much_is_ended_and_it_is_said_why(
    opened: Opening, program: str, kind: str, tmp_path: Path
) -> None:
    found = opened(program, kind, tmp_path)
    assert found.is_over and any(words in found.said for words in GREEDY[kind]), found.said
    assert sum(path.stat().st_blocks * 512 for path in found.output.rglob("*")) < 512 * MIB

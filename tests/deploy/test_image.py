"""The worker's container image: built from its Containerfile, and rendering in a sandbox inside."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.deploy.boxed import FLAGS, Containers
from tests.deploy.images import RECIPES, built
from tests.unit.docs.pages import REPO

OPTIX = "localhost/renderchain-worker-optix"


@pytest.fixture(scope="module")
def image(containers: Containers) -> str:
    """The worker's."""
    return built(containers, "worker")


def test_the_commands_of_the_docs_have_these_flags() -> None:
    page = (REPO / "docs" / "operations.md").read_text()
    assert all(flag in page for flag in FLAGS)


def test_it_renders_in_a_sandbox_without_a_capability(
    containers: Containers, image: str, tmp_path: Path
) -> None:
    done = containers.run(
        image, "probe", "/scene/cube.blend", "--frames", "1-2", "--json", scene=scene_in(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    (found,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"verdict"')]
    assert found["verdict"] == "fine" and found["frames"] == [1, 2]


def test_it_starts_the_worker_whose_exit_code_says_what_is_missing(
    containers: Containers, image: str
) -> None:
    done = containers.run(image)
    assert done.returncode == 78 and "/etc/renderchain/worker.toml" in done.stderr, done.stderr


def test_it_holds_the_add_on_and_nothing_else_of_the_repository(containers: Containers, image: str) -> None:
    done = containers.run(image, "-c", FILES, entrypoint="python3")
    inside = set(done.stdout.split())
    package = REPO / "addon" / "renderchain"
    ours = {
        f"/opt/renderchain/addon/renderchain/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == ours | {"/opt/renderchain/LICENSE", "/opt/renderchain/healthy.py"}


def test_it_is_nobody_in_particular_and_writes_into_its_volume_alone(
    containers: Containers, image: str
) -> None:
    done = containers.run(image, "-c", WRITES, entrypoint="python3")
    assert done.stdout.split() == ["10001", "/data", "/tmp"], done.stdout + done.stderr


def test_the_variant_for_nvidia_differs_in_its_environment_alone(containers: Containers, image: str) -> None:
    containers.build(RECIPES["worker"].file.with_suffix(".optix"), OPTIX, WORKER=image)
    both = [containers.inspect(one) for one in (image, OPTIX)]
    added = set(both[1]["Env"]) - set(both[0]["Env"])
    assert added == {
        "NVIDIA_VISIBLE_DEVICES=all",
        "NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility",
        "RENDERCHAIN_DEVICE=OPTIX",
    }
    assert both[1]["Entrypoint"] == both[0]["Entrypoint"] and both[1]["Cmd"] == both[0]["Cmd"]


FILES = """
from pathlib import Path
print(*(path for path in Path("/opt/renderchain").rglob("*") if path.is_file()), sep="\\n")
"""
WRITES = """
import os
print(os.getuid())
for folder in ("/", "/data", "/tmp", "/opt/renderchain", "/usr/local", "/etc", "/var/lib"):
    try:
        open(f"{folder}/file", "w").close()
        print(folder)
    except OSError:
        pass
"""
SCENE = """
import bpy
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 4, False
scene.render.resolution_x = scene.render.resolution_y = 64
bpy.ops.wm.save_as_mainfile(filepath="{}")
"""


def scene_in(folder: Path) -> Path:
    """A folder with cube.blend that everybody may read."""
    scene = folder / "scene"
    scene.mkdir()
    python = REPO / ".venv" / "bin" / "python"
    subprocess.run([str(python), "-c", SCENE.format(scene / "cube.blend")], check=True, capture_output=True)
    for path in (folder, scene):
        path.chmod(0o755)
    with suppress(FileNotFoundError):
        (scene / "cube.blend1").unlink()
    return scene

"""What `submit` refuses before it opens a scene or pays, and what it leaves then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from renderchain.blender import submit_command

from devkit.network.services import REPO

SAVE = """
import bpy, sys
bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
bpy.context.scene.render.engine = "CYCLES"
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1])
"""


def test_a_node_that_ends_with_the_command_is_not_left_with_a_package_that_nobody_fetched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(
        'rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\nipfs_program = "ipfs"\n'
    )
    arguments = ["--config", str(config), "--frames", "1"]
    assert submit_command.submit(arguments, tmp_path / "there-is-none.blend") == 78
    assert "add --wait, or use a node that runs by itself" in capsys.readouterr().err


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "JSON"])
def test_a_job_that_is_refused_says_nothing_on_standard_output_and_leaves_no_folder(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    """What reads it expects a job there, and Blender itself writes there which file it opens."""
    blend, config, frames = tmp_path / "a.blend", tmp_path / "settings.toml", tmp_path / "a" / "frames"
    subprocess.run([sys.executable, "-c", SAVE, str(blend)], check=True, capture_output=True)
    config.write_text('rpc_url = "http://127.0.0.1:9/rpc"\ndirectory = "0x5"\naccount = "0x6"\n')
    command = [sys.executable, "-m", "renderchain", "submit", str(blend), "--config", str(config), *form]
    done = subprocess.run(
        [*command, "--frames", "1", "--output", str(frames)],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode and done.stdout == "", done.stdout
    assert "Read blend" in done.stderr and not frames.parent.exists(), done.stderr

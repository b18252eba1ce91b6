"""The proof while somebody works in Blender: another Blender records the artist's side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from devkit.network.services import REPO
from tests.application import Application


def test_in_a_window_another_blender_records_while_the_window_goes_on(
    application: Application, tmp_path: Path
) -> None:
    scenes = REPO / "tests" / "scenes"
    (tmp_path / "scene").mkdir()
    make = [sys.executable, str(scenes / "proved.py"), str(tmp_path / "scene"), "plain"]
    subprocess.run(make, check=True, capture_output=True)
    blend = tmp_path / "scene" / "project" / "film.blend"
    screen = "Xvfb :89 -screen 0 640x480x24 & screen=$!; sleep 2; "
    blender = f"DISPLAY=:89 blender {blend} --python {scenes / 'proving_window.py'} -- {tmp_path}; "
    ended = "code=$?; kill $screen; wait $screen; exit $code"
    done = application.call([str(application.root / "inside"), "sh", "-c", screen + blender + ended], 240)
    told = json.loads((tmp_path / "said.json").read_text())
    assert told["end"] == "job 7", (told, done.stdout[-2000:] + done.stderr[-2000:])
    assert any("Another Blender records" in text for text in told["said"])
    assert any("2 of 2 frames compared with your Blender" in text for text in told["said"])
    assert told["ticks"] > 20  # each one waits for the last: nobody held the window for long

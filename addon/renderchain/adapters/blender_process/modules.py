"""Where another Blender has the modules that a render process needs besides Blender's own.

They come with the extension, which Blender adds to its path where it is enabled; so the Blender is started as
its owner does, outside of a sandbox, and opens nothing.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from ...core.errors import RenderFailed
from .process import NEEDED_MODULES

PROGRAM = Path(__file__).with_name("modules_program.py")
OPTIONS = ("--background", "--offline-mode", "--python-exit-code", "1", "--python", str(PROGRAM), "--")
START_S = 120
MOST_SAID = 2**20  # characters


def modules_of(blender: str) -> tuple[Path, ...]:
    """Their folders; raises RenderFailed with what to do about it. It takes as long as Blender's start."""
    try:
        done = subprocess.run(
            [blender, *OPTIONS, *NEEDED_MODULES],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=START_S,
            check=False,
        )
    except OSError as error:
        raise RenderFailed(
            f"{blender} can't be started ({error.strerror}); correct the setting blenders."
        ) from error
    except subprocess.TimeoutExpired:
        raise RenderFailed(
            f"{blender} did not start within {START_S} s; start it by hand to see why."
        ) from None
    found = _found(done.stdout[-MOST_SAID:])
    if found is None:
        raise RenderFailed(f"{blender} is no Blender that runs scripts: {_last(done.stderr or done.stdout)}")
    missing = [name for name in NEEDED_MODULES if name not in found]
    if missing:
        raise RenderFailed(
            f"{blender} lacks the Python modules {', '.join(missing)}: install and enable the RenderChain "
            "extension in it, too."
        )
    return tuple(Path(found[name]) for name in NEEDED_MODULES)


def _found(said: str) -> dict[str, str] | None:
    """The program's line, among those of Blender and its other extensions."""
    for line in reversed(said.splitlines()):
        if line.startswith('{"modules": '):
            body: dict[str, str] = json.loads(line)["modules"]
            return body
    return None


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing."

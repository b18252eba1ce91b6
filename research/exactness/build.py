"""Builds moving scenes and packs them as an artist does; a script that runs in Blender.

    build.py -- REPOSITORY FOLDER NAME ...

Each scene gets a folder of its own below FOLDER: the project, the package, and what was said of it in
packed.json. A name is written to FOLDER/now before it is built, in case Blender breaks off. The name
"all" builds nothing and writes all names to FOLDER/names.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

arguments = sys.argv[sys.argv.index("--") + 1 :]
sys.path[:0] = [arguments[0], f"{arguments[0]}/addon"]

import bpy  # noqa: E402 (the paths come first)
from renderchain.blender.packing import packer  # noqa: E402
from renderchain.core.errors import SceneError  # noqa: E402

from research.exactness.base import Unavailable  # noqa: E402
from research.exactness.kinds import KINDS  # noqa: E402
from research.exactness.moving import FIRST, LAST, Kind, moving_scene  # noqa: E402

# A clean Blender that hangs on its way out, as the bpy module can, must not hold up the other kinds.
packer.LONGEST_S = 60


def pack(kind: Kind, folder: Path) -> dict[str, Any]:
    """Build, save and pack a kind; returns what there is to say."""
    project = folder / "project" / "main.blend"
    project.parent.mkdir(parents=True, exist_ok=True)
    scene = moving_scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(project))
    kind.build(scene)
    scene.frame_set(FIRST)
    bpy.ops.wm.save_as_mainfile(filepath=str(project))
    frames = tuple(range(FIRST, LAST + 1))
    prepared = packer.BlendPacker(scene).prepare(folder / "package", frames)
    prepared.finish()
    return {"said": tuple(one.text for one in prepared.findings), "is_refused": False}


def try_to_pack(kind: Kind, folder: Path) -> dict[str, Any]:
    """Likewise; a kind that this Blender lacks, or that is refused, says so."""
    try:
        return pack(kind, folder)
    except SceneError as error:
        return {"said": [str(error)], "is_refused": True}
    except Unavailable as error:
        return {"missing": f"not in this Blender ({error})"}
    except subprocess.TimeoutExpired:
        failed = f"the clean Blender that packs it did not end within {packer.LONGEST_S} s"
        return {"said": [], "is_refused": False, "failed": failed}
    except Exception as error:  # noqa: BLE001 - one kind's mistake must not cost the others
        traceback.print_exc()
        return {"missing": f"not built: {type(error).__name__}: {error}"}


def main() -> None:
    """All kinds of these names."""
    folder, names = Path(arguments[1]), arguments[2:]
    if names == ["all"]:
        (folder / "names.json").write_text(json.dumps([kind.name for kind in KINDS]))
    about = {"version": bpy.app.version_string, "python": f"{sys.version_info[0]}.{sys.version_info[1]}"}
    for kind in KINDS:
        if kind.name in names:
            (folder / "now").write_text(kind.name)
            started_s = time.monotonic()
            place = folder / kind.name
            found = about | try_to_pack(kind, place)
            place.mkdir(parents=True, exist_ok=True)
            (place / "packed.json").write_text(json.dumps(found))
            print(f"{time.monotonic() - started_s:.1f} s  {kind.name}: {found}", file=sys.stderr, flush=True)


main()
sys.stderr.flush()
os._exit(0)

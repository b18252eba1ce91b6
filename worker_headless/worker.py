"""What a provider starts:

    blender -b --python worker_headless/worker.py -- --config FILE
    python worker_headless/worker.py -- --config FILE        (with the bpy module)

It starts the worker of the RenderChain extension that is installed in this Blender, else the one
that lies beside this folder.
"""

import importlib
import sys
from pathlib import Path

import bpy  # noqa: F401 - as a Python module it has to come first

BESIDE = Path(__file__).resolve().parents[1] / "addon"


def commands():
    import addon_utils  # there once bpy is

    for module in addon_utils.modules(refresh=True):
        if module.__name__.endswith(".renderchain"):
            return importlib.import_module(f"{module.__name__}.blender.commands")
    if not (BESIDE / "renderchain").is_dir():
        sys.exit("RenderChain is not installed: install its extension in this Blender, then start again.")
    sys.path.insert(0, str(BESIDE))
    return importlib.import_module("renderchain.blender.commands")


arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
sys.exit(commands().worker(arguments))

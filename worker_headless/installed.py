"""Finds the commands of the RenderChain extension that is installed in this Blender, else those of the one
that lies beside this folder."""

import importlib
import sys
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[1] / "addon"


def run(name):
    """Run the named command with what stands after "--"; ends the process."""
    import addon_utils  # there once bpy is

    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    for module in addon_utils.modules(refresh=True):
        if module.__name__.endswith(".renderchain"):
            commands = importlib.import_module(f"{module.__name__}.blender.commands")
            break
    else:
        if not (BESIDE / "renderchain").is_dir():
            sys.exit("RenderChain is not installed: install its extension in this Blender, then start again.")
        sys.path.insert(0, str(BESIDE))
        commands = importlib.import_module("renderchain.blender.commands")
    sys.exit(commands.COMMANDS[name](arguments))

"""What a provider starts to render:

    blender -b --python worker_headless/worker.py -- --config FILE
    python worker_headless/worker.py -- --config FILE        (with the bpy module)

It starts the worker of the RenderChain extension that is installed in this Blender, else of the one
that lies beside this folder.
"""

import sys
from pathlib import Path

import bpy  # noqa: F401 - as a Python module it has to come first

sys.path.insert(0, str(Path(__file__).resolve().parent))

import installed  # noqa: E402 - Blender does not know this folder before

installed.run("worker")

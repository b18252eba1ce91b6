"""What a render process runs: it puts the package on the path and starts the render program.

A script, not a module: Blender and Python start it by its file name, with the folders of numpy
and OpenEXR behind "--". It compiles no module that the known tile's process has compiled before.
"""

import importlib
import os
import sys
from pathlib import Path

# Python itself is told to heed no variable. Where nobody has filled the folder, what lies beside is better.
compiled = os.environ.get("PYTHONPYCACHEPREFIX", "")
if os.path.isdir(compiled) and (os.access(compiled, os.W_OK) or os.listdir(compiled)):
    sys.pycache_prefix = compiled
package = Path(__file__).resolve().parents[1]
messages = os.fdopen(os.dup(1), "wb", buffering=0)
os.dup2(2, 1)  # what Blender and Cycles print belongs into the log
sys.path += [str(package.parent), *sys.argv[sys.argv.index("--") + 1 :]]
program = importlib.import_module(f"{package.name}.blender.render_program")
messages.write(b"ready\n")  # no message: who has a scene already does not wait for it
program.serve(sys.stdin.buffer, messages)
# Everything is on disk and said. Blender's own way out frees the whole scene first, and as a
# Python module it can hang there.
importlib.import_module(f"{package.name}.blender.leaving").leave(0)

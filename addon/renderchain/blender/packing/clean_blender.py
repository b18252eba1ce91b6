"""What the clean Blender runs that writes a package: it puts ours on the path and starts the program.

A script, not a module: Blender and Python start it by its file name, with the order's file behind "--".
"""

import importlib
import sys
from pathlib import Path

package = Path(__file__).resolve().parents[2]
sys.path.append(str(package.parent))
importlib.import_module(f"{package.name}.blender.packing.repack").run(Path(sys.argv[-1]))

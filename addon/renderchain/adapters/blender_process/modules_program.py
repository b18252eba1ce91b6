"""Says in which folders the modules lie that are named behind "--"; a script that Blender runs."""

import importlib.util
import json
import sys
from pathlib import Path

found = {}
for name in sys.argv[sys.argv.index("--") + 1 :]:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        found[name] = str(origin.parent.parent if origin.name == "__init__.py" else origin.parent)
print(json.dumps({"modules": found}), flush=True)

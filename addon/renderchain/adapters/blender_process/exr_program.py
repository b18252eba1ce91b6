"""Reads a noisy pass in the sandbox: its size as a line of JSON, then its pixels, on standard output.

A script of its own, started as render processes are. What it opens was made by others, and the library that
decodes it is written in C++.
"""

import importlib
import json
import sys
from pathlib import Path

package = Path(__file__).resolve().parents[2]
split = sys.argv.index("--")
sys.path += [str(package.parent), *sys.argv[split + 1 :]]
exr = importlib.import_module(f"{package.name}.adapters.images.exr")
errors = importlib.import_module(f"{package.name}.core.errors")
try:
    pixels = exr.read_noisy(Path(sys.argv[split - 1]))
except errors.ContentError as error:
    answer, pixels = {"error": str(error)[:500]}, None
else:
    answer = {"shape": pixels.shape}
sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
if pixels is not None:
    for row in pixels:
        sys.stdout.buffer.write(row.astype("<f4").tobytes())
sys.stdout.buffer.flush()

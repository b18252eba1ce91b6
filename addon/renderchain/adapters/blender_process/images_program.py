"""Looks into a frame's images in the sandbox: what they hold as a line of JSON, on standard output.

A script of its own, started as render processes are, with the paths of the final image and the noisy pass and
what is expected of them as JSON.
"""

import dataclasses
import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

package = Path(__file__).resolve().parents[2]
split = sys.argv.index("--")
sys.path += [str(package.parent), *sys.argv[split + 1 :]]
images = importlib.import_module(f"{package.name}.adapters.images.facts")
errors = importlib.import_module(f"{package.name}.core.errors")
final, noisy, expected = sys.argv[split - 3 : split]
try:
    facts = images.read_images(Path(final), Path(noisy), SimpleNamespace(**json.loads(expected)))
    answer = dataclasses.asdict(facts)
except errors.ContentError as error:
    answer = {"error": str(error)[:500]}
sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
sys.stdout.buffer.flush()

"""Looks into frames' images in the sandbox: a line of JSON is the question, another one the answer.

A script of its own, started as render processes are, in a folder that has the images. A question names the
final image and the noisy pass of a frame and says what is expected of them; the answer is what they hold.
"""

import dataclasses
import importlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

package = Path(__file__).resolve().parents[2]
split = sys.argv.index("--")
sys.path += [str(package.parent), *sys.argv[split + 1 :]]
images = importlib.import_module(f"{package.name}.adapters.images.facts")
errors = importlib.import_module(f"{package.name}.core.errors")
folder = Path(sys.argv[split - 1])
for line in sys.stdin.buffer:
    question = json.loads(line)
    paths = (folder / question["final"], folder / question["noisy"])
    try:
        facts = images.read_images(*paths, SimpleNamespace(**question["expected"]))
        answer = dataclasses.asdict(facts)
    except errors.ContentError as error:
        answer = {"error": str(error)[:500]}
    os.write(sys.stdout.fileno(), json.dumps(answer).encode() + b"\n")

"""Reads a frame in the sandbox: a line of JSON, the light of its blocks, and its picture, on standard output.

A script of its own, started with the path of the frame and what is expected of it as JSON.
"""

import json
import sys
from pathlib import Path

here = Path(__file__).resolve().parents[2]
split = sys.argv.index("--")
sys.path += [str(here), str(here / "addon"), *sys.argv[split + 1 :]]

from renderchain.core.errors import ContentError  # noqa: E402 - its folder comes first
from renderchain.core.flags import light_of  # noqa: E402

from services.aggregator.colour import linear, read_frame, shown_somehow  # noqa: E402
from services.aggregator.colour_settings import Colour  # noqa: E402

path, told = Path(sys.argv[split - 2]), json.loads(sys.argv[split - 1])
out = sys.stdout.buffer
try:
    pixels = read_frame(path, told["width"], told["height"])
    light = light_of(linear(pixels, told["file_format"]))
    picture, lacking = shown_somehow(
        pixels, told["file_format"], Colour(**told["colour"]), Path(told["config"])
    )
except ContentError as error:
    out.write(json.dumps({"error": str(error)[:500]}).encode() + b"\n")
else:
    rows, columns = light.blocks.shape
    answer = {"broken": light.broken_count, "mean": light.mean, "rows": rows, "columns": columns}
    out.write(json.dumps({**answer, "lacking": lacking[:500]}).encode() + b"\n")
    out.write(light.blocks.astype("<f4").tobytes())
    out.write(picture.tobytes())
out.flush()

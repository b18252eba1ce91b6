"""What the agent and a render process say to each other: one JSON object a line, at most 64 KiB.

The render process has opened somebody else's scene, so the agent checks every line it reads.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import ContentError
from .finals import PPM
from .merge_messages import COMMANDS as MERGE_COMMANDS
from .merge_messages import NAMES as MERGE_NAMES
from .merge_messages import READERS as MERGE_READERS
from .merge_messages import MergeCommand, MergeMessage
from .plain_text import plain
from .probe_messages import COMMANDS as PROBE_COMMANDS
from .probe_messages import NAMES as PROBE_NAMES
from .probe_messages import READERS as PROBE_READERS
from .probe_messages import ProbeCommand, ProbeMessage
from .proof_messages import COMMANDS as PROOF_COMMANDS
from .proof_messages import NAMES as PROOF_NAMES
from .proof_messages import READERS as PROOF_READERS
from .proof_messages import ProofCommand, ProofMessage
from .reader import Reader

SCHEMA = "renderchain/message/1"
MAX_LINE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Load:
    """To the render process: open this scene; paths as the process sees them, most else from the manifest.

    ``allowed`` is code of the scene's own that the provider allows (core/scene_code.py).
    """

    blend: str
    scene: str
    output: str
    file_format: str
    extension: str
    device: str
    samples: int
    view_layers: tuple[str, ...]
    frames: tuple[int, ...]
    own_seed: bool
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Render:
    """To the render process: render this frame."""

    frame: int


@dataclass(frozen=True)
class RenderTiles:
    """To the render process: render these leaves of a frame again, by their index, and nothing else.

    They come out of one opening of the file where they are ``shared``, else each has one of its own.
    """

    frame: int
    tiles: tuple[int, ...]
    shared: bool = False


@dataclass(frozen=True)
class MakeAgain:
    """To the render process: make a frame's final image out of a noisy pass and compare it with another.

    Both are files of numbers (NumPy's) in the output folder.
    """

    frame: int
    noisy: str
    final: str


@dataclass(frozen=True)
class ReadFinal:
    """To a render process without a scene: write a final image's pixels as numbers, to another path."""

    final: str
    file_format: str
    pixels: str


@dataclass(frozen=True)
class RenderKnown:
    """To the render process: render the known tile on this device, whatever scene is open meanwhile."""

    device: str


@dataclass(frozen=True)
class Loaded:
    """The scene is open; ``device`` is what Cycles will use, such as OPTIX or CPU."""

    blender_version: str
    device: str
    device_name: str
    load_ms: int


@dataclass(frozen=True)
class Progress:
    """Where a frame stands."""

    frame: int
    sample: int
    samples: int


@dataclass(frozen=True)
class Rendered:
    """A frame is on disk: final image, noisy pass and leaves, as file names in the output folder."""

    frame: int
    final: str
    noisy: str
    leaves: str
    render_ms: int
    write_ms: int


@dataclass(frozen=True)
class TilesRendered:
    """The prints of the tiles that were asked for are on disk, in that order."""

    frame: int
    leaves: str
    render_ms: int


@dataclass(frozen=True)
class MadeAgain:
    """A final image was made again and compared (core/finals.py), or why it could not be."""

    frame: int
    final: str
    shift_ppm: int
    block_ppm: int
    why_not: str


@dataclass(frozen=True)
class FinalRead:
    """A final image's pixels are on disk as numbers."""

    pixels: str


@dataclass(frozen=True)
class KnownRendered:
    """What a Blender is, and what it made of the known tile: its record.

    ``build`` names the very build, ``unfit`` says why its pixels can't be compared with others', or "". There
    are ``device_count`` devices of that kind.
    """

    blender_version: str
    build: str
    device: str
    device_name: str
    unfit: str
    record: bytes
    render_ms: int
    device_count: int = 1


@dataclass(frozen=True)
class Failed:
    """What was asked could not be done; the process goes on."""

    reason: str


Command = (
    Load
    | Render
    | RenderTiles
    | MakeAgain
    | ReadFinal
    | RenderKnown
    | ProbeCommand
    | ProofCommand
    | MergeCommand
)
Message = (
    Loaded
    | Progress
    | Rendered
    | TilesRendered
    | MadeAgain
    | FinalRead
    | KnownRendered
    | Failed
    | ProbeMessage
    | ProofMessage
    | MergeMessage
)
_COMMANDS: dict[str, Any] = {
    "load": Load,
    "render": Render,
    "render_tiles": RenderTiles,
    "make_again": MakeAgain,
    "read_final": ReadFinal,
    "render_known": RenderKnown,
}
_NAMES: dict[Any, str] = {kind: name for name, kind in _COMMANDS.items()}
_NAMES |= {Loaded: "loaded", Progress: "progress", Rendered: "rendered"}
_NAMES |= {TilesRendered: "tiles_rendered", MadeAgain: "made_again", Failed: "failed"}
_NAMES |= {KnownRendered: "known_rendered", FinalRead: "final_read"}
_COMMANDS |= PROBE_COMMANDS | PROOF_COMMANDS | MERGE_COMMANDS
LISTS = ("tiles", "view_layers", "frames", "allowed")
_NAMES |= PROBE_NAMES | PROOF_NAMES | MERGE_NAMES
_READERS = PROBE_READERS | PROOF_READERS | MERGE_READERS


def to_line(message: Command | Message) -> bytes:
    """The line, its newline included."""
    body: dict[str, Any] = {"schema": SCHEMA, "type": _NAMES[type(message)], **asdict(message)}
    body |= {name: b64encode(value).decode() for name, value in body.items() if isinstance(value, bytes)}
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def read_command(line: bytes) -> Command:
    """A command from the agent, which the render process trusts."""
    body = json.loads(line)
    del body["schema"]
    body |= {name: tuple(body[name]) for name in LISTS if name in body}
    command: Command = _COMMANDS[body.pop("type")](**body)
    return command


def _name(reader: Reader, field: str) -> str:
    name = reader.path(field)
    if Path(name).name != name:
        raise ContentError(f"The render process names {name!r}, which is no file of its folder: refused.")
    return name


def _known(reader: Reader) -> KnownRendered:
    names = ("blender_version", "build", "device", "device_name", "unfit")
    try:
        record = b64decode(reader.text("record"), validate=True)
    except ValueError:
        raise ContentError("The render process sent a record that is not base64: refused.") from None
    version, build, device, device_name, unfit = (plain(reader.text(name)) for name in names)
    texts = (version, build, device, device_name, unfit)
    numbers = (reader.integer("render_ms", 0, 2**40), reader.integer("device_count", 0, 2**16))
    return KnownRendered(*texts, record, *numbers)


def read_message(line: bytes) -> Message:
    """A message of the render process; raises ContentError for anything malformed."""
    reader = Reader.parse(line, "render process's message", SCHEMA, MAX_LINE_BYTES)
    kind = reader.text("type")
    if kind == "loaded":
        texts = (reader.text("blender_version"), reader.text("device"), reader.text("device_name"))
        return Loaded(plain(texts[0]), plain(texts[1]), plain(texts[2]), reader.integer("load_ms", 0, 2**40))
    if kind == "failed":
        return Failed(plain(reader.text("reason")))
    if kind == "known_rendered":
        return _known(reader)
    if kind == "final_read":
        return FinalRead(_name(reader, "pixels"))
    if kind in _READERS:
        return _READERS[kind](reader)
    frame = reader.frame()
    if kind == "progress":
        return Progress(frame, reader.integer("sample", 0, 2**31), reader.integer("samples", 0, 2**31))
    if kind == "rendered":
        names = (_name(reader, "final"), _name(reader, "noisy"), _name(reader, "leaves"))
        times = (reader.integer("render_ms", 0, 2**40), reader.integer("write_ms", 0, 2**40))
        return Rendered(frame, *names, *times)
    if kind == "tiles_rendered":
        return TilesRendered(frame, _name(reader, "leaves"), reader.integer("render_ms", 0, 2**40))
    if kind == "made_again":
        numbers = (reader.integer("shift_ppm", 0, PPM), reader.integer("block_ppm", 0, PPM))
        return MadeAgain(frame, _name(reader, "final"), *numbers, plain(reader.text("why_not")))
    raise ContentError(f"The render process sent a message of the unknown kind {kind!r}: refused.")

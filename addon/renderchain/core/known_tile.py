"""The known tile: a small scene of ours that a sound machine renders alike again and again.

The first time that a Blender renders it on a device, the CPU renders it too: a driver that makes another
picture shows at once. What was made then is kept, and everything later is compared with it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, fields

from .again import REPEATING, repeats
from .canonical import dump_canonical
from .errors import ContentError
from .job import DEVICE_GROUPS, family_of
from .messages import KnownRendered
from .prints import TilePrint, levels_agree
from .reader import Reader

SCHEMA = "renderchain/known-tiles/1"
MOST_BYTES = 2**20
MOST_KEPT = 64
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(\D.*)?")


@dataclass(frozen=True)
class Maker:
    """What makes pixels: a build of Blender on a device; ``driver`` is what the system says of drivers."""

    build: str
    device: str
    device_name: str
    driver: str

    @property
    def version(self) -> tuple[int, int]:
        """Blender's, as families count it."""
        found = _VERSION.fullmatch(self.build)
        if found is None:
            raise ContentError(f"A Blender calls itself {self.build[:80]!r}, which is no version: refused.")
        return int(found[1]), int(found[2])

    @property
    def family(self) -> int:
        """Whose frames it makes; raises ContentError where it can't be said."""
        if self.device not in DEVICE_GROUPS:
            raise ContentError(f"A Blender renders on {self.device[:80]!r}, which is no device: refused.")
        return family_of(self.version, "CYCLES", self.device)


def maker_of(made: KnownRendered, driver: str) -> Maker:
    """Who made it; on the CPU no driver had a part in it."""
    return Maker(made.build, made.device, made.device_name, "" if made.device == REPEATING else driver)


def shows_the_same(by_cpu: TilePrint, made: TilePrint, device: str) -> bool:
    """Whether a device makes the CPU's picture: on another device the noise is another, the light is not."""
    return repeats(by_cpu, made, device) if device == REPEATING else levels_agree(by_cpu, made)


def kept_bytes(kept: Iterable[tuple[Maker, TilePrint]]) -> bytes:
    """Known tiles by who made them, the newest last, as they are kept."""
    names = [one.name for one in fields(Maker)]
    tiles = [
        {**{name: getattr(maker, name) for name in names}, "record": b64encode(made.to_bytes()).decode()}
        for maker, made in kept
    ]
    return dump_canonical({"schema": SCHEMA, "tiles": tiles[-MOST_KEPT:]})


def parse_kept(raw: bytes) -> list[tuple[Maker, TilePrint]]:
    """The inverse of ``kept_bytes``; raises ContentError for anything malformed."""
    reader = Reader.parse(raw, "kept known tiles", SCHEMA, MOST_BYTES)
    names = [one.name for one in fields(Maker)]
    try:
        return [
            (
                Maker(*(one.text(name) for name in names)),
                TilePrint.from_bytes(b64decode(one.text("record"), validate=True)),
            )
            for one in reader.objects("tiles")
        ]
    except ValueError as error:
        raise ContentError(f"A kept known tile is not base64 ({error}): refused.") from error

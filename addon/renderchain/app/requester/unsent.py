"""What a job was to be whose package is whole and was not sent: written down, and read again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from ...core.errors import ContentError, SettingsError
from ...core.frame_names import checked_names
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from ...core.plain_text import printable
from ...core.print_limits import PrintLimits
from ...core.reader import shallow_json
from ..exchange.package import check_files
from .offer import Offer

VERSION = 1
LIMITS = "limits"
DAMAGED = "What was kept of the job that was not sent can't be read. Nothing was paid; submit it again."


@dataclass(frozen=True)
class FileSeen:
    """The artist's file as it was when it was packed; a path of "" was never saved."""

    path: str
    size_bytes: int = 0
    changed_ns: int = 0

    @classmethod
    def at(cls, path: str) -> Self:
        """As it is now; one that is gone has no size."""
        try:
            found = os.stat(path)
        except OSError:
            return cls(path)
        return cls(path, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class UnsentJob:
    """``offer`` has the limits that the probe measured; the rest is in the package's manifest."""

    name: str
    scene: str
    output: Path
    names: str
    offer: Offer
    packed_s: int
    file: FileSeen

    def to_bytes(self) -> bytes:
        """As it is kept."""
        body = asdict(self) | {"output": str(self.output), "version": VERSION}
        return json.dumps(body).encode()

    @property
    def is_as_packed(self) -> bool:
        """Whether the artist's file was not saved again since."""
        return FileSeen.at(self.file.path) == self.file


def parse_unsent(document: bytes) -> UnsentJob:
    """Read it; raises ContentError for what we did not write."""
    try:
        body: dict[str, Any] = shallow_json(document)
        if body.pop("version") != VERSION:
            raise ValueError("another version")
        offer: dict[str, Any] = body.pop("offer")
        limits = PrintLimits(**_typed(PrintLimits, offer.pop(LIMITS)))
        file = FileSeen(**_typed(FileSeen, body.pop("file")))
        job = UnsentJob(
            name=printable(body.pop("name")),
            output=Path(body.pop("output")),
            names=checked_names(body.pop("names")),
            offer=Offer(**_typed(Offer, offer), limits=limits),
            file=file,
            **_typed(UnsentJob, body),
        )
    except (ValueError, TypeError, KeyError, AttributeError, SettingsError) as error:
        raise ContentError(DAMAGED) from error
    if not job.output.is_absolute():
        raise ContentError(DAMAGED)
    return job


def _typed(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    """The values, if each is of its field's type; fields are annotated by their names here."""
    allowed = {one.name: str(one.type).split(" | ") for one in fields(kind)}
    for name, value in values.items():
        if (type(value).__name__ if value is not None else "None") not in allowed[name]:
            raise ValueError(f"{name} can't be {value!r}")
    return values


def checked_package(folder: Path) -> Manifest:
    """The kept package's manifest; raises ContentError unless every file is as it was packed."""
    try:
        with (folder / MANIFEST_NAME).open("rb") as file:
            manifest = parse_manifest(file.read(MAX_MANIFEST_BYTES + 1))
        check_files(folder, manifest.files)
    except (OSError, ContentError) as error:
        raise ContentError(DAMAGED) from error
    return manifest

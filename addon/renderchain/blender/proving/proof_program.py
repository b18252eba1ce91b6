"""A render process's part in a proof: it compares the package with what the artist's side recorded."""

from __future__ import annotations

import json
import time
from pathlib import Path

from ...core.proof import compare
from ...core.proof_messages import (
    MAX_LINES,
    ProofCommand,
    ProofLook,
    ProofLooked,
    ProofMessage,
    ProofPicture,
    ProofPictured,
)
from ..cycles.canonical_path import CanonicalPath
from ..cycles.final_file import render_final
from ..cycles.tile_render import changed
from . import libraries
from .pictures import as_picture, pictures_apart
from .reads import Reads
from .record import record_of
from .said import overheard


class ProofProgram:
    """Of one package, which lies in ``package``; the artist's files are in ``output``."""

    def __init__(self, path: CanonicalPath, package: Path, output: Path) -> None:
        self._path = path
        self._package = package
        self._output = output
        self._reads = Reads(package)

    def answer(self, command: ProofCommand) -> ProofMessage:
        """Do what is asked, on the one path to a frame's pixels."""
        return self._look(command) if isinstance(command, ProofLook) else self._picture(command)

    def _look(self, command: ProofLook) -> ProofLooked:
        started_s = time.monotonic()
        artist = json.loads((self._output / command.record).read_text())
        with overheard() as lines:
            self._path.open()
            libraries.rename(artist["libraries"], str(self._package))
            record, _ = record_of(self._path.at(command.frame), self._reads, lambda: True)
        seen = compare(artist["blocks"], record, is_whole=artist["is_whole"])
        return ProofLooked(command.frame, seen, tuple(lines[:MAX_LINES]), _ms(started_s))

    def _picture(self, command: ProofPicture) -> ProofPictured:
        started_s = time.monotonic()
        theirs = self._output / command.picture
        mine = theirs.with_name(f"package-{theirs.name}")
        with overheard() as lines:
            self._render(command.frame, mine, 0)
        apart = pictures_apart(theirs, mine)
        if apart:
            again = theirs.with_name(f"again-{theirs.name}")
            self._render(command.frame, again, 1)
            apart = pictures_apart(theirs, mine, again)
        return ProofPictured(command.frame, apart, tuple(lines[:MAX_LINES]), _ms(started_s))

    def _render(self, frame: int, path: Path, other_seed: int) -> None:
        scene = self._path.at(frame)
        with as_picture(scene), changed(scene.cycles, seed=scene.cycles.seed + other_seed):
            render_final(scene, path)


def _ms(since_s: float) -> int:
    return round((time.monotonic() - since_s) * 1000)

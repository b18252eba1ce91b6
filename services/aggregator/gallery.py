"""The pictures of a job's frames on the disk, and the light of each, made once for each file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from PIL import Image
from renderchain.core.errors import ContentError
from renderchain.core.flags import Flag, Light, flags_of
from renderchain.core.manifest import Manifest
from renderchain.core.whole_file import write_whole

from .pictures import Pictures
from .showing import contact_sheet, video

FOLDER = "previews"
LIGHTS = "lights"
FLAGS, SHEET, VIDEO = "flags.json", "sheet.jpg", "video.mp4"


class Gallery:
    """Below ``output``, where the frames are; ``side`` is the longest of a picture, 0 for the frame's own.

    What can't be read here has no picture and no flag: whoever can't read it knows nothing of it.
    """

    def __init__(self, pictures: Pictures, settings: Manifest, output: Path, side: int) -> None:
        self._pictures = pictures
        self._settings = settings
        self._folder = output / FOLDER
        self._side = side
        self.unread: dict[int, str] = {}  # frames, and why

    def look(self, frame: int, path: Path) -> Light | None:
        """A frame's light, and its picture on the disk; again only where the file is another one.

        None, and ``unread`` says why, where it can't be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.unread.pop(frame, None)
        known = self._known(frame, digest)
        if known is not None:
            return known
        try:
            light, pixels = self._pictures.of(path, self._settings)
        except ContentError as error:
            self.unread[frame] = str(error)
            self.picture(frame).unlink(missing_ok=True)
            return None
        picture = Image.fromarray(pixels)
        if self._side and max(picture.size) > self._side:
            picture.thumbnail((self._side, self._side), Image.Resampling.LANCZOS)
        self.picture(frame).parent.mkdir(parents=True, exist_ok=True)
        partial = self.picture(frame).with_suffix(".partial")
        picture.save(partial, "PNG")
        os.replace(partial, self.picture(frame))
        self._keep(frame, digest, light)
        return light

    def picture(self, frame: int) -> Path:
        """Where a frame's picture is."""
        return self._folder / f"{frame:04d}.png"

    def _light(self, frame: int) -> Path:
        return self._folder / LIGHTS / f"{frame:04d}.npz"

    def _known(self, frame: int, digest: str) -> Light | None:
        try:
            kept = np.load(self._light(frame), allow_pickle=False)
            with kept:
                if str(kept["digest"]) == digest and self.picture(frame).is_file():
                    return Light(int(kept["broken"]), float(kept["mean"]), kept["blocks"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None
        return None

    def _keep(self, frame: int, digest: str, light: Light) -> None:
        path = self._light(frame)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, digest=digest, broken=light.broken_count, mean=light.mean, blocks=light.blocks)
        os.replace(partial, path)

    def flags(self, wanted: Sequence[int], frames: Mapping[int, Path]) -> list[Flag]:
        """Of all frames but those that can't be read; ``wanted`` are the job's in their order."""
        looks = {frame: self.look(frame, path) for frame, path in sorted(frames.items())}
        lights = {frame: light for frame, light in looks.items() if light is not None}
        return flags_of([frame for frame in wanted if frame not in self.unread], lights)

    def note(self, wanted: Sequence[int], frames: Mapping[int, Path], flags: Sequence[Flag]) -> None:
        """Flags, and what could not be looked at, in a file."""
        told = [{**asdict(one), "amount": f"{one.amount:g}", "sentence": one.sentence} for one in flags]
        unread = {str(frame): why for frame, why in sorted(self.unread.items())}
        body = {"frames": len(wanted), "here": len(frames), "flags": told, "unread": unread}
        write_whole(self._folder / FLAGS, (json.dumps(body, indent=1) + "\n").encode())

    def sheet(self, frames: Collection[int], flags: Sequence[Flag]) -> None:
        """All pictures at a glance, in a file."""
        if shown := self._shown(frames):
            contact_sheet(shown, {one.frame for one in flags}, self._folder / SHEET)

    def video(self, frames: Collection[int]) -> None:
        """All pictures one after the other where there are two or more. Raises LocalError."""
        shown = self._shown(frames)
        if len(shown) > 1:
            video([path for _, path in shown], self._settings.fps, self._folder / VIDEO)

    def _shown(self, frames: Collection[int]) -> list[tuple[int, Path]]:
        return [(frame, self.picture(frame)) for frame in sorted(frames) if self.picture(frame).is_file()]

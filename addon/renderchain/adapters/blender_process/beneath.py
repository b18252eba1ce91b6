"""Files that somebody else's program left, opened by name beneath a folder and by nothing else."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...core.errors import ContentError, RenderFailed
from ...core.manifest import FORMATS, Manifest
from ...core.merge_messages import FinalMade
from ...core.messages import FinalRead, MadeAgain, Rendered
from ...core.prints import RECORD_BYTES

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


PIXELS = "pixels.npy"  # of a final image, as numbers
HEADER = 2**20  # for which each file has room
MOST_PASSES = 64
PASS_BYTES = 16  # a pixel
ROOM = 2**30  # for what the artist's client puts beside it, and for what nobody thought of


@dataclass(frozen=True)
class NamedFile:
    """A file as a message names it, the name that it must have, and how many bytes at most."""

    name: str
    wanted: str
    most: int


def files_of_frame(manifest: Manifest, message: Rendered) -> list[NamedFile]:
    """The three files of a frame."""
    stem, pixels = f"{message.frame:04d}", manifest.width * manifest.height
    final = f"{stem}.{FORMATS[manifest.file_format]}"
    noisy = HEADER + pixels * manifest.noisy_pixel_bytes
    return [
        NamedFile(message.final, final, HEADER + pixels * manifest.final_pixel_bytes),
        NamedFile(message.noisy, f"{stem}.noisy.exr", noisy),
        NamedFile(message.leaves, f"{stem}.leaves", RECORD_BYTES * manifest.leaves_per_frame),
    ]


def most_output(manifest: Manifest) -> int:
    """How many bytes a job's whole output may take, with what is written on the way: passes of one frame."""
    pixels, layers = manifest.width * manifest.height, len(manifest.view_layers)
    frame = 3 * HEADER + pixels * (manifest.final_pixel_bytes + manifest.noisy_pixel_bytes)
    frame += RECORD_BYTES * manifest.leaves_per_frame
    return len(manifest.frames) * frame + MOST_PASSES * PASS_BYTES * pixels * layers + ROOM


def final_made(manifest: Manifest, message: MadeAgain | FinalMade) -> NamedFile:
    """The final image that was made out of a noisy pass."""
    most = HEADER + manifest.final_pixel_bytes * manifest.width * manifest.height
    return NamedFile(message.final, f"{message.frame:04d}.again.{FORMATS[manifest.file_format]}", most)


def final_read(manifest: Manifest, message: FinalRead) -> NamedFile:
    """A final image's pixels as numbers: of each layer's and the compositor's image four channels."""
    images = 1 + len(manifest.view_layers)
    most = HEADER + 16 * images * manifest.width * manifest.height
    return NamedFile(message.pixels, PIXELS, most)


@contextlib.contextmanager
def opened_beneath(folder: int, name: str, most: int) -> Iterator[int]:
    """A file of an open folder, for reading, of at most so many bytes; raises ContentError.

    A regular file with one name: no link, pipe, device, folder. It is opened without waiting for anybody.
    """
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ContentError(f"{name!r} is no file of the render process's folder: refused.")
    try:
        file = os.open(name, FLAGS, dir_fd=folder)
    except OSError as error:
        raise ContentError(
            f"The render process did not write {name!r} as a file ({error.strerror}): refused."
        ) from error
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise ContentError(f"What the render process left as {name!r} is no plain file: refused.")
        if not 0 < found.st_size <= most:
            raise ContentError(
                f"The render process left {found.st_size} bytes as {name!r}, not 1 to {most}: refused."
            )
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def put_beneath(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A new file in a folder where a render process writes, for what is handed to it; raises RenderFailed.

    What has that name already is the process's, and may lead to a file of ours.
    """
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(folder / name, new, 0o600)
    except OSError as error:
        raise RenderFailed(
            f"{name!r} can't be put into the render process's folder ({error.strerror}): is something there?"
        ) from error
    with open(file, "wb") as opened:
        yield opened


def check_file(folder: int, file: NamedFile) -> None:
    """Raise ContentError where a file of an open folder is not there as it must be."""
    if file.name != file.wanted:
        raise ContentError(f"It names {file.name!r}, not {file.wanted!r}.")
    with opened_beneath(folder, file.name, file.most):
        return

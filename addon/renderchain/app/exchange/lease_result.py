"""A lease's result: made by the worker, checked by the artist, both from the same rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ContentError
from ...core.manifest import Manifest
from ...core.merkle import HashMany, LeaseIdentity
from ...core.messages import Loaded, Rendered
from ...core.pixel_prints import Pixels, prints_of
from ...core.prints import RECORD_BYTES, TilePrint, split_records
from ...core.result import (
    MAX_RESULT_BYTES,
    RESULT_NAME,
    FrameFiles,
    Result,
    check_root,
    leaves_of_frame,
    parse_result,
)
from .package import check_files, file_entry
from .records import read_records

ReadNoisy = Callable[[Path], Pixels]
BYTES_PER_FRAME = 2**20


def most_bytes(manifest: Manifest, frames: int) -> int:
    """How large a result of so many frames may be."""
    per_pixel = manifest.final_pixel_bytes + manifest.noisy_pixel_bytes
    return frames * (manifest.width * manifest.height * per_pixel + BYTES_PER_FRAME)


@dataclass(frozen=True)
class Committed:
    """What a lease's root is over, all of it in the order of its tasks: leaves, and each frame's prints."""

    leaves: tuple[int, ...]
    prints: tuple[tuple[TilePrint, ...], ...]

    @property
    def records(self) -> bytes:
        """The prints' records, one frame's after the other's."""
        return b"".join(one.to_bytes() for frame in self.prints for one in frame)


def write_result(
    folder: Path,
    loaded: Loaded,
    rendered: Sequence[Rendered],
    *,
    identity: LeaseIdentity,
    first_task: int,
    salt_key: int,
    manifest: Manifest,
    hash_many: HashMany,
) -> Committed:
    """Write result.json beside the rendered files; returns what the root is over, as it was rendered.

    Raises ContentError if the render process left something else than it said.
    """
    frames, prints = [], []
    leaves: list[int] = []
    names = [name.casefold() for one in rendered for name in (one.final, one.noisy, one.leaves)]
    if len(set(names)) != len(names):
        raise ContentError("The render process gave two files of the lease one name: refused.")
    for task, one in enumerate(rendered, first_task):
        files, shown = _written(folder, one, manifest)
        frames.append(files)
        prints.append(shown)
        leaves += leaves_of_frame(hash_many, identity, salt_key, task, shown, files.final.sha256)
    result = Result(loaded.blender_version, loaded.device, loaded.device_name, salt_key, tuple(frames))
    (folder / RESULT_NAME).write_bytes(result.to_bytes())
    return Committed(tuple(leaves), tuple(prints))


def _written(folder: Path, one: Rendered, manifest: Manifest) -> tuple[FrameFiles, tuple[TilePrint, ...]]:
    """A frame's files and prints; raises ContentError where they are not what a frame of the job has."""
    paths = [folder / name for name in (one.final, one.noisy, one.leaves)]
    if not all(path.is_file() and not path.is_symlink() for path in paths):
        raise ContentError(f"The render process did not write all files of frame {one.frame}.")
    size, most = sum(path.stat().st_size for path in paths), most_bytes(manifest, 1)
    if size > most:  # before any is read: a file may say that it has terabytes
        raise ContentError(f"Frame {one.frame} has {size} bytes, over {most}: refused.")
    count = paths[2].stat().st_size // RECORD_BYTES
    if count != manifest.leaves_per_frame:
        raise ContentError(
            f"Frame {one.frame} has {count} leaves, not the {manifest.leaves_per_frame} of its "
            "tiles and layers."
        )
    prints = read_records(paths[2], count)
    return FrameFiles(one.frame, one.render_ms, *(file_entry(folder, path) for path in paths)), prints


def check_result(
    folder: Path,
    *,
    identity: LeaseIdentity,
    first_task: int,
    root: int,
    manifest: Manifest,
    frames: Sequence[int],
    hash_many: HashMany,
    read_noisy: ReadNoisy,
) -> tuple[Result, list[int]]:
    """Read a fetched result and tie every file to the root on-chain; returns its leaves too.

    Raises ContentError.
    """
    path = folder / RESULT_NAME
    if not path.is_file() or path.stat().st_size > MAX_RESULT_BYTES:
        raise ContentError(f"The result has no {RESULT_NAME} of a sensible size: refused.")
    result = parse_result(path.read_bytes(), frames)
    check_files(folder, result.files)
    leaves: list[int] = []
    for task, one in enumerate(result.frames, first_task):
        prints = split_records((folder / one.leaves.path).read_bytes())
        _check_noisy(read_noisy(folder / one.noisy.path), manifest, one.frame, prints)
        leaves += leaves_of_frame(hash_many, identity, result.salt_key, task, prints, one.final.sha256)
    check_root(hash_many, leaves, root)
    return result, leaves


def _check_noisy(pixels: Pixels, manifest: Manifest, frame: int, prints: Sequence[TilePrint]) -> None:
    shape = (manifest.height, manifest.width, 4 * len(manifest.view_layers))
    if pixels.shape != shape or len(prints) != manifest.leaves_per_frame:
        raise ContentError(
            f"The noisy pass of frame {frame} has another size or other layers than the job's: refused."
        )
    if prints_of(pixels, manifest.regions) != list(prints):
        raise ContentError(f"A tile of frame {frame} is not the one the worker committed to: refused.")

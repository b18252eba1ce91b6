"""The result of a lease, version 1: a folder of frames and the document that lists them.

Nobody vouches for a result: reading one checks every field, and ``check_root`` ties the files
to the root that the worker posted on-chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .canonical import dump_canonical
from .errors import ContentError
from .manifest import PackedFile, read_file
from .merkle import HashMany, LeaseIdentity, final_leaf, root_of, salt_of, tile_leaf
from .prints import TilePrint
from .reader import Reader

SCHEMA = "renderchain/result/1"
RESULT_NAME = "result.json"
MAX_RESULT_BYTES = 8 * 2**20
FINAL_TILE = 2**32 - 1  # stands for the final image where salts are derived


@dataclass(frozen=True)
class FrameFiles:
    """A frame's files: the artist's image, the noisy pass, the leaves' records."""

    frame: int
    render_ms: int
    final: PackedFile
    noisy: PackedFile
    leaves: PackedFile


@dataclass(frozen=True)
class Result:
    """What a worker hands over for a lease; the leaves' salts derive from ``salt_key``."""

    blender_version: str
    device: str
    device_name: str
    salt_key: int
    frames: tuple[FrameFiles, ...]

    @property
    def files(self) -> tuple[PackedFile, ...]:
        """Every file that the document names."""
        return tuple(file for frame in self.frames for file in (frame.final, frame.noisy, frame.leaves))

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        frames: list[dict[str, Any]] = [
            {
                "frame": one.frame,
                "render_ms": one.render_ms,
                "final": one.final.as_dict(),
                "noisy": one.noisy.as_dict(),
                "leaves": one.leaves.as_dict(),
            }
            for one in self.frames
        ]
        return dump_canonical(
            {
                # "secret" is this format's name for the salt key; the lease's secret stays in the journal.
                "schema": SCHEMA,
                "blender_version": self.blender_version,
                "device": self.device,
                "device_name": self.device_name,
                "secret": f"{self.salt_key:062x}",
                "frames": frames,
            }
        )


def parse_result(raw: bytes, expected_frames: Sequence[int]) -> Result:
    """Read and check a result; raises ContentError also if it is not of exactly these frames."""
    reader = Reader.parse(raw, "result", SCHEMA, MAX_RESULT_BYTES)
    frames = tuple(
        FrameFiles(
            entry.frame(),
            entry.integer("render_ms", 0, 2**40),
            read_file(entry.object("final")),
            read_file(entry.object("noisy")),
            read_file(entry.object("leaves")),
        )
        for entry in reader.objects("frames")
    )
    if [one.frame for one in frames] != list(expected_frames):
        raise ContentError("The result does not hold exactly the frames of its lease: refused.")
    result = Result(
        reader.text("blender_version"),
        reader.text("device"),
        reader.text("device_name"),
        int(reader.hexadecimal("secret", 62), 16),
        frames,
    )
    if len({file.path.casefold() for file in result.files}) != 3 * len(frames):
        raise ContentError("The result names one file twice: refused.")
    return result


def leaves_of_frame(
    hash_many: HashMany,
    identity: LeaseIdentity,
    salt_key: int,
    task: int,
    prints: Sequence[TilePrint],
    final_sha256: str,
) -> list[int]:
    """A frame's leaves in their order: each tile's layers, then the final image; ``task`` counts from 0."""
    leaves = [
        tile_leaf(hash_many, identity, task, index, salt_of(hash_many, salt_key, task, index), content)
        for index, content in enumerate(prints)
    ]
    salt = salt_of(hash_many, salt_key, task, FINAL_TILE)
    leaves.append(final_leaf(hash_many, identity, task, salt, bytes.fromhex(final_sha256)))
    return leaves


def check_root(hash_many: HashMany, leaves: Sequence[int], root: int) -> None:
    """Raise ContentError unless the leaves are those under the posted root."""
    if root_of(hash_many, leaves) != root:
        raise ContentError("The result's leaves do not lead to the root posted on-chain: refused.")

"""What the receipt of one job needs that nobody may have any more when it is written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ...core.canonical import dump_canonical
from ...core.errors import ContentError
from ...core.ids import LeaseId
from ...core.manifest import MAX_MANIFEST_BYTES, SCHEMA, Manifest, read_settings
from ...core.reader import Reader
from ...core.receipt.document import FrameProof
from ...core.receipt.frame_proofs import MOST_BYTES, parse_proofs, proofs_to_bytes
from ...core.whole_file import write_whole

SETTINGS = "settings.json"


class ReceiptParts:
    """Files in ``folder``, which is made with the first: a job's settings, what proves each lease's frames.

    A disk that fails costs the receipt what is in them, and nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_settings(self, manifest: Manifest) -> None:
        """Write the manifest of the job's package without its files."""
        self._write(SETTINGS, dump_canonical(manifest.settings()))

    def settings(self) -> Manifest | None:
        """What was kept of it; None where it is not there, or damaged."""
        path = self._folder / SETTINGS
        with suppress(OSError, ContentError):
            if path.stat().st_size <= MAX_MANIFEST_BYTES:
                raw = path.read_bytes()
                return read_settings(Reader.parse(raw, "manifest", SCHEMA, MAX_MANIFEST_BYTES))
        return None

    def keep_proofs(self, lease_id: LeaseId, root: int, frames: Sequence[FrameProof]) -> None:
        """Write what proves a lease's frames."""
        self._write(f"{lease_id}.json", proofs_to_bytes(root, frames))

    def proofs_of(self, lease_id: LeaseId, root: int) -> tuple[FrameProof, ...]:
        """What was kept of a lease with that root; nothing where it is not there, or damaged."""
        path = self._folder / f"{lease_id}.json"
        with suppress(OSError, ContentError):
            if path.stat().st_size <= MOST_BYTES:
                return parse_proofs(path.read_bytes(), root)
        return ()

    def _write(self, name: str, raw: bytes) -> None:
        with suppress(OSError):
            write_whole(self._folder / name, raw)

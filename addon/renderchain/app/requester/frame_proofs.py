"""What proves the frames of one job, a file a lease: its receipt is written when the results are gone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ...core.errors import ContentError
from ...core.ids import LeaseId
from ...core.receipt.document import FrameProof
from ...core.receipt.frame_proofs import MOST_BYTES, parse_proofs, proofs_to_bytes


class FrameProofs:
    """Files in ``folder``, which is made with the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, lease_id: LeaseId, root: int, frames: Sequence[FrameProof]) -> None:
        """Write what proves a lease's frames; a disk that fails costs the receipt that, and nothing else."""
        path = self._folder / f"{lease_id}.json"
        partial = path.with_suffix(".partial")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(proofs_to_bytes(root, frames))
            os.replace(partial, path)

    def of(self, lease_id: LeaseId, root: int) -> tuple[FrameProof, ...]:
        """What was kept of a lease with that root; nothing where it is not there, or damaged."""
        path = self._folder / f"{lease_id}.json"
        with suppress(OSError, ContentError):
            if path.stat().st_size <= MOST_BYTES:
                return parse_proofs(path.read_bytes(), root)
        return ()

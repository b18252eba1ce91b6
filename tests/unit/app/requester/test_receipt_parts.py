"""What a receipt needs is kept beside a job's other notes, and what is damaged there counts as not kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from renderchain.app.requester.receipt_parts import ReceiptParts
from renderchain.core.ids import LeaseId
from renderchain.core.receipt.document import FrameProof

from devkit.fakes.package import manifest_of

LEASE, ROOT = LeaseId(7), 123
PROOFS = (FrameProof(1, "0" * 64, 5, (1, 2, 3)), FrameProof(2, "f" * 64, 6, (4, 5, 6)))


def test_settings_and_proofs_come_back_as_they_were_kept(tmp_path: Path) -> None:
    parts, manifest = ReceiptParts(tmp_path / "job"), manifest_of((1, 2))
    assert parts.settings() is None and parts.proofs_of(LEASE, ROOT) == ()
    parts.keep_settings(manifest)
    parts.keep_proofs(LEASE, ROOT, PROOFS)
    assert parts.settings() == replace(manifest, files=(), recipes=())
    assert parts.proofs_of(LEASE, ROOT) == PROOFS


def test_proofs_of_another_root_are_not_taken(tmp_path: Path) -> None:
    parts = ReceiptParts(tmp_path)
    parts.keep_proofs(LEASE, ROOT, PROOFS)
    assert parts.proofs_of(LEASE, ROOT + 1) == ()


def test_what_is_damaged_counts_as_not_kept(tmp_path: Path) -> None:
    parts = ReceiptParts(tmp_path)
    parts.keep_settings(manifest_of((1,)))
    parts.keep_proofs(LEASE, ROOT, PROOFS)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    assert parts.settings() is None and parts.proofs_of(LEASE, ROOT) == ()


def test_a_folder_that_can_not_be_made_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    parts = ReceiptParts(tmp_path / "file" / "job")
    parts.keep_settings(manifest_of((1,)))
    parts.keep_proofs(LEASE, ROOT, PROOFS)
    assert parts.settings() is None and parts.proofs_of(LEASE, ROOT) == ()

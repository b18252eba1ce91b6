"""What a process keeps and says of one board apart: numbers of leases and jobs are each board's own."""

from __future__ import annotations

from pathlib import Path

from ..app.upkeep.board_reporter import BoardReporter
from ..ports.reporter import Reporter


def working_folder(folder: Path, board: int, first: int) -> Path:
    """Of a board; that which the Directory lists first has the worker's own."""
    return folder if board == first else folder / "boards" / f"{board:#x}"


def evidence_folder(evidence: Path, board: int, first: int) -> Path:
    """The same of the evidence, all below one folder, so that a copy of it has all."""
    return evidence if board == first else evidence / f"{board:#x}"


def reporter_of(reporter: Reporter, board: int, first: int) -> Reporter:
    """What is told of another board than the first says so."""
    return reporter if board == first else BoardReporter(reporter, board)

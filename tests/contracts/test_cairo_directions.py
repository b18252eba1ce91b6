"""The check of Cairo imports sees a wrong direction, however it is written, and files in a circle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
SOURCES = REPO / "contracts" / "src"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCES, tmp_path / "src"))


def plant(path: Path, line: str) -> None:
    """Add a line, after the comment that the file begins with."""
    text = path.read_text()
    at = text.index("\n", text.rindex("//!") if "//!" in text else 0) + 1
    path.write_text(text[:at] + line + "\n" + text[at:])


def check(folder: Path) -> str:
    """What the script complains of; nothing if it is content."""
    script = [sys.executable, str(REPO / "tools" / "cairo_directions.py"), str(folder)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == bool(done.stderr)
    return done.stderr


def test_the_contracts_import_downwards_only(copy: Path) -> None:
    assert len(list(copy.rglob("*.cairo"))) >= 100
    assert check(copy) == ""


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        ("types/board", "use crate::rules::terms::now;", "rules is not below types"),
        ("rules/draw", "use crate::packing::cell::join;", "packing is not below rules"),
        ("registry/roles", "use crate::board::batch::BatchTrait;", "board is not below registry"),
        (
            "board/jobs",
            "use crate::{types::board::Lease, audit::{store, votes}};",
            "audit is not below board",
        ),
        (
            "board/jobs",
            "use crate::{\n    types::board::Lease,\n    audit::store,\n};",
            "audit is not below board",
        ),
        ("board/jobs", "const ONE: u32 = crate::audit::store::ONE;", "audit is not below board"),
        ("board/jobs", "use renderchain::audit::store as cells;", "audit is not below board"),
        ("audit/rounds", "use crate::tests::support::jobs;", "tests::support is not below audit"),
        ("tests/support/jobs", "use crate::tests::board::test_leases;", "tests is not below tests::support"),
        ("audit/rounds", "use super::super::tests;", "say crate::"),
        ("audit/rounds", "use crate::attic::box;", "leads to no file"),
    ],
)
def test_a_planted_import_is_seen(copy: Path, file: str, line: str, fault: str) -> None:
    plant(copy / f"{file}.cairo", line)
    assert fault in check(copy)


def test_words_in_comments_and_literals_are_no_imports(copy: Path) -> None:
    plant(
        copy / "types" / "board.cairo",
        "// as crate::audit::store has it\nconst ONE: felt252 = 'crate::audit';",
    )
    assert check(copy) == ""


def test_a_folder_needs_a_floor(copy: Path) -> None:
    (copy / "attic").mkdir()
    (copy / "attic" / "box.cairo").write_text("const ONE: u32 = 1;\n")
    assert "attic::box: its folder stands on no floor" in check(copy)


def test_files_that_import_each_other_are_seen(copy: Path) -> None:
    plant(copy / "registry" / "stakes.cairo", "use crate::registry::locks::LocksComponent;")
    assert "files import each other: registry::locks -> registry::stakes -> registry::locks" in check(copy)


def test_a_longer_cycle_is_seen(copy: Path) -> None:
    plant(copy / "rules" / "job_id.cairo", "use crate::rules::lease_id::join;")
    plant(copy / "rules" / "lease_id.cairo", "use crate::rules::prints::PRINT_FELTS;")
    plant(copy / "rules" / "prints.cairo", "use crate::rules::job_id::place_of;")
    assert "rules::job_id -> rules::lease_id -> rules::prints -> rules::job_id" in check(copy)

"""The page of attacks names tests that are there."""

from __future__ import annotations

from research.trust.findings import FINDINGS
from research.trust.outsiders import OUTSIDERS
from research.trust.page import PAGE_ROWS
from tests.unit.docs.pages import REPO
from tests.unit.docs.test_architecture import defines

FOLDERS = (REPO / "tests", REPO / "contracts" / "src" / "tests")
FILES = [path for folder in FOLDERS for path in folder.rglob("test_*.*") if path.suffix in (".py", ".cairo")]


def test_every_finding_names_a_test_that_is_there_or_says_why_not() -> None:
    named = [test for *_, shown in (*FINDINGS, *OUTSIDERS) if isinstance(shown, tuple) for test in shown]
    assert len(named) > 30
    missing = []
    for test in named:
        stem, name = test.split("::")
        wanted = {".py": f"test_{name}", ".cairo": name}
        if not any(path.stem == stem and defines(path, wanted[path.suffix]) for path in FILES):
            missing.append(test)
    assert missing == []


def test_every_attack_names_files_that_are_there() -> None:
    stems = {path.stem for path in FILES}
    named = [name.rsplit("/", 1)[-1] for *_, shown in PAGE_ROWS for name in shown.split(", ")]
    assert set(named) <= stems

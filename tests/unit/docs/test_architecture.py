"""The architecture page leads to code that is there, and states the rules that lint checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.unit.docs.pages import REPO

PAGE = (REPO / "docs" / "architecture.md").read_text()
PACKAGE = REPO / "addon" / "renderchain"
CITED = re.compile(r"`([\w/]+\.(?:py|cairo)):([\w.]+)`")


def defines(path: Path, name: str) -> bool:
    """Whether a class, a function or a Cairo function of that name is defined in the file."""
    return bool(re.search(rf"^\s*(?:pub )?(?:async )?(?:class|def|fn) {name}\b", path.read_text(), re.M))


def test_every_step_of_the_walks_names_code_that_is_there() -> None:
    cited = CITED.findall(PAGE)
    assert len(cited) > 60
    missing = []
    for file, name in cited:
        path = next((root / file for root in (PACKAGE, REPO) if (root / file).exists()), None)
        if path is None or not all(defines(path, part) for part in name.split(".")):
            missing.append(f"{file}:{name}")
    assert missing == []


def test_every_row_of_a_walk_says_where() -> None:
    walks = PAGE[PAGE.index("## Walk 1") :]
    rows = [row for row in re.findall(r"^\| (.+) \|$", walks, re.M) if row != "step | where"]
    assert len(rows) > 30
    assert [row for row in rows if not CITED.search(row)] == []


def test_the_folders_of_the_package_each_have_a_row() -> None:
    named = set(re.findall(r"`([\w/]+)/`", PAGE[: PAGE.index("| folder |")]))
    files = (path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in files} - {"."}
    assert folders - named == set()
    assert {name for name in named if not (PACKAGE / name).is_dir()} == {"addon/renderchain"}


def test_the_layers_are_those_that_lint_checks() -> None:
    settings = tomllib.loads((REPO / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    assert "```\n" + "\n".join(layers) + "\n```" in PAGE

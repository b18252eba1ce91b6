"""What the pages name is there: targets, files, tests, commands, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import PAGES, REPO, found, tracked

FOLDERS = "addon|benchmarks|contracts|devkit|docs|research|tests|tools|worker_headless"


def heading_id(heading: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (REPO / "Makefile").read_text(), re.M))
    named = set(found(r"(?:`|^    )make ([a-z0-9-]+)"))
    assert len(named) > 20
    assert [one for one in sorted(named) if one[1] not in targets] == []


def test_every_path_exists() -> None:
    """A name may be a folder's, or leave out how it goes on: docs/decisions/0009."""
    named = set(found(rf"(?<![\w./-])((?:{FOLDERS})/[\w./-]*\w)"))
    assert len(named) > 60
    missing = [
        one for one in sorted(named) if not (REPO / one[1]).exists() and not list(REPO.glob(f"{one[1]}*"))
    ]
    assert missing == []


def test_every_test_that_is_named_exists() -> None:
    """By its file's name or by its own."""
    files = tracked("tests/*.py", "contracts/src/tests/*.cairo")
    names = {path.stem for path in files}
    for path in files:
        names.update(re.findall(r"def (test_\w+)", path.read_text()))
    named = set(found(r"\b(test_\w+)"))
    assert len(named) > 10
    assert [one for one in sorted(named) if one[1] not in names] == []


def test_every_folder_of_tests_has_a_row() -> None:
    rows = set(re.findall(r"^\| `tests/(\w+)` \|", (REPO / "docs" / "testing.md").read_text(), re.M))
    places = (path.relative_to(REPO / "tests").parts for path in tracked("tests/*.py"))
    assert rows | {"scenes"} == {parts[0] for parts in places if len(parts) > 1}


def test_every_command_exists() -> None:
    code = "\n".join(path.read_text() for path in tracked("addon/*.py", "services/*.py"))
    named = set(found(r"`[^`]*\brenderchain_([a-z]+)"))
    assert len(named) > 3
    assert [
        one for one in sorted(named) if f'"{one[1]}"' not in code and f"renderchain_{one[1]}" not in code
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", page.read_text()):
        there = page.parent / target if target else page
        assert there.exists(), f"{page.name} links to {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.M)
            assert heading in map(heading_id, headings), f"{page.name} links to {target}#{heading}"

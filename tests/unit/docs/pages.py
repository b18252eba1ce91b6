"""The pages of this project, and the repository that they speak of."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
PAGES = sorted(
    [REPO / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    + list((REPO / "docs").rglob("*.md"))
)
CODE = re.compile(r"```.*?```|`[^`]*`", re.S)


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would add, by its patterns."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    names = subprocess.check_output(listing, cwd=REPO, text=True).split("\n")
    return [REPO / name for name in names if name and (REPO / name).exists()]


def found(pattern: str) -> Iterator[tuple[str, str]]:
    """The first group of each match in the pages, with the page's name."""
    for page in PAGES:
        for match in re.finditer(pattern, page.read_text(), re.M):
            yield page.name, match[1]

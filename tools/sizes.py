"""Fail where a file or a function is longer than our budget."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def too_long(path: Path) -> list[str]:
    """What is too long in a file."""
    text = path.read_text()
    if text.startswith("//! Written from "):
        return []  # by a script, for a test
    lines = text.count("\n")
    found = [f"{path}: {lines} lines, over {MAX_FILE_LINES}"] if lines > MAX_FILE_LINES else []
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    found.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    return found


def main() -> int:
    """Check every tracked or new source file."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.cairo"]
    names = subprocess.check_output(listing, cwd=REPO, text=True).split()
    found = [line for name in names if (REPO / name).exists() for line in too_long(REPO / name)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

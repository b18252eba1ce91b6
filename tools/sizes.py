"""Fail where a file or a function is longer than our budget."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
CAIRO_FUNCTION = re.compile(r"( *)(?:pub )?fn (\w+)")


def python_functions(text: str) -> Iterator[tuple[int, str, int]]:
    """The first line, name and length of each function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def cairo_functions(text: str) -> Iterator[tuple[int, str, int]]:
    """The same of formatted Cairo: a function ends where a line no deeper than its first closes it."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if found := CAIRO_FUNCTION.match(line):
            depth = len(found[1])
            for length, inner in enumerate(lines[start:], 1):
                if inner.endswith(("}", ";")) and not inner.startswith(" ", depth):
                    yield start + 1, found[2], length
                    break


FUNCTIONS = {".py": python_functions, ".cairo": cairo_functions}


def too_long(path: Path) -> list[str]:
    """What is too long in a file."""
    text = path.read_text()
    if text.startswith("//! Written from "):
        return []  # by a script, for a test
    lines = text.count("\n")
    found = [f"{path}: {lines} lines, over {MAX_FILE_LINES}"] if lines > MAX_FILE_LINES else []
    for start, name, length in FUNCTIONS[path.suffix](text):
        if length > MAX_FUNCTION_LINES:
            found.append(f"{path}:{start}: {name} has {length} lines, over {MAX_FUNCTION_LINES}")
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

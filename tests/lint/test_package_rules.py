"""Rules for our own source that no linter knows; each test names all places that break its rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import renderchain

ROOT = Path(renderchain.__file__).parent


@cache
def trees() -> dict[str, ast.Module]:
    """Of all modules, by their paths in the package."""
    found = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in ROOT.rglob("*.py")}
    assert len(found) > 500
    return found


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """With the modules that they are in."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            yield file, node


def imported(node: ast.AST) -> list[str]:
    """What is imported by its whole name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return []


def is_swallowed(handler: ast.ExceptHandler) -> bool:
    """Whether it takes any error, or says nothing of one."""
    return handler.type is None or all(isinstance(part, ast.Pass) for part in handler.body)


def test_imports_inside_the_package_are_relative() -> None:
    names = [(file, name) for file, node in nodes() for name in imported(node)]
    assert len(names) > 500
    assert [(file, name) for file, name in names if name.split(".")[0] == "renderchain"] == []


def test_importing_the_package_imports_nothing_else() -> None:
    body = trees()["__init__.py"].body
    assert not [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_handler_swallows_an_error_silently() -> None:
    handlers = [(file, node) for file, node in nodes() if isinstance(node, ast.ExceptHandler)]
    assert len(handlers) > 100
    assert [f"{file}:{node.lineno}" for file, node in handlers if is_swallowed(node)] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [file for file, tree in trees().items() if not ast.get_docstring(tree)] == []

"""Rules for our own source that no linter knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import renderchain

ROOT = Path(renderchain.__file__).parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


@pytest.mark.parametrize("file", FILES)
def test_imports_inside_the_package_are_relative(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        assert not [name for name in names if name.split(".")[0] == "renderchain"], file


def test_importing_the_package_imports_nothing_else() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text())
    assert not [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("file", FILES)
def test_no_handler_swallows_an_error_silently(file: str) -> None:
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, (file, node.lineno)
            assert not all(isinstance(part, ast.Pass) for part in node.body), (file, node.lineno)


@pytest.mark.parametrize("file", sorted(set(FILES) - {"__main__.py"}))
def test_every_module_says_what_it_is_for(file: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / file).read_text())), file

"""Rules for our own source that no linter knows; each test names all places that break its rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import renderchain

ROOT = Path(renderchain.__file__).parent
ANY = "a module of any name"


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


def is_guarded(node: ast.AST) -> bool:
    """Whether it begins with the guard against what nests too deep."""
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func) == "guard_kept"
        for item in node.items
    )


def named(module: ast.expr) -> str:
    """As it is written down; a name that is put together begins with our own package's."""
    if isinstance(module, ast.JoinedStr):
        return ""
    return str(module.value) if isinstance(module, ast.Constant) else ANY


def unguarded(node: ast.AST) -> Iterator[tuple[int, str]]:
    """What is imported there outside of the guard, with its lines."""
    if is_guarded(node):
        return
    for name in imported(node):
        yield getattr(node, "lineno", 0), name
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        yield node.lineno, named(node.args[0])
    for child in ast.iter_child_nodes(node):
        yield from unguarded(child)


def test_what_takes_pythons_guard_is_imported_inside_of_ours() -> None:
    """py_ecc comes with all of these, and may with a module whose name is not written down."""
    takers = {"starknet_py", "eth_keyfile", "eth_keys", "py_ecc", ANY}
    found = [(file, *one) for file, tree in trees().items() for one in unguarded(tree)]
    assert [f"{file}:{line}" for file, line, name in found if name.split(".")[0] in takers] == []


def test_starknet_py_is_imported_in_one_place() -> None:
    names = {(file, name.split(".")[0]) for file, node in nodes() for name in imported(node)}
    assert [file for file, name in sorted(names) if name == "starknet_py"] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [file for file, tree in trees().items() if not ast.get_docstring(tree)] == []

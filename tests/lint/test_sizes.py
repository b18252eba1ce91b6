"""`make lint` names files and functions that are too long, in Python and in Cairo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, cairo_functions, too_long

PYTHON = ("def before() -> None:\n    pass\n\n\nasync def subject() -> None:\n", "    pass\n", "")
CAIRO = (
    """#[starknet::contract]
mod board {
    fn before(self: @ContractState) -> felt252 {
        0
    }
    fn subject(
        ref self: ContractState, id: felt252,
    ) -> felt252 {
""",
    "        if id == 0 {};\n",
    "    }\n}\n",
)


@pytest.mark.parametrize(
    ("name", "parts", "framed"), [("one.py", PYTHON, 1), ("one.cairo", CAIRO, 4)], ids=["python", "cairo"]
)
def test_a_function_of_one_line_too_many_is_named(
    tmp_path: Path, name: str, parts: tuple[str, str, str], framed: int
) -> None:
    head, line, end = parts
    path = tmp_path / name
    for over in (0, 1):
        path.write_text(head + (MAX_FUNCTION_LINES - framed + over) * line + end)
        place = head[: head.index("async" if name == "one.py" else "fn subject")].count("\n") + 1
        found = f"{path}:{place}: subject has {MAX_FUNCTION_LINES + 1} lines, over {MAX_FUNCTION_LINES}"
        assert too_long(path) == [found] * over


def test_a_cairo_function_that_is_declared_only_ends_there() -> None:
    text = """trait IBoard<T> {
    fn first(self: @T) -> felt252;
    fn second(
        ref self: T, id: felt252,
    );
}
pub fn third() {}
"""
    assert list(cairo_functions(text)) == [(2, "first", 1), (3, "second", 3), (7, "third", 1)]


@pytest.mark.parametrize(("name", "line"), [("one.py", "NUMBER = 1\n"), ("one.cairo", "use a::b;\n")])
def test_a_file_of_one_line_too_many_is_named(tmp_path: Path, name: str, line: str) -> None:
    path = tmp_path / name
    for over in (0, 1):
        path.write_text((MAX_FILE_LINES + over) * line)
        assert too_long(path) == [f"{path}: {MAX_FILE_LINES + 1} lines, over {MAX_FILE_LINES}"] * over


def test_what_a_script_wrote_may_be_longer(tmp_path: Path) -> None:
    path = tmp_path / "vectors.cairo"
    path.write_text("//! Written from tools.\n" + MAX_FILE_LINES * "use a::b;\n")
    assert too_long(path) == []

"""How many random calls are made, and from which seed."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--invariant-calls", type=int, default=200, help="random calls to make")
    parser.addoption("--invariant-seed", type=int, default=1, help="seed of the random calls")

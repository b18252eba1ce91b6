"""How often something is killed, and from which seed."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=8, help="processes to kill")
    parser.addoption(
        "--kill-seed", type=int, default=0, help="seed of what is killed when; 0: another each time"
    )

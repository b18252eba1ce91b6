"""Fixtures of the chain tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from devkit.network.clients import Chains


@pytest.fixture
def chains(devnet: int, disk: Path) -> Callable[[], Any]:
    """``async with chains() as opened`` gives ``Chains``."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Chains]:
        async with AsyncExitStack() as stack:
            yield Chains(devnet, disk, stack)

    return opened

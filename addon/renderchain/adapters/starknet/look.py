"""A network that may not be there wholly: the nodes first, then what the Directory leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .node import nodes_of
from .provider import StarknetProvider


@dataclass(frozen=True)
class StarknetLook:
    """Serves NetworkLook; ``reader`` is an account that was opened to read, whose opener closes it."""

    reader: Any
    directory: int
    board: int
    limit_fri: int

    @property
    def node(self) -> str:
        """The one in use."""
        return nodes_of(self.reader).used.node.shown

    @property
    def chain_name(self) -> str:
        """What the nodes serve."""
        return nodes_of(self.reader).chain.to_bytes(31, "big").lstrip(b"\0").decode("ascii", "replace")

    async def contracts(self) -> StarknetProvider:
        """Board, registry and token."""
        return await StarknetProvider.connect(
            self.reader, None, self.directory, self.board, limit_fri=self.limit_fri
        )

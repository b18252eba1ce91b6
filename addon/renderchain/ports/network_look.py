"""A network as somebody looks at it who is still setting up: a step after the other may be missing."""

from __future__ import annotations

from typing import Protocol

from .provider_chain import ProviderChain


class NetworkLook(Protocol):
    """A node that answers and serves the chain that was chosen."""

    @property
    def node(self) -> str:
        """Its address as it may be shown."""
        ...

    @property
    def chain_name(self) -> str:
        """The chain's identifier, such as SN_MAIN."""
        ...

    async def contracts(self) -> ProviderChain:
        """What the Directory leads to; raises WrongNetwork or ChainError."""
        ...

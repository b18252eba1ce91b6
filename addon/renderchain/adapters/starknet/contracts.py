"""Opening a contract by its address, without starknet-py's slow start."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

from .said import said


async def open_contract(address: int, account: Any) -> Any:
    """A starknet-py contract, its ABI as the chain holds it; raises ChainError."""
    from starknet_py.contract import Contract

    _build_grammar_once()
    return await said(f"Reading contract {address:#x}", Contract.from_address(address, provider=account))


@functools.cache
def _build_grammar_once() -> None:
    """starknet-py 0.30.0 builds the grammar of ABI types anew for each type: 2 s a contract.

    The grammar is always the same, so its module gets a Lark that remembers what it built.
    """
    import lark
    from starknet_py.abi.v2 import parser_transformer

    parser_transformer.lark = SimpleNamespace(Lark=functools.cache(lark.Lark))

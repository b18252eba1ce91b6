"""Our contracts by their addresses, with the ABIs that this version was made for."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ...core.errors import ChainError, WrongNetwork
from .errors import said

ABI = Path(__file__).with_name("abi")


async def open_contract(name: str, address: int, account: Any) -> Any:
    """A starknet-py contract; raises WrongNetwork if another class is at the address, ChainError."""
    from .library import ContractNotFoundError

    try:
        found = await said(
            f"Looking for the {name} at {address:#x}", account.client.get_class_hash_at(address, "latest")
        )
    except ChainError as error:
        cause = error.__cause__
        if isinstance(cause, ContractNotFoundError) or getattr(cause, "code", None) in (20, "20"):
            raise WrongNetwork(
                f"There is no contract at {address:#x}, where the {name} should be; check the settings."
            ) from error
        raise
    if found != class_hash_of(name):
        raise WrongNetwork(
            f"The contract at {address:#x} is not the {name} that this version knows (class {found:#x}). "
            "Nothing was sent; check the address or update RenderChain."
        )
    return contract_at(name, address, account)


def class_hash_of(name: str) -> int:
    """The class that this version knows a contract by."""
    return int(_classes()[name], 16)


def contract_at(name: str, address: int, account: Any) -> Any:
    """A starknet-py contract that need not be there yet; nobody is asked."""
    from .library import Contract

    read_abis_fast()
    return Contract(address, abi_of(name), account, cairo_version=1)


@functools.cache
def abi_of(name: str) -> list[Any]:
    """What a contract offers; nobody may change it."""
    return list(json.loads((ABI / f"{name}.json").read_text()))


@functools.cache
def _classes() -> dict[str, str]:
    return dict(json.loads((ABI / "classes.json").read_text()))


def open_token(address: int, account: Any) -> Any:
    """The part of the STRK token that we call; its class is the network's own affair."""
    from .library import Contract

    read_abis_fast()
    return Contract(address, TOKEN_ABI, account, cairo_version=1)


def _function(name: str, inputs: list[tuple[str, str]], output: str, view: bool) -> dict[str, Any]:
    return {
        "type": "function",
        "name": name,
        "inputs": [{"name": argument, "type": kind} for argument, kind in inputs],
        "outputs": [{"type": output}],
        "state_mutability": "view" if view else "external",
    }


_ADDRESS, _U256 = "core::starknet::contract_address::ContractAddress", "core::integer::u256"
TOKEN_ABI: list[dict[str, Any]] = [
    {"type": "impl", "name": "Token", "interface_name": "IERC20"},
    {
        "type": "struct",
        "name": _U256,
        "members": [{"name": half, "type": "core::integer::u128"} for half in ("low", "high")],
    },
    {
        "type": "interface",
        "name": "IERC20",
        "items": [
            _function("balance_of", [("account", _ADDRESS)], _U256, True),
            _function("approve", [("spender", _ADDRESS), ("amount", _U256)], "core::bool", False),
        ],
    },
]


@functools.cache
def read_abis_fast() -> None:
    """starknet-py 0.30.0 builds the grammar of ABI types anew for each type: 2 s a contract.

    The grammar is always the same, and so are most types, so its module gets a Lark that remembers what
    it built and parsed. Whoever opens a network's contracts for several accounts has each ABI parsed once.
    """
    import lark

    from .library import contract, parser_transformer

    @functools.cache
    def remembering(*arguments: Any, **options: Any) -> Any:
        return SimpleNamespace(parse=functools.cache(lark.Lark(*arguments, **options).parse))

    parser_transformer.lark = SimpleNamespace(Lark=remembering)

    parser, parsed = contract.AbiParserV2, dict[int, tuple[Any, Any]]()

    def parse_once(abi: Any) -> Any:
        def parse() -> Any:
            if id(abi) not in parsed:
                parsed[id(abi)] = abi, parser(abi).parse()  # kept with it, so that the id stays its own
            return parsed[id(abi)][1]

        return SimpleNamespace(parse=parse)

    contract.AbiParserV2 = parse_once

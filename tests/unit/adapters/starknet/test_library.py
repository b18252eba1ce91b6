"""starknet-py is imported in one place, which keeps Python's own guard against what nests too deep."""

from __future__ import annotations

import subprocess
import sys

import pytest
from renderchain.adapters.starknet import library

# Each is the first of a process that needs starknet-py.
FIRST = {
    "an account is made": "accounts import public_key_of; public_key_of(7)",
    "an account's place is asked": "accounts import address_of; address_of(7, 9)",
    "an address is computed": "signatures import StarkSigning; StarkSigning().address_of(9, 7)",
    "what is signed is checked": "library import TypedData",
    "a transaction is signed": "library import Account",
}
DEEP = 200_000  # brackets


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
def test_whatever_needs_it_first_keeps_pythons_own_guard(first: str) -> None:
    script = (
        "import json, sys; limit = sys.getrecursionlimit()\n"
        f"from renderchain.adapters.starknet.{first}\n"
        "assert sys.getrecursionlimit() == limit, sys.getrecursionlimit()\n"
        f"try: json.loads('[' * {DEEP})\n"
        "except RecursionError: print('guarded')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "guarded\n"


@pytest.mark.parametrize("name", library.MODULES)
def test_all_that_is_named_is_there(name: str) -> None:
    assert getattr(library, name)


def test_nothing_else_is() -> None:
    with pytest.raises(AttributeError, match="starknet-py is called nonsense here"):
        library.nonsense  # noqa: B018

"""What stands in for crypto-cpp-py says the same as it, whatever it is asked."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import crypto_cpp_py.cpp_bindings as real
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools.extension.stand_in import cpp_bindings as ours

numbers = st.one_of(
    st.integers(0, 2**256 - 1),
    st.integers(0, ours.FIELD - 1),
    st.integers(0, 2**64),
    st.builds(
        lambda edge, off: max(edge + off, 0),
        st.sampled_from([0, 2**244, 2**248, ours.LIMIT, ours.ORDER, ours.FIELD]),
        st.integers(-3, 3),
    ),
)
keys = st.integers(1, ours.ORDER - 1)
messages = st.integers(1, ours.LIMIT - 1)


def answer(module: ModuleType, name: str, *numbers: Any) -> Any:
    try:
        return getattr(module, name)(*numbers)
    except ValueError:
        return ValueError


def same(name: str, *numbers: Any) -> Any:
    said = answer(ours, name, *numbers)
    assert said == answer(real, name, *numbers)
    return said


@settings(max_examples=100)
@given(numbers, numbers)
@example(0, 0)
@example(ours.FIELD - 1, ours.FIELD - 1)
def test_hashes_are_the_same(left: int, right: int) -> None:
    same("cpp_hash", left, right)


@settings(max_examples=60)
@given(numbers)
def test_public_keys_are_the_same(key: int) -> None:
    same("cpp_get_public_key", key)


@settings(max_examples=60)
@given(numbers, numbers, st.one_of(st.none(), st.integers(0, 2**70)))
def test_signatures_are_the_same(message: int, key: int, seed: int | None) -> None:
    same("cpp_sign", message, key, seed)


@settings(max_examples=40)
@given(messages, keys, st.sampled_from(["", "message", "r", "w", "key"]))
def test_signatures_are_found_good_and_what_was_changed_is_not(message: int, key: int, changed: str) -> None:
    r, s = ours.cpp_sign(message, key)
    asked = {"message": message, "r": r, "w": pow(s, -1, ours.ORDER), "key": ours.cpp_get_public_key(key)}
    if changed:
        asked[changed] ^= 1
    assert same("cpp_verify", *asked.values()) is (not changed)


@settings(max_examples=60)
@given(numbers, numbers, numbers, numbers)
def test_any_numbers_are_found_good_or_not_alike(message: int, r: int, w: int, key: int) -> None:
    same("cpp_verify", message, r, w, key)


@pytest.mark.parametrize("name", ["cpp_hash", "cpp_get_public_key", "cpp_sign", "cpp_verify", "ECSignature"])
def test_all_is_there_that_starknet_py_imports(name: str) -> None:
    assert hasattr(ours, name)

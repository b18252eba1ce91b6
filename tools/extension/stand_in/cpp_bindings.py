"""What starknet-py uses of crypto-cpp-py, in Python; a test compares both with random inputs.

That package loads a C library through pywin32 on Windows, which Blender can't load from a wheel, and brings
sympy everywhere for one division. Like it, this is not constant in time.
Formulas: https://docs.starkware.co/starkex/crypto/pedersen-hash-function.html and signature.html beside it.
"""

from __future__ import annotations

import hashlib
from functools import cache

from ecdsa.ellipticcurve import CurveFp, PointJacobi
from ecdsa.numbertheory import SquareRootError, square_root_mod_prime
from ecdsa.rfc6979 import generate_k

ECSignature = tuple[int, int]
FIELD = 2**251 + 17 * 2**192 + 1
ORDER = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
LIMIT = 2**251  # of what may be signed, and of a signature's halves
ALPHA, BETA = 1, 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89
CURVE = CurveFp(FIELD, ALPHA, BETA)
LOW_BITS = 248  # of a number that is hashed go to one point, the other four to the next
GENERATOR = (
    0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
    0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
)
SHIFT = (
    0x49EE3EBA8C1600700EE1B87EB599F16716B0B1022947733551FDE4050CA6804,
    0x3CA0CFE4B3BC6DDF346D49D06EA0ED34E621062C0E056C1D0405D266E10268A,
)
PEDERSEN = (
    (
        0x234287DCBAFFE7F969C748655FCA9E58FA8120B6D56EB0C1080D17957EBE47B,
        0x3B056F100F96FB21E889527D41F4E39940135DD7A6C94CC6ED0268EE89E5615,
    ),
    (
        0x4FA56F376C83DB33F9DAB2656558F3399099EC1DE5E3018B7A6932DBA8AA378,
        0x3FA0984C931C9E38113E0C0E47E4401562761F92A7A23B45168F4E80FF5B54D,
    ),
    (
        0x4BA4CC166BE8DEC764910F75B45F74B40C690C74709E90F3AA372F0BD2D6997,
        0x40301CF5C1751F4B971E46C4EDE85FCAC5C59A5CE5AE7C48151F27B24B219C,
    ),
    (
        0x54302DCB0E6CC1C6E44CCA8F61A63BB2CA65048D53FB325D36FF12C49A58202,
        0x1B77B3E37D13504B348046268D8AE25CE98AD783C25561A879DCC77E99C2426,
    ),
)


def cpp_hash(left: int, right: int) -> int:
    """The Pedersen hash of two field elements; raises ValueError for other numbers."""
    total = _point(SHIFT)
    for place, number in enumerate((left, right)):
        if not 0 <= number < FIELD:
            raise ValueError(f"{number} is no element of the field.")
        low, high = number % 2**LOW_BITS, number >> LOW_BITS
        total += _point(PEDERSEN[2 * place]) * low + _point(PEDERSEN[2 * place + 1]) * high
    return _x(total)


def cpp_get_public_key(private_key: int) -> int:
    """A key's public half; raises ValueError for what is no key."""
    if private_key % ORDER == 0:
        raise ValueError("This is no private key.")
    return _x(_point(GENERATOR) * private_key)


def cpp_sign(msg_hash: int, priv_key: int, seed: int | None = 32) -> ECSignature:
    """A signature (r, s); raises ValueError where there is none for these numbers."""
    if not 0 <= msg_hash < LIMIT:
        raise ValueError("Only numbers below 2^251 are signed.")
    nonce = _nonce(msg_hash, priv_key, seed)
    r = _x(_point(GENERATOR) * nonce)
    s = (msg_hash + r * priv_key) * pow(nonce, -1, ORDER) % ORDER
    if not 0 < r < LIMIT or not s or not pow(s, -1, ORDER) < LIMIT:
        raise ValueError("This nonce gives no signature.")
    return r, s


def cpp_verify(msg_hash: int, r: int, w: int, stark_key: int) -> bool:
    """Whether (r, 1/w) is a signature by that public key, of whose two points either may have signed."""
    if not (0 <= msg_hash < LIMIT and 0 < r < LIMIT and 0 < w < LIMIT and 0 <= stark_key < FIELD):
        return False
    try:
        y = square_root_mod_prime((stark_key**3 + ALPHA * stark_key + BETA) % FIELD, FIELD)
    except SquareRootError:
        return False
    of_message = _point(GENERATOR) * (msg_hash * w % ORDER)
    of_key = PointJacobi(CURVE, stark_key, y, 1, ORDER) * (r * w % ORDER)
    return any(_x(one) == r for one in (of_message + of_key, of_message + -of_key))


def _nonce(message: int, key: int, seed: int | None) -> int:
    """By RFC 6979; a message that lacks one nibble is moved by it, as elliptic.js does."""
    bits = message.bit_length()
    if bits >= LOW_BITS and 1 <= bits % 8 <= 4:
        message <<= 4
    more = b"" if seed is None else _bytes(seed)
    return int(generate_k(ORDER, key, hashlib.sha256, _bytes(message), extra_entropy=more))


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@cache
def _point(place: tuple[int, int]) -> PointJacobi:
    """With a table of its multiples, which is made once."""
    return PointJacobi(CURVE, *place, 1, ORDER, generator=True)


def _x(point: PointJacobi) -> int:
    """Of the point at infinity, which has none: 0, that is no signature's and no hash's."""
    x = point.to_affine().x()
    return 0 if x is None else int(x)

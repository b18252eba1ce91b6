"""A transaction by which an account said something, with all that its signature is over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ContentError
from ..money import MAX_FRI
from ..reader import Reader

SUBMIT = 0x459B2DEB4D7F987D15A8BA5068AD8EF6A6CF519A58E7505EE5CC78F3CE1368  # the selector of "submit"
FELT = re.compile("0x[0-9a-f]{1,63}")
FIELD = 2**251 + 17 * 2**192 + 1
MOST_GAS = 2**64
MOST_FELTS = 2**16  # in one list


@dataclass(frozen=True)
class SignedCall:
    """An invoke transaction, version 3.

    ``bounds``: the most gas and the highest price, of L1, L2 and data in turn. ``modes``: where nonce and fee
    are available.
    """

    sender: int
    nonce: int
    tip: int
    bounds: tuple[int, ...]
    modes: tuple[int, ...]
    paymaster_data: tuple[int, ...]
    deployment_data: tuple[int, ...]
    proof_facts: tuple[int, ...]
    calldata: tuple[int, ...]
    signature: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {
            name: hex(value) if isinstance(value, int) else [hex(one) for one in value]
            for name, value in vars(self).items()
        }

    def says(self, contract: int, selector: int, arguments: Sequence[int]) -> bool:
        """Whether one of its calls is that one, with these arguments; an account reads its calls so."""
        count, *rest = self.calldata or (0,)
        for _ in range(min(count, MOST_FELTS)):
            if len(rest) < 3:
                return False
            (to, name, length), rest = rest[:3], rest[3:]
            if (to, name) == (contract, selector) and rest[:length] == list(arguments):
                return True
            rest = rest[length:]
        return False


def read_call(entry: Reader) -> SignedCall:
    """One out of a document; raises ContentError."""
    bounds, modes, tip = felts(entry, "bounds", 6), felts(entry, "modes", 2), felt(entry, "tip")
    if max(tip, *bounds[::2]) >= MOST_GAS or max(bounds) > MAX_FRI or max(modes) > 1:
        raise ContentError("The receipt's 'call' has tip, bounds or modes that none can have: refused.")
    return SignedCall(
        felt(entry, "sender"),
        felt(entry, "nonce"),
        tip,
        bounds,
        modes,
        felts(entry, "paymaster_data"),
        felts(entry, "deployment_data"),
        felts(entry, "proof_facts"),
        felts(entry, "calldata"),
        felts(entry, "signature", 2),
    )


def felt(entry: Reader, name: str) -> int:
    """A felt in hexadecimal."""
    return _felt(entry.matching(name, FELT), name)


def felts(entry: Reader, name: str, count: int = -1) -> tuple[int, ...]:
    """So many of them, or up to MOST_FELTS."""
    found = entry.texts(name)
    wrong = len(found) > MOST_FELTS or count not in (-1, len(found))
    if wrong or not all(FELT.fullmatch(one) for one in found):
        raise ContentError(f"The receipt's {name!r} is no list of so many felts: refused.")
    return tuple(_felt(one, name) for one in found)


def _felt(text: str, name: str) -> int:
    value = int(text, 16)
    if value >= FIELD or text != hex(value):
        raise ContentError(f"The receipt's {name!r} is no felt: refused.")
    return value

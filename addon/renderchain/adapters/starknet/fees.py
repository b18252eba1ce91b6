"""What a transaction may cost: bounds by estimate or from memory, and the user's limit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ...core.audit.gas import checked_gas_price
from ...core.errors import FeeTooHigh
from ...core.money import Fee as Fee
from ...core.money import format_strk
from .errors import said

GAS_MARGIN = 1.5
PRICE_MARGIN = 2
PRICE_AGE_S = 15.0


@dataclass(frozen=True)
class Gas:
    """Units of L1 gas, L1 data gas and L2 gas."""

    l1: int
    data: int
    l2: int

    def most(self, other: Gas) -> Gas:
        """The larger of each."""
        return Gas(max(self.l1, other.l1), max(self.data, other.data), max(self.l2, other.l2))


class Fees:
    """Remembers the gas of each kind of transaction, so that the node is not asked every time."""

    def __init__(self, client: Any, limit_fri: int) -> None:
        self._client = client
        self._limit_fri = limit_fri
        self._seen: dict[tuple[int, ...], Gas] = {}
        self._prices: tuple[int, int, int] | None = None
        self._prices_at_s = 0.0

    def knows(self, kind: tuple[int, ...]) -> bool:
        """Whether a transaction of these selectors was seen before."""
        return kind in self._seen

    def learn(self, kind: tuple[int, ...], gas: Gas) -> None:
        """Remember what one took."""
        self._seen[kind] = gas.most(self._seen.get(kind, gas))

    def forget(self, kind: tuple[int, ...]) -> None:
        """Ask the node the next time."""
        self._seen.pop(kind, None)

    async def learn_by_estimate(self, action: str, account: Any, calls: list[Any], nonce: int) -> None:
        """Have the node run it first; raises what running it would, before anything is paid."""
        from .library import ResourceBoundsMapping

        empty = ResourceBoundsMapping.init_with_zeros()
        draft = await said(action, account.sign_invoke_v3(calls, nonce=nonce, resource_bounds=empty, tip=0))
        found = await said(action, account.estimate_fee(draft))
        self.learn(
            kind_of(calls), Gas(found.l1_gas_consumed, found.l1_data_gas_consumed, found.l2_gas_consumed)
        )
        self._set_prices(found.l1_gas_price, found.l1_data_gas_price, found.l2_gas_price)

    async def bounds(self, action: str, kind: tuple[int, ...], factor: float = 1.0) -> tuple[Any, Fee]:
        """Resource bounds for a kind that is known; raises FeeTooHigh before anything is sent."""
        return bounds_of(action, self._seen[kind], await self._known_prices(), self._limit_fri, factor)

    async def gas_price_fri(self) -> int:
        """What a unit of L2 gas costs; raises ChainError if that is absurd."""
        return checked_gas_price((await self._known_prices())[2])

    async def _known_prices(self) -> tuple[int, int, int]:
        if self._prices is None or time.monotonic() - self._prices_at_s > PRICE_AGE_S:
            self._set_prices(*await prices_of(self._client))
        assert self._prices is not None
        return self._prices

    def _set_prices(self, l1: int, data: int, l2: int) -> None:
        self._prices, self._prices_at_s = (l1, data, l2), time.monotonic()


def bounds_of(
    action: str, gas: Gas, prices: tuple[int, int, int], limit_fri: int, factor: float = 1.0
) -> tuple[Any, Fee]:
    """Resource bounds for so much gas at these prices; raises FeeTooHigh."""
    from .library import ResourceBounds, ResourceBoundsMapping

    units = (gas.l1, gas.data, gas.l2)
    amounts = [int(one * GAS_MARGIN) for one in units]
    most = [int(price * PRICE_MARGIN * factor) for price in prices]
    fee = Fee(
        sum(amount * price for amount, price in zip(units, prices, strict=True)),
        sum(amount * price for amount, price in zip(amounts, most, strict=True)),
    )
    if fee.highest_fri > limit_fri:
        raise FeeTooHigh(
            f"{action} may cost up to {format_strk(fee.highest_fri)} STRK in fees, over your limit of "
            f"{format_strk(limit_fri)}. Nothing was sent; wait for lower prices or raise "
            "fee_limit_fri."
        )
    l1, data, l2 = [ResourceBounds(*both) for both in zip(amounts, most, strict=True)]
    return ResourceBoundsMapping(l1_gas=l1, l1_data_gas=data, l2_gas=l2), fee


async def prices_of(client: Any) -> tuple[int, int, int]:
    """What the newest block's L1 gas, L1 data gas and L2 gas cost, in fri."""
    block = await said("Asking for gas prices", client.get_block(block_number="latest"))
    l1, data, l2 = block.l1_gas_price, block.l1_data_gas_price, block.l2_gas_price
    return int(l1.price_in_fri), int(data.price_in_fri), int(l2.price_in_fri)


def kind_of(calls: list[Any]) -> tuple[int, ...]:
    """What tells transactions apart whose gas is alike: their selectors and the calldata's size."""
    return tuple(part for call in calls for part in (call.selector, len(call.calldata)))

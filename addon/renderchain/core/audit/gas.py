"""What leases and audits take in gas: measured figures, and who of a lease spends them.

Each figure is L2 gas of one transaction by itself, from docs/gas.md ("One call" and "One step of an
audit"), which `make gas` measures; `tests/unit/core/audit/test_gas.py` holds them against the page.
"""

from __future__ import annotations

from ..errors import ChainError
from .economics import SEATS

CREATE_GAS = 3_721_280
CLAIM_GAS = 3_784_320
SUBMIT_GAS = 1_557_760
ACCEPT_GAS = 3_123_840
WITHDRAW_GAS = 2_518_720  # with a cancel
DRAW_GAS = 4_398_720  # of a lease that is audited
SPARED_DRAW_GAS = 1_847_040  # of one that chance spares: only before a challenge, or to free its reserve
COMMIT_GAS = 1_823_146
OPEN_GAS = 5_241_600
REVEAL_GAS = 1_884_586  # of a vote with the worker's digests; the last one counts them
REVEAL_PRINTS_GAS = 4_817_173  # of any other
COUNT_GAS = 2_177_280  # where prints were revealed
SHOW_GAS = 4_596_080  # of a vote that is shown to agree with another, or struck
CLOSE_GAS = 3_653_120

# On public networks gas costs 0.8 to 8 gFri. Fees are reckoned from what a node says, which may be anything:
# by a price above this the artist would pay verifiers a fortune.
MOST_GAS_PRICE_FRI = 10**12


def checked_gas_price(price_fri: int) -> int:
    """A node's price of a unit of L2 gas; raises ChainError if it can't be true."""
    if 0 <= price_fri <= MOST_GAS_PRICE_FRI:
        return price_fri
    raise ChainError(
        f"The node says that a unit of gas costs {price_fri:,} fri, which is absurd (over "
        f"{MOST_GAS_PRICE_FRI:,}). Nothing was sent; wait, or use another node."
    )


def vote_gas(*, prints: bool) -> int:
    """What a verifier spends on one vote; ``prints``: its machine makes other bits than the worker's."""
    return COMMIT_GAS + (REVEAL_PRINTS_GAS if prints else REVEAL_GAS)


def lease_gas() -> int:
    """What a worker spends on every lease."""
    return CLAIM_GAS + SUBMIT_GAS


def prover_gas(*, prints: bool) -> int:
    """What a worker spends besides on the first round of an audit, which it has drawn itself."""
    return DRAW_GAS + OPEN_GAS + CLOSE_GAS + (COUNT_GAS if prints else 0)


def audit_gas(*, prints: bool) -> int:
    """What an audit of one round takes of everybody together."""
    return prover_gas(prints=prints) + SEATS[0] * vote_gas(prints=prints)

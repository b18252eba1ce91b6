"""What audits cost and what is at stake: the formulas of contracts/src/rules/terms.cairo in Python.

docs/protocol.md derives them: cheating must lose money at every audit rate.
"""

from __future__ import annotations

CREDIT_FEES = (
    8  # times what verifiers earned by a worker's accepted leases: the pay of one that chance may spare
)
MAX_AUDIT_EXP = 5
LEAVES_PER_DRAWN = 96  # 3 verifiers * (80/64)^2 / 96 = 4.9 % of the lease
BOND_FEES = 20  # of a round's fee: what a vote loses that is wrong, absent or silent
BUSY_FEES = 2  # ... and one whose holder has no time
LATER_FEES = 2  # votes of later rounds are paid so many times what those of the first are
# The most that a vote of the first round is paid: such a part of a seat's unit, with all leaves that may be
# named, so that the unit bears what three faults cost; and of the longest lease's pay, so that nothing is
# gained by making others pay it.
UNIT_FEES, PAY_FEES = 60, 15
MOST_NOTCHES = 15  # by which the fee of votes that can't be found may be raised: to 14 times what it was
MAX_NAMED = 8  # leaves that requester and appellants may name in an audit's life
SEATS = (3, 7, 15)  # votes of each round
PHASES = 33  # steps of three rounds: commit 3 and batches 3, open 2, reveal, show and appeal 1 each


def drawn_leaves(leaves: int, wanted: int) -> int:
    """How many leaves of a lease a round draws."""
    return min(leaves // LEAVES_PER_DRAWN + 1, wanted, leaves)


def fee_of(fee_fri: int, tile_fri: int, leaves: int) -> int:
    """What each verifier of a round gets."""
    return fee_fri + tile_fri * leaves


def least_fee(fee_fri: int, tile_fri: int, tiles: int, wanted: int) -> int:
    """What a vote about a lease of one task gets, so the least of a job's."""
    return fee_of(fee_fri, tile_fri, drawn_leaves(tiles, wanted))


def raised_fee(fee_fri: int, notches: int) -> int:
    """A fee raised by so many notches: four double it, each by a quarter of the last doubling's."""
    doublings, quarters = divmod(notches, 4)
    return (fee_fri * (4 + quarters) << doublings) // 4


def fee_in(round_: int, first_fee_fri: int, notches: int = 0) -> int:
    """What a vote of a round is paid where one of the first is paid so much, raised by so many notches."""
    return raised_fee(first_fee_fri, notches) * (LATER_FEES if round_ else 1)


def most_fee(seat_unit_fri: int, pay_fri: int) -> int:
    """The most that a vote of a first round may be paid, about a lease with that pay."""
    return min(seat_unit_fri // UNIT_FEES, pay_fri // PAY_FEES)


def fees_in(round_: int, first_fee_fri: int) -> int:
    """What a round's own votes are paid together where one of the first is paid so much."""
    return SEATS[round_] * fee_in(round_, first_fee_fri)


def challenge_bond(pay_fri: int, audit_fees_fri: int) -> int:
    """What a challenge puts up: 3/10 of the pay, rounded up, and the fees of one audit."""
    return -(-pay_fri * 3 // 10) + audit_fees_fri


def least_lock(pay_fri: int, fee_fri: int) -> int:
    """L_min: as much, and no less than what a right appeal's votes and its showing cost."""
    appeal_fri = fees_in(1, fee_fri) + fee_in(1, fee_fri)
    return max(challenge_bond(pay_fri, fees_in(0, fee_fri)), appeal_fri)


def lock_at(pay_fri: int, least_lock_fri: int, audit_exp: int) -> int:
    """max(L_min, 2R(1-p)/p) for p = 2^-audit_exp."""
    return max(least_lock_fri, 2 * pay_fri * ((1 << audit_exp) - 1))


def audit_rate(pay_fri: int, least_lock_fri: int, floor_exp: int, fees_fri: int, free_fri: int) -> int | None:
    """The smallest rate, as exponent, that record, job and free stake allow; None if none does."""
    exp = floor_exp if pay_fri <= CREDIT_FEES * fees_fri else 0
    while exp and lock_at(pay_fri, least_lock_fri, exp) > free_fri:
        exp -= 1
    return exp if lock_at(pay_fri, least_lock_fri, exp) <= free_fri else None


def reserved_fees(second_look: bool) -> int:
    """How many fees a lease reserves: of its first round, and of a second look."""
    return SEATS[0] + (LATER_FEES * SEATS[1] if second_look else 0)


def audit_pool(
    tasks: int,
    longest_lease: int,
    tiles: int,
    wanted: int,
    fee_fri: int,
    tile_fri: int,
    *,
    second_look: bool = False,
) -> int:
    """The least audit pool of a job: an audit of every lease, as newcomers have them."""
    longest = min(longest_lease, tasks)
    leases = -(-tasks // longest)
    return (
        leases * reserved_fees(second_look) * fee_of(fee_fri, tile_fri, drawn_leaves(longest * tiles, wanted))
    )

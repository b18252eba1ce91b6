"""What an artist pays for audits, what a job costs at most, and which leases are worth their overhead.

The overhead of a lease of n frames, whose pay is R = n * reward, at the audit rate p = 2^-e and the gas
price g:

    overhead = g * (lease_gas + ACCEPT_GAS) + p * (g * prover_gas + 3 f)
    f        = 1.5 * g * vote_gas + leaves drawn * price of a leaf

Its gas and its fees are all that the artist's money buys besides rendering, whoever sends the transaction:
what a worker or a verifier spends on gas has to come out of what it is paid. Gas is of core/audit/gas.py,
the fees are those of docs/protocol.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..money import about_fri
from .economics import (
    MAX_AUDIT_EXP,
    MAX_NAMED,
    PAY_FEES,
    SEATS,
    UNIT_FEES,
    audit_pool,
    drawn_leaves,
    fee_of,
)
from .gas import ACCEPT_GAS, CREATE_GAS, WITHDRAW_GAS, audit_gas, lease_gas, prover_gas, vote_gas

FEE_MARGIN_PERCENT = 150  # gas may cost half as much again on the day of the audit
LEAF_SHARE = 2  # a leaf costs so often what the worker gets for it: 1.6 times its pixels, and an opening
# A lease is worth so many audits' gas at p = 1: that alone is then a twentieth of its pay.
AUDITS_A_LEASE = 20
# The share of the pay that overhead may take. A lease that is worth 20 audits' gas has 8 % of gas and fees
# at p = 1, and leaves rendered three times again add up to 6 %: what stays below has room for both.
OVERHEAD_PERCENT = 20


@dataclass(frozen=True)
class JobShape:
    """What an artist's frames are: their count, each one's pay, its leaves and how many layers have them.

    ``prints``: verifiers' machines never make the same bits, as on GPUs, so that prints go on-chain.
    ``most_tile_fri``: what a leaf may be paid at most, if that is less than its price.
    """

    tasks: int
    reward_fri: int
    leaves: int
    layers: int
    audit_tiles: int
    prints: bool
    most_tile_fri: int | None = None

    @property
    def second_fri(self) -> int:
        """What a second of such a machine costs."""
        return GPU_SECOND_FRI if self.prints else CPU_SECOND_FRI

    @property
    def frame_s(self) -> float:
        """How long a frame is likely to take, by what is paid for it."""
        return self.reward_fri / self.second_fri

    @property
    def longest_lease(self) -> int:
        """How many frames make sense at once."""
        in_time = LONGEST_LEASE_S * self.second_fri // max(self.reward_fri, 1)
        return max(1, min(self.tasks, in_time, MOST_FRAMES))

    def timeout_s(self, lease: int) -> int:
        """How long a worker may take for so many frames; a day is the most that networks are made for."""
        likely_s = int(TIMEOUT_LEASES * lease * self.frame_s)
        return max(LEAST_TIMEOUT_S, min(likely_s, LONGEST_TIMEOUT_S))

    @property
    def tile_fri(self) -> int:
        """A leaf's price: whoever looks at one layer of a tile has rendered all.

        Seconds a leaf (a frame's seconds / its tiles) * price of a second (reward / a frame's seconds).
        """
        price_fri = self.reward_fri * LEAF_SHARE * self.layers // self.leaves
        return price_fri if self.most_tile_fri is None else min(price_fri, self.most_tile_fri)


# What a second of a rented machine costs, ASSUMED, not measured: 8 CPU cores 0.20 USD an hour, a GPU of an
# RTX 4090's class 0.40, and STRK 0.11 USD. By it a frame's pay tells how long the frame is likely to take.
CPU_SECOND_FRI = 5 * 10**14
GPU_SECOND_FRI = 10**15
LONGEST_LEASE_S = 6 * 3600  # what a crash may cost a worker, and a quarter of the longest timeout
MOST_FRAMES = 1000  # of a lease that nobody chose; more save no gas worth waiting for
USUAL_FRAMES = 8  # of a lease where gas does not matter
USUAL_FRAME_S = 20  # what a frame is taken to need of whose pay nothing is known
LONGEST_FRAME_S = 3600  # no market's price is believed that pays for more
LEAST_TIMEOUT_S, LONGEST_TIMEOUT_S = 3600, 86400
SPARED = 20  # of so many tasks one may be given twice, as in the made-up networks of docs/scheduling.md
TIMEOUT_LEASES = 4  # a worker may take so often what the pay says


@dataclass(frozen=True)
class LeasePlan:
    """How long leases are, and the least audit rate, 2^-audit_floor_exp."""

    longest_lease: int
    audit_floor_exp: int = 0


def vote_fee_fri(gas_price_fri: int, *, prints: bool) -> int:
    """What a verifier gets for a vote besides its leaves, so that it does not pay to verify; at least 1."""
    return max(1, vote_gas(prints=prints) * gas_price_fri * FEE_MARGIN_PERCENT // 100)


def whole_fee_fri(shape: JobShape, lease: int, fee_fri: int) -> int:
    """What a vote about a lease of so many frames is paid, with the leaves drawn of it."""
    return fee_of(fee_fri, shape.tile_fri, drawn_leaves(lease * shape.leaves, shape.audit_tiles))


def within_bound(shape: JobShape, lease: int, fee_fri: int, seat_unit_fri: int) -> JobShape:
    """The shape with leaves so cheap that a vote, ``fee_fri`` of which is for no leaf, keeps its bounds."""
    drawn = drawn_leaves(lease * shape.leaves, shape.audit_tiles)
    by_pay_fri = (lease * shape.reward_fri // PAY_FEES - fee_fri) // drawn
    by_unit_fri = (seat_unit_fri // UNIT_FEES - fee_fri) // (drawn + MAX_NAMED)
    return replace(shape, most_tile_fri=min(by_pay_fri, by_unit_fri))


def audit_fees_fri(shape: JobShape, lease: int, fee_fri: int) -> int:
    """The fees of one audit of a lease of so many frames."""
    return SEATS[0] * whole_fee_fri(shape, lease, fee_fri)


def overhead_fri(shape: JobShape, plan: LeasePlan, gas_price_fri: int, fee_fri: int) -> int:
    """What audits and gas of a lease take on the average, where the record allows the least rate."""
    always = gas_price_fri * (lease_gas() + ACCEPT_GAS)
    audited = gas_price_fri * prover_gas(prints=shape.prints)
    audited += audit_fees_fri(shape, plan.longest_lease, fee_fri)
    return always + (audited >> plan.audit_floor_exp)


def overhead_percent(shape: JobShape, plan: LeasePlan, gas_price_fri: int, fee_fri: int) -> int:
    """The same as a share of the lease's pay, rounded up."""
    pay_fri = max(1, plan.longest_lease * shape.reward_fri)
    return -(-100 * overhead_fri(shape, plan, gas_price_fri, fee_fri) // pay_fri)


def least_lease_fri(gas_price_fri: int, *, prints: bool, audit_exp: int = 0) -> int:
    """What a lease should pay: 20 times an audit's gas, at a smaller rate accordingly less."""
    return AUDITS_A_LEASE * audit_gas(prints=prints) * gas_price_fri >> audit_exp


def usual_reward_fri(
    tasks: int,
    gas_price_fri: int,
    *,
    prints: bool,
    lease: int | None = None,
    market_fri: int | None = None,
    frame_s: float = USUAL_FRAME_S,
) -> int:
    """What to offer for a frame where the artist names no price, in three digits.

    It is what others pay (``market_fri``), else what the seconds cost that a frame takes, up to what an hour
    of such a machine costs; and never less than makes a lease worth its audit.
    """
    second_fri = GPU_SECOND_FRI if prints else CPU_SECOND_FRI
    longest = min(tasks, lease or MOST_FRAMES)
    least_fri = -(-least_lease_fri(gas_price_fri, prints=prints) // longest)
    usual_fri = round(frame_s * second_fri) if market_fri is None else market_fri
    return about_fri(max(least_fri, min(usual_fri, LONGEST_FRAME_S * second_fri)))


def is_worth_fees(shape: JobShape, lease: int, fee_fri: int) -> bool:
    """Whether a verifier's whole fee is at most its part of the lease's pay; the board takes no other jobs.

    A round's fees then stay within a fifth of the pay also for newcomers, whose leases are all audited.
    """
    return PAY_FEES * whole_fee_fri(shape, lease, fee_fri) <= lease * shape.reward_fri


def makes_sense(shape: JobShape, plan: LeasePlan, gas_price_fri: int, fee_fri: int) -> bool:
    """Whether overhead stays below its share, and a lease is worth an audit's gas and a verifier's fee."""
    pay_fri, exp = plan.longest_lease * shape.reward_fri, plan.audit_floor_exp
    least_fri = least_lease_fri(gas_price_fri, prints=shape.prints, audit_exp=exp)
    share = overhead_percent(shape, plan, gas_price_fri, fee_fri)
    is_worth_gas = pay_fri >= least_fri and share <= OVERHEAD_PERCENT
    return is_worth_gas and is_worth_fees(shape, plan.longest_lease, fee_fri)


def plan_of(
    shape: JobShape, gas_price_fri: int, fee_fri: int, *, lease: int | None = None, exp: int | None = None
) -> LeasePlan:
    """Short leases, always audited, if these make sense; else longer ones, then smaller rates.

    ``lease`` and ``exp`` are what the artist chose. Length comes first, because a smaller rate is for proven
    workers only. If nothing makes sense, it is the longest lease at the smallest rate.
    """
    longest = min(lease, shape.tasks) if lease else shape.longest_lease
    shortest = longest if lease else min(USUAL_FRAMES, longest)
    exps = range(MAX_AUDIT_EXP + 1) if exp is None else range(exp, exp + 1)
    for one in exps:
        if makes_sense(shape, LeasePlan(longest, one), gas_price_fri, fee_fri):
            lengths = range(shortest, longest + 1)
            plans = (LeasePlan(length, one) for length in lengths)
            return next(plan for plan in plans if makes_sense(shape, plan, gas_price_fri, fee_fri))
    return LeasePlan(longest, exps[-1])


@dataclass(frozen=True)
class JobCost:
    """What a job costs, in fri: its pay, its whole audit pool, gas of the artist's own transactions.

    ``audits_fri``: what audits are likely to need of the pool. ``spares_fri``: what is set aside for tasks
    that a scheduler gives a second time.
    """

    pay_fri: int
    pool_fri: int
    gas_fri: int
    audits_fri: int = 0
    spares_fri: int = 0

    @property
    def most_fri(self) -> int:
        """All together; what audits do not need of the pool comes back, and so does what no spare takes."""
        return self.escrow_fri + self.gas_fri

    @property
    def escrow_fri(self) -> int:
        """What the board takes of it."""
        return self.pay_fri + self.spares_fri + self.pool_fri

    @property
    def likely_fri(self) -> int:
        """All together without the part of the fees that is to spare."""
        return self.escrow_fri + self.gas_fri * 100 // FEE_MARGIN_PERCENT

    @property
    def back_fri(self) -> int:
        """What is likely to come back of the pool."""
        return max(self.pool_fri - self.audits_fri, 0)


def job_cost(
    shape: JobShape,
    longest_lease: int,
    gas_price_fri: int,
    fee_fri: int,
    spare_audits: int,
    *,
    second_look: bool = False,
    audit_exp: int = 0,
    spare_tasks: int = 0,
) -> JobCost:
    """The most that a job can cost: an audit of every lease, as newcomers have them, and spare ones; so it
    is for tasks that are given twice.

    With ``second_look`` each has seven more votes, which are worth 14 of the first.

    The artist's client creates the job, draws where its workers do not, accepts each lease by itself and
    withdraws what is left. ``audit_exp`` is the least rate, by which it is reckoned what audits will need.
    """
    longest = min(longest_lease, shape.tasks)
    per_tile = (shape.leaves, shape.audit_tiles, fee_fri, shape.tile_fri)
    spare_fri = spare_audits * audit_pool(longest, longest, *per_tile, second_look=second_look)
    tasks = shape.tasks + spare_tasks
    all_fri = audit_pool(tasks, longest, *per_tile, second_look=second_look)
    first_fri = audit_pool(tasks, longest, *per_tile)
    leases = -(-tasks // longest)
    gas = CREATE_GAS + WITHDRAW_GAS + leases * ACCEPT_GAS
    return JobCost(
        shape.tasks * shape.reward_fri,
        all_fri + spare_fri,
        gas * gas_price_fri * FEE_MARGIN_PERCENT // 100,
        (first_fri + (all_fri - first_fri) // 2) >> audit_exp,  # half of them are looked at a second time
        spare_tasks * shape.reward_fri,
    )


def usual_spares(tasks: int) -> int:
    """How many tasks of a job are set aside for those of workers that are late or dead."""
    return -(-tasks // SPARED)


def profit_fri(pay_fri: int, audit_exp: int, gas_price_fri: int, *, prints: bool) -> int:
    """What a lease leaves a worker after its gas, on the average of audited and spared ones."""
    audited = prover_gas(prints=prints) * gas_price_fri >> audit_exp
    return pay_fri - lease_gas() * gas_price_fri - audited

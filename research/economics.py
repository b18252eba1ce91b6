"""Which leases make sense: what artist, worker and verifier are left with, by frame, device and gas price.

    make economics        or        python -m research.economics

Writes docs/economics.md. Everything is reckoned by the clients' own formulas (core/audit/prices.py) from
measured gas and assumed prices of machines; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renderchain.core.audit.economics import drawn_leaves, fee_of
from renderchain.core.audit.gas import audit_gas, lease_gas, prover_gas, vote_gas
from renderchain.core.audit.prices import (
    AUDITS_A_LEASE,
    CPU_SECOND_FRI,
    FEE_MARGIN_PERCENT,
    GPU_SECOND_FRI,
    LEAF_SHARE,
    LONGEST_LEASE_S,
    LONGEST_TIMEOUT_S,
    MOST_FRAMES,
    OVERHEAD_PERCENT,
    USUAL_FRAMES,
    JobShape,
    LeasePlan,
    audit_fees_fri,
    least_lease_fri,
    makes_sense,
    overhead_percent,
    plan_of,
    profit_fri,
    vote_fee_fri,
)
from renderchain.core.money import FRI_PER_STRK

from devkit.network.services import REPO
from research.trust.page import table

PAGE = REPO / "docs" / "economics.md"
FRAME_SECONDS = (1, 10, 60, 600)
GAS_PRICES_FRI = (8 * 10**8, 3 * 10**9, 8 * 10**9)
FRAMES, LEAVES, AUDIT_TILES = 1000, 510, 16  # of the job: 1920x1080 pixels are 30 by 17 tiles
SECOND_FRI = {"CPU": CPU_SECOND_FRI, "GPU": GPU_SECOND_FRI}


@dataclass(frozen=True)
class Case:
    """Frames of so many seconds on a device, at a gas price, and what the client chooses for them."""

    device: str
    frame_s: int
    gas_price_fri: int

    @property
    def shape(self) -> JobShape:
        """The job."""
        reward_fri = self.frame_s * SECOND_FRI[self.device]
        return JobShape(FRAMES, reward_fri, LEAVES, 1, AUDIT_TILES, prints=self.device == "GPU")

    @property
    def fee_fri(self) -> int:
        """A verifier's for a vote, without its leaves."""
        return vote_fee_fri(self.gas_price_fri, prints=self.shape.prints)

    @property
    def plan(self) -> LeasePlan:
        """The client's choice."""
        return plan_of(self.shape, self.gas_price_fri, self.fee_fri)

    @property
    def makes_sense(self) -> bool:
        """Whether such leases are worth their overhead."""
        return makes_sense(self.shape, self.plan, self.gas_price_fri, self.fee_fri)

    def row(self) -> list[str]:
        """Its line in the table."""
        shape, plan, price_fri = self.shape, self.plan, self.gas_price_fri
        lease, exp, prints = plan.longest_lease, plan.audit_floor_exp, shape.prints
        pay_fri = lease * shape.reward_fri
        gas_fri = lease_gas() * price_fri + (prover_gas(prints=prints) * price_fri >> exp)
        left_fri = profit_fri(pay_fri, exp, price_fri, prints=prints)
        drawn = drawn_leaves(lease * LEAVES, AUDIT_TILES)
        vote_fri = fee_of(self.fee_fri, shape.tile_fri, drawn) - vote_gas(prints=prints) * price_fri
        return [
            f"{self.frame_s} s",
            gfri(price_fri),
            strk(shape.reward_fri),
            f"{lease:,}",
            f"{lease * self.frame_s / 3600:.2f} h",
            "1" if exp == 0 else f"1/{1 << exp}",
            strk(pay_fri),
            strk(gas_fri),
            strk(audit_fees_fri(shape, lease, self.fee_fri) >> exp),
            f"{strk(left_fri)} ({100 * left_fri / pay_fri:.0f} %)",
            strk(vote_fri),
            f"{overhead_percent(shape, plan, price_fri, self.fee_fri)} %",
            f"{overhead_percent(shape, LeasePlan(lease, 0), price_fri, self.fee_fri)} %",
            "yes" if self.makes_sense else "no",
        ]


HEAD = [
    "frame",
    "gas price",
    "pay a frame",
    "frames a lease",
    "takes",
    "least p",
    "pay a lease",
    "worker's gas",
    "audit fees",
    "worker keeps",
    "verifier keeps a vote",
    "overhead",
    "overhead at p = 1",
    "makes sense",
]


def strk(fri: int) -> str:
    """STRK in four digits after the point."""
    return f"{fri / FRI_PER_STRK:.4f}"


def gfri(fri: int) -> str:
    """A gas price."""
    return f"{fri / 10**9:g} gFri"


def cases(device: str) -> Iterator[Case]:
    """All of a device."""
    for frame_s in FRAME_SECONDS:
        for price_fri in GAS_PRICES_FRI:
            yield Case(device, frame_s, price_fri)


def least_table() -> str:
    """What a lease should be worth."""
    rows = []
    for device, second_fri in SECOND_FRI.items():
        for price_fri in GAS_PRICES_FRI:
            least_fri = least_lease_fri(price_fri, prints=device == "GPU")
            minutes = least_fri / second_fri / 60
            fee = strk(vote_fee_fri(price_fri, prints=device == "GPU"))
            rows.append([device, gfri(price_fri), strk(least_fri), f"{minutes:.0f} min", fee])
    return table(["device", "gas price", "least pay of a lease", "which is", "fee of a vote"], rows)


def summary(device: str) -> str:
    """What the device's table says, in a sentence."""
    poor = [f"{one.frame_s} s at {gfri(one.gas_price_fri)}" for one in cases(device) if not one.makes_sense]
    if not poor:
        return f"On the {device} all of these leases make sense."
    return f"On the {device} these do not make sense, whatever the lease and the rate: {', '.join(poor)}."


def assumed() -> str:
    """The part on prices of machines."""
    return f"""## What is assumed

| what | a second | because |
|---|---|---|
| CPU | {strk(CPU_SECOND_FRI)} | eight rented cores at about 0.20 USD an hour |
| GPU | {strk(GPU_SECOND_FRI)} | a rented GPU of an RTX 4090's class at about 0.40 USD an hour |

with STRK at 0.11 USD. None of the three was looked up on a market: they give the order of magnitude.
A job has {FRAMES:,} frames of 1920x1080 pixels, {LEAVES} tiles each. A worker sends the draw of
a lease only where chance has it audited.
"""


def choices() -> str:
    """The part on what clients choose."""
    cpu, gpu = (audit_gas(prints=prints) for prints in (False, True))
    dear_vote = vote_gas(prints=False) * GAS_PRICES_FRI[-1] / FRI_PER_STRK
    return f"""## What a client chooses

- **A verifier's fee** is {FEE_MARGIN_PERCENT / 100:.1f} times the gas of its vote at the node's price of
  the day, and for each leaf {LEAF_SHARE} times what the worker gets for that tile. A vote takes
  {vote_gas(prints=False):,} gas, on a GPU {vote_gas(prints=True):,}: GPUs never make the same bits twice,
  so that prints go on-chain. A fee that is a share of the pay does not cover that: at 8 gFri a fiftieth of
  eight frames of 0.01 STRK is 0.0016 STRK, and a vote's gas {dear_vote:.3f}.
- **The lease** is at least {USUAL_FRAMES} frames long, and so much longer that it pays {AUDITS_A_LEASE}
  times an audit's gas ({cpu:,}, on a GPU {gpu:,}), that overhead takes at most {OVERHEAD_PERCENT} % of the
  pay, and that a round's fees take at most a fifth. Overhead is all that is not rendering: the worker's
  gas, the artist's gas for accepting the lease, and p times an audit's gas and fees. At {AUDITS_A_LEASE}
  audits gas and fees are about 8 % on the CPU; leaves that three verifiers render again add up to 6 %;
  {OVERHEAD_PERCENT} % has room for both and for gas that becomes half as dear again.
- No lease that the client chooses is longer than {LONGEST_LEASE_S // 3600} hours of likely work, or than
  {MOST_FRAMES:,} frames. Its timeout is four times the likely work, an hour at least and
  {LONGEST_TIMEOUT_S // 3600} hours at most.
- **The least audit rate** is 1 if such a lease makes sense, and else the largest power of 1/2 with which it
  does. Only workers whose record allows it are audited less often; a newcomer's leases are always audited.
"""


def page() -> str:
    """docs/economics.md."""
    return f"""# Economics

Written by `make economics` (research/economics.py) with the formulas that the clients use
(`core/audit/prices.py`). Gas is measured ([gas](gas.md)); what machines cost is **assumed**; nothing else is
chance or measurement. Amounts are STRK.

{assumed()}
{choices()}
## What a lease should be worth

{least_table()}
## On the CPU

*Overhead*, *audit fees* and *worker's gas* are the average at the least p; *overhead at p = 1* is what
newcomers bring. *Worker keeps* is before power and machine, *verifier keeps a vote* before the rendering of
its leaves.

{table(HEAD, [one.row() for one in cases("CPU")])}
{summary("CPU")}

## On the GPU

{table(HEAD, [one.row() for one in cases("GPU")])}
{summary("GPU")}

What follows: short frames need long leases, and at high gas prices a job of few short frames can't be
audited for a reasonable part of its pay. The artist's client says so before it pays; a worker leaves alone
what does not pay for its own gas (`least_profit_fri`).
"""


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"{PAGE.relative_to(REPO)} is written")

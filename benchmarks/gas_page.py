"""docs/gas.md, of what benchmarks/gas.py measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from devkit.network.many_workers import TILES

WORKERS = 8
PHASE_NAMES = ("create and assign", "submit", "audits", "accept and pay")
GOAL, EQUAL_GOAL, PRINTS_GOAL = 20_000, 30_000_000, 45_000_000
DISPUTED_FRAMES = 40
SPARED, SPARED_DRAW = "not audited", "draw of a lease that chance spares"
ACCEPT = "accept and pay one lease"
ALONE, COMPANY = "audited, equal digests", "audited, equal digests, votes and closing in company"
NOTHING = "a transaction without a call"
AUDIT_CALLS = 12  # of an audited lease with equal digests
VOTES_AND_CLOSING = 2 * 3 + 1  # transactions of an audit that may find company
FRI_PER_GAS = (8 * 10**8, 8 * 10**9)  # lowest and usual price on mainnet in 2026


@dataclass
class Job:
    """A job that was measured; gas by phase."""

    frames: int
    lease: int
    leases: int
    audits: int = 0
    phases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASE_NAMES, 0))

    @property
    def each(self) -> int:
        """Gas a frame."""
        return sum(self.phases.values()) // self.frames


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    shown = [[f"{one:,}" if isinstance(one, int) else str(one) for one in row] for row in rows]
    lines = [head, ["---"] * len(head), *shown]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def job_table(jobs: list[Job], naive_gas: int) -> str:
    """Gas a frame by phase."""
    rows: list[list[Any]] = []
    for job in jobs:
        split = [job.phases[one] // job.frames for one in PHASE_NAMES]
        audited = f"{job.audits} of {job.leases}"
        rows.append([job.frames, job.lease, audited, *split, job.each, f"{naive_gas / job.each:.1f}x"])
    return table(["frames", "frames a lease", "audited", *PHASE_NAMES, "a frame", "naive / ours"], rows)


@dataclass
class Figures:
    """All that is on the page."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    steps: list[tuple[str, int]] = field(default_factory=list)
    audited: list[tuple[str, int]] = field(default_factory=list)
    dispute: list[tuple[str, int]] = field(default_factory=list)
    batches: list[tuple[str, int]] = field(default_factory=list)
    newcomers: list[Job] = field(default_factory=list)
    veterans: list[Job] = field(default_factory=list)
    spared: list[Job] = field(default_factory=list)
    naive: int = 0

    def gas_of(self, name: str) -> int:
        """Of a call or of a whole lease; 0 where it was not measured."""
        return dict([*self.calls, *self.audited]).get(name, 0)


def page(found: Figures) -> str:
    """docs/gas.md."""
    return f"""# Gas

Written by `make gas` (benchmarks/gas.py) from the receipts of starknet-devnet, {date.today()}. The figures
are L2 gas and include everything that a transaction costs: validation, fee transfer, events, new storage.
Frames have {TILES} tiles.

## One call

{table(["call", "L2 gas"], [[name, gas] for name, gas in found.calls])}

A slot's first lease costs two new storage cells (402,000 each); later leases in that slot write the same
cells again. In the same way, an account's balance and a worker's lock take a new cell only once, and a job
takes seven new cells unless an earlier job left its own (docs/decisions/0009). Acceptance sends the pay
itself.

## A lease, from the claim to its pay

{lease_part(found)}
The goals are {EQUAL_GOAL:,} with equal digests and {PRINTS_GOAL:,} where none is.

{company_part(found)}
## One step of an audit

The mean where a step is taken several times: of the votes of a round the last one also counts them.

{table(["step", "L2 gas"], [[name, gas] for name, gas in found.steps])}

## A dispute

A lease of {DISPUTED_FRAMES} frames that three reject falsely, with prints; its worker appeals and names eight
leaves, and seven find for it; the requester appeals once more, and fifteen do. Rounds after the first look at
the leaves in dispute, those that are named, and fresh ones. Each row has all transactions of its round, and
the appeal that follows it. Who appeals in vain pays the round's fees and R/20; wrong votes pay 20 f each.

{table(["round", "L2 gas"], [[name, gas] for name, gas in found.dispute])}

## Sixteen audits at once, gas a lease

One draw and one advance serve all sixteen; each verifier sends one commit and one reveal, and the worker
opens each lease by itself.

{table(["step", "L2 gas a lease"], [[name, gas] for name, gas in found.batches])}

{jobs_part(found)}{where(found)}"""


def lease_part(found: Figures) -> str:
    """Whole leases, and what they have in them."""
    spared, draw = found.gas_of(SPARED), found.gas_of(SPARED_DRAW)
    return f"""Ten frames; three verifiers, each of whom seals and reveals for itself. On GPUs no two machines
make the same bits, so every vote shows its prints: that is the last row. It was measured with made-up prints
that are apart as those of two machines are; the contract does not know what made them.

The lease that is not audited has no draw. Clients reckon themselves what the block's hash says, and send the
draw only where that has the lease audited, where they would challenge the lease, or where others wait for
what it keeps reserved; an acceptance has the board read the same hash. The draw of a lease that chance spares
takes {draw:,} by itself: with it, as the worker's client sent it until 2026-11-30, such a lease took
{spared + draw:,}.

Each transaction goes by itself but in the row of the lease in company: there each vote goes with a claim or a
submission of its verifier, and the closing with a claim of the lease's worker, by the clients' own code. Of
these the row has what they took more than the same call of the same worker without company.

{table(["lease", "L2 gas"], [[name, gas] for name, gas in found.audited])}
"""


def company_part(found: Figures) -> str:
    """When a lease is in company, and what it takes where only some of it is."""
    gas = dict(found.audited)
    alone, together = gas.get(ALONE, 0), gas.get(COMPANY, 0)
    saved = (alone - together) // VOTES_AND_CLOSING
    needed = -(-max(alone - EQUAL_GOAL, 0) // saved) if saved else 0
    return f"""Who sends what: the worker claims, submits, has it drawn, opens and closes; three verifiers
seal and reveal; the requester accepts. Of these twelve transactions the votes and the closing, which are
{VOTES_AND_CLOSING}, wait for company. Each that finds it saves {saved:,} on the mean, so the goal is met
where {needed} of them find it. A vote finds it if within the first fifth of its step its verifier claims,
submits, has a lease drawn, opens one or sends another vote. One that is ready later is sent at once, and so
is that of an account that sent nothing else for as long as it would wait. A lease whose verifiers and worker
are in no other business therefore takes what the row before says, and misses the goal. The draw, the opening
and the acceptance do not wait. Where a scheduler assigns leases and somebody else posts what workers signed,
a worker claims and submits nothing, and its votes find company only in its draws, openings and other votes.
"""


def jobs_part(found: Figures) -> str:
    """Whole jobs."""
    best = found.spared[-1]
    draws = best.leases * found.gas_of(SPARED_DRAW) // best.frames
    alone = abs(best.leases * found.gas_of(ACCEPT) - best.phases["accept and pay"]) // best.frames
    low, usual = [best.each * price / 10**18 for price in FRI_PER_GAS]
    return f"""## A whole job, gas a frame

{WORKERS} workers that have worked before, each with a signing key (docs/decisions/0010). The artist
schedules: one transaction creates the job and assigns leases to all workers, one posts what all workers
signed, one accepts and pays all of them. Audits are drawn, revealed and advanced in batches. Where a worker
has more than four leases, assigning, posting and accepting are repeated. With workers that have no record,
every lease is audited:

{job_table(found.newcomers, found.naive)}

With workers whose record allows a rate of 1/16:

{job_table(found.veterans, found.naive)}

The job of {best.frames:,} frames, repeated until chance spared all of its leases; this was try number
{len(found.spared)}. None is drawn: the acceptance itself looks at the block's hash.

{job_table([best], found.naive)}

The naive contract (benchmarks/naive_board: one record and three transactions a frame, no escrow, no stake)
takes {found.naive:,} a frame. The goal for {best.frames:,} frames on {WORKERS} workers that are not audited
is {GOAL:,} a frame. Measured were {best.each:,}, which is {low:.1e} to {usual:.1e} STRK a frame at
{FRI_PER_GAS[0] / 1e9} to {FRI_PER_GAS[1] / 1e9} gFri.

With a transaction for the draw of each of these {best.leases} leases, as workers' clients sent it until
2026-11-30, it was {best.each + draws:,}. The artist's client pays together what its own check has found good
by the time that chance has spoken, and what it finds good later when that is found: where each of these
leases is paid by itself, a frame takes {alone:,} more.
"""


def where(found: Figures) -> str:
    """Where the gas goes: counted once, by hand, as a trace has no place for it."""
    nothing, alone = found.gas_of(NOTHING), found.gas_of(ALONE)
    twelve = AUDIT_CALLS * nothing
    part = twelve / alone if alone else 0
    return f"""
## Why it is not 20,000 a frame

Where the gas of an unaudited job of 1,000 frames on 8 workers goes, counted on 2026-11-29 in the traces of
three such transactions and in the code, in L2 gas a frame. To read a cell takes 24,070, to write one
59,970, a felt of an event 5,120, a key of one 10,240; the rest are figures of the traces, in which a call
is rounded to 40,000.

| what | L2 gas a frame |
| --- | --- |
| three transactions before they do anything: signature, fee | 2,300 |
| 177 felts of calldata, 130 keys and 191 felts of events | 3,100 |
| the token: 8 pays of 400,000 each, and the escrow taken in | 4,000 |
| cells of 8 leases: of each 6 written and 13 read, in its three steps | 5,400 |
| cells of the job, of the family, of five named verifiers | 1,900 |
| six calls between contracts | 500 |
| computing: packing, checks, serialization, the account's own loop; what is left | 12,300 |

Without any computing it would be 17,200, so by these rules the goal is out of reach: computing would have
to be less than a quarter of what it is. A pay that is noted for its account instead of sent would save 2,500
and cost its worker nearly 2 M for each withdrawal ([decision 8](decisions/0008-acceptance-sends-the-pay.md)).
One transaction less can't be, as the draw's block is later than the submission. Most of the computing is the
board's own: about 350,000 for each lease that is assigned, 300,000 for each that is accepted.

An audited lease with equal digests is twelve transactions by themselves. Before they do anything these take
{nothing:,} each, as one without a call does, {twelve / 1e6:.1f} M together, {100 * part:.0f} % of what the
lease takes; the goal leaves {(EQUAL_GOAL - twelve) / 1e6:.1f} M for all else. Of what is sent together all
but one save that: sixteen audits at once take 22 M a lease with its claim and submission. So votes and
closings wait for company, for a fifth of a step, which is 48 minutes on public networks: a lease of the
length that clients choose takes most of an hour, and is claimed and submitted in it. An account that sent
nothing else for as long expects no company.

A worker that claims for itself could submit a lease and claim the next one in one transaction. That would
save as much as a vote in company does, 0.8 M of the 8.5 M that a lease takes which is not audited, at 3 gFri
0.2 % of the least that a lease should pay. But a lane claims its next lease shortly before the one in hand
is done, when the one before was submitted long ago: either these frames would come a lease's time later, or a
range would be held a lease's time longer, with its lock. So workers send two. Eight workers of a scheduled
job have three transactions together as it is.
"""

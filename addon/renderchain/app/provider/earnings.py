"""What a worker earned and lost, from what the board and the registry told."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ...core.board_events import LeaseAccepted, Withdrawn
from ...core.board_events import LeasePaid as Paid
from ...core.ids import NO_JOB, JobId, LeaseId, WorkerId
from ...core.lease_id import split_lease_id
from ...core.money import format_strk
from ...ports.provider_chain import ProviderChain

NO_BOARD, NO_LEASE = 0, LeaseId(0)
COLUMNS = ("time", "block", "what", "board", "job", "lease", "strk")


@dataclass(frozen=True)
class Entry:
    """An amount that came (or went, below 0) with a block; board, job and lease are 0 where it is about
    none.
    """

    time_s: int
    block: int
    what: str
    board: int
    job_id: JobId
    lease_id: LeaseId
    amount_fri: int

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of COLUMNS; the time is UTC."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.time_s))
        board = f"{self.board:#x}" if self.board else ""
        job, lease = (str(one) if one else "" for one in (self.job_id, self.lease_id))
        return (when, str(self.block), self.what, board, job, lease, format_strk(self.amount_fri))


@dataclass(frozen=True)
class Earnings:
    """A worker's entries in the chain's order; and what its payout account took out of the boards and is
    still owed, both with fees for votes, bonds that came back, and whatever else the account earns.
    """

    entries: tuple[Entry, ...]
    paid_fri: int
    lost_fri: int
    withdrawn_fri: int
    owed_fri: int


async def earnings_of(chain: ProviderChain, worker_id: WorkerId, from_block: int) -> Earnings:
    """Read them since a block; raises UnknownWorker or ChainError."""
    payout = (await chain.standing(worker_id, ())).worker.payout
    found: list[tuple[int, str, int, JobId, LeaseId, int]] = []
    withdrawn_fri = 0
    for board in chain.boards:
        for event in await board.past(("LeasePaid", "LeaseAccepted", "Withdrawn"), from_block):
            if isinstance(event, Paid | LeaseAccepted):
                if event.paid_fri and split_lease_id(event.lease_id)[0] == worker_id:
                    of = (board.board, event.job_id, event.lease_id)
                    found.append((event.block, "lease paid", *of, event.paid_fri))
            elif isinstance(event, Withdrawn) and event.account == payout:
                withdrawn_fri += event.amount_fri
    for loss in await chain.losses_of(worker_id, from_block):
        what = "seat stake lost" if loss.of_seats else "work stake lost"
        found.append((loss.block, what, NO_BOARD, NO_JOB, NO_LEASE, -loss.amount_fri))
    times = {block: await chain.block_time_s(block) for block in sorted({one[0] for one in found})}
    entries = tuple(Entry(times[one[0]], *one) for one in sorted(found, key=lambda one: one[0]))
    amounts = [one.amount_fri for one in entries]
    paid_fri, lost_fri = sum(one for one in amounts if one > 0), -sum(one for one in amounts if one < 0)
    owed_fri = sum([await one.balance_fri(payout) for one in chain.boards])
    return Earnings(entries, paid_fri, lost_fri, withdrawn_fri, owed_fri)


def table_of(earnings: Earnings) -> str:
    """The entries as aligned columns, and the sums."""
    rows = [COLUMNS, *(entry.cells() for entry in earnings.entries)]
    if len({one.board for one in earnings.entries if one.board}) < 2:  # an address is wide
        at = COLUMNS.index("board")
        rows = [(*row[:at], *row[at + 1 :]) for row in rows]
    lines = aligned(rows) if earnings.entries else ["Nothing was paid and nothing was lost."]
    sums = (
        ("paid for leases", earnings.paid_fri),
        ("stake lost", earnings.lost_fri),
        ("taken out by the payout account", earnings.withdrawn_fri),
        ("still owed to it", earnings.owed_fri),
    )
    return "\n".join([*lines, *(f"{name}: {format_strk(fri)} STRK" for name, fri in sums)])


def csv_of(earnings: Earnings) -> str:
    """The entries as comma-separated values with a header line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([COLUMNS, *(entry.cells() for entry in earnings.entries)])
    return out.getvalue()


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, the last one to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("  ".join([*cells, row[-1].rjust(widths[-1])]))
    return lines

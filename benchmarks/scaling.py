"""``make scaling``: docs/scaling.md's figures, what 1,000 jobs a minute take by the gas in docs/gas.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
GAS, PAGE = REPO / "docs" / "gas.md", REPO / "docs" / "scaling.md"
START, END = "<!-- figures: written by `make scaling` -->", "<!-- end of figures -->"
JOBS_S = 1000 / 60
LEASES = 10  # of a job of a hundred frames
AUDITED = 1 / 16  # of the leases of workers with a record
TARGET_GAS_S = 1_500_000_000 / 2  # of a block, above which gas gets dearer, by the time of a block
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# The row that plans go by: frames, frames a lease, audited, of how many; then gas a frame of four steps.
BATCHED = re.compile(r"^\| 320 \| 10 \| 1 of 32 \| (?P<gas>.+) \|$", re.M)


@dataclass(frozen=True)
class Way:
    """A way to do a job: in so many leases, by so many transactions, for that gas without audits."""

    name: str
    leases: int
    transactions: int
    gas: float


def gas_of(text: str, name: str) -> float:
    """What the page about gas says of something; raises LookupError where it says nothing."""
    found = re.search(rf"^\| {re.escape(name)} \| ([\d,]+) \|$", text, re.M)
    if found is None:
        raise LookupError(f"{GAS} has no row {name!r} any more: correct benchmarks/scaling.py.")
    return float(found[1].replace(",", ""))


def ways(text: str) -> list[Way]:
    """From what each party does by itself to what is batched."""
    create, alone = gas_of(text, "create_job + approve"), gas_of(text, "not audited")
    row = BATCHED.search(text)
    if row is None:
        raise LookupError(f"{GAS} has no job of 320 frames any more: correct benchmarks/scaling.py.")
    assign, submit, _, accept, *_ = (float(one.replace(",", "")) for one in NUMBER.findall(row["gas"]))
    batched = (assign + submit + accept) * 10 - create / 32
    return [
        Way("each claims, submits and accepts by itself", LEASES, 1 + 3 * LEASES, create + LEASES * alone),
        Way("assigned, submitted and accepted in batches", LEASES, 4, create + LEASES * batched),
        Way("in batches, and one lease for all frames", 1, 4, create + batched),
    ]


def audits(text: str) -> dict[str, float]:
    """What chance audits add to a lease on the mean, by the kind of device."""
    alone = gas_of(text, "not audited")
    rows = {"CPU": "audited, equal digests", "GPU": "audited, no digest is equal (prints)"}
    return {device: AUDITED * (gas_of(text, name) - alone) for device, name in rows.items()}


def table(text: str) -> list[str]:
    """The page's rows, from that about gas."""
    heads = "how | device | gas a job | million gas/s | of the target | jobs a minute at it | transactions/s"
    rows = [f"| {heads} |", "| --- | --- | --: | --: | --: | --: | --: |"]
    for way in ways(text):
        for device, audit in audits(text).items():
            gas = way.gas + way.leases * audit
            gas_s = gas * JOBS_S
            cells = [
                f"{gas:,.0f}",
                f"{gas_s / 1e6:,.0f}",
                f"{gas_s / TARGET_GAS_S:.0%}",
                f"{60 * TARGET_GAS_S / gas:,.0f}",
                f"{way.transactions * JOBS_S:,.0f}",
            ]
            rows.append(f"| {way.name} | {device} | {' | '.join(cells)} |")
    return rows


def write(page: Path, text: str) -> None:
    """Put the figures between their marks."""
    before, _, rest = page.read_text().partition(START)
    _, _, after = rest.partition(END)
    page.write_text("\n".join([before + START, "", *table(text), "", END + after]))


if __name__ == "__main__":
    write(PAGE, GAS.read_text())

"""What the page on what remains says in figures is what the pages on gas and strategies measured."""

from __future__ import annotations

import re

import pytest

from research.strategies import load
from research.strategies_page import at_share, worst_loss
from tests.unit.docs.pages import REPO

REMAINS, GAS = ((REPO / "docs" / f"{name}.md").read_text() for name in ("remains", "gas"))
WORDS = " ".join(REMAINS.split())


def test_what_a_frame_takes_is_what_was_measured() -> None:
    for before, after in (("Measured were", ""), ("a frame takes", " more"), ("computing it would be", "")):
        (figure,) = re.findall(rf"{before} (\d[\d,]*\d){after}", GAS)
        assert re.search(rf"[ \[]{figure}[ .]", WORDS), figure


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("audited, equal digests", "takes {} M of gas where all send"),
        ("audited, equal digests, votes and closing in company", "{} M where its votes"),
        ("audited, no digest is equal (prints)", "audit takes {} M"),
    ],
)
def test_what_an_audited_lease_takes_is_what_was_measured(row: str, said: str) -> None:
    (figure,) = re.findall(rf"^\| {re.escape(row)} \| ([\d,]+) \|$", GAS, re.M)
    assert said.format(round(int(figure.replace(",", "")) / 10**6)) in WORDS


def test_what_coalitions_gain_is_what_was_played() -> None:
    data, third = load(), 0.33
    for name, said in {
        "stops serving the package, friends agree": "gain {:.2f} R at p = 1 if nobody checks",
        "stops serving the package, friends agree, the job has second looks": "{:.2f} R if half",
        "stops serving the package, friends agree, the artist checks": "lose {:.2f} R if the artist",
        "renders the cheap half": "gains {:.2f} R, if",
        "a scheduler gives a friend's lease to a friend as well, who copies it": "to {:.2f} R for each lease",
    }.items():
        assert said.format(abs(at_share(data[name], third).profit)) in WORDS, name
    for name, said in {
        "friends say 'no package'": "cost a worker {0:.3f} R where they burn {1:.3f} R",
        "serves the package only after its appeal": "costs verifiers {0:.2f} R where it burns {1:.2f} R",
    }.items():
        lost = worst_loss(data[name])
        assert said.format(lost.loss, lost.spent) in WORDS, name

"""Rules that would close what docs/strategies.md finds open, tried on the coalitions that need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from renderchain.core.audit.state import WORDS, AuditKind, Vote

from devkit.model.records import Audit, Job, Lease
from devkit.strategies.coalitions import COALITIONS
from devkit.strategies.figures import Figures, figures_of
from devkit.strategies.stage import Stage, remembered_hashes


@pytest.fixture(autouse=True)
def _remembered() -> Iterator[None]:
    with remembered_hashes():
        yield


class DeclinedAreReplaced(Stage):
    """The fee of a vote that declines pays for another one (here the pool lends it)."""

    def end_commit(self, job: Job, lease: Lease, audit: Audit) -> None:
        if not audit.batches and not audit.redraws:
            declined = sum(1 for seat in audit.present if seat.vote in WORDS)
            fees_fri = declined * self.fee_of(job, lease, audit, audit.round)
            job.pool_fri -= fees_fri
            audit.purse_fri += fees_fri
        super().end_commit(job, lease, audit)


class AllDisputesStay(Stage):
    """A round looks at what counted votes of any round before differ on."""

    def begin_round(self, job: Job, lease: Lease, audit: Audit, named: Sequence[int] = ()) -> None:
        disputed = 0
        for seat in audit.seats:
            disputed |= seat.differs if seat.vote is Vote.COUNTED else 0
        super().begin_round(job, lease, audit, named)
        if audit.kind is AuditKind.PIXELS:
            audit.saw[audit.round] |= disputed


class SecondLooksLookAgain(Stage):
    """A second look sees the first round's leaves too, so that its votes are judged."""

    def look(self, job: Job, lease: Lease, audit: Audit, block_hash: int) -> None:
        saw = self.saw(job, lease, audit, 0)
        super().look(job, lease, audit, block_hash)
        if audit.round:
            audit.saw[audit.round] |= saw


def at(name: str, exp: int, share: float, kind: type[Stage]) -> Figures:
    (coalition,) = [one for one in COALITIONS if one.name == name]
    return figures_of(coalition, exp, (share,), kind)[0]


@pytest.mark.parametrize("word", ["over time", "no package"])
def test_a_word_decides_nothing_where_its_fee_draws_another_vote(word: str) -> None:
    assert at(f"fakes all, friends say '{word}'", 1, 0.33, DeclinedAreReplaced).profit < -0.4
    assert at(f"friends say '{word}'", 0, 0.2, DeclinedAreReplaced).losses["worker"] < 0.01


def test_lone_prints_cost_their_friends_where_the_last_round_sees_all_disputes() -> None:
    found = at("friends object each by itself where they decide", 0, 0.2, AllDisputesStay)
    assert found.profit < -0.1
    assert found.losses["worker"] < 0.01


@pytest.mark.parametrize("exp", [0, 1, 5])
def test_buying_votes_loses_where_a_second_look_sees_the_same_leaves(exp: int) -> None:
    name = "first round's votes are bought, the job has second looks"
    assert at(name, exp, 0.0, SecondLooksLookAgain).profit < -0.02

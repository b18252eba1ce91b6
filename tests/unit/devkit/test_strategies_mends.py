"""Rules that the bench asked for: switched off, their coalitions gain; and rules that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from renderchain.core.audit.state import AuditKind, Vote

from devkit.model import rounds
from devkit.model.records import Audit, Job, Lease
from devkit.strategies.figures import Figures, figures_of
from devkit.strategies.mends import MENDS, Mend, named, tried
from devkit.strategies.stage import Stage, remembered_hashes

ALONE = [one for one in MENDS if not named(one.closes).has_seats]


@pytest.fixture(autouse=True)
def _remembered() -> Iterator[None]:
    with remembered_hashes():
        yield


class LastDisputesOnly(Stage):
    """A round looks only at what votes of the round before it differ on."""

    def begin_round(self, job: Job, lease: Lease, audit: Audit, named: Sequence[int] = ()) -> None:
        disputed, start = 0, audit.start_of(audit.round)
        for place, seat in enumerate(audit.seats):
            disputed |= seat.differs if place >= start and seat.vote is Vote.COUNTED else 0
        super().begin_round(job, lease, audit, named)
        if audit.kind is AuditKind.PIXELS:
            audit.saw[audit.round] = disputed | self.fresh(job, lease, audit.round)


class UndisputedIsOver(Stage):
    """Where nothing is in dispute, the next round looks at fresh leaves alone."""

    def begin_round(self, job: Job, lease: Lease, audit: Audit, named: Sequence[int] = ()) -> None:
        is_disputed = any(seat.differs for seat in audit.seats if seat.vote is Vote.COUNTED)
        super().begin_round(job, lease, audit, named)
        if audit.kind is AuditKind.PIXELS and not is_disputed:
            audit.saw[audit.round] &= ~audit.saw[audit.round - 1]


class FreshLooksOnly(Stage):
    """A second look sees other leaves alone."""

    def look(self, job: Job, lease: Lease, audit: Audit, block_hash: int) -> None:
        super().look(job, lease, audit, block_hash)
        if audit.round:
            audit.saw[audit.round] = self.fresh(job, lease, audit.round)


class ReserveReturns(Stage):
    """What was set aside for an audit comes back also where its tasks took too long."""

    @staticmethod
    def took_too_long(audit: Audit) -> bool:
        return False


def at(name: str, exp: int, share: float, kind: type[Stage] = Stage) -> Figures:
    return figures_of(named(name), exp, (share,), kind)[0]


def test_a_word_decides_nothing_as_others_are_drawn_for_its_fee(monkeypatch: pytest.MonkeyPatch) -> None:
    faker, friends = "fakes all, friends say 'over time'", "friends say 'over time'"
    assert at(faker, 1, 0.2).profit < -0.3
    assert at(friends, 0, 0.2).losses["worker"] < 0.01
    monkeypatch.setattr(rounds, "MAX_BATCHES", 0)
    monkeypatch.setattr(rounds, "MAX_REDRAWS", 0)
    assert at(faker, 1, 0.2).profit > 0.05
    assert at(friends, 0, 0.2).losses["worker"] > 0.1


def test_lone_prints_cost_their_friends_as_later_rounds_see_all_disputes() -> None:
    name = "friends object each by itself where they decide"
    assert at(name, 0, 0.2).profit < at(name, 0, 0.2, LastDisputesOnly).profit - 0.02


def test_too_few_declared_seconds_save_no_fees_as_the_reserve_burns() -> None:
    name = "the scene takes five times the declared seconds"
    assert at(name, 0, 0.0).profit == pytest.approx(0, abs=0.005)
    assert at(name, 0, 0.0, ReserveReturns).profit > 0.05


def test_sold_votes_are_lost_where_an_artist_appeals_as_what_nobody_disputes_is_looked_at_again() -> None:
    name = "first round's votes are bought, the artist checks"
    found, switched_off = at(name, 0, 0.0), at(name, 0, 0.0, UndisputedIsOver)
    assert found.profit < switched_off.profit - 1
    assert found.losses["requester"] < 0 < switched_off.losses["requester"]


@pytest.mark.parametrize("exp", [0, 5])
def test_buying_votes_loses_as_a_second_look_sees_the_same_leaves(exp: int) -> None:
    name = "first round's votes are bought, the job has second looks"
    assert at(name, exp, 0.0).profit < -0.003
    assert at(name, exp, 0.0, FreshLooksOnly).profit > 0


@pytest.mark.parametrize("mend", ALONE, ids=lambda one: one.rule)
def test_rules_that_would_close_a_row_cut_its_profit_or_what_it_costs_others(mend: Mend) -> None:
    before, after, *_ = tried(mend)
    assert after.profit < before.profit - 0.05 or after.loss < before.loss - 0.05


def test_fining_votes_without_the_package_would_pay_whoever_withholds_it() -> None:
    (mend,) = [one for one in MENDS if one.costs == "serves the package only after its appeal"]
    assert at(mend.costs, 0, 0.0).profit < 0 < at(mend.costs, 0, 0.0, mend.kind).profit

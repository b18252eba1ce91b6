"""Coalitions lose by the rules that stand against them, and gain where a rule is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from renderchain.core.audit.economics import MAX_AUDIT_EXP
from renderchain.core.audit.gas import lease_gas, prover_gas
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.ids import WorkerId

from devkit.made_up_job import FAMILY
from devkit.model import families, records
from devkit.strategies import doubts, tree
from devkit.strategies.coalition import Coalition
from devkit.strategies.coalitions import COALITIONS, HONEST
from devkit.strategies.figures import Figures, figures_of
from devkit.strategies.mends import NoPackageShares
from devkit.strategies.stage import GAS_FRI, PAY_FRI, Stage, remembered_hashes, set_up
from devkit.strategies.tree import Explorer, Node
from devkit.strategies.value import Value
from devkit.strategies.voting import Voting

SHARE = 0.2


@pytest.fixture(autouse=True)
def _remembered() -> Iterator[None]:
    with remembered_hashes():
        yield


def named(name: str) -> Coalition:
    (found,) = [one for one in COALITIONS if one.name == name]
    return found


def at_fifth(coalition: Coalition, exp: int, kind: type[Stage] = Stage) -> Figures:
    """With a fifth of the seats, or without any."""
    return figures_of(coalition, exp, (SHARE,), kind)[0]


def test_there_are_thirty_coalitions_each_with_its_rule() -> None:
    assert len({one.name for one in COALITIONS}) == len(COALITIONS) >= 30
    assert all(one.rule for one in COALITIONS)


def test_honest_play_gains_nothing_and_costs_nobody_anything() -> None:
    found = at_fifth(HONEST, 2)
    assert found.profit == pytest.approx(0, abs=1e-9)
    assert found.spent == 0
    assert found.loss == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("exp", [0, 5])
@pytest.mark.parametrize(
    "name",
    [
        "fakes all, without seats",
        "fakes all, never opens",
        "fakes all, stops serving the package",
        "withholds the key",
        "wraps results for somebody else, is challenged",
        "fakes a tenth, without seats",
        "fakes a tenth, the artist checks and pays at once",
        "is late",
        "the requester doubts a good delivery",
    ],
)
def test_alone_it_loses(name: str, exp: int) -> None:
    found = at_fifth(named(name), exp)
    assert found.profit < 0
    assert found.loss <= found.spent + 0.01


@pytest.mark.parametrize(
    "name",
    ["fakes all, friends agree where they decide", "the same for a requester that keeps frames and pay"],
)
def test_a_fifth_of_the_seats_does_not_make_it_pay(name: str) -> None:
    found = at_fifth(named(name), 0)
    assert found.profit < 0 < found.spent
    assert found.loss <= found.spent


def test_a_scene_that_is_another_on_the_workers_machine_pays_so_the_bench_sees_what_rules_do_not() -> None:
    found = at_fifth(named("the artist's scene is another on the worker's machine"), 0)
    assert found.profit == pytest.approx(1, abs=0.01)


def test_not_to_serve_pays_where_no_package_never_rejects() -> None:
    coalition = named("fakes all, stops serving the package")
    assert at_fifth(coalition, 0).profit < -0.3
    assert at_fifth(coalition, 0, NoPackageShares).profit > 0.4


def test_faking_a_tenth_pays_where_an_artist_cannot_name_what_its_check_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coalition = named("fakes a tenth, the artist checks and pays at once")
    assert at_fifth(coalition, 0).profit < -0.1
    monkeypatch.setattr(tree, "named_leaves", lambda play, account: [])
    found = at_fifth(coalition, 0)
    assert found.profit > 0.03
    assert found.loss > found.spent


def test_rates_between_those_that_are_played_bring_no_more_and_cost_no_more() -> None:
    """Where a lock is 2 R (1 - p) / p, what a way brings is a straight line in p."""
    alone = [one for one in COALITIONS if not one.has_seats]
    for coalition in alone:
        ends = [at_fifth(coalition, exp) for exp in (1, MAX_AUDIT_EXP)]
        for exp in range(2, MAX_AUDIT_EXP):
            found = at_fifth(coalition, exp)
            assert found.profit <= max(one.profit for one in ends) + 1e-6, (coalition.name, exp)
            most = max(one.loss - one.spent for one in ends)
            assert found.loss - found.spent <= most + 1e-6, (coalition.name, exp)


def test_faking_pays_where_locks_are_least_at_every_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    coalition = named("fakes all, without seats")
    assert at_fifth(coalition, 5).profit < -0.5
    for module in (records, families):
        monkeypatch.setattr(module, "lock_at", lambda pay, least, exp: least)
    assert at_fifth(coalition, 5).profit > 0.9


def test_all_ways_of_a_lease_are_weighed_by_chances_that_add_up() -> None:
    coalition = named("fakes half, friends agree in the first round where they decide")
    root = Explorer(Coalition("", "", True, 0.5, present=True), 3).tree()
    value = Value(coalition, SHARE)
    ways = list(value.ways(root))
    assert sum(way.chance for way in ways) == pytest.approx(1)
    profit = sum(way.chance * value.profit(way.payoffs) for way in ways)
    assert profit == pytest.approx(value.profit(value.of(root)))


def test_only_a_lease_that_is_audited_or_challenged_costs_a_draw() -> None:
    ways = {way.steps: way.payoffs for way in Value(HONEST, 0).ways(Explorer(HONEST, 1).tree())}
    told = [[steps for steps in ways if (steps[-1] == "spared") is is_spared] for is_spared in (True, False)]
    (spared,), (audited,) = told
    gas = {spared: lease_gas(), audited: lease_gas() + prover_gas(prints=False)}
    for steps, spent in gas.items():
        assert ways[steps]["worker"] == pytest.approx(-spent * GAS_FRI / PAY_FRI)


def test_who_doubts_what_chance_spared_has_it_drawn_first(monkeypatch: pytest.MonkeyPatch) -> None:
    doubter = named("the requester doubts good pixels")

    def requester(gas: int) -> float:
        monkeypatch.setattr(doubts, "SPARED_DRAW_GAS", gas)
        return Value(doubter, 0).of(Explorer(doubter, 1).tree())["requester"]

    assert requester(0) - requester(10**7) == pytest.approx(10**7 * GAS_FRI / PAY_FRI / 2)


def test_ways_that_come_to_the_same_have_the_same_worth_as_if_each_were_played() -> None:
    class Apart(Explorer):
        """Every state is a new one."""

        def grow(self, play: Voting) -> Node:
            self.known.clear()
            return super().grow(play)

    coalition = named("friends say 'over time' where they decide")
    merged, apart = (kind(coalition, 0).tree() for kind in (Explorer, Apart))
    expected = Value(coalition, SHARE).of(apart)
    assert Value(coalition, SHARE).of(merged) == pytest.approx(expected)


def test_forks_of_a_play_share_nothing_that_changes() -> None:
    stage, job_id, lease_id = set_up(Stage, 0, second_look=False, thin=False)
    fork = stage.fork()
    fork.enter_block(fork.now_s + 100_000, fork.block + 100)
    fork.expire(0, job_id, [lease_id])
    assert stage.lease(lease_id) != fork.lease(lease_id)
    assert stage.board_fri == fork.board_fri
    assert stage.burned_fri == 0 < fork.burned_fri == PAY_FRI * 5 // 100


def test_leases_one_after_the_other_have_the_same_worth_as_if_each_way_to_them_were_continued() -> None:
    class Apart(Explorer):
        """Every lease begins in a way of its own."""

        def next_lease(self, play: Voting, told: str) -> Node:
            self.begun.clear()
            self.known.clear()
            return super().next_lease(play, told)

    coalition = replace(named("is honest in a lease, and fakes the next one"), faked=0.5, fakes_last=False)
    merged, apart = (kind(coalition, 1) for kind in (Explorer, Apart))
    value = Value(coalition, 0.0)
    assert value.of(merged.tree()) == pytest.approx(Value(coalition, 0.0).of(apart.tree()))
    ways = list(value.ways(merged.tree()))
    assert sum(way.chance for way in ways) == pytest.approx(1)
    total = {who: sum(way.chance * way.payoffs[who] for way in ways) for who in ways[0].payoffs}
    assert total == pytest.approx(value.of(merged.tree()))


def test_a_faker_that_was_caught_is_always_audited_in_its_next_lease() -> None:
    coalition = named("fakes lease after lease until the pool is empty")
    rates: list[tuple[int, int]] = []

    class Watched(Explorer):
        """Notes the rate of each lease that follows one."""

        def next_lease(self, play: Voting, told: str) -> Node:
            rates.append((play.stage.record_of(WorkerId(1), FAMILY).losses, play.lease.exp))
            return super().next_lease(play, told)

    Watched(coalition, 5).tree()
    assert {exp for losses, exp in rates if losses} == {0}
    assert {exp for losses, exp in rates if not losses} == {5}


def test_a_pool_that_is_empty_ends_claims_so_no_lease_goes_without_its_audit() -> None:
    coalition = replace(named("fakes lease after lease until the pool is empty"), leases=9)
    claims: list[int] = []

    class Watched(Explorer):
        def next_lease(self, play: Voting, told: str) -> Node:
            claims.append(coalition.leases - play.left)
            assert play.lease.draw_outcome is DrawOutcome.NOT_DRAWN
            return super().next_lease(play, told)

    Watched(coalition, 0).tree()
    assert 1 < max(claims) < coalition.leases


def test_two_friends_of_a_scheduler_are_both_paid_for_one_rendering_and_lose_two_locks_for_a_fake() -> None:
    copied = at_fifth(named("a scheduler gives a friend's lease to a friend as well, who copies it"), 0)
    assert copied.profit == pytest.approx(1, abs=0.05)
    assert copied.losses["requester"] > 0.9
    faked = at_fifth(named("a scheduler gives a faker's lease to a friend as well, who fakes it too"), 0)
    alone = at_fifth(named("fakes all, without seats"), 0)
    assert faked.spent == pytest.approx(2 * alone.spent, abs=0.01)
    assert faked.profit < 2 * alone.profit + 0.01


def test_jobs_that_somebody_gives_itself_cost_it_the_fees_that_verifiers_have() -> None:
    found = at_fifth(named("gives jobs to itself and keeps verifiers at work"), 0)
    assert found.profit < -0.1
    assert found.loss <= 0


def test_what_all_have_together_only_changes_by_gas_work_and_frames() -> None:
    """Every fri that somebody loses, somebody else has, or it is burned."""
    explorer = Explorer(named("fakes all, without seats"), 0)
    ways = list(Value(explorer.coalition, 0.0).ways(explorer.tree()))
    play = explorer.first
    assert sum(play.had.values()) == sum(play.stage.tokens.values())
    assert all(-0.2 < sum(one for who, one in way.payoffs.items() if who != "spent") < 0 for way in ways)

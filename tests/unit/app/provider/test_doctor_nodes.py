"""The check-up looks at each of several nodes."""

from __future__ import annotations

from renderchain.app.provider.doctor_chain import judge_nodes
from renderchain.core.finding import Health


def test_each_node_has_a_line_and_one_that_is_away_is_a_doubt_for_the_other_is_used() -> None:
    found = judge_nodes([("https://a/rpc", "", 77), ("https://b/rpc", "it is behind", 0)])
    assert [one.health for one in found] == [Health.OK, Health.WARNING]
    assert "https://a/rpc is at block 77" in found[0].text
    assert "https://b/rpc would not be used now: it is behind" in found[1].text


def test_one_node_alone_is_looked_at_with_the_network() -> None:
    assert judge_nodes([("https://a/rpc", "it is behind", 0)]) == []

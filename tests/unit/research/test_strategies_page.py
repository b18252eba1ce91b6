"""The page on strategies says what its data make, and names what misses a goal."""

from __future__ import annotations

from devkit.strategies.coalitions import COALITIONS, HONEST
from devkit.strategies.figures import SHARES, Figures
from devkit.strategies.mends import MENDS
from research import strategies, strategies_page


def row(share: float, profit: float = 0.0, loss: float = 0.0, spent: float = 0.0) -> Figures:
    return Figures(0, share, profit, spent, {"worker": loss}, ("spared: 97 %, +0.98 R",))


def test_the_page_is_what_its_data_make() -> None:
    data = strategies.load()
    assert set(data) == {one.name for one in COALITIONS}
    mended = strategies.load(strategies.MENDED)
    assert set(mended) == {one.rule for one in MENDS}
    assert strategies.PAGE.read_text() == strategies_page.page(data, mended)


def test_a_profit_or_a_loss_that_is_not_burned_misses_a_goal() -> None:
    flat = [row(share) for share in SHARES]
    assert strategies_page.missed(flat) == []
    assert strategies_page.missed([*flat[:2], row(0.2, profit=0.02), flat[3]])
    assert strategies_page.missed([*flat[:3], row(0.33, profit=0.02)]) == []
    assert strategies_page.missed([*flat[:3], row(0.33, profit=0.2)])
    assert strategies_page.missed([*flat[:2], row(0.2, loss=0.3, spent=0.2), flat[3]])
    assert strategies_page.missed([*flat[:2], row(0.2, loss=0.3, spent=0.3), flat[3]]) == []


def test_what_is_missed_is_told_with_its_ways() -> None:
    text = strategies_page.miss(HONEST, [row(0.0, profit=1.0)])
    assert "profit +1.000 R at p = 1" in text
    assert "spared: 97 %" in text


def test_coalitions_are_counted_by_the_clients_that_honest_people_have() -> None:
    data = {one.name: [row(share) for share in SHARES] for one in COALITIONS}
    (bought,) = [one for one in COALITIONS if one.without and one.bribes]
    data[bought.name] = [row(share, profit=1.0) for share in SHARES]
    usual = sum(1 for one in COALITIONS if one.is_installed)
    lines = strategies_page.by_clients(data).splitlines()
    assert f"| {usual} | {usual} | - |" in lines[2]
    assert lines[3].endswith(f"| {bought.name} |")
    assert "**missed**, without the artist's own check" in strategies_page.line(bought, data[bought.name])[-1]
    assert "Without the artist's own check" in strategies_page.miss(bought, data[bought.name])

"""Prices over time, of tasks and of gas."""

from __future__ import annotations

from services.index.api.gas import CALLS
from tests.services.api.served import Served
from tests.services.played import played


def test_the_price_of_gas_is_that_of_the_newest_block_and_each_time_has_its_spread(served: Served) -> None:
    blocks = played(1).blocks[:-20]
    told = served.get("/v1/gas?hours=48").json["item"]
    assert told["price_fri"] == str(blocks[-1].gas_price_fri)
    since_s = blocks[-1].time_s - 48 * 3600
    spread: dict[int, list[int]] = {}
    for block in blocks:
        if block.time_s >= since_s and block.gas_price_fri is not None:
            spread.setdefault(block.time_s // told["step_s"] * told["step_s"], []).append(block.gas_price_fri)
    assert told["points"] == [
        {"begin_s": begin_s, "least_fri": str(min(prices)), "most_fri": str(max(prices))}
        for begin_s, prices in sorted(spread.items())
    ]
    assert len(told["points"]) > 1
    assert {one["call"]: one["gas"] for one in told["calls"]} == CALLS


def test_the_prices_of_a_family_over_time_are_those_of_its_jobs(served: Served) -> None:
    jobs = served.all_of("/v1/jobs", 50)
    family = jobs[0]["family"]
    mine = [one for one in jobs if one["family"] == family]
    told = served.get(f"/v1/market/history?family={family}&hours=2160").json["item"]
    assert sum(point["jobs"] for point in told["points"]) == len(mine) > 1
    for point in told["points"]:
        until_s = point["begin_s"] + told["step_s"]
        prices = [int(one["reward_fri"]) for one in mine if point["begin_s"] <= one["created_s"] < until_s]
        assert (int(point["least_fri"]), int(point["most_fri"])) == (min(prices), max(prices))
    assert served.get("/v1/market/history?family=0x1").json["item"]["points"] == []

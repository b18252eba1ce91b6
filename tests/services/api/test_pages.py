"""No answer is as long as whoever pays gas likes: what the chain may hold any number of comes in pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert

from services.common.engine import writing
from services.index.api.leases import MOST_AUDITS
from services.index.api.workers import MOST_FAMILIES
from services.index.tables import AUDIT, CONTRACT, FAMILY_OF, VOTE
from tests.services.api.served import Served
from tests.services.api.test_answers import BOARD_PATH, worker_with_leases
from tests.services.played import BOARD

MANY = 450


def add(served: Served, table: Table, *rows: dict[str, Any]) -> None:
    empty = {one.name: None for one in table.columns}
    with writing(served.engine) as connection:
        connection.execute(insert(table), [empty | row for row in rows])


def test_every_list_has_pages(served: Served) -> None:
    """Boards and families were sent whole."""
    described = served.get("/openapi.json").json
    lists = 0
    for path, operations in described["paths"].items():
        answer = operations["get"]["responses"]["200"]["content"].get("application/json", {})
        name = answer.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        fields = described["components"]["schemas"].get(name, {}).get("properties", {})
        if "items" in fields or "next" in fields:
            named = {one["name"] for one in operations["get"]["parameters"]}
            assert {"limit", "page"} <= named and "next" in fields, path
            lists += 1
    assert lists > 8


def test_boards_come_in_pages_each_once_in_their_order(served: Served) -> None:
    named = [{"address": 2**200 + at, "kind": "board", "since_block": at // 7} for at in range(MANY)]
    add(served, CONTRACT, *named)
    assert len(served.get("/v1/boards").json["items"]) == 100
    boards = served.all_of("/v1/boards", 200)
    since = [one["since_block"] for one in boards]
    assert len({one["address"] for one in boards}) == len(boards) == MANY + 1 and since == sorted(since)
    assert served.all_of("/v1/boards", 7) == boards


def test_families_come_in_pages_each_once_with_all_its_numbers(served: Served) -> None:
    before = served.get("/v1/families").json["items"]
    rows = [{"worker": 1, "family": 2**200 + at, "is_supported": True, "units": 3} for at in range(MANY)]
    add(served, FAMILY_OF, *rows, {"worker": 1, "family": 2**210, "is_supported": False, "units": 1})
    assert len(served.get("/v1/families").json["items"]) == 100
    families = served.all_of("/v1/families", 9)
    assert len({one["family"] for one in families}) == len(families) == len(before) + MANY
    assert [one for one in families if one in before] == before
    new = {"workers": 1, "units": 3, "open_jobs": 0, "open_tasks": 0}
    assert all(one | new == one for one in families if one not in before)


def test_of_a_worker_that_named_any_number_of_families_those_that_it_renders_are_told(
    served: Served,
) -> None:
    renders = [one["family"] for one in served.get("/v1/workers/1").json["item"]["families"]]
    add(served, FAMILY_OF, *[{"worker": 1, "family": at, "is_supported": False} for at in range(1, MANY)])
    for path in ("/v1/workers/1", "/v1/workers/1/record"):
        told = [one["family"] for one in served.get(path).json["item"]["families"]]
        assert len(told) == MOST_FAMILIES and set(renders) <= set(told)


def test_audits_of_a_lease_come_in_pages_with_their_votes(served: Served) -> None:
    lease = served.get(f"/v1/workers/{worker_with_leases(served)}/leases").json["items"][0]["lease"]
    path = f"/v1/leases/{BOARD_PATH}/{lease}/audit"
    key = {"board": BOARD, "lease": int(lease)}
    first = 1 + max([one["audit"] for one in served.get(path).json["item"]["rounds"]], default=-1)
    added = range(first, first + 3 * MOST_AUDITS, 2)  # some numbers are of no audit
    add(served, AUDIT, *[key | {"audit": at, "round": round_} for at in added for round_ in (0, 1)])
    add(served, VOTE, *[key | {"audit": at, "seat": seat, "round": 0} for at in added for seat in (0, 1, 2)])
    for limit in (1, 7, MOST_AUDITS):
        page, rounds, votes = "", [], []
        while page is not None:
            answer = served.get(f"{path}?limit={limit}&page={page}").json
            audits = {one["audit"] for one in answer["item"]["rounds"]}
            assert len(audits) <= limit and {one["audit"] for one in answer["item"]["votes"]} <= audits
            rounds += answer["item"]["rounds"]
            votes += answer["item"]["votes"]
            page = answer["next"]
        told = [one["audit"] for one in rounds if one["audit"] >= first]
        assert told == [at for at in added for _ in (0, 1)]
        assert sum(one["audit"] >= first for one in votes) == 3 * len(added)
    assert served.get(f"{path}?limit={MOST_AUDITS + 1}").status == 422

"""What the index answers: of one state, in pages, and nothing that JSON's numbers would spoil."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from services.common.engine import reading
from services.index.store import Store
from services.index.tables import JOB, LEASE, PAYMENT
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, played

BOARD_PATH = hex(BOARD)


def count(served: Served, table: Table) -> int:
    with reading(served.engine) as connection:
        return int(connection.scalars(select(func.count()).select_from(table)).one())


def numbers_in(found: Any) -> list[int]:
    if isinstance(found, dict):
        return [one for value in found.values() for one in numbers_in(value)]
    if isinstance(found, list):
        return [one for value in found for one in numbers_in(value)]
    return [found] if isinstance(found, int) and not isinstance(found, bool) else []


def paths(served: Served) -> list[str]:
    job = served.get("/v1/jobs").json["items"][0]["job"]
    lease = served.get(f"/v1/workers/{worker_with_leases(served)}/leases").json["items"][0]["lease"]
    family = served.get("/v1/families").json["items"][0]["family"]
    return [
        *(
            "/v1/network",
            "/v1/boards",
            "/v1/jobs",
            "/v1/workers",
            "/v1/families",
            "/v1/payments",
            "/v1/audits",
            "/v1/queue",
        ),
        *(
            f"/v1/jobs/{BOARD_PATH}/{job}{part}"
            for part in ("", "/leases", "/frames", "/waiting", "/previews")
        ),
        *(f"/v1/leases/{BOARD_PATH}/{lease}{part}" for part in ("", "/audit", "/prints")),
        *(f"/v1/workers/1{part}" for part in ("", "/leases", "/record")),
        *(f"/v1/{page}?family={family}" for page in ("market", "market/history")),
        "/v1/gas",
    ]


def worker_with_leases(served: Served) -> int:
    workers = served.get("/v1/workers").json["items"]
    return int(next(one["worker"] for one in workers if one["leases"]))


def test_every_answer_says_of_which_block_it_is_and_has_no_number_beyond_53_bits(served: Served) -> None:
    newest = played(1).blocks[-21]
    for path in paths(served):
        answer = served.get(path)
        assert answer.status == 200, (path, answer.text)
        as_of = {"block": newest.number, "hash": hex(newest.hash), "time_s": newest.time_s, "lag_blocks": 0}
        assert answer.json["as_of"] == as_of
        assert all(abs(one) < 2**53 for one in numbers_in(answer.json)), path


@pytest.mark.parametrize(
    ("path", "table", "keys"),
    [
        ("/v1/jobs", JOB, ("board", "job")),
        ("/v1/payments", PAYMENT, ("block", "transaction_index", "event_index")),
    ],
)
def test_pages_hold_each_row_once(served: Served, path: str, table: Table, keys: tuple[str, ...]) -> None:
    rows = served.all_of(path, 3)
    found = [tuple(one[key] for key in keys) for one in rows]
    assert len(found) == len(set(found)) == count(served, table) > 3


def test_leases_of_all_jobs_are_all_leases(served: Served) -> None:
    jobs = [one["job"] for one in served.all_of("/v1/jobs", 50)]
    leases = [one for job in jobs for one in served.all_of(f"/v1/jobs/{BOARD_PATH}/{job}/leases", 2)]
    assert len({one["lease"] for one in leases}) == len(leases) == count(served, LEASE) > 0


def test_frames_tell_the_job_s_counts(served: Served) -> None:
    for job in served.all_of("/v1/jobs", 50):
        frames = served.all_of(f"/v1/jobs/{BOARD_PATH}/{job['job']}/frames", 7)
        assert [one["task"] for one in frames] == list(range(job["tasks"]))
        open_ = sum(one["state"] == "open" for one in frames)
        assert open_ == job["open_tasks"] + job["refunded_tasks"], job
        if not job["spare_tasks"]:
            assert sum(one["state"] == "accepted" for one in frames) <= job["accepted_tasks"]


def test_filters_leave_out_the_others(served: Served) -> None:
    jobs = served.all_of("/v1/jobs", 50)
    requester = jobs[0]["requester"]
    mine = served.all_of(f"/v1/jobs?requester={requester}", 50)
    assert mine == [one for one in jobs if one["requester"] == requester]
    closed = served.all_of("/v1/jobs?state=closed", 50)
    assert closed == [one for one in jobs if one["state"] == "closed"]
    account = served.get("/v1/payments").json["items"][0]["account"]
    paid = served.all_of(f"/v1/payments?account={account}", 50)
    assert paid == [one for one in served.all_of("/v1/payments", 50) if one["account"] == account]


def test_who_has_an_answer_is_not_sent_it_again_until_there_is_a_block(served: Served) -> None:
    first = served.get("/v1/jobs")
    tag = first.headers["etag"]
    again = served.get("/v1/jobs", **{"If-None-Match": tag})
    assert (again.status, again.text) == (304, "")
    served.store.apply(played(1).blocks[-20])
    later = served.get("/v1/jobs", **{"If-None-Match": tag})
    assert later.status == 200 and later.headers["etag"] != tag


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/jobs/0xb0a2d/99999999999999999999", 422),
        (f"/v1/jobs/{BOARD_PATH}/18446744073709551616", 404),
        (f"/v1/jobs/{BOARD_PATH}/18446744073709551615", 404),
        (f"/v1/leases/{BOARD_PATH}/9223372036854775808", 404),
        ("/v1/jobs?page=AAAA", 400),
        ("/v1/jobs?page=" + "z" * 300, 400),
        ("/v1/jobs?limit=100000", 422),
        ("/v1/jobs?requester=me", 422),
        ("/v1/workers/4294967296", 422),
        ("/v1/nothing", 404),
    ],
)
def test_a_wrong_question_is_refused_in_words(served: Served, path: str, status: int) -> None:
    answer = served.get(path)
    assert (answer.status, bool(answer.json["detail"])) == (status, True)


def test_before_the_first_block_it_lives_and_is_not_ready(fresh: Fresh) -> None:
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    with serving(engine, store) as served:
        assert served.get("/healthz").status == 200
        ready = served.get("/readyz")
        assert ready.status == 503 and "no block was read yet" in ready.text
        assert served.get("/v1/network").status == 503


def test_it_is_ready_only_while_it_keeps_up_with_a_node_that_is_heard(served: Served) -> None:
    newest = played(1).blocks[-21].number
    silent = served.get("/readyz")
    assert silent.status == 503 and "no node was heard" in silent.text
    served.store.saw_head(newest + 19, 2**40)
    assert served.get("/readyz").status == 200
    served.store.saw_head(newest + 20, 2**40)
    behind = served.get("/readyz")
    assert behind.status == 503 and "20 blocks behind" in behind.text
    assert served.get("/v1/network").json["as_of"]["lag_blocks"] == 20
    numbers = served.get("/metrics").text
    assert "renderchain_index_lag_blocks 20\n" in numbers and f"renderchain_index_block {newest}\n" in numbers


def test_the_description_names_every_page(served: Served) -> None:
    described = json.loads(served.get("/openapi.json").text)
    named = {path.split("/")[2] for path in described["paths"] if path.startswith("/v1/")}
    main = {"network", "boards", "jobs", "leases", "workers"}
    assert named == main | {"families", "payments", "market", "queue", "audits", "gas", "events"}


def test_while_the_database_can_not_be_read_it_says_so(served: Served) -> None:
    assert served.get("/v1/jobs").status == 200
    with served.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE cursor RENAME TO elsewhere")
    answer = served.get("/v1/jobs")
    assert answer.status == 503 and "database can't be read" in answer.json["detail"]
    assert served.get("/readyz").status == 503 and served.get("/healthz").status == 200
    with served.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO cursor")
    assert served.get("/v1/jobs").status == 200

"""What deploy/helm has KEDA ask how many workers there should be: the index answers it with a number."""

from __future__ import annotations

from typing import Any

import yaml

from tests.deploy.chart.rendered import WHOLE, golden
from tests.services.api.served import Served


def triggers() -> list[dict[str, str]]:
    """Of the chart, as it was rendered when somebody last looked."""
    text = golden(WHOLE).read_text()
    (scaled,) = [one for one in yaml.safe_load_all(text) if one and one["kind"] == "ScaledObject"]
    assert {one["type"] for one in scaled["spec"]["triggers"]} == {"metrics-api"}
    return [one["metadata"] for one in scaled["spec"]["triggers"]]


def asked(served: Served, family: str) -> list[int]:
    """What the scaler finds: at each address the number to which valueLocation leads."""
    found = []
    for one in triggers():
        path = one["url"].partition(":8750")[2]
        assert path.endswith("?family=0x5a")
        answer = served.get(path.replace("0x5a", family))
        assert answer.status == 200 and answer.headers["content-type"] == "application/json"
        value: Any = answer.json
        for name in one["valueLocation"].split("."):
            value = value[name]
        assert type(value) is int
        found.append(value)
    return found


def test_workers_are_scaled_to_what_is_open_and_held_of_their_family(served: Served) -> None:
    jobs = [one for one in served.all_of("/v1/jobs", 50) if one["state"] == "open"]
    assert jobs
    for family in {one["family"] for one in jobs}:
        own = [one for one in jobs if one["family"] == family]
        counts = [sum(one[name] for one in own) for name in ("open_tasks", "held_tasks")]
        assert asked(served, family) == counts and any(counts)


def test_where_there_is_nothing_of_their_family_none_is_needed(served: Served) -> None:
    assert asked(served, "0x5a") == [0, 0]

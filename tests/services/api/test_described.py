"""Whatever the API's description allows, and much that it does not: no question breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.services.api.served import PATIENCE_S, Served
from tests.services.api.test_answers import paths

FAR_S = 2**40
EXAMPLES = 25  # of each page
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def test_answers_are_as_described_whatever_is_asked(served: Served) -> None:
    newest = served.get("/v1/network").json["as_of"]["block"]
    served.store.saw_head(newest, FAR_S)  # so that it is ready
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    asked = 0
    for found in schema.get_all_operations():
        operation = operation_of(found)
        if operation.path == "/v1/events":
            continue  # it never ends: test_news.py
        asked += 1

        @SETTINGS
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(base_url=served.url, checks=CHECKS, timeout=PATIENCE_S)

        ask()
    assert asked > 15


def test_real_answers_are_as_described(served: Served) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    described = {one.path: one for one in map(operation_of, schema.get_all_operations())}
    for path in paths(served):
        (operation,) = (one for name, one in described.items() if matches(name, path.partition("?")[0]))
        answer = served.get(path)
        assert answer.status == 200
        validator = operation.definition.raw["responses"]["200"]["content"]["application/json"]["schema"]
        check(served, validator, answer.json)


def matches(name: str, path: str) -> bool:
    """Whether a described path is that one."""
    parts, real = name.split("/"), path.split("/")
    return len(parts) == len(real) and all(
        p == r or p.startswith("{") for p, r in zip(parts, real, strict=True)
    )


def check(served: Served, schema: dict[str, Any], value: Any) -> None:
    """Validate against a schema of the description, with all that it refers to."""
    import jsonschema_rs

    whole = served.get("/openapi.json").json
    jsonschema_rs.validator_for({**schema, "components": whole["components"]}).validate(value)


def operation_of(found: Any) -> Any:
    """A page of the description, which must be readable."""
    return found.ok()

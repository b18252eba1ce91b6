"""Alerts and dashboards: on metrics that there are, raised when they should be, each with what to do."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from devkit.network.services import tool_root
from tests.deploy.served import served
from tests.unit.docs.pages import REPO

RULES = REPO / "deploy" / "prometheus"
DASHBOARDS = sorted((REPO / "deploy" / "grafana").glob("*.json"))
SERIES = re.compile(r"\b(renderchain_\w+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|=|!=)"([^"]*)"')
LABELS = re.compile(r"\b(?:by|without|ignoring|on)\s*\(([^)]*)\)")
SHOWN = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    return served(tmp_path_factory.mktemp("served"))


def rules(name: str) -> list[tuple[str, str, str]]:
    """Alert, expression and summary of each rule."""
    text = (RULES / f"{name}.rules.yml").read_text()
    found = re.findall(
        r"- alert: (\w+)\n +expr: (?:>-\n)?(.*?)\n +(?:for|labels):.*?summary: \"(.*?)\"\n", text, re.S
    )
    assert len(found) == text.count("- alert:")
    return found


def panels() -> list[tuple[str, str, str]]:
    """Dashboard, query and legend of everything that is shown."""
    found = []
    for path in DASHBOARDS:
        body: dict[str, Any] = json.loads(path.read_text())
        for panel in body["panels"]:
            found += [(path.stem, one["expr"], one["legendFormat"]) for one in panel["targets"]]
        asked = [one["query"] for one in body["templating"]["list"] if one["type"] == "query"]
        found += [(path.stem, one, "") for one in asked]
    return found


def wrong_in(query: str, told: str, metrics: dict[str, dict[str, set[str]]]) -> list[str]:
    """Names of metrics, labels and values in a query, and of labels in what is told, that nothing serves."""
    wrong, labels = [], {"value"}
    for name, matchers in SERIES.findall(query):
        if name not in metrics:
            wrong.append(name)
            continue
        labels |= set(metrics[name])
        for label, kind, text in MATCHER.findall(matchers):
            known = metrics[name].get(label)
            if known is None:
                wrong.append(f"{name}.{label}")
            elif label not in ("instance", "job") and kind in ("=", "=~"):
                wrong += [f"{name}.{label}={one}" for one in text.split("|") if one not in known]
    named = {one.strip() for group in LABELS.findall(query) for one in group.split(",")}
    return wrong + sorted((named | set(SHOWN.findall(told))) - labels)


@pytest.mark.parametrize("name", ["worker", "services"])
def test_every_metric_and_label_of_an_alert_is_one_that_is_served(
    name: str, metrics: dict[str, dict[str, set[str]]]
) -> None:
    found = rules(name)
    assert len(found) > 9
    assert {alert: wrong_in(query, told, metrics) for alert, query, told in found} == {
        alert: [] for alert, _, _ in found
    }


def test_every_query_of_a_dashboard_is_on_metrics_and_labels_that_are_served(
    metrics: dict[str, dict[str, set[str]]],
) -> None:
    found = panels()
    assert len(found) > 40
    assert [
        (where, query, wrong) for where, query, told in found if (wrong := wrong_in(query, told, metrics))
    ] == []


def test_a_query_on_what_nobody_serves_is_found(metrics: dict[str, dict[str, set[str]]]) -> None:
    assert wrong_in("rate(renderchain_frames_renderd_total[5m])", "", metrics) == [
        "renderchain_frames_renderd_total"
    ]
    assert wrong_in('renderchain_ready{purse="work"}', "", metrics) == ["renderchain_ready.purse"]
    query = 'renderchain_leases_total{outcome=~"paid|payed"}'
    assert wrong_in(query, "{{ $labels.lane }}", metrics) == [
        "renderchain_leases_total.outcome=payed",
        "lane",
    ]
    assert wrong_in("sum by (duty) (renderchain_ready)", "", metrics) == ["duty"]


def test_every_metric_of_workers_and_services_is_on_a_dashboard_or_has_a_reason_not_to_be(
    metrics: dict[str, dict[str, set[str]]],
) -> None:
    shown = {name for _, query, _ in panels() for name, _ in SERIES.findall(query)}
    # What says which, not how much; what others contain.
    of_no_use = {
        "renderchain_worker_info",
        "renderchain_start_time_seconds",
        "renderchain_service_ready",  # an alert's; how far it is behind is shown
        "renderchain_loop_age_seconds",
        "renderchain_node_in_use",
        "renderchain_render_seconds_total",
        "renderchain_lane_rendering",
        "renderchain_paid_out_fri_total",
        "renderchain_last_transaction_block",
        "renderchain_notifier_block",
        "renderchain_notifier_not_understood_total",
    }
    assert set(metrics) - shown == of_no_use


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    page = (REPO / "docs" / "operations.md").read_text()
    part = page[page.index("\n## Runbook\n") :]
    part = part[: part.index("\n## ", 1)]
    told = {alert: text for alert, text in re.findall(r"^### (\w+)\n(.*?)(?=^###|\Z)", part, re.M | re.S)}
    assert list(told) == [alert for name in ("worker", "services") for alert, _, _ in rules(name)]
    assert {alert for alert, text in told.items() if len(text.split()) < 20} == set()


@pytest.mark.parametrize("name", ["worker", "services"])
def test_prometheus_takes_the_rules_and_raises_them_as_they_say(name: str) -> None:
    promtool(RULES, "check", "rules", f"{name}.rules.yml")
    promtool(RULES, "test", "rules", f"{name}.test.yml")
    tested = (RULES / f"{name}.test.yml").read_text()
    for alert, _, _ in rules(name):
        assert f"alertname: {alert}, exp_alerts: []" in tested, f"when {alert} is silent"
        assert re.search(rf"alertname: {alert}\n +exp_alerts:\n", tested), f"when {alert} is raised"


def test_prometheus_can_read_every_query_of_a_dashboard(tmp_path: Path) -> None:
    records = [
        f"      - record: one:{number}\n        expr: {json.dumps(query.replace('$__rate_interval', '5m'))}\n"
        for number, (_, query, _) in enumerate(panels())
        if not query.startswith("label_values")
    ]
    (tmp_path / "rules.yml").write_text("groups:\n  - name: all\n    rules:\n" + "".join(records))
    promtool(tmp_path, "check", "rules", "rules.yml")


def promtool(folder: Path, *command: str) -> None:
    program = tool_root("promtool") / "usr" / "bin" / "promtool"
    done = subprocess.run(
        [program, *command], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

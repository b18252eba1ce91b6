"""deploy/helm/renderchain: what it is rendered to, and that all of that is there and fits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from renderchain.core.errors import SettingsError
from renderchain.core.exit_codes import exit_code_of
from renderchain.settings import PREFIX, Settings

from services.index.command import DATABASE as INDEX_DATABASE
from services.notifier.command import DATABASE as NOTIFIER_DATABASE
from tests.deploy.chart.rendered import (
    CHART,
    LEAST,
    WHOLE,
    Object,
    containers,
    golden,
    helm,
    looked_at,
    objects,
    pods,
    rendered,
)
from tests.deploy.chart.schemas import write_schemas
from tests.deploy.images import RECIPES, name_of
from tests.unit.docs.pages import REPO
from tools.setup.cache import is_done
from tools.setup.kubernetes import kubernetes_root

pytestmark = [
    pytest.mark.usefixtures("lanes"),
    pytest.mark.skipif(
        not is_done(kubernetes_root()),
        reason="helm is brought by `make test-deploy` or `python3 -m tools.setup kubernetes`.",
    ),
]
BOTH = pytest.mark.parametrize("values", [LEAST, WHOLE], ids=["least", "whole"])
SCALED = [f"workers.a.{one}" for one in ("settings=a", "autoscaling.family=0x1", "autoscaling.most=2")]
SECRET = re.compile("password|secret|key|token", re.I)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helm")


@pytest.fixture(scope="module")
def whole(home: Path) -> list[Object]:
    return objects(rendered(WHOLE, home))


def named(of: list[Object], kind: str, name: str) -> Object:
    (found,) = [one for one in of if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


@BOTH
def test_helm_finds_nothing_to_say_of_it(values: Path, home: Path) -> None:
    done = helm("lint", "--strict", "--values", str(values), str(CHART), home=home, check=False)
    said = [line for line in done.stdout.splitlines() if line.startswith("[")]
    told = [line for line in said if "icon is recommended" not in line]
    assert done.returncode == 0 and told == [], done.stdout + done.stderr


@BOTH
def test_it_is_rendered_as_somebody_looked_at_it_last(values: Path, home: Path) -> None:
    told = "After a change: look at `python -m tests.deploy.chart.rendered` and what it changed."
    assert looked_at(rendered(values, home)) == golden(values).read_text(), told


@BOTH
def test_kubernetes_and_the_operators_have_what_it_says(values: Path, home: Path, tmp_path: Path) -> None:
    schemas = write_schemas(kubernetes_root() / "schemas", tmp_path)
    text = rendered(values, home)
    assert conformity(schemas, text) == (0, "")
    code, told = conformity(schemas, text.replace("readinessProbe:", "readyProbe:"))
    assert code == 1 and "readyProbe" in told
    if values == WHOLE:
        code, told = conformity(schemas, text.replace("maxReplicaCount:", "mostReplicaCount:"))
        assert code == 1 and "mostReplicaCount" in told


def conformity(schemas: str, text: str) -> tuple[int, str]:
    command = [str(kubernetes_root() / "bin" / "kubeconform"), "-strict", "-schema-location", schemas]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["images.tag="], "images.tag is empty: name the tag"),
        (["index.settings="], "index.settings names no Secret: make one with the index's settings file"),
        (["database.cloudNativePG.enabled=false"], "need a database: name database.host and database.secret"),
        (["index.ingress.host=a.example"], "index.ingress.tlsSecret names no Secret"),
        (["sandbox.hostUsers=true"], "Unmasked needs sandbox.hostUsers false"),
        ([*SCALED, "workers.a.eachNode=true"], "has eachNode and autoscaling"),
        ([*SCALED, "index.enabled=false"], "set index.enabled to true"),
        (["workers.a.replicas=2"], "at '/workers/a': missing property 'settings'"),
        (["workers.index.settings=a"], "propertyName 'index'"),
        (["index.replicas=none"], "at '/index/replicas': got string, want integer"),
        (["database.cloudNativePG.size=20"], "at '/database/cloudNativePG/size'"),
        (["scheduler.option={--most-jobs}"], "additional properties 'option' not allowed"),
        (["images.registry=registry.example"], "at '/images/registry'"),
    ],
)
def test_values_that_make_no_sense_are_refused_with_their_names(
    given: list[str], told: str, home: Path
) -> None:
    sets = [word for one in given for word in ("--set", one)]
    done = helm("template", "rc", str(CHART), "--values", str(LEAST), *sets, home=home, check=False)
    assert done.returncode != 0 and told in done.stderr, done.stderr
    assert done.stdout == ""


def test_every_image_is_one_that_is_built_here(whole: list[Object]) -> None:
    built = {name_of(kind).removeprefix("localhost/") for kind in RECIPES}
    (gpu,) = re.findall(r"--tag (\S+) \.", (REPO / "deploy" / "worker" / "Containerfile.optix").read_text())
    used = {one["image"] for _, one in containers(whole)}
    names = {f"renderchain-{kind}" for kind in ("services", "aggregator", "worker")} | {gpu}
    assert used == {f"registry.example/{one}:1.0" for one in names} and names <= built | {gpu}


def test_every_program_takes_its_command_line(whole: list[Object], tmp_path: Path) -> None:
    """With settings that are not there each ends for that, and not for its options."""
    told = {}
    for name, one in containers(whole):
        if "command" not in one:
            worker = "worker" in one["image"]
            args = [arg.replace("/etc/renderchain", str(tmp_path)) for arg in one["args"]]
            command = [sys.executable, "-m", *(["renderchain"] if worker else []), *args]
            done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
            told[name] = (done.returncode, str(tmp_path) in done.stderr)
    wrong_settings = exit_code_of(SettingsError(""))
    assert told == dict.fromkeys(told, (wrong_settings, True)) and len(told) == 7
    wrong = [sys.executable, "-m", "services.index", "--confg", "x"]
    assert subprocess.run(wrong, cwd=REPO, capture_output=True, check=False).returncode == 2


def test_every_variable_is_a_setting_or_a_services_own(whole: list[Object]) -> None:
    known = {PREFIX + one.name.upper() for one in fields(Settings)} | {INDEX_DATABASE, NOTIFIER_DATABASE}
    given = {one["name"] for _, container in containers(whole) for one in container.get("env", [])}
    assert {one for one in given if one.startswith(PREFIX)} <= known
    assert f"{PREFIX}METRICS_HOST" in given
    assert all(spec["enableServiceLinks"] is False for _, spec in pods(whole))


def test_a_rollback_waits_for_no_pod_that_can_not_start(whole: list[Object]) -> None:
    sets = [one for one in whole if one["kind"] == "StatefulSet"]
    assert len(sets) == 5 and {one["spec"].get("podManagementPolicy") for one in sets} == {"Parallel"}


def test_what_is_asked_of_a_program_is_a_page_that_it_has(whole: list[Object]) -> None:
    sources = [
        (REPO / "services" / "common" / "health.py").read_text(),
        (REPO / "addon" / "renderchain" / "blender" / "seen.py").read_text(),
    ]
    asked, ports = set[str](), {}
    for name, one in containers(whole):
        probes = [one[probe] for probe in one if probe.endswith("Probe")]
        asked |= {probe["httpGet"]["path"] for probe in probes}
        if probes:
            assert len(probes) == 3 and {probe["httpGet"]["port"] for probe in probes} == {"web"}, name
            (ports[name],) = [port["containerPort"] for port in one["ports"]]
    asked.remove("/v1/network")  # of the index, which answers while it is behind
    assert asked == {"/healthz", "/readyz"} and all(f'"{path}"' in text for path in asked for text in sources)
    (queue,) = {one.split("?")[0].split(":8750")[1] for one in urls(whole)}
    assert queue == "/v1/queue" and set(ports.values()) == {8750, 8752, 8753, 8754, 9464}


def urls(of: list[Object]) -> Iterator[str]:
    for one in of:
        for trigger in one["spec"].get("triggers", []) if one["kind"] == "ScaledObject" else []:
            yield trigger["metadata"]["url"]


def test_no_secret_is_anywhere_but_in_files_of_secrets_that_are_there(whole: list[Object]) -> None:
    assert {one["kind"] for one in whole} & {"Secret"} == set()
    for name, one in containers(whole):
        assert "envFrom" not in one
        for variable in one.get("env", []):
            assert "secretKeyRef" not in str(variable) and not SECRET.search(variable["name"]), name
            assert not re.search(r"//[^/@]*:[^/@]*@", variable.get("value", "")), name
    for one in whole:
        assert one["kind"] != "ConfigMap" or "grafana_dashboard" in one["metadata"]["labels"]
    volumes = [volume for _, spec in pods(whole) for volume in spec["volumes"]]
    from_files = {one["secret"]["secretName"] for one in volumes if "secret" in one}
    pools = {f"{pool}-workers" for pool in ("town", "hill", "node")}
    assert from_files == {"index", "scheduler", "notifier", "artist", "database"} | pools


def test_a_worker_sees_no_other_workers_key(whole: list[Object]) -> None:
    for name, one in containers(whole):
        if "worker" in one["image"]:
            own = [mount for mount in one["volumeMounts"] if mount["name"] == "settings"]
            assert len(own) == 3 and all(mount["subPathExpr"].startswith("$(WORKER).") for mount in own), name
            (worker,) = [variable for variable in one["env"] if variable["name"] == "WORKER"]
            each_node = name == "rc-nodes"
            field = "spec.nodeName" if each_node else "metadata.name"
            assert worker["valueFrom"]["fieldRef"]["fieldPath"] == field


def test_no_pod_has_more_rights_than_it_needs(whole: list[Object]) -> None:
    for name, spec in pods(whole):
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] == 10001
        sandboxed = "worker" in str(spec) or name == "rc-aggregator"
        assert spec.get("hostUsers", True) is not sandboxed, name
        for one in [*spec.get("initContainers", []), *spec["containers"]]:
            rights = one["securityContext"]
            assert rights["capabilities"] == {"drop": ["ALL"]} and rights["readOnlyRootFilesystem"]
            assert rights["allowPrivilegeEscalation"] is False and "privileged" not in rights
            assert rights.get("procMount", "Default") == ("Unmasked" if sandboxed else "Default"), name
            assert rights["seccompProfile"]["type"] == ("Localhost" if sandboxed else "RuntimeDefault"), name


def test_every_pod_of_the_release_is_one_that_the_policies_know(whole: list[Object]) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in whole if one["kind"] == "NetworkPolicy"}
    assert set(policies) == {"rc", "rc-index", "rc-scheduler", "rc-metrics"}
    for one in whole:
        if one["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            labels = one["spec"]["template"]["metadata"]["labels"].items()
            assert policies["rc"]["podSelector"]["matchLabels"].items() <= labels
            assert one["spec"]["selector"]["matchLabels"].items() <= labels
    assert policies["rc"]["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in policies["rc"]
    assert policies["rc-metrics"]["ingress"][0]["from"][0].keys() == {"namespaceSelector"}


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16"),
        *("192.0.0.192", "fe80::a9fe:a9fe", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
    ],
)  # fmt: skip
def test_no_pod_reaches_where_a_cloud_gives_machines_keys(whole: list[Object], address: str) -> None:
    """Those of Amazon's clouds were closed, Alibaba's, Azure's, Oracle's and Google's by IPv6 were not."""
    policies = [one["spec"] for one in whole if one["kind"] == "NetworkPolicy"]
    (egress,) = [one["egress"] for one in policies if "egress" in one]
    blocks = [to["ipBlock"] for rule in egress if "ports" not in rule for to in rule["to"]]
    ip = ip_address(address)
    let_through = [
        one
        for one in blocks
        if ip in ip_network(one["cidr"]) and not any(ip in ip_network(but) for but in one["except"])
    ]
    assert blocks and not let_through


def test_alerts_and_dashboards_are_those_of_deploy(whole: list[Object]) -> None:
    for name in ("services", "worker"):
        rules = yaml.safe_load((REPO / "deploy" / "prometheus" / f"{name}.rules.yml").read_text())
        assert named(whole, "PrometheusRule", f"rc-{name}")["spec"] == rules
    for name in ("services", "workers"):
        (text,) = named(whole, "ConfigMap", f"rc-dashboard-{name}")["data"].values()
        assert json.loads(text) == json.loads((REPO / "deploy" / "grafana" / f"{name}.json").read_text())
    jobs = {
        relabeling["replacement"]
        for one in whole
        if one["kind"] in ("ServiceMonitor", "PodMonitor")
        for endpoint in one["spec"].get("endpoints", one["spec"].get("podMetricsEndpoints"))
        for relabeling in endpoint["relabelings"]
    }
    text = "".join(file.read_text() for file in sorted((REPO / "deploy" / "prometheus").glob("*.rules.yml")))
    assert jobs == set(re.findall(r'up\{job="([^"]+)"', text))


def test_a_password_reaches_postgresqls_client_whatever_is_in_it(whole: list[Object], tmp_path: Path) -> None:
    """The first container's own script, with folders of ours."""
    (script,) = {tuple(one["args"]) for _, one in containers(whole) if one["name"] == "password"}
    (tmp_path / "password").write_text("a:b\\c d$(e)")
    text = script[0].replace("/run/database/", f"{tmp_path}/").replace(" /database/", f" {tmp_path}/")
    subprocess.run(["sh", "-euc", text], check=True)
    made = tmp_path / "pgpass"
    assert made.read_text() == "*:*:*:*:a\\:b\\\\c d$(e)\n" and made.stat().st_mode & 0o777 == 0o600

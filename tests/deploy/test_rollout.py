"""The chart's own services on a node of Kubernetes, from install to uninstall, as docs/kubernetes.md has it.

The node is real, and so are image, chain and database. What renders is not there.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.boxed import Containers
from tests.deploy.chart.rendered import CHART
from tests.deploy.cluster.asking import ANSWERED, asking
from tests.deploy.cluster.beside import Surroundings, surroundings
from tests.deploy.cluster.control_plane import Object, is_ready
from tests.deploy.cluster.node import ADDRESS, NAME, Node
from tests.deploy.images import built
from tests.unit.docs.pages import REPO

NAMESPACE = "render"
IMAGE, OLD, NEW = "localhost/renderchain-services", "1.0", "1.1"
WAIT = ("--wait", "--timeout", "20m")
LITTLE = {"resources": {"requests": {"cpu": "50m"}}}  # the machine is many's
INDEX: Object = {
    "images": {"registry": "localhost/", "tag": OLD, "pullPolicy": "Never"},
    "database": {"host": ADDRESS, "secret": "database"},
    "index": {"settings": "index", **LITTLE},
}
ALL: Object = {
    **INDEX,
    "scheduler": {"enabled": True, "settings": "scheduler", **LITTLE},
    "notifier": {"enabled": True, "settings": "notifier", **LITTLE},
}
ALONE = {"rc-scheduler-0", "rc-notifier-0"}  # besides the index's two pods, whose names are chance
PERSON = 'accounts = ["0x123"]\nchannels.news = { kind = "ntfy", topic = "ada" }\n'
PAGE = REPO / "docs" / "kubernetes.md"


@dataclass(frozen=True)
class Site:
    """Where the release is, and what is beside it."""

    node: Node
    around: Surroundings
    folder: Path

    def helm(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Its answer, for the release's namespace."""
        return self.node.plane.helm(*arguments, "--namespace", NAMESPACE, check=check)

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Its answer, for the same."""
        return self.node.plane.kubectl("--namespace", NAMESPACE, *arguments, given=given).stdout

    def upgrade(self, values: Object, *more: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Or install it, if it is not there."""
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(values))
        return self.helm(
            "upgrade", "--install", "rc", str(CHART), "--values", str(file), *(more or WAIT), check=check
        )

    def url(self, part: str) -> str:
        """Of its Service; the cluster has no names."""
        spec = json.loads(self.kubectl("get", "service", f"rc-{part}", "--output", "json"))["spec"]
        return f"http://{spec['clusterIP']}:{spec['ports'][0]['port']}"

    def ask(self, part: str, page: str) -> str:
        """Of its Service; from beside the pods."""
        command = [*self.node.inside, "curl", "--silent", "--show-error", "--fail", "--noproxy", "*"]
        done = subprocess.run(
            [*command, self.url(part) + page], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def items(self, page: str) -> list[Any]:
        """A list of the index's."""
        found: list[Any] = json.loads(self.ask("index", f"/v1/{page}"))["items"]
        return found

    def block(self) -> int:
        """The newest that the index has."""
        return int(json.loads(self.ask("index", "/v1/network"))["as_of"]["block"])

    def kept(self) -> list[str]:
        """The files of people on the disks."""
        return [file.read_text() for file in (self.folder / "disks").glob("*/people/*.toml")]

    def pods(self) -> dict[str, Object]:
        """The release's, by name."""
        return self.node.plane.all("pods", NAMESPACE)

    def tags(self) -> list[str]:
        """Of what runs in ready pods."""
        return sorted(self.node.plane.tags(NAMESPACE).values())


@pytest.fixture(scope="module")
def archive(containers: Containers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The services' image."""
    file = tmp_path_factory.mktemp("archive") / "services.tar"
    containers.save(built(containers, "services"), file, f"{IMAGE}:{OLD}")
    return file


@pytest.fixture(scope="module")
def site(archive: Path, node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A namespace under the strictest standard, the image under two tags, two disks, and the Secrets."""
    folder = tmp_path_factory.mktemp("site")
    node.containerd.take(archive)
    archive.unlink()
    node.containerd.name(f"{IMAGE}:{OLD}", f"{IMAGE}:{NEW}")
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": restricted}}
    node.plane.create(space, *(disk(folder / "disks" / str(number)) for number in range(2)))
    with surroundings(node, folder) as around:
        found = Site(node, around, folder)
        found.kubectl("create", "secret", "generic", "database", f"--from-file={around.password}")
        for part in ("index", "scheduler"):
            found.kubectl("create", "secret", "generic", part, f"--from-file={around.parts / part}")
        yield found


@pytest.fixture(scope="module")
def installed(site: Site) -> Site:
    """The index, and then the other two by an upgrade, when it is known where the index is."""
    site.upgrade(INDEX)
    settings = site.around.parts / "notifier" / "notifier.toml"
    text = settings.read_text()
    settings.write_text(text.replace(f"http://{ADDRESS}:8750", site.url("index")))
    site.kubectl("create", "secret", "generic", "notifier", f"--from-file={settings}")
    site.upgrade(ALL)
    return site


def disk(folder: Path) -> Object:
    """A volume of the node's that is to be kept, whatever becomes of who has it."""
    folder.mkdir(parents=True)
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [NAME]}
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain",
        "local": {"path": str(folder)},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
    }
    metadata = {"name": f"disk-{folder.name}"}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}


def test_its_services_run_there_and_know_the_chain(installed: Site) -> None:
    """In a namespace under the strictest standard, and none was started twice."""
    pods = installed.pods()
    assert len(pods) == 4 and set(pods) > ALONE
    assert all(is_ready(one) for one in pods.values())
    started = [one["status"]["containerStatuses"][0] for one in pods.values()]
    assert {one["restartCount"] for one in started} == {0}
    known, network = installed.items("boards"), installed.around.network
    assert [int(one["address"], 16) for one in known] == list(network.contracts.boards)
    operators = {int(one["operator"], 16) for one in installed.items("workers")}
    assert operators == {network.accounts[f"worker-{number}"].address for number in (1, 2)}
    assert '<script type="module"' in installed.ask("index", "/")
    assert installed.ask("scheduler", "/readyz") == installed.ask("notifier", "/readyz") == "ready\n"


def test_a_persons_file_comes_to_the_notifier_as_the_docs_say(installed: Site) -> None:
    put = re.search(r"kubectl exec -i (rc-notifier-0) -- sh -c '(.*)' <ada.toml", PAGE.read_text())
    assert put
    installed.kubectl("exec", "-i", put[1], "--", "sh", "-c", put[2], given=PERSON)
    installed.node.plane.wait_for(
        lambda: "renderchain_notifier_people 1" in installed.ask("notifier", "/metrics")
    )
    assert installed.kept() == [PERSON]


def test_an_upgrade_and_a_rollback_leave_no_question_without_an_answer_and_disks_outlive_the_release(
    installed: Site, tmp_path: Path
) -> None:
    first, before, block = set(installed.pods()), installed.kept(), installed.block()
    address = installed.url("index")
    with asking(installed.node, f"{address}/v1/network", tmp_path / "upgrade") as outcomes:
        installed.upgrade(ALL | {"images": ALL["images"] | {"tag": NEW}})
        assert installed.tags() == [NEW] * 4
        installed.node.plane.wait_for(lambda: first & set(installed.pods()) == ALONE)  # others have ended
        installed.node.plane.wait_for(lambda: installed.block() > block + 5)  # another one writes now

        missing = ALL | {"images": ALL["images"] | {"tag": "missing"}}
        failed = installed.upgrade(missing, "--wait", "--timeout", "20s", check=False)
        assert failed.returncode and installed.tags().count(NEW) >= 2
        installed.helm("rollback", "rc", *WAIT)
        assert installed.tags() == [NEW] * 4
    assert set(outcomes) == {ANSWERED} and len(outcomes) > 100

    installed.helm("uninstall", "rc", *WAIT)
    installed.node.plane.wait_for(lambda: not installed.pods())
    claims = installed.node.plane.all("persistentvolumeclaims", NAMESPACE)
    assert {one["status"]["phase"] for one in claims.values()} == {"Bound"} and len(claims) == 2
    assert installed.kept() == before

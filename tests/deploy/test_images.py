"""All container images: who their programs are, if they are well, and that they can be made again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.boxed import Containers
from tests.deploy.images import RECIPES, built
from tests.unit.docs.pages import REPO
from tools.setup.cargo import DEVNET_CRATES

FILES = sorted((REPO / "deploy").rglob("Containerfile*"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_hadolint_finds_nothing_in_a_recipe(file: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(hadolint), str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_devnet_in_the_image_is_the_one_that_tests_use() -> None:
    recipe = RECIPES["devnet"].file.read_text()
    (version,) = [line.removeprefix("ARG DEVNET=") for line in recipe.splitlines() if "ARG DEVNET" in line]
    assert (f"starknet-devnet@{version}",) == DEVNET_CRATES


@pytest.mark.parametrize("kind", RECIPES)
def test_a_program_in_an_image_is_no_root_has_a_name_and_can_be_asked_whether_it_is_well(
    containers: Containers, kind: str
) -> None:
    found = containers.inspect(built(containers, kind))
    assert found["User"] == "10001:10001" and found["StopSignal"] in ("SIGTERM", "SIGINT")
    assert found["Labels"]["org.opencontainers.image.title"].startswith("RenderChain")
    assert found["Labels"]["org.opencontainers.image.licenses"]
    assert found["Healthcheck"]["Test"][0] == "CMD"


@pytest.mark.parametrize("kind", RECIPES)
def test_an_image_that_is_built_anew_is_the_same(containers: Containers, kind: str) -> None:
    first = containers.made_of(built(containers, kind))
    again = built(containers, kind, "--no-cache", tag=f"localhost/{kind}-again")
    assert containers.made_of(again) == first


@pytest.mark.parametrize("kind", RECIPES)
def test_an_image_has_no_key_and_no_file_of_a_certificate_of_its_own(
    containers: Containers, kind: str
) -> None:
    done = containers.run(built(containers, kind), "-c", PRIVATE, entrypoint="sh")
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr


def test_what_is_in_an_image_can_be_listed_as_the_docs_say(containers: Containers, tmp_path: Path) -> None:
    page = (REPO / "docs" / "containers.md").read_text()
    (debian, python) = re.findall(r"^    ((?:debsbom|cyclonedx-py) .*)$", page, re.M)
    with containers.mounted(built(containers, "services")) as root:
        for command in (debian, python):
            words = command.replace("$root", str(root)).split()
            words[0] = str(Path(sys.executable).with_name(words[0]))
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    lists = [json.loads((tmp_path / f"{name}.cdx.json").read_text()) for name in ("debian", "python")]
    found = [
        {
            re.sub("[-_.]+", "-", one["name"]).lower(): one["version"]
            for one in parts["components"]
            if not one.get("purl", "").endswith("arch=source")  # of which packages were built
        }
        for parts in lists
    ]
    assert "python3-11-minimal" in found[0] and "gcc-12" not in found[0]
    lock = (REPO / "requirements-services.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", lock, re.M))  # on every system
    assert len(pinned) > 50 and {name: found[1].get(name) for name in pinned} == pinned


PRIVATE = """
grep -rlE -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' /etc /usr/share /opt/renderchain /data 2>/dev/null
find / -xdev \\( -name '*.keystore.json' -o -name '*.password' -o -name pgpass \\) 2>/dev/null
true
"""

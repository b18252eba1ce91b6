"""deploy/compose.yaml against what it is made of."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from renderchain.adapters.blender_process import seccomp

from devkit.network import composed
from devkit.network.composed import PARTS
from services.aggregator import command as aggregator
from services.index import command as index
from services.notifier import command as notifier
from services.notifier.people import People, read_operator
from services.scheduler import command as scheduler
from tests.deploy.images import RECIPES, name_of
from tests.unit.docs.pages import REPO

FOUND: dict[str, Any] = yaml.safe_load((REPO / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = FOUND["services"]
# With the first the chain is gone; the second says five times if it is; the third ends with its command.
RESTART = {"devnet": "no", "network": "on-failure:5", "artist": "no"}
NEEDS_A_SANDBOX = {"worker-1", "worker-2", "aggregator", "artist"}

MAKE_A_SANDBOX = {
    *("chroot", "mount", "pivot_root", "sethostname", "umount2", "unshare"),
    *("fork", "vfork"),  # by which all else is started
}
ADA = """
[channels.phone]
kind = "ntfy"
topic = "ada"
"""


@pytest.mark.parametrize("name", SERVICES)
def test_a_part_has_no_more_rights_than_it_needs_and_bounded_logs(name: str) -> None:
    part = SERVICES[name]
    assert part["read_only"] and part["cap_drop"] == ["ALL"] and "privileged" not in part
    options = set(part["security_opt"])
    assert "no-new-privileges" in options and (len(options) == 1) == (name not in NEEDS_A_SANDBOX)
    assert part["logging"]["options"] == {"max-size": "8m", "max-file": "3"}
    assert part.get("restart", "no") == RESTART.get(name, "unless-stopped")


def test_only_this_machine_reaches_it() -> None:
    ports = [port for part in SERVICES.values() for port in part.get("ports", [])]
    assert len(ports) == 3 and all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_prepared_for_a_part_comes_into_its_folder_and_nobody_elses() -> None:
    filled = {f"settings-{part}:/network/{part}" for part in PARTS} | {"state:/network/state"}
    assert set(SERVICES["network"]["volumes"]) == filled
    for name, part in SERVICES.items():
        if name != "network":
            settings = [one for one in part.get("volumes", []) if "settings" in one]
            whose = "artist" if name == "aggregator" else name
            assert settings == ([f"settings-{whose}:/etc/renderchain:ro"] if whose in PARTS else []), name


def test_every_volume_is_named_and_used() -> None:
    used = {one.split(":")[0] for part in SERVICES.values() for one in part.get("volumes", [])}
    assert used == set(FOUND["volumes"])


def test_no_volumes_name_begins_with_anothers() -> None:
    """podman takes the only name that begins so for the one that is asked for.

    So podman-compose believes that a volume is there, doesn't make it, and later leaves it behind: the next
    network would begin with what this one forgot.
    """
    names = sorted(FOUND["volumes"])
    assert not [name for name in names for other in names if other != name and other.startswith(name)]


def test_a_part_is_well_only_if_its_own_program_answers() -> None:
    """They share one network: what any port answers says nothing of the others."""
    programs = {"index": index, "scheduler": scheduler, "notifier": notifier, "aggregator": aggregator}
    ports = {name: module.PORT for name, module in programs.items()}
    for name, port in ports.items():
        program = f"services.{name}"
        assert SERVICES[name].get("command", [program])[0] == program
        check = SERVICES[name]["healthcheck"]
        assert check["test"] == ["CMD", "python3", "/opt/renderchain/healthy.py", str(port)]
        assert {"interval", "timeout", "start_period"} < set(check)
    asked = {str(port) for port in ports.values()}
    recipe = (REPO / "deploy" / "services" / "Containerfile").read_text()
    (images,) = [line for line in recipe.splitlines() if line.startswith("HEALTHCHECK") and "875" in line]
    assert set(re.findall(r'"(\d+)"', images)) == asked
    own_port = SERVICES["worker-2"]["environment"]["RENDERCHAIN_METRICS_PORT"]
    worker = (REPO / "deploy" / "worker" / "Containerfile").read_text()
    assert f"RENDERCHAIN_METRICS_PORT={own_port}" not in worker and "healthcheck" not in SERVICES["worker-2"]


def test_a_person_is_brought_to_the_notifier_as_the_docs_say(tmp_path: Path) -> None:
    page = (REPO / "docs" / "containers.md").read_text()
    (script,) = re.findall(r"exec -T notifier sh -c \\\n +'(.+)' <ada\.toml$", page, re.M)
    (folder,) = re.findall(r'people_folder = "(.+)"', composed.notifier_settings())
    assert folder in script and SERVICES["notifier"]["volumes"][0] == f"notifier:{Path(folder).parent}"
    operator = tmp_path / "notifier.toml"
    operator.write_text(composed.notifier_settings().replace(folder, "people"))
    assert People(operator, read_operator(operator)).all() == []
    for hour in (8, 9):  # the second time it is changed
        text = f"digest_hour = {hour}\n{ADA}"
        here = script.replace("/data", str(tmp_path))
        subprocess.run(["sh", "-c", here], input=text, text=True, check=True)
        (ada,) = People(operator, read_operator(operator)).all()
        assert (ada.name, ada.person.digest_hour) == ("ada", hour)
    (file,) = (tmp_path / "people").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_a_scene_may_not_call_its_container_may_not_but_for_what_makes_the_sandbox() -> None:
    (rule,) = json.loads((REPO / "deploy" / "worker" / "seccomp.json").read_text())["syscalls"]
    assert rule["action"] == "SCMP_ACT_ERRNO" and set(seccomp.REFUSED) - set(rule["names"]) == MAKE_A_SANDBOX


def test_every_image_has_a_recipe() -> None:
    recipes = {name_of(kind).removeprefix("localhost/"): recipe for kind, recipe in RECIPES.items()}
    for part in SERVICES.values():
        recipe = recipes.pop(part["image"].removeprefix("${IMAGES:-}"), None)
        if recipe:
            assert REPO / part["build"]["dockerfile"] == recipe.file
            assert part["build"].get("target", "") == recipe.target
    assert recipes == {}

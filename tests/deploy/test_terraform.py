"""The Terraform modules, by OpenTofu: in form, without mistakes, planned and applied on a made-up cloud."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from renderchain.settings import load_settings

from tests.unit.docs.pages import REPO
from tools.setup.cache import is_done
from tools.setup.opentofu import SCHEMA, opentofu_root

TERRAFORM = REPO / "deploy" / "terraform"
MODULES = ("bare", "openstack")
SUM = "0123456789abcdef" * 4
ACCOUNT = "0x1a2b"
VARIABLES: dict[str, Any] = {
    "workers": {"one": {"account": ACCOUNT}},
    "settings": {
        "network": "sepolia",
        "directory": "0x3c",
        "from_block": 12,
        "rpc_url": 'https://node.example.org/rpc?a="b"&c=<d>#e\\',
        "ipfs_api": "/ip4/10.0.0.2/tcp/5001",
        "device": "OPTIX",
        "appeals": False,
        "gateways": "https://gateway.example.org",
        "refused_artists": ["0x1", "0x2"],
    },
    "release_url": "https://example.org/renderchain-1.tar.gz",
    "release_sha256": SUM,
    "data_devices": {"one": "/dev/vdb"},
    "packages": ["nvidia-driver"],
}


class Tofu:
    """OpenTofu in a copy of the modules, with nothing of this machine's own settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = opentofu_root()
        shutil.copytree(TERRAFORM, folder / "deploy" / "terraform")
        shutil.copytree(REPO / "worker_headless", folder / "worker_headless")

    def module(self, name: str) -> Path:
        """Its folder."""
        return self.folder / "deploy" / "terraform" / name

    def __call__(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What it answers."""
        return subprocess.run(
            [str(self._root / "bin" / "tofu"), *arguments, "-no-color"],
            cwd=self.module(module),
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "TF_CLI_CONFIG_FILE": str(self._root / "tofu.rc"),
                "TF_IN_AUTOMATION": "1",
            },
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


@pytest.fixture
def tofu(lanes: None, tmp_path: Path) -> Tofu:
    if not is_done(opentofu_root()):
        pytest.skip("OpenTofu comes with `make test-deploy` or `python3 -m tools.setup opentofu`.")
    found = Tofu(tmp_path / "copy")
    for module in MODULES:
        got = found(module, "get")
        assert got.returncode == 0, got.stdout + got.stderr
    return found


def test_the_modules_are_in_form(tofu: Tofu) -> None:
    done = tofu(".", "fmt", "-check", "-recursive", "-diff")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_no_mistake(tofu: Tofu, module: str) -> None:
    done = tofu(module, "validate")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_a_module_does_what_its_own_tests_ask(tofu: Tofu, module: str) -> None:
    """What they applied is destroyed, so that here volumes may be."""
    file = tofu.module(module) / "main.tf"
    file.write_text(file.read_text().replace("prevent_destroy = true", "prevent_destroy = false"))
    done = tofu(module, "test")
    (file,) = (TERRAFORM / module / "tests").glob("*.tftest.hcl")
    asked = len(re.findall(r"^run ", file.read_text(), re.M))
    assert done.returncode == 0 and f"{asked} passed, 0 failed" in done.stdout, done.stdout + done.stderr


def test_a_volume_is_never_destroyed_with_its_fleet(tofu: Tofu) -> None:
    done = tofu("openstack", "test")
    said = " ".join((done.stdout + done.stderr).split())
    for worker in ("one", "two"):
        assert (
            f'Resource openstack_blockstorage_volume_v3.data["{worker}"] has lifecycle.prevent_destroy'
            in said
        )


def test_an_argument_that_the_cloud_does_not_know_is_refused(tofu: Tofu) -> None:
    file = tofu.module("openstack") / "main.tf"
    file.write_text(file.read_text().replace("flavor_name  ", "flavour_name "))
    done = tofu("openstack", "validate")
    assert done.returncode == 1 and "flavour_name" in done.stderr, done.stdout + done.stderr


def test_what_cloud_init_is_given_is_as_it_wants_it_and_makes_the_products_own_worker(tofu: Tofu) -> None:
    given = user_data(tofu)
    assert given.startswith("#cloud-config\n")
    found = yaml.safe_load(given)
    schema = json.loads((opentofu_root() / SCHEMA).read_text())
    description = jsonschema_rs.Draft4Validator(schema)
    assert [one.message for one in description.iter_errors(found)] == []
    assert not description.is_valid(found | {"runcmd": 3})
    recipe = (REPO / "deploy" / "worker" / "Containerfile").read_text()
    for_the_image = re.findall(r"--no-install-recommends \\\n((?:.*\\\n)+?)\s*&&", recipe)[0]
    assert set(for_the_image.replace("\\", "").split()) < set(found["packages"])
    assert "nvidia-driver" in found["packages"]
    files = {one["path"]: one["content"] for one in found["write_files"]}
    unit = (REPO / "worker_headless" / "renderchain-worker.service").read_text()
    assert files["/etc/systemd/system/renderchain-worker.service"] == unit
    settings = tofu.folder / "worker.toml"
    settings.write_text(files["/etc/renderchain/worker.toml"])
    read = load_settings(settings)
    assert (read.rpc_url, read.account) == (VARIABLES["settings"]["rpc_url"], int(ACCOUNT, 16))
    assert read.network == "sepolia" and read.from_block == 12 and read.folder == Path("/var/lib/renderchain")
    assert not read.appeals and tuple(read.refused_artists) == (1, 2)


def user_data(tofu: Tofu) -> str:
    """What the one worker's machine is given."""
    (tofu.module("bare") / "all.auto.tfvars.json").write_text(json.dumps(VARIABLES))
    done = tofu("bare", "apply", "-auto-approve")
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(tofu("bare", "output", "-json").stdout)
    return str(told["user_data"]["value"]["one"])


def installing(step: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the steps of install.sh, alone."""
    steps = (TERRAFORM / "bare" / "install.sh").read_text().partition("\npython3 -c")[0]
    code = f'{steps}\n"$@"'
    command = ["sh", "-c", code, "install.sh", step, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_disk_is_formatted_once_and_never_when_it_holds_anything(tmp_path: Path) -> None:
    if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin") is None:
        pytest.skip("There is no mkfs.ext4 here; e2fsprogs has it.")
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(2**24)
    assert installing("prepare_disk", str(disk)).returncode == 0
    formatted = disk.read_bytes()
    assert formatted[0x438:0x43A] == b"\x53\xef"  # as ext4 begins
    assert installing("prepare_disk", str(disk)).returncode == 0
    assert disk.read_bytes() == formatted
    for held in (
        bytes(4096) + b"what nobody knows" + bytes(2**20),
        formatted.replace(b"\x53\xef", b"\x53\xee"),
    ):
        other = tmp_path / "other"
        other.write_bytes(held)
        done = installing("prepare_disk", str(other))
        assert done.returncode == 1 and "holds something that is no ext4" in done.stderr, done.stderr
        assert other.read_bytes() == held
    missing = installing("prepare_disk", str(tmp_path / "none"))
    assert missing.returncode == 1 and "attach the disk" in missing.stderr


def test_what_has_another_sum_is_not_installed(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("There is no curl here.")
    release = tmp_path / "release"
    release.write_bytes(b"a release")
    place = f"file://{release}"
    good = installing("fetch", place, sha256(b"a release").hexdigest(), str(tmp_path / "got"))
    assert good.returncode == 0 and (tmp_path / "got").read_bytes() == b"a release", good.stderr
    other = installing("fetch", place, SUM, str(tmp_path / "other"))
    assert other.returncode == 1 and "another sha-256" in other.stderr
    none = installing("fetch", f"{place}-2", SUM, str(tmp_path / "none"))
    assert none.returncode == 1 and "can't be fetched" in none.stderr

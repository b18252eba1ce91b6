"""The extension's zip: what is in it, and that Blender 4.5 and 5.2 install it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

from devkit.network.services import REPO
from tests.application import Application


def manifest_of(extension: Path) -> dict[str, object]:
    with ZipFile(extension) as zipped:
        return tomllib.loads(zipped.read("blender_manifest.toml").decode())


def test_the_zip_holds_the_package_and_exactly_the_wheels_that_it_declares(extension: Path) -> None:
    with ZipFile(extension) as zipped:
        names = set(zipped.namelist())
    declared = manifest_of(extension)["wheels"]
    assert isinstance(declared, list)
    assert {name for name in names if name.endswith(".whl")} == {name.removeprefix("./") for name in declared}
    source = REPO / "addon" / "renderchain"
    ours = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    assert ours <= names
    data = {"blender_manifest.toml", "blender/known_tile.blend"}
    assert data <= names
    rest = names - ours - data
    assert not [name for name in rest if not name.endswith((".whl", ".json", ".gz", "/"))], rest


def test_every_wheel_fits_the_zips_platform_and_no_package_is_there_in_two_versions(extension: Path) -> None:
    declared = manifest_of(extension)["wheels"]
    assert isinstance(declared, list)
    versions: dict[str, set[str]] = {}
    for name in declared:
        package, version, *_, platform = name.removeprefix("./wheels/").removesuffix(".whl").split("-")
        versions.setdefault(package, set()).add(version)
        assert "linux" in platform or platform == "any", name
    assert {package for package, found in versions.items() if len(found) > 1} == set()
    assert {"starknet_py", "ipfshttpclient", "keyring"} <= set(versions)


def test_the_version_is_the_same_wherever_it_stands(extension: Path) -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]["version"]
    assert manifest_of(extension)["version"] == project
    assert re.search(rf"-{re.escape(project)}-", extension.name)


def test_blender_4_5_installs_and_enables_it(extension: Path, tmp_path: Path) -> None:
    script = f"""
import bpy
done = bpy.ops.extensions.package_install_files(
    filepath={str(extension)!r}, repo="user_default", enable_on_install=True)
assert done == {{"FINISHED"}}, done
assert bpy.context.scene.renderchain.reward == "0.01"
import keyring
print("keyring from", keyring.__file__)
"""
    # -S: the packages of this environment must not stand in for the extension's own wheels.
    site = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    only_bpy = tmp_path / "only_bpy"
    only_bpy.mkdir()
    for name in (
        "bpy",
        "numpy",
        "numpy.libs",
        "requests",
        "urllib3",
        "certifi",
        "idna",
        "charset_normalizer",
    ):
        if (site / name).exists():
            (only_bpy / name).symlink_to(site / name)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(only_bpy)}
    env["BLENDER_USER_RESOURCES"] = str(tmp_path / "resources")
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "keyring from" in done.stdout, done.stdout + done.stderr
    assert str(tmp_path / "resources") in done.stdout


def test_the_application_knows_our_commands(application: Application) -> None:
    done = application.run("-b", "--command", "help")
    for name in ("submit", "probe", "download", "jobs", "cancel", "key", "worker"):
        assert f"renderchain_{name}" in done.stdout, done.stdout + done.stderr


def test_a_command_without_settings_says_what_to_do(application: Application) -> None:
    done = application.run("-b", "--command", "renderchain_jobs")
    assert done.returncode == 78
    assert "renderchain: " in done.stderr and "Traceback" not in done.stderr

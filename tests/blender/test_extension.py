"""The extension's zip: what is in it, and that Blender 4.5 and 5.2 install it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

from crypto_cpp_py.cpp_bindings import cpp_get_public_key, cpp_hash, cpp_sign

from devkit.network.services import REPO, tool_root
from tests.application import Application
from tools.extension.__main__ import write_index

OWN_WHEELS = Path(__file__).with_name("own_wheels.py")
NUMBERS = (2**250 + 12345, 2**200 + 6789, 2**240 + 54321)
MOST_BYTES = 25_000_000


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
    assert {"starknet_py", "ipfshttpclient", "keyring", "crypto_cpp_py"} <= set(versions)
    assert not {"sympy", "pydantic", "cytoolz", "pywin32"} & set(versions)


def test_the_version_is_the_same_wherever_it_stands(extension: Path) -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]["version"]
    assert manifest_of(extension)["version"] == project
    assert re.search(rf"-{re.escape(project)}-", extension.name)


def asked(said: str) -> dict[str, Any]:
    """What ``own_wheels`` answered, wherever it ran, compared with the libraries of this environment."""
    (line,) = (line for line in said.splitlines() if line.startswith("ANSWERS "))
    answers: dict[str, Any] = json.loads(line.removeprefix("ANSWERS "))
    assert answers["modules"] > 200 and answers["named"] > 60
    assert answers["hash"] == cpp_hash(*NUMBERS[:2])
    assert answers["public"] == cpp_get_public_key(NUMBERS[2])
    assert answers["signature"] == list(cpp_sign(NUMBERS[0], NUMBERS[2]))
    assert answers["keystore"] == NUMBERS[2]
    return answers


def test_blender_4_5_installs_and_enables_it_and_its_wheels_are_all_it_needs(
    extension: Path, tmp_path: Path
) -> None:
    script = f"""
import bpy, os, sys
done = bpy.ops.extensions.package_install_files(
    filepath={str(extension)!r}, repo="user_default", enable_on_install=True)
assert done == {{"FINISHED"}}, done
assert bpy.context.scene.renderchain.bl_rna
sys.argv += ["--", *{[str(one) for one in NUMBERS]!r}]
exec(compile(open({str(OWN_WHEELS)!r}).read(), "own_wheels", "exec"))
os._exit(0)
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
    assert "ANSWERS" in done.stdout, done.stdout + done.stderr
    assert asked(done.stdout)["place"].startswith(str(tmp_path / "resources"))


def test_the_applications_wheels_are_all_it_needs(application: Application) -> None:
    options = ["-b", "--python-exit-code", "1", "--python", str(OWN_WHEELS), "--", *map(str, NUMBERS)]
    done = application.run(*options)
    assert "ANSWERS" in done.stdout, done.stdout + done.stderr
    assert asked(done.stdout)["place"].startswith(str(application.resources))


def test_the_zip_has_wheels_for_every_blender_that_we_support_and_is_no_bigger_than_it_was_measured(
    extension: Path,
) -> None:
    declared = manifest_of(extension)["wheels"]
    assert isinstance(declared, list)
    compiled = {name.split("-")[2] for name in declared if "OpenEXR".lower() in name.lower()}
    assert compiled == {"cp311", "cp313", "cp314"}
    assert extension.stat().st_size < MOST_BYTES


def test_a_folder_of_zips_is_a_repository_that_installs_the_extension_over_http(
    extension: Path, tmp_path: Path
) -> None:
    served = tmp_path / "served"
    served.mkdir()
    (served / extension.name).write_bytes(extension.read_bytes())
    write_index(served)
    index = json.loads((served / "index.json").read_text())
    assert [(one["id"], one["archive_url"]) for one in index["data"]] == [
        ("renderchain", f"./{extension.name}")
    ]
    application = Application(tool_root("blender"), tmp_path / "resources")
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/index.json"
            add = ["repo-add", "--name", "RenderChain", "--url", url, "ours"]
            assert application.run("--online-mode", "--command", "extension", *add).returncode == 0
            install = ["install", "--sync", "--enable", "ours.renderchain"]
            done = application.run("--online-mode", "--command", "extension", *install)
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 0, done.stdout + done.stderr
    said = application.run("-b", "--command", "help")
    assert "renderchain_submit" in said.stdout, said.stdout + said.stderr


def test_the_application_knows_our_commands(application: Application) -> None:
    done = application.run("-b", "--command", "help")
    for name in ("submit", "probe", "download", "jobs", "cancel", "key", "worker"):
        assert f"renderchain_{name}" in done.stdout, done.stdout + done.stderr


def test_a_command_without_settings_says_what_to_do(application: Application) -> None:
    done = application.run("-b", "--command", "renderchain_jobs")
    assert done.returncode == 78
    assert "renderchain: " in done.stderr and "Traceback" not in done.stderr

"""The parts of a release that take no building."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.unit.docs.pages import REPO
from tools.extension import __main__ as extension
from tools.extension.__main__ import MANIFEST, PACKAGE, manifest_text, stage_package, version
from tools.extension.errors import BuildError
from tools.release.__main__ import LOCKS, changes, tracked, write_contracts, write_sources, write_sums
from tools.release.archives import canonical_zip, write_tar, write_zip
from tools.release.sbom import locked, sbom_of


def test_the_version_stands_in_one_place() -> None:
    number = version()
    assert re.fullmatch(r"\d+\.\d+\.\d+", number)
    ours = re.compile(rf"(?i)^\W*(?:__)?version(?:__)?\W+{re.escape(number)}\b", re.M)
    places = [
        name
        for name in tracked()
        if name.endswith((".py", ".toml", ".json", ".yaml", ".yml", "file", ".tf"))
        and not name.endswith("package-lock.json")
        and ours.search((REPO / name).read_text(errors="replace"))
    ]
    assert places == ["pyproject.toml"]
    assert f'version = "{number}"\n' in manifest_text(MANIFEST.read_text(), ["linux-x64"], ["a.whl"])
    with pytest.raises(BuildError, match="neither wheels nor version"):
        manifest_text('version = "9.9.9"\n' + MANIFEST.read_text(), ["linux-x64"], [])


def test_the_extension_of_a_release_is_made_of_what_git_tracks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_package(tmp_path / "own", tracked())
    staged = {path.relative_to(tmp_path / "own") for path in (tmp_path / "own").rglob("*") if path.is_file()}
    assert staged == {
        path.relative_to(PACKAGE) for path in map(REPO.joinpath, tracked()) if path.is_relative_to(PACKAGE)
    }
    assert Path("__init__.py") in staged

    package = tmp_path / "addon" / "renderchain"
    (package / "networks").mkdir(parents=True)
    for name in ("__init__.py", "networks/sepolia.toml", "networks/tried.toml", "keystore.json"):
        (package / name).write_text(name)
    monkeypatch.setattr(extension, "REPO", tmp_path)
    monkeypatch.setattr(extension, "PACKAGE", package)
    names = ["README.md", "addon/renderchain/__init__.py", "addon/renderchain/networks/sepolia.toml"]
    stage_package(tmp_path / "stage", names)
    found = [path for path in sorted((tmp_path / "stage").rglob("*")) if path.is_file()]
    assert [path.name for path in found] == ["__init__.py", "sepolia.toml"]
    stage_package(tmp_path / "as it lies there", None)
    assert (tmp_path / "as it lies there" / "networks" / "tried.toml").is_file()


def test_archives_of_the_same_files_are_the_same_whenever_and_in_whatever_order_they_are_made(
    tmp_path: Path,
) -> None:
    files = {"b.py": b"b" * 1000, "a/a.whl": b"a"}
    write_zip(tmp_path / "1.zip", files)
    write_zip(tmp_path / "2.zip", dict(reversed(files.items())))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with ZipFile(tmp_path / "3.zip", "w") as archive:
        archive.writestr("b.py", files["b.py"])  # of now
        archive.mkdir("a")
        archive.writestr("a/a.whl", files["a/a.whl"])
    canonical_zip(tmp_path / "3.zip")
    assert (tmp_path / "3.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
    packed = {"b": (b"b", True), "a": (b"a", False)}
    write_tar(tmp_path / "1.tar.gz", "top", packed)
    write_tar(tmp_path / "2.tar.gz", "top", dict(reversed(packed.items())))
    assert (tmp_path / "1.tar.gz").read_bytes() == (tmp_path / "2.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "1.tar.gz") as archive:
        assert [(one.name, one.mode) for one in archive] == [("top/a", 0o644), ("top/b", 0o755)]


def test_the_changelogs_section_is_the_versions_or_what_is_not_released_yet() -> None:
    text = "# Changelog\n\n## [Unreleased]\n- new\n\n## [1.2.0] - 2027-01-01\n- old\n\n## [1.1.0]\n- older\n"
    assert changes(text, "1.2.0") == "## [1.2.0] - 2027-01-01\n- old\n"
    assert changes(text, "1.1.0") == "## [1.1.0]\n- older\n"
    assert changes(text, "1.3.0") == "## [Unreleased]\n- new\n"
    with pytest.raises(BuildError, match="has no section"):
        changes("# Changelog\n", "1.0.0")
    assert "###" in changes((REPO / "CHANGELOG.md").read_text(), version())


def test_sources_hold_what_git_tracks_and_contracts_what_a_deployment_takes(tmp_path: Path) -> None:
    names = [
        name
        for name in tracked()
        if name.startswith(("contracts/artefacts/", "deploy/", "addon/renderchain/adapters/starknet/abi"))
    ]
    write_sources(tmp_path, names, "renderchain-1")
    with tarfile.open(tmp_path / "renderchain-1.tar.gz") as archive:
        assert {one.name for one in archive} == {f"renderchain-1/{name}" for name in names}
    assert "deploy/worker/Containerfile" in names
    write_contracts(tmp_path, names, "1")
    with ZipFile(tmp_path / "renderchain-contracts-1.zip") as contracts:
        held = set(contracts.namelist())
    classes = json.loads((REPO / "addon/renderchain/adapters/starknet/abi/classes.json").read_text())
    assert held == {"classes.json"} | {
        f"{name}.{form}.json" for name in classes for form in ("sierra", "casm")
    }


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_package_of_a_lock_file_is_listed_with_its_hashes(lock: str) -> None:
    text = (REPO / lock).read_text()
    found = locked(text)
    assert len(found) == len(re.findall(r"^[A-Za-z0-9]\S*==", text, re.M)) > 30
    assert sum(len(one["hashes"]) for one in found) == text.count("--hash=sha256:")
    body = json.loads(sbom_of("renderchain-x", "1", found))
    assert (body["bomFormat"], body["specVersion"]) == ("CycloneDX", "1.6")
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in body["components"])
    assert sbom_of("renderchain-x", "1", reversed(found)) == sbom_of("renderchain-x", "1", found)


def test_sums_are_of_every_file_and_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"b")
    write_sums(tmp_path)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert lines[0] == f"{empty}  a" and len(lines) == 2 and lines[1].endswith("  b")


def test_the_chart_of_the_sources_has_its_alerts_and_dashboards(tmp_path: Path) -> None:
    """They are links to folders, and links were left out: what the chart made of the sources was empty."""
    names = [name for name in tracked() if name.startswith("deploy/")]
    write_sources(tmp_path, names, "sources")
    with tarfile.open(tmp_path / "sources.tar.gz") as archive:
        assert {one.name for one in archive} == {f"sources/{name}" for name in names}
        archive.extractall(tmp_path, filter="data")
    there = REPO / "deploy" / "helm" / "renderchain" / "files"
    here = tmp_path / "sources" / there.relative_to(REPO)
    for kind, pattern in (("prometheus", "*.rules.yml"), ("grafana", "*.json")):
        found = {path.name: path.read_bytes() for path in (here / kind).glob(pattern)}
        assert (
            found == {path.name: path.read_bytes() for path in (there / kind).glob(pattern)}
            and len(found) == 2
        )

"""What the index serves beside its answers: the dashboard's files, and pictures that everybody may see."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from services.index.store import Store
from tests.services.api.served import PATIENCE_S, Answer, Served, serving
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, played

PAGE = "<!doctype html><title>A page</title>"


@pytest.fixture
def served(fresh: Fresh, tmp_path: Path) -> Iterator[Served]:
    """An index with a dashboard that was not built yet, and an empty folder for pictures."""
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in played(1).blocks:
        store.apply(block)
    (tmp_path / "pictures").mkdir()
    with serving(engine, store, 0, tmp_path / "pictures", tmp_path / "dist") as found:
        yield found


def build(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-Ab_1.js").write_text("1")
    (folder / "assets" / ".hidden.js").write_text("no")
    (folder / "secret.txt").write_text("no")


def test_an_index_without_a_built_dashboard_says_how_to_get_it(served: Served, tmp_path: Path) -> None:
    answer = served.get("/")
    assert answer.status == 404 and "python3 -m tools.setup dashboard" in answer.text
    build(tmp_path / "dist")
    assert served.get("/").text == PAGE


def test_the_page_may_run_and_ask_nothing_but_its_own(served: Served, tmp_path: Path) -> None:
    build(tmp_path / "dist")
    for path in ("/", "/assets/index-Ab_1.js"):
        policy = dict(
            one.strip().split(" ", 1)
            for one in served.get(path).headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'" and policy["script-src"] == policy["connect-src"] == "'self'"
        assert not any("unsafe" in one or "http" in one or "*" in one for one in policy.values())


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/assets/.hidden.js",
        "/assets/..%2fsecret.txt",
        "/assets/../secret.txt",
        "/assets/none.js",
        "/assets/%2e%2e%2findex.html",
    ],
)
def test_nothing_but_the_built_files_is_served(served: Served, tmp_path: Path, path: str) -> None:
    build(tmp_path / "dist")
    assert served.get(path).status in (404, 422)


def picture_of(served: Served, frame: int) -> Answer:
    job = served.get("/v1/jobs").json["items"][-1]["job"]
    return served.get(f"/v1/jobs/{BOARD:#x}/{job}/previews/{frame}")


def test_pictures_of_a_job_come_as_pictures_and_nothing_else_does(served: Served, tmp_path: Path) -> None:
    jobs = served.get("/v1/jobs").json["items"]
    job = jobs[-1]["job"]
    path = f"/v1/jobs/{BOARD:#x}/{job}/previews"
    assert served.get(path).json["item"] == {"frames": []}
    folder = tmp_path / "pictures" / hex(BOARD) / job / "previews"
    folder.mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(folder / "0007.png")
    for before in ("-001.png", "-1048574.png", "-12.png", "--01.png"):  # frames before 0; two that are none
        Image.new("RGB", (4, 4)).save(folder / before)
    (folder / "0008.png").write_text("<script>alert(1)</script>")
    (folder / "flags.json").write_text("{}")
    os.symlink(tmp_path / "elsewhere.png", folder / "0009.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "elsewhere.png")
    assert served.get(path).json["item"] == {"frames": [-1048574, -1, 7, 8, 9]}
    with urllib.request.urlopen(f"{served.url}{path}/7", timeout=PATIENCE_S) as answer:
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.read() == (folder / "0007.png").read_bytes()
    assert [picture_of(served, frame).status for frame in (8, 9, 10)] == [404, 404, 404]
    with urllib.request.urlopen(f"{served.url}{path}/-1", timeout=PATIENCE_S) as answer:
        assert answer.headers["content-type"] == "image/png"
    assert served.get(f"/v1/jobs/0x1/{job}/previews/7").status == 404

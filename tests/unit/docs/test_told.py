"""Commands, options, settings and metrics are told on the pages, and what these tell is there."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import fields

import pytest
from renderchain.app.requester.job_report import JobReport
from renderchain.blender.command_names import COMMAND_NAMES
from renderchain.core.artist_job import JobOverview
from renderchain.core.notices.lines import KINDS
from renderchain.settings import PREFIX, Settings

from tests.unit.docs.pages import PAGES, REPO, tracked
from tests.unit.docs.test_architecture import defines

SERVICES = ("aggregator", "index", "notifier", "scheduler")
OF_BLENDER = {"record", "sketch"}  # the artist's Blender starts these by itself, and nobody else does
FOR_USERS = (*SERVICES, "artist", "deployment", "extension", "ipfs", "operations", "privacy", "provider")
METRIC = re.compile(rf"_|renderchain_(?:{'|'.join(SERVICES)})_")  # another test looks at these
OPTION = re.compile(r'add_argument\(\s*"(--[a-z-]+)"')
TEXT = "\n".join(page.read_text() for page in PAGES if page.name != "CHANGELOG.md")
SOURCES = "\n".join(
    path.read_text() for path in tracked("*.py", "*.cairo", "*.ts", "*.tsx", "*.toml", "*.yaml", "Makefile")
)


def options_in(*patterns: str) -> set[str]:
    """What the parsers of these files take."""
    return {option for path in tracked(*patterns) for option in OPTION.findall(path.read_text())}


def untold(names: set[str], text: str) -> list[str]:
    """Those that stand nowhere in the text as words of their own."""
    return [one for one in sorted(names) if not re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)]


def test_every_command_and_every_option_of_one_is_told() -> None:
    commands = [one for one in COMMAND_NAMES if one not in OF_BLENDER]
    spans = "\n".join(re.findall(r"`[^`\n]+`", TEXT)).replace("-", "_")
    told = rf"(?:`|\brenderchain[_ ]|`python _m renderchain )({'|'.join(commands)})(?![\w])"
    assert set(commands) - set(re.findall(told, spans)) == set()
    options = options_in("addon/renderchain/blender/*.py")
    assert len(options) > 50
    assert untold(options, TEXT) == []


@pytest.mark.parametrize("kind", [JobOverview, JobReport])
def test_every_field_of_a_jobs_objects_is_told(kind: type[JobOverview | JobReport]) -> None:
    page = (REPO / "docs" / "artist.md").read_text()
    told = page[page.index("\n## From a shell\n") : page.index("\n## The receipt\n")]
    made = set(re.findall(r'^ +"(\w+)": ', inspect.getsource(kind.as_dict), re.M))
    assert len(made) > 5 and untold({f"`{one}`" for one in made}, told) == []


def test_the_pages_program_is_one_that_the_package_installs() -> None:
    assert re.search(r"^    renderchain [a-z]", TEXT, re.M)
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    module, _, name = project["scripts"]["renderchain"].partition(":")
    assert defines(REPO / "addon" / f"{module.replace('.', '/')}.py", name)


@pytest.mark.parametrize("service", SERVICES)
def test_every_option_of_a_service_is_on_its_page(service: str) -> None:
    page = (REPO / "docs" / f"{service}.md").read_text()
    options = options_in(f"services/{service}/command.py")
    assert len(options) > 4
    assert untold(options, page) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_page_names_its_metrics_and_no_others(service: str) -> None:
    """In full, or from the underscore on that follows the service's name."""
    page = (REPO / "docs" / f"{service}.md").read_text()
    (row,) = re.findall(r"^(?:\| |- )`/metrics`.*(?:\n  .*)*", page, re.M)
    told = {one.removeprefix(f"renderchain_{service}") for one in re.findall(r"`([a-z]*_[a-z_]+)`", row)}
    assert told - {"renderchain_service_ready"} == {f"_{one}" for one in metrics_of(service)}


def metrics_of(service: str) -> set[str]:
    """By the code that serves them; some names are put together there."""
    found: set[str] = set()
    for path in tracked(f"services/{service}/*.py"):
        text = path.read_text()
        found |= set(re.findall(rf'"renderchain_{service}_(\w+)"', text))
        found |= set(re.findall(r'f"\{(?:PREFIX|prefix)\}(\w+)"', text))
        found |= set(re.findall(r'f"\{name\}_(\w+)"', text))
        if gauges := re.search(r"gauges = \{(.*?)\n        \}", text, re.S):
            found |= set(re.findall(r'^ +"(\w+)": \(', gauges[1], re.M))
    return found


def test_every_setting_is_told() -> None:
    assert untold({one.name for one in fields(Settings)}, TEXT) == []


@pytest.mark.parametrize("name", FOR_USERS)
def test_every_name_of_a_page_is_in_the_code(name: str) -> None:
    """Settings, kinds of notices, commands, variables: whatever has an underscore and stands in backticks."""
    page = (REPO / "docs" / f"{name}.md").read_text()
    spans = [span for span in re.findall(r"`([^`\n]+)`", page) if not METRIC.match(span)]
    named = {one for span in spans for one in re.findall(r"\b[a-z]\w*_\w*[a-z]\b", span)}
    named |= set(re.findall(r"\bRENDERCHAIN_[A-Z_]+\b", page))
    known = KINDS.keys() | {f"{PREFIX}{one.name.upper()}" for one in fields(Settings)}
    ours = {one for one in named - known if not one.startswith("test_")}
    assert [one for one in sorted(ours) if one.removeprefix("renderchain_") not in SOURCES] == []

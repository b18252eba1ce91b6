"""The pages by keyboard, by ear, on a phone, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.services.browser.conftest import Visit
from tests.services.browser.places import places

PACKAGES = Path(__file__).resolve().parents[3] / "services" / "dashboard" / "node_modules"
AXE = PACKAGES / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}


def faults(page: Page) -> list[Any]:
    """What axe-core finds, with the first places of each."""
    page.evaluate(AXE.read_text() + "; undefined")
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        (one["id"], [node["html"][:200] + " " + node["failureSummary"] for node in one["nodes"][:3]])
        for one in found
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_no_page_has_a_fault_that_axe_knows(visit: Visit, theme: Any, size: str) -> None:
    page = visit.page
    page.emulate_media(color_scheme=theme)
    if size == "phone":
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    found = {}
    for name, place in places(visit.served).items():
        visit.go(place)
        visit.settled()
        found[name] = faults(page)
    visit.errors = [one for one in visit.errors if "404" not in one]  # a page is of a job that is not there
    assert {name: one for name, one in found.items() if one} == {}


def test_no_page_scrolls_sideways_on_a_phone(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = {}
    for name, place in places(visit.served).items():
        visit.go(place)
        visit.settled()
        wide[name] = page.evaluate("document.documentElement.scrollWidth")
    visit.errors = [one for one in visit.errors if "404" not in one]
    assert {name: one for name, one in wide.items() if one > PHONE["width"]} == {}


def focused(page: Page) -> str:
    return str(
        page.evaluate("(document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()")
    )


def test_a_keyboard_gets_everywhere(visit: Visit) -> None:
    page = visit.go()
    visit.settled()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for _ in range(60):
        if focused(page) == "Job 5":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Job 5")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator(".panel").first).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('main a')")
    visit.settled()
    for _ in range(60):
        if focused(page).startswith("worker "):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Worker")
    expect(page.locator("h1")).to_be_focused()


def test_the_colours_that_were_chosen_are_kept(context: BrowserContext, visit: Visit) -> None:
    page = visit.go()
    ground, name = page.locator("body"), "background-color"
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Colours").select_option("dark")
    expect(ground).not_to_have_css(name, light)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(ground).to_have_css(name, dark)
    page.get_by_label("Colours").select_option("system")
    expect(ground).to_have_css(name, light)


def test_who_sees_nothing_hears_what_the_frames_and_charts_show(visit: Visit) -> None:
    page = visit.go(places(visit.served)["job"])
    frames = visit.served.all_of(f"/v1/{places(visit.served)['job']}/frames", 100)
    accepted = sum(one["state"] == "accepted" for one in frames)
    label = page.locator(".field").get_attribute("aria-label") or ""
    assert f"{accepted} accepted" in label and label.startswith("Tasks 1 to 240: ")
    visit.go("market")
    page.locator("summary").click()
    points = page.get_by_role("table", name="Pay over time").locator("tbody tr")
    expect(points.first).to_be_visible()

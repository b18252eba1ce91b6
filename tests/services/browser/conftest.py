"""A browser, and an index that it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from services.index.store import Store
from tests.services.api.served import Served, serving
from tests.services.browser.chromium import PATIENCE_MS, chromium
from tests.services.conftest import Fresh
from tests.services.crowd import Crowd, at_work
from tests.services.played import NETWORK


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; no longer than a module, since its loop is in the way of those of other tests."""
    with chromium() as started:
        yield started


@dataclass
class Visit:
    """A page of the dashboard, and what went wrong in it."""

    page: Page
    served: Served
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def go(self, place: str = "") -> Page:
        """Open a page by its address, as a link from elsewhere does."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.served.url}/#/{place}")
        expect(self.page.locator("h1")).to_be_visible()
        return self.page

    def settled(self) -> Page:
        """Nothing on the page is still asked for."""
        expect(self.page.locator(".loading")).to_have_count(0)
        expect(self.page.locator(".state")).to_contain_text("live")
        return self.page


@pytest.fixture
def crowd() -> Crowd:
    """Whose chain it is; a test may tell more."""
    return at_work()


@pytest.fixture
def previews(tmp_path: Path) -> Path:
    """A folder as an aggregator fills it; it is empty."""
    (tmp_path / "previews").mkdir()
    return tmp_path / "previews"


@pytest.fixture
def served(fresh: Fresh, crowd: Crowd, previews: Path) -> Iterator[Served]:
    """An index that has read all of it."""
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in crowd.blocks:
        store.apply(block)
    with serving(engine, store, previews=previews) as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's window that nobody used before."""
    opened = browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def visit(context: BrowserContext, served: Served) -> Iterator[Visit]:
    """A page; at its end nothing went wrong in it, and nothing was asked of anybody else."""
    found = Visit(context.new_page(), served)

    def asked(request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https") and f"{place.scheme}://{place.netloc}" != served.url:
            found.elsewhere.append(request.url)

    found.page.on("request", asked)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("console", lambda said: found.errors.append(said.text) if said.type == "error" else None)
    yield found
    found.page.close()  # so that the index ends at once
    assert found.errors == []
    assert found.elsewhere == []

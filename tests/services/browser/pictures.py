"""Take the pictures of docs/dashboard.md: the pages as a made-up network fills them.

python -m tests.services.browser.pictures
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect

from services.common.engine import open_engine
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.store import Store
from tests.services.api.served import Served, serving
from tests.services.browser.chromium import chromium
from tests.services.browser.places import places
from tests.services.crowd import at_work
from tests.services.played import NETWORK

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "pictures"
WIDE, TALL, PHONE = (1200, 900), (1200, 1340), (390, 844)
Shot = tuple[str, tuple[int, int], str]
SHOTS: tuple[Shot, ...] = (
    ("job", WIDE, "light"),
    ("audit", TALL, "light"),
    ("jobs", WIDE, "dark"),
    ("market", WIDE, "light"),
    ("workers", PHONE, "light"),
    ("job", PHONE, "dark"),
)


def shoot(browser: Browser, served: Served, folder: Path, shots: Sequence[Shot]) -> None:
    """A picture of each page, size and theme."""
    for name, (width, height), theme in shots:
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        page.goto(f"{served.url}/#/{places(served)[name]}")
        expect(page.locator(".state")).to_contain_text("live")
        expect(page.locator(".loading")).to_have_count(0)
        page.evaluate("document.activeElement.blur()")
        file = folder / f"dashboard-{name.replace(' ', '-')}-{width}-{theme}.png"
        page.screenshot(path=file)
        page.close()
        with Image.open(file) as taken:
            taken.convert("RGB").save(file, optimize=True)


def main(folder: Path, shots: Sequence[Shot]) -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as place:
        engine = open_engine(f"sqlite:///{place}/index.sqlite")
        migrate(engine, MIGRATIONS)
        store = Store(engine)
        store.open(NETWORK)
        for block in at_work().blocks:
            store.apply(block)
        with serving(engine, store) as served, chromium() as browser:
            shoot(browser, served, folder, shots)
        engine.dispose()


if __name__ == "__main__":
    main(FOLDER if len(sys.argv) < 2 else Path(sys.argv[1]), SHOTS)

"""What the pages say, against what the index answers, and that they keep current."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.network_events import FamiliesChanged

from services.index.store import Store
from tests.services.api.served import Served, serving
from tests.services.browser.conftest import Visit
from tests.services.browser.places import places
from tests.services.conftest import Fresh
from tests.services.crowd import STRK, Crowd
from tests.services.played import BOARD, NETWORK, block_of


def cells(page: Page, state: str) -> int:
    return page.locator(f".field .cell.{state}").count()


def test_all_jobs_stand_in_the_list_the_newest_first(visit: Visit) -> None:
    page = visit.go()
    jobs = visit.served.get("/v1/jobs").json["items"]
    expect(page.locator("tbody tr")).to_have_count(len(jobs))
    names = page.locator("tbody tr td:first-child a").all_inner_texts()
    assert names == [f"Job {one['job']}" for one in jobs]


def test_frames_appear_as_they_come(visit: Visit, crowd: Crowd) -> None:
    page = visit.go(f"jobs/{BOARD:#x}/5")
    visit.settled()
    frames = visit.served.all_of(f"/v1/jobs/{BOARD:#x}/5/frames", 100)
    before = {state: sum(one["state"] == state for one in frames) for state in ("accepted", "claimed")}
    expect(page.locator(".field .cell")).to_have_count(240)
    assert {state: cells(page, state) for state in before} == before
    leases = visit.served.all_of(f"/v1/jobs/{BOARD:#x}/5/leases", 50)
    lease = next(one for one in leases if one["state"] == "claimed")
    count = len(crowd.blocks)
    crowd.submit(5, int(lease["lease"]), 8)  # type: ignore[arg-type]
    crowd.accept(5, int(lease["lease"]), 8)  # type: ignore[arg-type]
    for block in crowd.blocks[count:]:
        visit.served.store.apply(block)
    expect(page.locator(".field .cell.accepted")).to_have_count(before["accepted"] + 8)
    expect(page.locator(".field .cell.claimed")).to_have_count(before["claimed"] - 8)
    expect(page.locator(".state .block")).to_contain_text(f"{len(crowd.blocks) - 1:,}")


def test_pictures_of_frames_appear_where_the_index_may_show_them(
    visit: Visit, crowd: Crowd, previews: Path
) -> None:
    page = visit.go(f"jobs/{BOARD:#x}/5")
    visit.settled()
    expect(page.locator(".nothing", has_text="sealed for their artist")).to_be_visible()
    folder = previews / hex(BOARD) / "5" / "previews"
    folder.mkdir(parents=True)
    for frame in range(1, 31):
        Image.new("RGB", (16, 9), (8 * frame, 80, 40)).save(folder / f"{frame:04d}.png")
    # An answer is the same until there is a block.
    crowd.claim(JobId(5), 3, 200, 8)
    visit.served.store.apply(crowd.blocks[-1])
    pictures = page.locator(".pictures img")
    expect(pictures).to_have_count(24)
    expect(page.get_by_role("img", name="Frame 1", exact=True)).to_be_visible()
    expect(page.locator(".pictures img").first).to_have_js_property("naturalWidth", 16)
    page.get_by_role("group", name="Pages of Pictures").get_by_role("button", name="Next").click()
    expect(pictures).to_have_count(6)


def test_a_job_that_the_chain_dropped_goes(visit: Visit, crowd: Crowd) -> None:
    page = visit.go()
    visit.settled()
    rows = page.locator("tbody tr")
    count = rows.count()
    crowd.job(12)
    visit.served.store.apply(crowd.blocks[-1])
    expect(rows).to_have_count(count + 1)
    visit.served.store.rollback(crowd.blocks[-2].number)
    expect(rows).to_have_count(count)


def test_a_job_says_in_numbers_why_it_waits(visit: Visit) -> None:
    page = visit.go(places(visit.served)["waiting job"])
    told = visit.served.get(f"/v1/jobs/{BOARD:#x}/4/waiting").json["item"]
    why = page.locator(".why")
    expect(why).to_contain_text(f"{told['open_tasks']} tasks wait.")
    expect(why).to_contain_text(f"{told['workers']} workers render 5.2/cycles/optix")
    expect(why).to_contain_text(f"{told['price_too_low']} want more pay for a task")
    expect(why).to_contain_text(f"{told['without_offer']} have made no offer")
    assert told["price_too_low"] and told["without_offer"]


def test_an_audit_shows_what_was_held_against_the_worker(visit: Visit) -> None:
    page = visit.go(places(visit.served)["audit"])
    expect(page.locator(".pair")).to_have_count(3)
    expect(page.locator(".pair").first).to_contain_text("too far apart")
    assert page.locator(".pair canvas").count() == 18
    painted = "one => { const d = one.getContext('2d').getImageData(0, 0, one.width, one.height).data;"
    painted += " return new Set(d).size; }"
    assert all(one.evaluate(painted) > 2 for one in page.locator(".pair canvas").all())
    page.get_by_role("combobox", name="Tile").select_option("0")
    expect(page.locator(".pair").first).to_contain_text("within the limits")


def test_addresses_lead_to_their_pages_and_back(visit: Visit) -> None:
    page = visit.go(f"jobs/{BOARD:#x}/5")
    expect(page.locator("h1")).to_contain_text("Job 5")
    page.locator("table a", has_text="worker").first.click()
    expect(page.locator("h1")).to_contain_text("Worker")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Job 5")
    assert page.title() == "Job 5 · RenderChain"


@pytest.mark.parametrize(
    "place", ["jobs/0x1/../../x", "workers/one", "audits/0x1", "jobs/zz/5", "jobs/0x1/5/6"]
)
def test_an_address_that_is_none_says_so(visit: Visit, place: str) -> None:
    page = visit.go(place)
    expect(page.locator("h1")).to_have_text("There is no such page")


def test_what_the_index_does_not_know_is_said(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/#/jobs/{BOARD:#x}/99")
    expect(page.get_by_role("alert")).to_contain_text("There is none by this name here.")


def test_what_people_wrote_on_chain_stays_text(visit: Visit, crowd: Crowd) -> None:
    family = int.from_bytes(b"<img/src=x/onerror=alert(1)>", "big")
    number = len(crowd.blocks)
    told = ((NETWORK.registry, FamiliesChanged(0, WorkerId(3), (family,), True)),)
    visit.served.store.apply(block_of(number, crowd.now_s + 6, told))
    page = visit.go("workers/3")
    expect(page.locator("main")).to_contain_text("<img/src=x/onerror=alert(1)>")
    assert page.locator("main img").count() == 0


def test_numbers_beyond_those_of_javascript_are_shown_to_the_last_digit(visit: Visit, crowd: Crowd) -> None:
    count, reward_fri = len(crowd.blocks), 2**100 + 1
    job = crowd.job(8, reward_fri=reward_fri)
    lease = crowd.claim(job, 2**23 + 1, 0, 8)
    for block in crowd.blocks[count:]:
        visit.served.store.apply(block)
    assert lease > 2**63
    page = visit.go(f"jobs/{BOARD:#x}/{job}")
    whole, rest = divmod(reward_fri, STRK)
    expect(page.get_by_title(f"{whole:,}.{rest:018d} STRK").first).to_be_visible()
    page.get_by_role("table", name="Leases").locator("a").first.click()
    expect(page.locator("h1")).to_contain_text(str(lease))
    assert page.url.endswith(f"#/audits/{BOARD:#x}/{lease}")


def test_thousands_of_rows_come_in_pages(visit: Visit, crowd: Crowd) -> None:
    count = len(crowd.blocks)
    for _ in range(60):
        crowd.job(10)
    crowd.job(3000, reward_fri=STRK)
    for block in crowd.blocks[count:]:
        visit.served.store.apply(block)
    page = visit.go()
    expect(page.locator("tbody tr")).to_have_count(50)
    pages = page.get_by_role("group", name="Pages of Jobs")
    expect(pages.get_by_role("button", name="Previous")).to_be_disabled()
    first = page.locator("tbody tr td:first-child").first.inner_text()
    pages.get_by_role("button", name="Next").click()
    expect(pages).to_contain_text("Page 2")
    expect(page.locator("tbody tr")).to_have_count(16)
    expect(pages.get_by_role("button", name="Next")).to_be_disabled()
    pages.get_by_role("button", name="Previous").click()
    expect(page.locator("tbody tr td:first-child").first).to_have_text(first)
    visit.go(f"jobs/{BOARD:#x}/66")
    expect(page.locator(".field .cell")).to_have_count(1000)
    page.get_by_role("group", name="Pages of Frames").get_by_role("button", name="Next").click()
    expect(page.get_by_role("img", name=re.compile("Tasks 1,001 to 2,000"))).to_be_visible()


@pytest.fixture
def empty(fresh: Fresh) -> Iterator[Served]:
    """A network in which nothing happened yet."""
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    store.apply(block_of(0, 1, ()))
    with serving(engine, store) as found:
        yield found


def test_a_network_without_anything_says_what_will_stand_there(
    context: BrowserContext, empty: Served
) -> None:
    page = context.new_page()
    for place, words in (
        ("", "Nobody has created a job yet."),
        ("workers", "No worker is registered yet."),
        ("audits", "No lease was audited yet."),
        ("payments", "No money has moved yet."),
        ("market", "there are no prices"),
    ):
        page.goto(f"{empty.url}/#/{place}")
        expect(page.locator("main")).to_contain_text(words)


def test_an_index_that_goes_away_is_told_of_and_its_return_is_seen(
    context: BrowserContext, fresh: Fresh, crowd: Crowd
) -> None:
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in crowd.blocks:
        store.apply(block)
    page = context.new_page()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(engine, store, port) as served:
        page.goto(f"{served.url}/#/")
        expect(page.locator(".state")).to_contain_text("live")
        expect(page.locator("tbody tr")).not_to_have_count(0)  # it may be live before it has them
        rows = page.locator("tbody tr").count()
    expect(page.get_by_role("alert")).to_contain_text("The index can't be reached")
    expect(page.locator("tbody tr")).to_have_count(rows)
    crowd.job(12)
    store.apply(crowd.blocks[-1])
    with serving(engine, store, port):
        expect(page.locator(".state")).to_contain_text("live")
        expect(page.locator("tbody tr")).to_have_count(rows + 1)
        expect(page.get_by_role("alert")).to_have_count(0)

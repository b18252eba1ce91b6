"""An owner is away: frames come, are looked at, and what is wrong is ordered again, within the budget."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from renderchain.adapters.sealing import ViewUnwrapper, view_key_of
from renderchain.core.artist_job import REFUSED
from renderchain.core.contract_errors import BadJobTerms
from renderchain.core.errors import ContentError, LocalError
from renderchain.core.flags import Light, light_of
from renderchain.core.frames import format_frames
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.manifest import Manifest
from renderchain.core.money import FRI_PER_STRK

from devkit.board.chain import MemoryChain
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World
from services.aggregator.gallery import FLAGS, FOLDER, SHEET, VIDEO, Gallery
from services.aggregator.keeper import Keeper, Tally
from services.aggregator.orders import Order, Orders
from services.aggregator.pictures import Picture
from services.aggregator.service import Service

SHORT = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)
BUDGET_FRI = 10 * FRI_PER_STRK


class Eyes:
    """Sees what a test says in frames of made-up renderings, which are no images; ``seen`` has its looks."""

    def __init__(self) -> None:
        self.black: set[int] = set()
        self.unread: set[int] = set()
        self.looks_of: dict[int, list[float]] = {}  # the light of a frame, look by look
        self.seen: list[int] = []

    def of(self, frame: Path, settings: Manifest) -> tuple[Light, Picture]:
        number = int(frame.stem)
        self.seen.append(number)
        if number in self.unread:
            raise ContentError(f"{frame.name} is no image that can be shown.")
        looks = self.looks_of.get(number)
        light = looks.pop(0) if looks else 0.0 if number in self.black else 0.5
        pixels = np.full((settings.height, settings.width, 3), light, np.float32)
        return light_of(pixels), (pixels * 255).astype(np.uint8)


class Owner:
    """An artist, and the aggregator that it started; ``aggregator`` is a new process of it."""

    def __init__(self, artist: Artist) -> None:
        self.artist = artist
        self.eyes = Eyes()
        self.tally = Tally()
        self.budget_fri = BUDGET_FRI

    @property
    def orders(self) -> Orders:
        return Orders(self.artist.folder / "orders.json")

    def keeper(self, orders: Orders) -> Keeper:
        return Keeper(self.artist.requester(), orders, self.gallery, self.budget_fri, self.tally)

    def gallery(self, settings: Manifest, output: Path) -> Gallery:
        eyes: object = self.eyes
        return Gallery(eyes, settings, output, 0)  # type: ignore[arg-type]

    def aggregator(self) -> Service:
        orders = self.orders
        return Service(self.artist.requester(), self.keeper(orders), orders, self.tally)

    def named(self, job_id: JobId) -> BoardJob:
        """A job of the board of its world."""
        return BoardJob(self.artist.chain.board, job_id)

    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.artist.output / FOLDER / FLAGS).read_text())
        return found


@pytest.fixture
def owner(artist: Artist) -> Owner:
    return Owner(artist)


def kept(owner: Owner, world: World, machine: Machine, frames: int = 4) -> JobId:
    """A job, kept to its end by one process of the service."""

    async def life() -> JobId:
        job = await owner.artist.submit(frames, SHORT)
        async with machine.working():
            await owner.aggregator().run(once=True)
        return job

    return world.live(life())


def test_a_job_is_kept_to_its_end_and_shown(owner: Owner, world: World, machine: Machine) -> None:
    job = kept(owner, world, machine)
    output = owner.artist.output
    assert owner.artist.frames() == [f"{number:04d}.png" for number in range(1, 5)]
    made = {path.name for path in (output / FOLDER).iterdir() if path.is_file()}
    assert made == {FLAGS, SHEET, VIDEO, "0001.png", "0002.png", "0003.png", "0004.png"}
    assert owner.told() == {"frames": 4, "here": 4, "flags": [], "unread": {}}
    assert (output / f"receipt-{job}.json").is_file()
    assert (owner.tally.jobs, owner.tally.frames, owner.tally.ordered) == (1, 4, 0)
    assert owner.orders.is_over(owner.named(job)) and not owner.orders.all


def test_a_job_that_was_kept_is_left_alone_after_a_restart(
    owner: Owner, world: World, machine: Machine
) -> None:
    kept(owner, world, machine)
    seen = list(owner.eyes.seen)
    world.live(owner.aggregator().run(once=True))
    assert owner.eyes.seen == seen


def test_a_black_frame_is_ordered_again_once(owner: Owner, world: World, machine: Machine) -> None:
    owner.eyes.black = {2}
    job = kept(owner, world, machine)
    (order,) = owner.orders.all
    assert (order.job, order.frames) == (owner.named(job), (2,)) and order.again not in (None, order.job)
    assert owner.tally.ordered == 1
    assert [one["kind"] for one in owner.told()["flags"]] == ["black", "flicker"]  # type: ignore[attr-defined]
    world.live(owner.aggregator().run(once=True))
    assert owner.orders.all == [order]


@pytest.mark.parametrize("budget_fri", [0, 1000])
def test_nothing_is_ordered_beyond_the_budget(
    owner: Owner, world: World, machine: Machine, budget_fri: int
) -> None:
    owner.eyes.black, owner.budget_fri = {3}, budget_fri
    kept(owner, world, machine)
    assert not owner.orders.all and owner.tally.ordered == 0
    assert len(owner.artist.journal.jobs()) == 1


@pytest.mark.parametrize("unread", [{3}, {1, 2, 3, 4}])
def test_what_can_not_be_looked_at_is_said_and_never_ordered(
    owner: Owner, world: World, machine: Machine, caplog: pytest.LogCaptureFixture, unread: set[int]
) -> None:
    """They counted as broken, so that a budget paid for good frames again."""
    owner.eyes.unread = unread
    kept(owner, world, machine)
    told = owner.told()
    assert not owner.orders.all and told["flags"] == [] and owner.tally.failures == 0
    assert told["unread"] == {str(one): f"000{one}.png is no image that can be shown." for one in unread}
    named = format_frames(tuple(sorted(unread)))
    assert f"frames {named} were not looked at: 000{min(unread)}.png is no image" in caplog.text


def test_what_is_off_once_others_were_mended_is_ordered_then(
    owner: Owner, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gallery, "_known", lambda *_: None)  # what is rendered here twice is the same file
    owner.eyes.looks_of = {4: [0.0], 5: [0.9, 0.9]}
    kept(owner, world, machine, 8)
    assert [one.frames for one in owner.orders.all] == [(4,), (5,)]
    assert owner.tally.ordered == 2


def test_beside_what_can_not_be_looked_at_the_others_are(
    owner: Owner, world: World, machine: Machine
) -> None:
    owner.eyes.unread, owner.eyes.black = {2}, {5}
    job = kept(owner, world, machine, 8)
    (order,) = owner.orders.all
    assert (order.job, order.frames) == (owner.named(job), (5,))


@pytest.mark.parametrize(
    "error", [LocalError("No video of the frames could be made."), SyntaxError("broken PNG file")], ids=type
)
@pytest.mark.parametrize("part", ["note", "sheet", "video"])
def test_one_thing_that_can_not_be_made_leaves_the_others_and_the_orders(
    owner: Owner, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch, part: str, error: Exception
) -> None:
    """Where ffmpeg made no video nothing was ordered again, and what Pillow raises ended the aggregator."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Gallery, part, fail)
    owner.eyes.black = {2}
    kept(owner, world, machine)
    (order,) = owner.orders.all
    assert order.frames == (2,) and owner.tally.failures == 2  # it is tried again with what was ordered
    made = {path.name for path in (owner.artist.output / FOLDER).iterdir() if path.suffix != ".png"}
    names = {"note": FLAGS, "sheet": SHEET, "video": VIDEO}
    assert made - {"lights"} == set(names.values()) - {names[part]}


def test_an_order_that_was_made_before_its_number_was_noted_is_found_and_not_made_twice(
    owner: Owner, world: World, machine: Machine
) -> None:
    owner.eyes.black = {2}
    job = kept(owner, world, machine)
    orders = owner.orders
    (order,) = orders.all
    orders._write([replace(order, again=None)], frozenset())
    jobs = len(owner.artist.journal.jobs())
    world.live(owner.aggregator().run(once=True))
    assert owner.orders.all == [order] and owner.orders.is_over(owner.named(job))
    assert len(owner.artist.journal.jobs()) == jobs


def test_an_order_that_never_was_made_costs_nothing(owner: Owner, world: World, machine: Machine) -> None:
    job = kept(owner, world, machine)
    orders = owner.orders
    orders._write([Order(owner.named(job), (2,), FRI_PER_STRK)], frozenset())
    world.live(owner.aggregator().run(once=True))
    assert owner.orders.spent_fri == 0


def test_an_order_that_the_network_refused_is_none_and_later_jobs_are_kept(
    owner: Owner, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken for one that is still sent, so that no job of the account was kept any more."""
    owner.eyes.black = {2}

    async def refuse(*_: object) -> JobId:
        raise BadJobTerms("Creating a job")

    async def life() -> list[JobId]:
        jobs = [await owner.artist.submit(4, SHORT)]
        async with machine.working():
            with monkeypatch.context() as refusing:
                refusing.setattr(MemoryChain, "create_job", refuse)
                await owner.aggregator().run(once=True)
            assert not owner.orders.all and owner.tally.ordered == 0
            jobs.append(await owner.artist.submit(1, SHORT))
            await owner.aggregator().run(once=True)
        return jobs

    jobs = world.live(life())
    assert [one.state for one in owner.artist.journal.jobs()] == ["completed", REFUSED, "completed"]
    assert all(owner.orders.is_over(owner.named(job)) for job in jobs)


EARLIER = '{"orders": [], "over": [5]}'  # which named no board


@pytest.mark.parametrize("text", ["{", EARLIER, '{"orders": [], "over": [["5", 5, 5]]}'])
def test_what_was_spent_is_not_forgotten_where_the_file_is_damaged(owner: Owner, text: str) -> None:
    path = owner.artist.folder / "orders.json"
    path.write_text(text)
    with pytest.raises(LocalError, match="can't be read. Mend it, or move it away"):
        _ = owner.orders
    assert path.read_text() == text


def test_pictures_that_fail_leave_the_frames_and_the_receipt(
    owner: Owner, world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Gallery, "flags", fail)
    job = kept(owner, world, machine)
    assert owner.tally.failures == 1 and len(owner.artist.frames()) == 4
    assert (owner.artist.output / f"receipt-{job}.json").is_file()


def test_who_has_the_view_key_alone_sees_the_frames_and_pays_nothing(
    owner: Owner, world: World, machine: Machine
) -> None:
    viewer = Artist(world, 0xB0B)
    view_key = view_key_of(owner.artist.address, viewer.chain.chain_id)
    viewing = viewer.requester()
    viewing._parts = replace(viewing._parts, unwrapper=lambda chain: ViewUnwrapper(view_key))
    orders, folder = Orders(viewer.folder / "orders.json"), viewer.folder / "seen"
    keeper = Keeper(viewing, orders, owner.gallery, 0, owner.tally)

    async def life() -> JobId:
        job = await owner.artist.submit(2, SHORT)
        service = Service(viewing, keeper, orders, owner.tally, (job,), folder)
        async with machine.working():
            await asyncio.gather(service.run(once=True), owner.artist.watching(job))
        return job

    before_fri = world.network.model.tokens[viewer.address]
    job = world.live(life())
    here = folder / hex(world.network.chain(viewer.address).board) / str(job)
    seen = sorted(path.name for path in here.glob("*.png"))
    assert seen == owner.artist.frames() == ["0001.png", "0002.png"]
    assert (here / FOLDER / SHEET).is_file()
    assert world.network.model.tokens[viewer.address] == before_fri


def test_the_service_says_whether_it_is_ready_and_what_it_did(
    owner: Owner, world: World, machine: Machine
) -> None:
    service = owner.aggregator()
    assert service.not_ready() == "the account's jobs were not read yet"
    kept(owner, world, machine)
    values = {one.name: list(one.values.values()) for one in owner.aggregator().metrics()}
    assert values["renderchain_aggregator_frames_total"] == [4]

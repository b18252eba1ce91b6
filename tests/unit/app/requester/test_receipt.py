"""The receipt of a job: it is found right, and whatever is altered in it is found."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet.signatures import KeySigner, StarkSigning
from renderchain.app.requester.receipt import digests_of, sealed, write_receipt
from renderchain.blender.receipt_command import verify_receipt
from renderchain.core.canonical import dump_canonical
from renderchain.core.errors import ContentError
from renderchain.core.finding import Finding, Health
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.jobs import ReceiptFailed, ReceiptWritten
from renderchain.core.receipt.checks import Checks
from renderchain.core.receipt.document import PaymentKind, Receipt, parse_receipt

from devkit.fakes.hashing import remembered
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World

FRAMES = 5
FORGER = 0xF0E6E2
OFTEN = 4  # of a long list so many entries are altered


@dataclass(frozen=True)
class Written:
    """A job whose frames all came back; ``raw`` is its receipt."""

    artist: Artist
    machine: Machine
    raw: bytes


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Made once: the tests change nothing of it."""
    world = World(tmp_path_factory.mktemp("world"))
    artist, machine = Artist(world, 0xA271), Machine(world, 0xF001)

    async def life() -> None:
        await machine.join()
        job = await artist.submit(FRAMES)
        async with machine.working():
            await artist.watching(job)

    world.live(life())
    (notice,) = artist.reporter.heard(ReceiptWritten)
    assert notice.path == artist.output / f"receipt-{notice.job_id}.json"
    return Written(artist, machine, Path(notice.path).read_bytes())


@pytest.fixture
def written(done: Written) -> bytes:
    """The receipt."""
    return done.raw


@pytest.fixture
def frames(done: Written, tmp_path: Path) -> Path:
    """A copy of the frames."""
    return Path(shutil.copytree(done.artist.output, tmp_path / "frames"))


def findings(raw: bytes, files: dict[int, str] | None = None) -> dict[str, Finding]:
    """What is found of a receipt that can be read, by what was looked at; faults come first."""
    found = Checks(parse_receipt(raw), remembered, StarkSigning(), files).findings()
    return {one.what: one for one in sorted(found, key=lambda one: one.health is Health.FAULT)}


def faults(raw: bytes) -> str:
    """All that is at fault; of what can't be read why not."""
    try:
        return "\n".join(one.line for one in findings(raw).values() if one.health is Health.FAULT)
    except ContentError as error:
        return str(error)


def test_a_receipt_says_what_became_of_a_job(done: Written) -> None:
    written, artist, machine = done.raw, done.artist, done.machine
    receipt = parse_receipt(written)
    assert receipt.requester == artist.address and receipt.settings.frames == tuple(range(1, FRAMES + 1))
    assert receipt.is_closed and {one.state for one in receipt.leases} == {LeaseState.ACCEPTED}
    assert {one.operator for one in receipt.leases} == {machine.address}
    paid_fri = sum(one.amount_fri for one in receipt.payments if one.kind is PaymentKind.PAID)
    assert paid_fri == FRAMES * OFFER.reward_fri
    assert [one.frame for lease in receipt.leases for one in lease.frames] == list(range(1, FRAMES + 1))


def test_nothing_is_wrong_in_it_and_what_only_a_node_can_say_is_said(written: bytes, frames: Path) -> None:
    found = findings(written, digests_of(parse_receipt(written), frames))
    doubted = {name for name, one in found.items() if one.health is Health.WARNING}
    assert doubted == {"accounts", "chain"} and not faults(written)
    assert found["frames"].text == f"{FRAMES} final images lead to the roots that were posted"
    assert found["files"].text == f"{FRAMES} are those that the receipt proves"
    assert "only a node can say" in found["chain"].text and "only a node can say" in found["accounts"].text


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document a value stands; of long lists some."""
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = list(enumerate(value))[:OFTEN]
    else:
        yield path
    for name, child in children:
        yield from places(child, (*path, name))


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("1" if value[-1:] != "1" else "2")


def altered(raw: bytes, path: tuple[Any, ...], to: Any = None) -> bytes:
    """The document with one value changed."""
    body = copy.deepcopy(json.loads(raw))
    place = body
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = other(place[path[-1]]) if to is None else to
    return dump_canonical(body)


def test_each_value_that_is_altered_is_found(written: bytes) -> None:
    missed = [path for path in places(json.loads(written)) if not faults(altered(written, path))]
    assert not missed


def test_what_is_added_or_left_out_is_found(written: bytes) -> None:
    body = json.loads(written)
    for changed in (
        {**body, "more": 1},
        {name: value for name, value in body.items() if name != "leases"},
        {**body, "leases": body["leases"][:-1]},
        {**body, "payments": body["payments"][:-1]},
        {**body, "accounts": body["accounts"][:-1]},
    ):
        assert faults(dump_canonical(changed))
    assert faults(written + b"\n") and faults(b"{}") and faults(b"\xff")


def forged(raw: bytes, change: Callable[[Receipt], Receipt]) -> bytes:
    """The receipt as somebody alters it and signs it anew, with the key of another account."""
    return sealed(change(parse_receipt(raw)), FORGER, KeySigner(FORGER), remembered).to_bytes()


def lease(receipt: Receipt, **changes: Any) -> Receipt:
    """With another first lease."""
    first, *rest = receipt.leases
    return replace(receipt, leases=(replace(first, **changes), *rest))


def frame(receipt: Receipt, **changes: Any) -> Receipt:
    """With another proof of its first frame."""
    first, *rest = receipt.leases[0].frames
    return lease(receipt, frames=(replace(first, **changes), *rest))


def call(receipt: Receipt, **changes: Any) -> Receipt:
    """With another transaction that posted the first lease."""
    before = receipt.leases[0].call
    assert before is not None
    return lease(receipt, call=replace(before, **changes))


def paid(receipt: Receipt, kind: PaymentKind, change: int) -> Receipt:
    """With another amount of that kind."""
    at = next(at for at, one in enumerate(receipt.payments) if one.kind is kind)
    one = receipt.payments[at]
    changed = replace(one, amount_fri=one.amount_fri + change)
    return replace(receipt, payments=(*receipt.payments[:at], changed, *receipt.payments[at + 1 :]))


FORGERIES: list[tuple[str, Callable[[Receipt], Receipt]]] = [
    ("package", lambda one: replace(one, package_cid=one.package_cid[:-1] + "a")),
    ("package", lambda one: replace(one, settings=replace(one.settings, samples=777))),
    ("package", lambda one: replace(one, terms=replace(one.terms, tiles=one.terms.tiles + 1))),
    ("package", lambda one: replace(one, terms=replace(one.terms, family=one.terms.family + 2**40))),
    ("package", lambda one: replace(one, settings=replace(one.settings, frames=(1, 2)))),
    ("leases", lambda one: lease(one, count=0)),
    ("leases", lambda one: lease(one, first=one.leases[1].first)),
    ("leases", lambda one: lease(one, state=LeaseState.GIVEN_BACK)),
    ("leases", lambda one: replace(one, leases=(one.leases[0], *one.leases))),
    ("results", lambda one: lease(one, operator=FORGER)),
    ("results", lambda one: lease(one, result=replace(one.leases[0].result, root=5))),  # type: ignore[type-var]
    ("results", lambda one: replace(one, board=one.board + 1)),
    ("results", lambda one: replace(one, chain_id=one.chain_id + 1)),
    ("results", lambda one: call(one, nonce=77)),
    ("results", lambda one: call(one, signature=(1, 2))),
    ("frames", lambda one: lease(one, attempt=one.leases[0].attempt + 1)),
    ("frames", lambda one: replace(one, job_id=type(one.job_id)(one.job_id + 1))),
    ("frames", lambda one: frame(one, sha256="0" * 64)),
    ("frames", lambda one: frame(one, salt=1)),
    ("frames", lambda one: frame(one, frame=one.leases[0].frames[1].frame)),
    ("frames", lambda one: frame(one, siblings=one.leases[0].frames[0].siblings[:-1])),
    ("payments", lambda one: paid(one, PaymentKind.PAID, -1)),
    ("payments", lambda one: paid(one, PaymentKind.BROUGHT, 1)),
    ("payments", lambda one: paid(one, PaymentKind.LEFT, -1)),
    ("payments", lambda one: replace(one, terms=replace(one.terms, reward_fri=1))),
]


@pytest.mark.parametrize(("what", "change"), FORGERIES)
def test_a_forger_who_signs_anew_is_found_where_parts_contradict_each_other(
    written: bytes, what: str, change: Callable[[Receipt], Receipt]
) -> None:
    found = findings(forged(written, change))
    assert found[what].health is Health.FAULT
    assert found["seal"].health is Health.WARNING and "is not the account that ordered" in found["seal"].text


def test_frames_under_names_of_the_artists_own_are_found_by_their_numbers(
    written: bytes, frames: Path
) -> None:
    for file in frames.glob("*.png"):
        file.rename(file.with_name(f"film-{file.name}"))
    receipt = parse_receipt(written)
    assert sorted(digests_of(receipt, frames)) == list(range(1, FRAMES + 1))
    (frames / "other-0002.png").write_bytes(b"which of the two nobody knows")
    assert 2 not in digests_of(receipt, frames)


def test_a_frame_that_is_not_the_delivered_one_is_found(written: bytes, frames: Path) -> None:
    receipt = parse_receipt(written)
    (frames / "0002.png").write_bytes((frames / "0001.png").read_bytes())
    (frames / "0003.png").unlink()
    found = Checks(receipt, remembered, StarkSigning(), digests_of(receipt, frames)).findings()
    texts = [one.text for one in found if one.what == "files"]
    assert texts == ["2 have other bytes than their workers delivered", "3 are not in the folder"]


def test_the_command_says_each_thing_and_ends_with_1_where_something_is_wrong(
    written: bytes, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(written)
    assert verify_receipt([str(path), "--frames", str(frames)]) == 0
    said = capsys.readouterr().out
    assert f"ok       files: {FRAMES} are those that the receipt proves" in said
    assert "warning  chain: only a node can say" in said
    path.write_bytes(altered(written, ("settings", "samples")))
    assert verify_receipt([str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == 1
    assert {one["what"] for one in told["found"] if one["health"] == "fault"} == {"package", "seal"}
    path.write_text("no receipt")
    assert verify_receipt([str(path)]) == 1
    assert verify_receipt([str(tmp_path / "nothing")]) != 0


def test_a_receipt_without_a_seal_says_so(written: bytes) -> None:
    found = findings(replace(parse_receipt(written), seal=None).to_bytes())
    assert found["seal"].health is Health.WARNING and "nobody signed" in found["seal"].text


def test_a_receipt_can_be_written_while_the_job_goes_on_and_after_its_results_are_gone(
    world: World, artist: Artist, machine: Machine
) -> None:
    async def life() -> tuple[Path, Path]:
        job = await artist.submit(2)
        early = (await artist.requester().receipt(job, artist.folder / "early")).read_bytes()
        assert not parse_receipt(early).is_closed and not faults(early)
        async with machine.working():
            await artist.watching(job)
        world.store.folders.clear()
        return artist.output / f"receipt-{job}.json", await artist.requester().receipt(job, artist.folder)

    first, later = world.live(life())
    one, two = parse_receipt(first.read_bytes()), parse_receipt(later.read_bytes())
    assert one.leases == two.leases and one.payments == two.payments and not faults(later.read_bytes())


def test_frames_stay_where_no_receipt_can_be_written(world: World, artist: Artist, machine: Machine) -> None:
    async def life() -> None:
        job = await artist.submit(2)
        (artist.output / f"receipt-{job}.json").mkdir()
        async with machine.working():
            await artist.watching(job)

    world.live(life())
    (failed,) = artist.reporter.heard(ReceiptFailed)
    assert "can't be written" in failed.reason and artist.frames() == ["0001.png", "0002.png"]


def test_a_receipt_replaces_an_earlier_one_whole(written: bytes, frames: Path) -> None:
    path = write_receipt(parse_receipt(written), frames)
    assert path.read_bytes() == written and not list(frames.glob("*.partial"))


def test_a_receipt_leaves_another_boards_of_that_number_and_what_is_none_of_ours(
    written: bytes, tmp_path: Path
) -> None:
    """Two jobs with one number and folder wrote over each other's."""
    receipt = parse_receipt(written)
    other = replace(receipt, board=0xB0A2E)
    first = write_receipt(receipt, tmp_path)
    beside = write_receipt(other, tmp_path)
    assert beside.name == f"receipt-{receipt.job_id}-0xb0a2e.json"
    assert write_receipt(receipt, tmp_path) == first and write_receipt(other, tmp_path) == beside
    assert parse_receipt(beside.read_bytes()).board == 0xB0A2E and first.read_bytes() == written
    first.write_text("notes of mine")
    assert write_receipt(receipt, tmp_path) != first and first.read_text() == "notes of mine"

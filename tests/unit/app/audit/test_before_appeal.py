"""Before a bond is paid for an appeal, what is disputed is rendered again from a fresh package."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from renderchain.core.audit.state import AuditKind, AuditPhase, DrawnLeaf, Verdict, Verifier, Vote
from renderchain.core.board_events import Reorganised
from renderchain.core.errors import RenderFailed, StoreError
from renderchain.core.ids import WorkerId
from renderchain.core.notices.appeals import AppealDropped, AppealUnchecked
from renderchain.core.notices.audits import AuditHindered
from renderchain.core.notices.jobs import DownloadStarted

from devkit.fakes.renderer import Look
from tests.unit.app.audit.post import STEP_S, Post
from tests.unit.app.bench import FIRST, LEASE

APPEAL = [("appeal", LEASE, ())]
LOOK_S = 10.0


@pytest.fixture
def post(disk: Path) -> Post:
    """A worker whose lease of two frames of two leaves was rejected for its last leaf."""
    post = Post(disk)
    lose(post)
    return post


def lose(post: Post, **more: Any) -> None:
    """Its lease is rejected."""
    post.set_audit(AuditPhase.APPEAL, verdict=Verdict.REJECTED, **more)
    post.chain.drawn_of[LEASE] = [DrawnLeaf(leaf, 8 + leaf) for leaf in range(4)]
    post.chain.seats[LEASE] = [
        Verifier(0, WorkerId(20), Vote.COUNTED, differs=1 << 11),
        Verifier(1, WorkerId(21), Vote.COUNTED, differs=1 << 11 | 1 << 10),
        Verifier(2, WorkerId(22), Vote.STRUCK, differs=1 << 9),
    ]
    post.chain.tokens[post.chain.address] = 1000
    post.chain.after["appeal"] = lambda: post.set_audit(AuditPhase.DRAW, round=1)
    post.duties.own(LEASE)


def sent(post: Post) -> list[tuple[Any, ...]]:
    """Appeals."""
    return [one for one in post.chain.sent if one[0] == "appeal"]


def test_what_comes_out_as_submitted_is_appealed(post: Post) -> None:
    fetched = len(post.bench.reporter.heard(DownloadStarted))
    post.serve(STEP_S / 2)
    assert sent(post) == APPEAL
    assert post.renderer.alone_rendered == [(2 + FIRST, (0, 1))]  # of the second frame, which is disputed
    assert len(post.bench.reporter.heard(DownloadStarted)) == fetched + 1
    assert not list((post.bench.folder / "verifier" / "audits").iterdir())


@pytest.mark.parametrize("look", [Look(scene=1), Look(machine=1)])
def test_what_comes_out_otherwise_is_not_appealed_and_that_is_said(post: Post, look: Look) -> None:
    post.renderer.look = look
    post.serve(STEP_S - 1)
    assert sent(post) == []
    (told,) = post.bench.reporter.heard(AppealDropped)
    assert told.leaf == 3 and told.package_cid == post.bench.package.cid
    assert len(post.renderer.alone_rendered) == 1  # it is looked at once


@pytest.mark.parametrize("when_s", [LOOK_S / 2, 3 * LOOK_S], ids=["while it looks", "after the look"])
def test_after_a_reorganisation_a_lost_round_is_looked_at_again(post: Post, when_s: float) -> None:
    """Its number was the same, but other leaves were drawn: the worker lost its stake for those before."""
    post.renderer.look, post.renderer.frame_s = Look(scene=1), LOOK_S

    async def script() -> None:
        await asyncio.sleep(when_s)
        post.duties.note(Reorganised(51))
        await asyncio.sleep(0.9 * LOOK_S)
        assert sent(post) == [] and post.bench.reporter.heard(AppealDropped)
        post.renderer.look = Look()  # of the leaves that are drawn now

    post.serve(STEP_S / 2, script)
    assert sent(post) == APPEAL


def test_a_package_that_is_damaged_on_the_disk_is_not_what_is_looked_at(post: Post) -> None:
    cache = post.bench.folder / "verifier" / "packages" / post.bench.package.cid
    cache.mkdir(parents=True)
    (cache / "main.blend").write_bytes(b"damaged")
    post.serve(STEP_S / 2)
    assert sent(post) == APPEAL and (cache / "main.blend").read_bytes() == b"damaged"


@pytest.mark.parametrize("error", [StoreError("Nobody has it."), RenderFailed("It crashed.")])
def test_what_can_not_be_looked_at_is_appealed_all_the_same(post: Post, error: Exception) -> None:
    if isinstance(error, StoreError):
        post.bench.store.fail("fetch_folder", error)
    else:
        post.renderer.fail("render_tiles", error)
    post.serve(STEP_S / 2)
    assert sent(post) == APPEAL
    assert [one.reason for one in post.bench.reporter.heard(AppealUnchecked)] == [str(error)]


def test_a_look_that_takes_too_long_does_not_cost_the_appeal(post: Post) -> None:
    post.renderer.frame_s = 10 * STEP_S
    post.serve(STEP_S - 1)
    assert sent(post) == APPEAL and post.bench.reporter.heard(AppealUnchecked)


def test_other_leases_are_answered_for_while_it_looks(post: Post) -> None:
    post.renderer.frame_s = STEP_S / 2

    async def script() -> None:
        post.add_other(vote=Vote.COUNTED)

    post.serve(STEP_S / 4, script)
    assert sent(post) == [] and post.renderer.opened == 1


def test_a_delivery_and_a_last_round_have_nothing_to_render(disk: Path) -> None:
    cases: list[dict[str, Any]] = [{"kind": AuditKind.DELIVERY}, {"round": 2}]
    for number, more in enumerate(cases):
        post = Post(disk / str(number))
        lose(post, **more)
        post.serve(STEP_S / 2)
        assert post.renderer.opened == 0
        assert sent(post) == (APPEAL if "kind" in more else [])


def test_a_look_before_an_appeal_ends_with_its_step(post: Post) -> None:
    """Whoever was the last to serve a package could hold up all votes of a worker with it."""

    async def forever(*_: object, **__: object) -> None:
        await asyncio.sleep(10**9)

    post.bench.store.fetch_folder = forever  # type: ignore[method-assign]
    post.serve(2 * STEP_S)
    assert sent(post) == APPEAL
    assert [one.reason for one in post.bench.reporter.heard(AuditHindered)] == ["TimeoutError."]

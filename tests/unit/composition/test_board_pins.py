"""The boards of a worker have one store, and note in one file what their leases need there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from renderchain.composition.worker_places import pins_of, place_of
from renderchain.core.ids import LeaseId
from renderchain.settings import Settings

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore

FIRST, SECOND, LEASE = 0xB0A2D, 0xB0A2E, LeaseId(7)


def test_a_package_stays_pinned_until_the_evidence_of_all_boards_is_gone(tmp_path: Path) -> None:
    """The second board took what the first one had pinned for somebody else's, and lost it with the first."""
    settings, store = Settings("http://a", 1, 2, folder=tmp_path), MemoryStore()
    store.folders["package"] = {}
    pins, evidence = {}, {}
    for board in (FIRST, SECOND):
        chain: Any = SimpleNamespace(board=board)
        place = place_of(settings, chain, FIRST)
        pins[board] = pins_of(settings, store, place)
        folder = tmp_path / "evidence"
        evidence[board] = (folder if board == FIRST else folder / f"{board:#x}") / f"{LEASE}.tag.json"
        evidence[board].touch()
        assert run(pins[board].pin("package", LEASE)) == ""
    for board in (FIRST, SECOND):
        assert "package" in store.pinned
        evidence[board].unlink()
        for one in pins.values():
            run(one.prune())
    assert "package" not in store.pinned
